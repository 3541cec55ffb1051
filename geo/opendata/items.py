"""Features of a collection as GeoJSON, built in SQL, in the order of their numbers: answers are stable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DataError, InternalError
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from geo.opendata import crs as systems
from geo.opendata import telling
from geo.opendata.collections import (
    Collection,
    as_points,
    from_clause,
    properties,
    published,
)
from geo.opendata.crs import Crs, Edges
from geo.opendata.imported import COLLECTIONS
from geo.opendata.statements import Statement, ask, statement

COUNTED: Final = 100_000
"""How far matches of a search are counted: beyond, their number is not told (Part 1 leaves it out, too)."""


class Interval(NamedTuple):
    """A stretch of time, both ends included; None is an open end."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Which features, and how they are to be told. `limit` and `offset` count features."""

    crs: Crs
    order: Sequence[str]
    limit: int = 100
    offset: int = 0
    box: Edges | None = None
    time: Interval | None = None
    filters: Mapping[str, object] = field(default_factory=dict)
    large: bool = False
    """Whether the collection is so large that its texts are kept ready: they are asked for first."""
    site: str = ""
    """Address of the site, for links to a feature's page and pictures; it ends without a slash."""

    @property
    def everything(self) -> bool:
        """Whether nothing but a page of the whole collection is wanted."""
        return self.box is None and self.time is None and not self.filters


class Page(NamedTuple):
    """Features as the text of GeoJSON objects, separated by commas; how many came and how many match.

    `matched` is None where that would cost more than it tells.
    """

    features: str
    returned: int
    matched: int | None


def find(name: str) -> Collection:
    """The collection of that name, or NotFound."""
    if name not in COLLECTIONS:
        raise NotFound("There is no such collection.")
    return COLLECTIONS[name]


def page(session: Session, name: str, wanted: Wanted, total: int | None = None) -> Page:
    """A page of a collection's features. `total` is its size where that is known: it isn't counted again.

    Raises NotFound for a collection that there isn't, Invalid for a box that its system cannot place.
    """
    collection = find(name)
    where, values = _where(collection, wanted)
    own = any(f"{alias}." in where for alias in ("m", "p", "z", "w"))
    chosen = from_clause(collection) if own else collection.base
    values |= telling.values(collection, wanted.order, wanted.site)
    values |= {"limit": wanted.limit, "offset": wanted.offset, "collection": name}
    try:
        text_of, returned = None, 0
        for way in _ways(name, wanted, chosen, where):
            text_of, returned, told = ask(session, way, values)
            if told == returned:
                break
        matched = total if wanted.everything else None
        if matched is None and returned < wanted.limit and (returned or not wanted.offset):
            matched = wanted.offset + returned
        if matched is None:
            matched = _count(session, chosen, where, values)
    except (InternalError, DataError) as refused:
        raise Invalid("bbox", "bbox lies where its coordinate reference system has no places.") from refused
    return Page(text_of or "", returned, matched)


@lru_cache(maxsize=512)
def _page(
    name: str, chosen: str, where: str, crs: Crs, order: tuple[str, ...], deep: bool, *, ready: bool
) -> Statement:
    """The statement of a page. Only constants of geo.opendata are put into it; what is asked for is bound."""
    collection = COLLECTIONS[name]
    made = _MADE.format(
        made=telling.made(collection, crs),
        base=collection.base,
        row=collection.row,
        joins=collection.joins,
        name=collection.naming,
    )
    return statement(
        (_DEEP if deep else _PAGE).format(
            row=collection.row,
            chosen=chosen,
            where=where,
            base=collection.base,
            features=_READY.replace("{ready}", telling.ready(collection, order)) if ready else made,
        )
    )


def _ways(name: str, wanted: Wanted, chosen: str, where: str) -> Iterator[Statement]:
    """Statements that may tell the page, the fastest first; the last one always can."""
    order = tuple(wanted.order)
    shape = (chosen, where, wanted.crs, order, wanted.offset > SHALLOW)
    if wanted.large and telling.as_ready(wanted.crs):
        if _in_a_box(COLLECTIONS[name], wanted):
            yield _box(name, order)
        yield _page(name, *shape, ready=True)
    yield _page(name, *shape, ready=False)


def _in_a_box(collection: Collection, wanted: Wanted) -> bool:
    """Whether nothing but a box of places is asked for: the ready texts can answer that by themselves."""
    box = wanted.box
    if box is None or wanted.time is not None or wanted.filters:
        return False
    return as_points(collection) and box.crs.in_degrees and box.west <= box.east


@lru_cache(maxsize=64)
def _box(name: str, order: tuple[str, ...]) -> Statement:
    return statement(_BOX.replace("{ready}", telling.ready(COLLECTIONS[name], order)))


def one(session: Session, name: str, key: str, wanted: Wanted) -> str:
    """One feature as the text of a GeoJSON object; NotFound for a key that is not public."""
    collection = find(name)
    statement = (
        f"SELECT {telling.made(collection, wanted.crs)} FROM {from_clause(collection, names=True)}"
        f" WHERE {published(collection)} AND {collection.key} = :key"
    )
    values = {**telling.values(collection, wanted.order, wanted.site), "key": key}
    found = session.scalar(text(statement), values)
    if found is None:
        raise NotFound("There is no such feature.")
    return str(found)


SHALLOW: Final = 5_000
"""Offset up to which rows that are passed over are read whole; beyond, in the index alone."""

_PAGE: Final = """
WITH page AS MATERIALIZED (
  SELECT {row} AS row, f.changed_at FROM {chosen} WHERE {where}
   ORDER BY {row} LIMIT :limit OFFSET :offset
) {features}"""

_DEEP: Final = """
WITH beyond AS MATERIALIZED (
  SELECT {row} AS row FROM {chosen} WHERE {where} ORDER BY {row} LIMIT :limit OFFSET :offset
), page AS MATERIALIZED (
  SELECT beyond.row, f.changed_at FROM {base} JOIN beyond ON {row} = beyond.row
) {features}"""

_READY: Final = f"""
SELECT string_agg({{ready}}, ',' ORDER BY page.row), count(*), count(ready.row)
  FROM page LEFT JOIN ready_feature AS ready
    ON ready.collection = :collection AND ready.row = page.row AND ready.changed_at = page.changed_at
   AND {telling.TOLD}"""

_BOX: Final = f"""
SELECT string_agg({{ready}}, ',' ORDER BY ready.row), count(*),
       CASE WHEN {telling.WHOLE} THEN count(*) FILTER (WHERE {telling.TOLD}) ELSE -1 END
  FROM (SELECT * FROM ready_feature
         WHERE collection = :collection AND place && {systems.ENVELOPE} AND {telling.WHOLE}
         ORDER BY row LIMIT :limit OFFSET :offset) AS ready"""

_MADE: Final = """
SELECT string_agg({made}, ',' ORDER BY page.row), count(*), count(*)
  FROM {base} JOIN page ON {row} = page.row {joins} {name}"""


def _count(session: Session, chosen: str, where: str, values: Mapping[str, Any]) -> int | None:
    statement = f"SELECT count(*) FROM (SELECT 1 FROM {chosen} WHERE {where} LIMIT {COUNTED + 1}) AS matches"
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    many = int(session.scalar(text(statement), used) or 0)
    return many if many <= COUNTED else None


def _where(collection: Collection, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The condition of a search and its bound values."""
    parts, values = [published(collection)], dict[str, Any]()
    if wanted.box is not None:
        condition, edges = systems.condition(wanted.box, collection.geom)
        parts.append(condition)
        values |= edges
    if wanted.time is not None:
        if wanted.time.start is not None:
            parts.append(f"{collection.time} >= :start")
            values["start"] = wanted.time.start
        if wanted.time.end is not None:
            parts.append(f"{collection.time} <= :end")
            values["end"] = wanted.time.end
        parts.append(f"{collection.time} IS NOT NULL")
    known = properties(collection)
    for number, (name, value) in enumerate(sorted(wanted.filters.items())):
        parts.append(f"{known[name].sql} = :filter_{number}")
        values[f"filter_{number}"] = value
    return " AND ".join(parts), values


def line(session: Session, name: str, key: str) -> list[list[float]]:
    """The places along a feature's line, longitude first; none where it is no line."""
    collection = find(name)
    statement = (
        f"SELECT ST_AsGeoJSON({collection.geom}, 7, 0)::json FROM {from_clause(collection)}"
        f" WHERE {published(collection)} AND {collection.key} = :key"
    )
    shape = session.scalar(text(statement), {"key": key})
    return list(shape["coordinates"]) if shape and shape["type"] == "LineString" else []
