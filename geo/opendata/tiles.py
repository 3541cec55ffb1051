"""Vector tiles of the collections (Mapbox Vector Tile 2.1, web Mercator), built in SQL."""

from collections.abc import Sequence
from functools import lru_cache
from math import atan, degrees, pi, sinh
from typing import Any, Final, NamedTuple
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from geo.opendata.collections import Collection, as_points, published
from geo.opendata.crs import ENVELOPE, MERCATOR_EDGE
from geo.opendata.imported import COLLECTIONS
from geo.opendata.items import find
from geo.opendata.statements import Statement, ask, statement
from geo.opendata.telling import TOLD, WHOLE
from geo.opendata.thinning import CELLS, FULL

DEEPEST: Final = 22
"""The last zoom there is."""
NAMED: Final = 14
"""From this zoom on things carry their names."""
READABLE: Final = 800
"""Things in a tile up to which they carry names."""
LARGEST: Final = 150_000
"""Bytes of a tile at the most."""
EXTENT: Final = 4096
BUFFER: Final = 64
"""Units of a tile's side, and how far a tile looks beyond its edge."""


class Tile(NamedTuple):
    """A place in the pyramid: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int


def at(z: int, x: int, y: int) -> Tile:
    """The tile; Invalid beyond the last zoom, NotFound beyond the edge of the world."""
    if z > DEEPEST:
        raise Invalid("z", "There are zooms from 0 to %(most)s.", most=DEEPEST)
    if x >= 2**z or y >= 2**z:
        raise NotFound("There is no such tile at this zoom.")
    return Tile(z, x, y)


def stored(session: Session, name: str, tile: Tile, order: Sequence[str], stamp: str, slots: int) -> bytes:
    """The tile, from the database's store if it is there in the state `stamp`; else made, and kept there.

    The caller commits. With no `slots` every tile is made anew. A store that cannot be written to (a standby)
    is no reason to fail.
    """
    find(name)
    lang = order[0] if tile.z >= NAMED else ""
    called = f"{name}/{tile.z}/{tile.x}/{tile.y}/{lang}"
    if not slots:
        return made(session, name, tile, order)
    slot = crc32(called.encode()) % slots
    kept = session.execute(_KEPT, {"slot": slot, "name": called, "stamp": stamp}).scalar_one_or_none()
    if kept is not None:
        return bytes(kept)
    body = made(session, name, tile, order)
    try:
        with session.begin_nested():
            session.execute(_KEEP, {"slot": slot, "name": called, "stamp": stamp, "body": body})
    except DBAPIError:
        pass
    return body


def made(session: Session, name: str, tile: Tile, order: Sequence[str]) -> bytes:
    """The tile, made now. Properties: key and kind, from zoom NAMED on the name, and `count` where a thing
    stands for several. It is never larger than LARGEST: the smallest things give way.
    """
    collection = find(name)
    ready = _ready(session, name, tile, order) if as_points(collection) else None
    if ready is not None and len(ready) <= LARGEST:
        return ready
    if _thinned(session, collection, tile):
        return _marks(session, name, tile)
    most = FULL
    body = _things(session, name, tile, order if _named(session, collection, tile) else (), most)
    while len(body) > LARGEST:
        most = max(1, most * LARGEST // len(body) * 9 // 10)
        body = _things(session, name, tile, (), most)
    return body


def _ready(session: Session, name: str, tile: Tile, order: Sequence[str]) -> bytes | None:
    """The tile from the ready texts' own places, keys and names, which lie together as they do on the ground;
    None where those do not stand for it.
    """
    collection = COLLECTIONS[name]
    values = {**tile._asdict(), **_edges(tile), "collection": name, "layer": collection.layer}
    values |= {"langs": list(order), "most": FULL}
    (body,) = ask(session, _from_ready(name, tuple(order), tile.z >= NAMED), values)
    return None if body is None else bytes(body)


@lru_cache(maxsize=64)
def _from_ready(name: str, order: tuple[str, ...], named: bool) -> Statement:
    names = ", ".join(f"ready.names->>'{lang}'" for lang in order)
    shown = f", CASE WHEN several.many <= {READABLE} THEN COALESCE({names}) END AS name" if named else ""
    untold = f"EXISTS (SELECT 1 FROM ready WHERE NOT {TOLD})"
    lacking = f"CASE WHEN (SELECT many FROM several) <= {READABLE} THEN {untold} ELSE false END"
    level = "EXISTS (SELECT 1 FROM tile_cell AS c WHERE c.layer = :layer AND c.z = :z)"
    good = f"{WHOLE} AND NOT {level}" if COLLECTIONS[name].base == "feature f" else WHOLE
    return statement(f"""
WITH ready AS MATERIALIZED (
  SELECT row, key, kind, names, place FROM ready_feature
   WHERE collection = :collection AND place && {ENVELOPE} AND {good} ORDER BY row LIMIT :most
), several AS MATERIALIZED (
  SELECT count(*) AS many FROM ready
), things AS MATERIALIZED (
  SELECT ready.row, ready.key, ready.kind{shown}, {_GEOM.format(shape="ST_Transform(ready.place, 3857)")}
    FROM ready CROSS JOIN several ORDER BY ready.row
)
SELECT CASE WHEN {good}{f" AND NOT ({lacking})" if named else ""}
       THEN (SELECT ST_AsMVT(things, '{name}', {EXTENT}, 'geom', 'row')
               FROM things WHERE geom IS NOT NULL) END""")


def _thinned(session: Session, collection: Collection, tile: Tile) -> bool:
    """Whether the layer has cells at this zoom. Collections that are a part of their layer have none."""
    if collection.base != "feature f":
        return False
    found = session.execute(_LEVEL, {"layer": collection.layer, "z": tile.z}).scalar_one_or_none()
    return found is not None


def _named(session: Session, collection: Collection, tile: Tile) -> bool:
    """Whether things carry their names: from zoom NAMED on, where there are few enough to read them."""
    if tile.z < NAMED:
        return False
    statement = (
        f"SELECT count(*) FROM (SELECT 1 FROM {collection.base} WHERE {published(collection)}"
        f" AND f.geom && {ENVELOPE} LIMIT {READABLE + 1}) AS there"
    )
    return bool(session.scalar(text(statement), _edges(tile)) <= READABLE)


def _things(session: Session, name: str, tile: Tile, order: Sequence[str], most: int) -> bytes:
    """At most so many things of the tile, largest first; with their names if given an order of languages."""
    collection = find(name)
    point = collection.geom.endswith("place")
    values: dict[str, Any] = {**tile._asdict(), **_edges(tile), "most": most}
    if order:
        values |= {"lang": order[0], "langs": list(order)}
    if not point:
        values["fine"] = MERCATOR_EDGE / EXTENT / 2**tile.z
    query = _THINGS.format(
        layer=name,
        base=collection.base,
        where=published(collection),
        key=collection.key,
        row=collection.row,
        shape=_projected(collection.geom, point),
        name=", name.text AS name" if order else "",
        joined=collection.naming if order else "",
        first="" if point else "ST_Area(Box2D(f.geom)) DESC,",
    )
    return bytes(session.scalar(text(query), values) or b"")


def _marks(session: Session, name: str, tile: Tile) -> bytes:
    """What stands for the things of the tile, cell by cell."""
    collection = find(name)
    values = {
        **tile._asdict(),
        "layer": collection.layer,
        "left": tile.x * CELLS - 1,
        "top": tile.y * CELLS - 1,
    }
    values |= {"right": (tile.x + 1) * CELLS, "bottom": (tile.y + 1) * CELLS}
    if not (point := collection.geom.endswith("place")):
        values["fine"] = MERCATOR_EDGE / EXTENT / 2**tile.z
    query = _MARKS.format(layer=name, shape=_projected(collection.geom, point))
    return bytes(session.scalar(text(query), values) or b"")


def _edges(tile: Tile) -> dict[str, float]:
    """The tile with its buffer, in degrees: worked out here, so that the planner knows how small it is."""
    side, more = 2**tile.z, BUFFER / EXTENT
    return {
        "west": max(-180.0, (tile.x - more) / side * 360 - 180),
        "east": min(180.0, (tile.x + 1 + more) / side * 360 - 180),
        "north": _latitude((tile.y - more) / side),
        "south": _latitude((tile.y + 1 + more) / side),
    }


def _latitude(share: float) -> float:
    """Degrees of latitude at a share of the Mercator square from its northern edge (its poles are 85.05)."""
    return degrees(atan(sinh(pi * (1 - 2 * max(-0.1, min(1.1, share))))))


def _projected(geom: str, point: bool) -> str:
    """Lines and areas lose what is finer than half a unit of the tile."""
    flat = f"ST_Transform({geom}, 3857)"
    return flat if point else f"ST_Simplify({flat}, CAST(:fine AS float8), true)"


_GEOM: Final = f"ST_AsMVTGeom({{shape}}, ST_TileEnvelope(:z, :x, :y), {EXTENT}, {BUFFER}) AS geom"

_THINGS: Final = f"""
SELECT ST_AsMVT(things, '{{layer}}', {EXTENT}, 'geom', 'row') FROM (
  SELECT {{row}} AS row, {{key}} AS key, f.kind{{name}}, {_GEOM}
    FROM {{base}} {{joined}}
   WHERE {{where}} AND f.geom && {ENVELOPE}
   ORDER BY {{first}} {{row}} LIMIT :most) AS things WHERE geom IS NOT NULL"""

_MARKS: Final = f"""
SELECT ST_AsMVT(marks, '{{layer}}', {EXTENT}, 'geom', 'row') FROM (
  SELECT f.id AS row, CASE WHEN c.many = 1 THEN f.key END AS key, f.kind, c.many AS count, {_GEOM}
    FROM tile_cell c JOIN feature f ON f.id = c.feature_id AND f.withdrawn_at IS NULL
   WHERE c.layer = :layer AND c.z = :z AND c.x BETWEEN :left AND :right AND c.y BETWEEN :top AND :bottom
   ORDER BY f.id) AS marks WHERE geom IS NOT NULL"""

_LEVEL: Final = text("SELECT 1 FROM tile_cell WHERE layer = :layer AND z = :z LIMIT 1")
_KEPT: Final = text("SELECT body FROM stored_tile WHERE slot = :slot AND name = :name AND stamp = :stamp")
_KEEP: Final = text("""
INSERT INTO stored_tile (slot, name, stamp, body, made_at) VALUES (:slot, :name, :stamp, :body, now())
ON CONFLICT (slot) DO UPDATE SET name = excluded.name, stamp = excluded.stamp, body = excluded.body,
                                 made_at = excluded.made_at""")
