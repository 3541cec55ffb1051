"""Is the trail what was written? Every entry and every link is reckoned again, and each fault is named."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Base
from core.trail.reading import Head
from core.trail.tables import UNWATCHED

ZERO: Final = "0" * 64
"""What stands before the first entry."""
MOST: Final = 200
"""Faults that are named."""
_ROWS: Final = "SELECT seq, who, about, key, entry, hash FROM trail.entry ORDER BY seq"
_WATCHING: Final = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE t.tgname = 'trail' AND t.tgenabled IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace
"""
_SEALED: Final = """
SELECT NOT has_table_privilege('trail.entry', 'UPDATE') AND NOT has_table_privilege('trail.entry', 'DELETE')
   AND NOT has_table_privilege('trail.entry', 'INSERT') AND NOT pg_has_role(relowner, 'MEMBER')
  FROM pg_class WHERE oid = 'trail.entry'::regclass
"""


@dataclass
class Verdict:
    """What was found. `faults` are sentences, each naming the entry; none: the trail is whole."""

    entries: int = 0
    last: str = ZERO
    sealed: bool = False
    """Whether the application can only add to it."""
    faults: list[str] = field(default_factory=list)


def verify(session: Session, heads: Iterable[Head] = ()) -> Verdict:
    """Reckon the whole chain again, in constant memory, and compare it with `heads` that somebody kept."""
    verdict = Verdict(sealed=bool(session.scalar(text(_SEALED))))
    kept: dict[int, list[Head]] = {}
    for head in heads:
        kept.setdefault(head.seq, []).append(head)
    rows = session.connection().execution_options(yield_per=2000).execute(text(_ROWS))
    for fault in _faults(rows, verdict, kept):
        if len(verdict.faults) < MOST:
            verdict.faults.append(fault)
    verdict.faults += [
        f"Entry {seq} is missing: it was the last of {head.day.isoformat()}."
        for seq, told in sorted(kept.items())
        for head in told
    ]
    verdict.faults += [f"Changes of the table {table} are not written down." for table in unwatched(session)]
    return verdict


def _faults(rows: Iterable[Any], verdict: Verdict, kept: dict[int, list[Head]]) -> Iterator[str]:
    before = 0
    for row in rows:
        if row.seq > before + 1:
            yield _missing(before + 1, row.seq - 1)
        if fault := _fault(row, verdict.last):
            yield fault
        for head in kept.pop(row.seq, ()):
            if head.hash != row.hash:
                yield (
                    f"Entry {row.seq} is not the one that was published for {head.day.isoformat()}:"
                    " the chain was written anew up to here."
                )
        verdict.entries += 1
        verdict.last, before = row.hash, row.seq


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _fault(row: Any, last: str) -> str | None:
    if hashlib.sha256((last + row.entry).encode()).hexdigest() != row.hash:
        return f"Entry {row.seq} was altered, or does not follow from the one before it."
    said = json.loads(row.entry)
    if said["seq"] != row.seq:
        return f"Entry {row.seq} stands in another's place: it was number {said['seq']}."
    if [said["who"], said["about"], said["key"]] != [row.who, row.about, row.key]:
        return f"Entry {row.seq} was altered: it is listed under another name than it tells."
    return None


def unwatched(session: Session) -> Sequence[str]:
    """Tables that should be watched and are not: their trigger is gone, or off."""
    watched = set(session.scalars(text(_WATCHING)))
    return sorted(set(Base.metadata.tables) - set(UNWATCHED) - watched)
