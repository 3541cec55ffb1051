"""Public places, places of children, stops and the length of the walks: what the folder itself lists."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.wifi.served.points import Note, Points, joined

STEP_M: Final = 5.0
"""A walk is looked at every so many metres."""
SAME_M: Final = 50.0
"""OpenStreetMap's schools and playgrounds this near to one of the folder are taken for the same."""

_PLACES: Final = text("""
SELECT ST_X(p) AS x, ST_Y(p) AS y, kind, child FROM (
  SELECT id, kind, ST_Transform(place, CAST(:crs AS integer)) AS p,
         kind = 'school' OR attributes->>'source_kind' = 'playground' AS child
    FROM feature WHERE layer = 'places' AND withdrawn_at IS NULL AND place IS NOT NULL) AS f
 ORDER BY id
""")
_MAPPED: Final = text("""
SELECT ST_X(p) AS x, ST_Y(p) AS y, kind, true AS child FROM (
  SELECT osm_type, osm_id, kind, ST_Transform(ST_PointOnSurface(geom), CAST(:crs AS integer)) AS p
    FROM osm_feature WHERE layer = 'land_use' AND kind = 'playground'
   UNION ALL
  SELECT osm_type, osm_id, kind, ST_Transform(ST_PointOnSurface(geom), CAST(:crs AS integer))
    FROM building WHERE kind IN ('school', 'kindergarten')) AS o
 ORDER BY osm_type, osm_id
""")
_STOPS: Final = text("""
SELECT ST_X(p) AS x, ST_Y(p) AS y, kind FROM (
  SELECT id, kind, ST_Transform(place, CAST(:crs AS integer)) AS p FROM feature f
   WHERE withdrawn_at IS NULL AND place IS NOT NULL AND EXISTS (
         SELECT FROM route_stop s JOIN feature r ON r.id = s.route_id AND r.withdrawn_at IS NULL
          WHERE s.feature_id = f.id)) AS f
 ORDER BY id
""")
_LEGS: Final = text("""
SELECT ST_AsBinary(ST_Transform(l.geom, CAST(:crs AS integer))) AS line, l.length_m, l.basis
  FROM route_leg l JOIN feature r ON r.id = l.route_id AND r.withdrawn_at IS NULL
 WHERE l.length_m > 0 ORDER BY l.route_id, l.ordinal
""")


def places(session: Session, metric_crs: int) -> Points:
    """Every public place of the folder, each 1."""
    return _each(session.execute(_PLACES, {"crs": metric_crs}).all())


def children(session: Session, metric_crs: int) -> Points:
    """Schools and playgrounds, each 1: the folder's, and OpenStreetMap's that the folder does not list."""
    own = _each([row for row in session.execute(_PLACES, {"crs": metric_crs}) if row.child])
    mapped = _each(session.execute(_MAPPED, {"crs": metric_crs}).all())
    if not len(own) or not len(mapped):
        return joined((own, mapped))
    known = shapely.STRtree(shapely.points(own.x, own.y))
    near, _ = known.query(shapely.points(mapped.x, mapped.y), predicate="dwithin", distance=SAME_M)
    other = np.setdiff1d(np.arange(len(mapped)), near)
    detail = [mapped.detail[n] for n in other]
    return joined((own, Points(mapped.x[other], mapped.y[other], mapped.amount[other], detail)))


def stops(session: Session, metric_crs: int) -> Points:
    """What walks stop at, each 1, also where several walks stop there."""
    return _each(session.execute(_STOPS, {"crs": metric_crs}).all())


def walks(session: Session, metric_crs: int) -> tuple[Points, list[Note]]:
    """Points about every STEP_M along the legs of the walks; the amounts are metres and add up to them.

    A street that two walks share counts for each. Legs as the crow flies are told.
    """
    rows: Sequence[Any] = session.execute(_LEGS, {"crs": metric_crs}).all()
    lines = shapely.from_wkb([bytes(row.line) for row in rows])
    metres = np.array([row.length_m for row in rows], dtype=np.float64)
    many = np.maximum(1, np.ceil(metres / STEP_M)).astype(np.int64)
    leg = np.repeat(np.arange(len(rows)), many)
    nth = np.arange(len(leg)) - np.repeat(np.cumsum(many) - many, many)
    spots = shapely.line_interpolate_point(
        np.asarray(lines, dtype=object)[leg], (nth + 0.5) / many[leg], normalized=True
    )
    straight = sum(row.length_m for row in rows if row.basis == "straight")
    notes = [Note("walks_straight", {"metres": round(straight)})] if straight else []
    return Points(shapely.get_x(spots), shapely.get_y(spots), (metres / many)[leg]), notes


def _each(rows: Sequence[Any]) -> Points:
    x, y = (np.array([getattr(row, axis) for row in rows], dtype=np.float64) for axis in ("x", "y"))
    return Points(x, y, np.ones(len(rows)), [row.kind for row in rows])
