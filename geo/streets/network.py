"""The street network around a walk, as arrays; and where its stops meet it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import from_wkb, get_coordinates
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.shapes import Box

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]
Coordinates = list[tuple[float, float]]
"""Longitude and latitude of each point of a line."""

FURTHEST_M: Final = 100.0
"""How far a stop may be from a street to be reached by it, in metres."""
CANDIDATES: Final = 8
"""Segments near a stop that are looked at: the nearest may belong to a yard that leads nowhere."""
END_M: Final = 0.5


@dataclass(frozen=True)
class Network:
    """Segments of a box, one a row, all arrays of the same length; `closed` are nodes nobody may pass."""

    ids: Ids
    starts: Ids
    ends: Ids
    lengths: Floats
    """In metres."""
    closed: Ids


@dataclass(frozen=True)
class Anchor:
    """A place on a segment near a stop: `fraction` of the segment from its start, `metres` from the stop."""

    segment: int
    fraction: float
    metres: float


@dataclass(frozen=True)
class Street:
    """A segment as a walker meets it."""

    line: Coordinates
    length_m: float
    kind: str
    names: dict[str, str]
    wheelchair: str
    width_m: float | None
    incline_percent: float | None
    step_count: int | None


_IN_BOX = text("""
SELECT id, from_node, to_node, length_m FROM street_segment
 WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) ORDER BY id
""")
_CLOSED = text("SELECT osm_id FROM street_node WHERE closed ORDER BY osm_id")
_ANCHORS = text("""
SELECT stop.n, near.id, ST_LineLocatePoint(near.geom, place.geom) AS fraction, near.length_m,
       ST_Distance(near.geom::geography, place.geom::geography) AS metres
  FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS stop (lon, lat, n)
 CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(stop.lon, stop.lat), 4326) AS geom) AS place
 CROSS JOIN LATERAL (
       SELECT id, geom, length_m FROM street_segment
        ORDER BY street_segment.geom <-> place.geom LIMIT :most) AS near
 ORDER BY stop.n, metres, near.id
""")
_STREETS = text("""
SELECT id, ST_AsBinary(geom) AS shape, length_m, kind, names::text, wheelchair, width_m, incline_percent,
       step_count
  FROM street_segment WHERE id = ANY(:ids) ORDER BY id
""")


def is_loaded(session: Session) -> bool:
    """Whether there is a network at all."""
    return bool(session.scalar(text("SELECT EXISTS (SELECT FROM street_segment)")))


def within(session: Session, box: Box) -> Network:
    """The segments that touch the box. Two queries."""
    rows = session.execute(_IN_BOX, box._asdict()).all()
    closed = session.scalars(_CLOSED).all()
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    ids, starts, ends = (np.array(column, dtype=np.int64) for column in columns[:3])
    lengths = np.array(columns[3], dtype=np.float64)
    return Network(ids, starts, ends, lengths, np.array(closed, dtype=np.int64))


def anchors(session: Session, lons: Sequence[float], lats: Sequence[float]) -> list[list[Anchor]]:
    """For each place the segments within FURTHEST_M, nearest first; none where there is no street. One
    query.
    """
    found: list[list[Anchor]] = [[] for _ in lons]
    values = {"lons": list(lons), "lats": list(lats), "most": CANDIDATES}
    for n, segment, fraction, length_m, metres in session.execute(_ANCHORS, values):
        if metres <= FURTHEST_M:
            found[n - 1].append(Anchor(segment, _end(fraction, length_m), metres))
    return found


def _end(fraction: float, length_m: float) -> float:
    """A place within END_M of a segment's end is that end: a corner is on none of its streets."""
    if fraction * length_m < END_M:
        return 0.0
    return 1.0 if (1 - fraction) * length_m < END_M else fraction


def streets(session: Session, ids: Collection[int]) -> dict[int, Street]:
    """Those segments with what is known of them. One query."""
    rows: Sequence[Any] = session.execute(_STREETS, {"ids": sorted(ids)}).all()
    points, owners = get_coordinates(from_wkb([bytes(row.shape) for row in rows]), return_index=True)
    lines: list[Coordinates] = [[] for _ in rows]
    for (lon, lat), owner in zip(points.tolist(), owners.tolist(), strict=True):
        lines[owner].append((lon, lat))
    # A street's name stands at each of its segments: it is read once.
    names = {said: json.loads(said) for said in {row.names for row in rows}}
    return {
        row.id: Street(
            *(line, row.length_m, row.kind, names[row.names], row.wheelchair),
            *(row.width_m, row.incline_percent, row.step_count),
        )
        for row, line in zip(rows, lines, strict=True)
    }
