"""What a collection holds in all: how many features, where, from when to when. Counted once a state of the
data.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.memory import Memory
from geo.opendata.collections import from_clause, published
from geo.opendata.imported import COLLECTIONS
from geo.opendata.items import find
from geo.shapes import Box


@dataclass(frozen=True)
class Extent:
    """Of one collection: its size, its box in degrees, the first and last time `datetime` can find, when it
    last changed, and the licences of its features. What an empty one has none of is None.
    """

    features: int
    box: Box | None
    first: datetime | None
    last: datetime | None
    changed_at: datetime | None
    licences: tuple[str, ...]


_kept: Final = Memory[Extent](len(COLLECTIONS))
_large: Final = Memory[bool](len(COLLECTIONS))
MOST_LICENCES = 40
"""Different licences of one collection that are told at the most."""


def of(session: Session, name: str, stamp: str) -> Extent:
    """The extent of a collection in the state of the data that `stamp` names; NotFound if there is none."""
    find(name)
    return _kept.of(session, (stamp, name), lambda: _count(session, name))


def large(session: Session, name: str, stamp: str) -> bool:
    """Whether texts of the collection are kept ready (geo/opendata/telling.py); asked once a state."""
    statement = text("SELECT EXISTS (SELECT 1 FROM ready_feature WHERE collection = :name)")
    return _large.of(session, (stamp, name), lambda: bool(session.scalar(statement, {"name": name})))


def every(session: Session, stamp: str) -> dict[str, Extent]:
    """The extents of all collections, by name; of optional ones where there is anything."""
    told = {name: of(session, name, stamp) for name in COLLECTIONS}
    return {name: one for name, one in told.items() if one.features or not COLLECTIONS[name].optional}


def _count(session: Session, name: str) -> Extent:
    collection = COLLECTIONS[name]
    source, where = from_clause(collection), published(collection)
    row = session.execute(
        text(f"""
        SELECT many, ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b), first, last, changed_at, licences
          FROM (SELECT count(*) AS many, ST_Extent({collection.geom}) AS b, min({collection.time}) AS first,
                       max({collection.time}) AS last, max(f.changed_at) AS changed_at,
                       (SELECT array_agg(licence ORDER BY licence) FROM (
                          SELECT f.licence FROM {source} WHERE {where} GROUP BY f.licence
                        ) AS each) AS licences
                  FROM {source} WHERE {where}) AS all_of""")
    ).one()
    many, west, south, east, north, first, last, changed_at, licences = row
    box = Box(west, south, east, north) if west is not None else None
    return Extent(int(many), box, first, last, changed_at, tuple((licences or ())[:MOST_LICENCES]))
