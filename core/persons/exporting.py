"""Everything that is held about one person, as JSON, for them to take along."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from core.db import Session
from core.people.models import Account
from core.persons import columns, finding
from core.trail import reading, who

MOST: Final = 10_000
"""Rows of one table that are handed out; a table that has more is named under `shortened`."""


def export(session: Session, account: Account, *, now: datetime) -> dict[str, Any]:
    """The rows of every table that hold something of the person, without what lets somebody in."""
    whose = finding.person(session, account)
    found = {table: _rows(session, table, whose) for table in columns.tables()}
    return {
        "format": 1,
        "made_at": now.isoformat(timespec="seconds"),
        "name": account.name,
        "email": account.email,
        "trail": _trail(session, account),
        "name_is_shared": not whose.alone,
        "rows": {table: rows[:MOST] for table, rows in found.items() if rows},
        "shortened": [table for table, rows in found.items() if len(rows) > MOST],
        "left_out": {table: list(left) for table, left in columns.SECRETS.items()},
    }


def _trail(session: Session, account: Account) -> list[dict[str, Any]]:
    """What the trail says that the person changed, the newest first; of whose rows they are stands there."""
    found = reading.page(session, limit=MOST, by=who.of(account.id, 0))
    return [
        {"number": one.seq, "at": one.at.isoformat(), "act": one.act, "about": one.about, "key": one.key}
        for one in found
    ]


def _rows(session: Session, table: str, whose: finding.Person) -> list[Mapping[str, Any]]:
    query = text(
        f"SELECT to_jsonb(each) - :secrets FROM {table} AS each WHERE {finding.is_in(table)}"  # noqa: S608
        f" ORDER BY {'each.id' if table not in WITHOUT_ID else '1'} LIMIT {MOST + 1}"
    ).bindparams(bindparam("secrets", type_=ARRAY(Text)))
    return list(session.scalars(query, {**whose.values, "secrets": list(columns.SECRETS.get(table, ()))}))


WITHOUT_ID: Final = frozenset(
    {"recovery_code", "record_part", "record_version", "sign", "sign_build_item", "sign_wording"}
)
"""Tables whose rows have no number to be put in order by."""
