"""Open public area: squares, gardens, parks, markets, as far as their outlines are known."""

from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.wifi.served.points import NOWHERE, Note, Points, grid

CELL_M: Final = 5.0
"""Side of the cells that an area is cut into; larger where there would be more than MOST."""
MOST: Final = 40_000
"""Points that stand for the whole area at the most."""

OPEN: Final = ("square", "garden", "market", "souk", "weekly_market", "palm_grove")
"""Kinds of places and monuments that are open public area."""
MAPPED: Final = (
    *("park", "garden", "pedestrian", "marketplace", "recreation_ground", "village_green", "playground"),
)
"""Kinds of OpenStreetMap's land use that are; so are its squares."""

_AREAS: Final = text("""
WITH part AS (
  SELECT geom FROM feature
   WHERE layer IN ('places', 'monuments') AND kind = ANY(:open) AND withdrawn_at IS NULL
     AND ST_Dimension(geom) = 2
   UNION ALL
  SELECT geom FROM osm_feature
   WHERE (layer = 'land_use' AND (kind = ANY(:mapped) OR tags->>'leisure' = ANY(:mapped))
          OR layer = 'places' AND kind = 'square')
     AND ST_Dimension(geom) = 2 AND COALESCE(tags->>'access', '') NOT IN ('no', 'private', 'customers')
), area AS (SELECT (ST_Dump(ST_Union(ST_Transform(geom, CAST(:crs AS integer))))).geom AS geom FROM part)
SELECT ST_AsBinary(COALESCE(ST_Difference(area.geom, built.geom), area.geom)) AS shape
  FROM area LEFT JOIN LATERAL (
       SELECT ST_Union(ST_Transform(b.geom, CAST(:crs AS integer))) AS geom FROM building b
        WHERE b.geom && ST_Transform(area.geom, 4326)) AS built ON true
 ORDER BY ST_XMin(area.geom), ST_YMin(area.geom)
""")
_POINTS: Final = text("""
SELECT count(*) FROM feature
 WHERE layer = 'places' AND kind = ANY(:open) AND withdrawn_at IS NULL AND ST_Dimension(geom) < 2
""")


def of(session: Session, metric_crs: int, limits: Any) -> tuple[Points, list[Note]]:
    """Points on a grid over the open public area, buildings left out; the amounts are square metres.

    What overlaps counts once. Places that are known as a point only have no area: how many is told.
    """
    asked = {"crs": metric_crs, "open": list(OPEN), "mapped": list(MAPPED)}
    shapes = shapely.from_wkb([bytes(found) for found in session.scalars(_AREAS, asked)])
    if limits is not None:
        shapes = shapely.intersection(shapes, limits)
    parts = [part for part in shapely.get_parts(shapes) if shapely.area(part) > 0]
    pointed = session.scalar(_POINTS, {"open": list(OPEN)}) or 0
    notes = [Note("area_unknown", {"places": pointed})] if pointed else []
    if not parts:
        return NOWHERE, notes
    metres = shapely.area(parts)
    cell = max(CELL_M, float(np.sqrt(metres.sum() / MOST)))
    spots = [grid(part, cell) for part in parts]
    amount = [np.full(len(x), area / len(x)) for (x, _), area in zip(spots, metres, strict=True)]
    x, y = (np.concatenate([spot[axis] for spot in spots]) for axis in (0, 1))
    return Points(x, y, np.concatenate(amount)), notes
