"""Places inside buildings, and the outer wall nearest to each."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.shapes import LonLat

CLEAR_M: Final = 1.0
"""How far in front of the wall an access point is put."""
AROUND_M: Final = 60.0
"""Buildings so near are looked at: those that touch form one block, without walls between them."""


class Wall(NamedTuple):
    """The outer wall nearest to a place in a building: a place in front of it (degrees, and metres of the
    commune's CRS), how far that is, and the building's height in metres, where it is known.
    """

    outside: LonLat
    outside_m: tuple[float, float]
    metres: float
    height_m: float | None


_INSIDE: Final = text("""
WITH spot AS (
  SELECT n, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS at
    FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS s (lon, lat, n)
), inside AS (
  SELECT spot.n, spot.at, max(b.height_m) AS height_m,
         ST_Transform(spot.at, CAST(:crs AS integer)) AS p
    FROM spot JOIN building b ON ST_Intersects(b.geom, spot.at) GROUP BY spot.n, spot.at
)
SELECT n - 1 AS n, ST_X(p) AS x, ST_Y(p) AS y, height_m,
       (SELECT array_agg(ST_AsBinary(ST_Transform(b.geom, CAST(:crs AS integer)))) FROM building b
         WHERE ST_Intersects(b.geom, ST_Transform(ST_Expand(p, :around), 4326))) AS shapes
  FROM inside ORDER BY n
""")
_BACK: Final = text("""
SELECT ST_X(p), ST_Y(p) FROM (
  SELECT n, ST_Transform(ST_SetSRID(ST_MakePoint(x, y), CAST(:crs AS integer)), 4326) AS p
    FROM unnest(CAST(:xs AS float8[]), CAST(:ys AS float8[])) WITH ORDINALITY AS s (x, y, n)) AS back
 ORDER BY n
""")


def of(session: Session, metric_crs: int, places: Sequence[LonLat]) -> dict[int, Wall]:
    """By number of those places that are inside a building, its nearest outer wall."""
    asked = {
        **{"crs": metric_crs, "around": AROUND_M},
        **{"lons": [place.lon for place in places], "lats": [place.lat for place in places]},
    }
    rows: Sequence[Any] = session.execute(_INSIDE, asked).all()
    if not rows:
        return {}
    spots = [_in_front(row) for row in rows]
    back = {"crs": metric_crs, "xs": [x for x, _ in spots], "ys": [y for _, y in spots]}
    walls = {}
    for row, (x, y), at in zip(rows, spots, session.execute(_BACK, back), strict=True):
        metres = float(np.hypot(x - row.x, y - row.y))
        walls[int(row.n)] = Wall(LonLat(*at), (x, y), metres, row.height_m)
    return walls


def _in_front(row: Any) -> tuple[float, float]:
    """A place CLEAR_M in front of the nearest outer wall of the block that the place is in, in metres.

    Courtyards are no outside: nobody in the street is served from one.
    """
    block = shapely.union_all(shapely.from_wkb([bytes(shape) for shape in row.shapes]))
    here = shapely.Point(row.x, row.y)
    # The nearest part holds it: in degrees a place on an outline is inside, in metres it may be beside it.
    part = min(shapely.get_parts(block), key=lambda part: float(shapely.distance(part, here)))
    around = shapely.buffer(shapely.Polygon(shapely.get_exterior_ring(part)), CLEAR_M, join_style="mitre")
    # A neighbour across a narrow gap may stand where the access point would hang.
    ring = shapely.get_exterior_ring(around)
    free = shapely.difference(ring, block)
    nearest = shapely.shortest_line(here, ring if shapely.is_empty(free) else free)
    x, y = shapely.get_coordinates(nearest)[-1]
    return float(x), float(y)
