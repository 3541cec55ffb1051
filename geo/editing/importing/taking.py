"""Taking ticked rows over, as drafts: a background job that may be killed at any moment and begun again.

At most 200 rows are one transaction, and each is marked in the same one: none is taken over twice. A thing
that somebody changed since the preview is left as it is, and said.
"""

import json
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, jobs
from core.accounts import Role
from core.db import Engine, session_of
from core.errors import Conflict, NotFound, Problem
from core.people.models import Account
from core.settings import Settings
from core.trail import who as trail
from geo.editing import checking, many
from geo.editing.importing import composing, told
from geo.editing.importing.batches import TASK
from geo.editing.importing.models import ImportBatch, ImportRow
from geo.editing.rights import Person

AT_ONCE: Final = 200
ORIGIN: Final = "import"
_TOLD: Final = text("""
UPDATE import_row r SET taken = n.taken, told = n.told
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (number int, taken text, told jsonb)
 WHERE r.batch_id = :batch AND r.number = n.number
""")


@jobs.task(TASK)
def take(engine: Engine, settings: Settings, *, batch_id: int) -> None:
    """Take the batch's ticked rows over, some at a time, until none is left."""
    more = True
    while more:
        with session_of(engine) as session:
            more = some(session, batch_id)
            session.commit()


def some(session: Session, batch_id: int) -> bool:
    """Take at most 200 rows over; whether there may be more. The caller commits."""
    batch = session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is None or batch.stage != "taking":
        return False
    trail.acts(session, batch.who)
    # By key, so that two imports of the same things do not wait for each other in a ring.
    query = select(
        ImportRow.number,
        ImportRow.key,
        ImportRow.outcome,
        ImportRow.contents,
        ImportRow.bases,
        ImportRow.changes,
    ).where(ImportRow.batch_id == batch.id, ImportRow.ticked, ImportRow.taken.is_(None))
    rows = session.execute(query.order_by(ImportRow.key, ImportRow.number).limit(AT_ONCE)).all()
    if not rows:
        batch.stage = "taken"
        session.flush()
        return False
    by_key = {row.key: row for row in reversed(rows)}  # a key that stands twice waits for the next turn
    wanted = [
        many.Wanted(key, row.contents, row.bases, row.outcome == "added") for key, row in by_key.items()
    ]

    def is_as_seen(key: str, there: many.Contents) -> bool:
        row = by_key[key]
        would = composing.changed(there, row.contents or {})[1]
        return sorted(would, key=_which) == sorted(row.changes or (), key=_which)

    refused = many.save(
        session, batch.layer, wanted,
        is_as_seen=is_as_seen, person=_person(session, batch), now=clock.now(), origin=ORIGIN,
    )  # fmt: skip
    told_ = [{"number": row.number, **_told(refused.get(key))} for key, row in by_key.items()]
    session.execute(_TOLD, {"batch": batch.id, "rows": json.dumps(told_, ensure_ascii=False)})
    return True


def _which(change: list[Any]) -> tuple[str, str]:
    """The part and the field that a change is of."""
    return change[0], change[1]


def _told(why_not: Problem | None) -> dict[str, Any]:
    """What came of a row, and why."""
    if why_not is None:
        return {"taken": "done"}
    if isinstance(why_not, checking.BadRecord):
        return {"taken": "refused", "told": told.kept(told.of_problem(why_not.problems[0]))}
    is_late = isinstance(why_not, Conflict | NotFound)
    return {"taken": "stale" if is_late else "refused", "told": told.kept(told.of_error(why_not))}


def _person(session: Session, batch: ImportBatch) -> Person:
    """Who had it taken over, with those of their roles of then that their account still has."""
    roles = {Role(role) for role in batch.roles}
    kind, _, number = batch.who.partition(":")
    if kind == "account":
        account = session.get(Account, int(number))
        held = set(account.roles) if account and account.disabled_at is None else set()
        roles = {role for role in roles if role in held}
    return Person(batch.who, batch.by, roles)
