"""Reading the trail: a page of it, and what was published of it day by day."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.trail import who

DAYS: Final = 31
"""Days whose ends are published."""


@dataclass(frozen=True)
class Entry:
    """One change: who did what to which row, from what to what; at most the columns that changed."""

    seq: int
    at: datetime
    who: str
    name: str | None
    """Of who did it, where it is known still."""
    act: str
    about: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Head:
    """The last entry before a day ended (UTC), by number and hash: who keeps it finds out a forged chain."""

    day: date
    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}:{self.seq}:{self.hash}"


_PAGE: Final = """
SELECT seq, at, who, entry FROM trail.entry
 WHERE (CAST(:about AS text) IS NULL OR about = :about) AND (CAST(:key AS text) IS NULL OR key = :key)
   AND (CAST(:who AS text) IS NULL OR who = :who) AND (CAST(:before AS bigint) IS NULL OR seq < :before)
 ORDER BY seq DESC LIMIT :limit
"""
_HEADS: Final = """
SELECT day::date, last.seq, last.hash
  FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
 CROSS JOIN LATERAL (SELECT seq, hash FROM trail.entry
                      WHERE at < (day + interval '1 day') AT TIME ZONE 'UTC'
                      ORDER BY at DESC, seq DESC LIMIT 1) AS last
 ORDER BY day DESC
"""


def page(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    about: str | None = None,
    key: str | None = None,
    by: str | None = None,
) -> Sequence[Entry]:
    """The newest entries first: those of a table, of one of its rows, or of somebody; `before` an entry."""
    values = {"about": about, "key": key, "who": by, "before": before, "limit": limit}
    rows = session.execute(text(_PAGE), values).all()
    names = who.names(session, {row.who for row in rows})
    return [_entry(row, names.get(row.who)) for row in rows]


def _entry(row: Any, name: str | None) -> Entry:
    said = json.loads(row.entry)
    before, after = said["from"] or {}, said["to"] or {}
    return Entry(row.seq, row.at, row.who, name, said["act"], said["about"], said["key"], before, after)


def heads(session: Session, *, now: datetime, days: int = DAYS) -> Sequence[Head]:
    """The ends of the last days that are over, the newest first."""
    last = now.astimezone(UTC).date() - timedelta(days=1)
    values = {"first": last - timedelta(days=days - 1), "last": last}
    return [Head(*row) for row in session.execute(text(_HEADS), values)]
