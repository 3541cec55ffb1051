"""Features of a collection as GeoJSON, built in SQL, in the order of their numbers so that answers are stable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import DataError, InternalError
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from geo.opendata import crs as systems
from geo.opendata.collections import (
    COLLECTIONS,
    NAME,
    Collection,
    Property,
    from_clause,
    properties,
    published,
)
from geo.opendata.crs import Crs, Edges

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
    page_base: str = ""
    """Address before the sections of the site, for the link to a feature's page; it ends without a slash."""

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
    # Only constants of geo.opendata are put into the statement; what was asked for is bound.
    statement = _PAGE.format(
        row=collection.row,
        chosen=chosen,
        where=where,
        base=collection.base,
        joins=collection.joins,
        name=NAME,
        feature=feature_sql(collection, wanted.crs),
    )
    values |= {"langs": list(wanted.order), "limit": wanted.limit, "offset": wanted.offset}
    if "page" in _properties(collection):
        values["page_base"] = wanted.page_base
    try:
        text_of, returned = session.execute(text(statement), values).one()
        matched = total if wanted.everything and total is not None else None
        if matched is None:
            matched = _count(session, chosen, where, values)
    except (InternalError, DataError) as refused:
        raise Invalid("bbox", "bbox lies where its coordinate reference system has no places.") from refused
    return Page(text_of or "", returned, matched)


def one(session: Session, name: str, key: str, wanted: Wanted) -> str:
    """One feature as the text of a GeoJSON object; NotFound for a key that is not public."""
    collection = find(name)
    statement = (
        f"SELECT {feature_sql(collection, wanted.crs)} FROM {from_clause(collection, names=True)}"
        f" WHERE {published(collection)} AND {collection.key} = :key"
    )
    values: dict[str, Any] = {"langs": list(wanted.order), "key": key}
    if "page" in _properties(collection):
        values["page_base"] = wanted.page_base
    found = session.scalar(text(statement), values)
    if found is None:
        raise NotFound("There is no such feature.")
    return str(found)


_PAGE: Final = """
WITH page AS MATERIALIZED (
  SELECT {row} AS row FROM {chosen} WHERE {where} ORDER BY {row} LIMIT :limit OFFSET :offset
)
SELECT string_agg({feature}, ',' ORDER BY page.row), count(*)
  FROM page JOIN ({base} {joins}) ON {row} = page.row {name}
"""


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


def feature_sql(collection: Collection, crs: Crs) -> str:
    """SQL of a feature's GeoJSON text. Text is put together once: cheaper than trees of jsonb."""
    pairs = ", ".join(f"'{name}', {_value(one)}" for name, one in _properties(collection).items())
    return (
        f"'{{\"type\":\"Feature\",\"id\":' || to_json({collection.key}) || ',\"geometry\":'"
        f" || COALESCE(ST_AsGeoJSON({_shape(collection.geom, crs)}, {crs.digits}, 0), 'null')"
        f" || ',\"properties\":' || json_build_object({pairs}) || '}}'"
    )


def _properties(collection: Collection) -> dict[str, Property]:
    known = properties(collection)
    if collection.page:
        known["page"] = Property(
            f"(:page_base || '/{collection.page}/' || f.key)", "string", "Address of its page"
        )
    return known


def _value(one: Property) -> str:
    if one.kind == "date-time":
        return f"to_char({one.sql}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    return one.sql


def _shape(geom: str, crs: Crs) -> str:
    if crs.latitude_first:
        return f"ST_FlipCoordinates({geom})"
    return geom if crs.in_degrees else f"ST_Transform({geom}, {crs.srid})"
