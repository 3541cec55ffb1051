"""Taking ticked rows over, as drafts: a background job that may be killed at any moment and begun again.

At most 200 rows are one transaction, and each is marked in the same one: none is taken over twice. A thing
that somebody changed since the preview is left as it is, and said.
"""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, jobs
from core.accounts import Role
from core.db import Engine, session_of
from core.errors import Conflict, NotFound, Problem
from core.people.models import Account
from core.settings import Settings
from core.trail import who as trail
from geo.editing import checking, versions
from geo.editing.importing import told
from geo.editing.importing.batches import TASK
from geo.editing.importing.models import ImportBatch, ImportRow
from geo.editing.parts import FACTS
from geo.editing.rights import Person

AT_ONCE: Final = 200
ORIGIN: Final = "import"


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
    person = _person(session, batch)
    # By key, so that two imports of the same things do not wait for each other in a ring.
    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.ticked, ImportRow.taken.is_(None)
    )
    rows = session.scalars(query.order_by(ImportRow.key, ImportRow.number).limit(AT_ONCE)).all()
    for row in rows:
        row.taken, row.told = _one(session, batch.layer, row, person)
    if len(rows) < AT_ONCE:
        batch.stage = "taken"
    session.flush()
    return len(rows) == AT_ONCE


def _one(session: Session, layer: str, row: ImportRow, person: Person) -> tuple[str, dict[str, Any] | None]:
    """Take one row over, whole or not at all: what came of it, and why."""
    try:
        with session.begin_nested():
            _save(session, layer, row, person)
    except checking.BadRecord as bad:
        return "refused", told.kept(told.of_problem(bad.problems[0]))
    except (Conflict, NotFound) as meanwhile:
        return "stale", told.kept(told.of_error(meanwhile))
    except Problem as refused:
        return "refused", told.kept(told.of_error(refused))
    return "done", None


def _save(session: Session, layer: str, row: ImportRow, person: Person) -> None:
    key, contents, bases = str(row.key), row.contents or {}, row.bases or {}
    if row.outcome == "added":
        versions.create(session, layer, key, contents, person=person, now=clock.now(), origin=ORIGIN)
        return
    for part in sorted(contents, key=lambda name: name != FACTS):
        versions.save(
            session, layer, key, part, contents[part],
            base=bases[part], person=person, now=clock.now(), origin=ORIGIN,
        )  # fmt: skip


def _person(session: Session, batch: ImportBatch) -> Person:
    """Who had it taken over, with those of their roles of then that their account still has."""
    roles = {Role(role) for role in batch.roles}
    kind, _, number = batch.who.partition(":")
    if kind == "account":
        account = session.get(Account, int(number))
        held = set(account.roles) if account and account.disabled_at is None else set()
        roles = {role for role in roles if role in held}
    return Person(batch.who, batch.by, roles)
