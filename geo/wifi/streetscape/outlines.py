"""Outlines of buildings from the database, in the commune's metric CRS, ready to become walls."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from shapely import Polygon, from_wkb
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.vocabulary import N_

LEVEL_M: Final = 3.2
"""A storey, where only their number is known: an assumption."""
UNKNOWN_M: Final = 6.5
"""A building of which neither height nor storeys are known is taken to have two storeys: an assumption."""
LOWEST_M: Final = 2.0
"""Lower ones stand in nobody's way."""
MOST_POINTS: Final = 2_000
"""An outline with more points than that is drawn with fewer, none of them off by more than COARSE_M."""
COARSE_M: Final = 0.25
MOST_BUILDINGS: Final = 40_000
MOST_WALLS: Final = 400_000


class Box(NamedTuple):
    """West, south, east and north in metres of the commune's metric CRS."""

    west: float
    south: float
    east: float
    north: float


class Outline(NamedTuple):
    """A building's outer wall with its courtyards; metres from the box's south-west corner."""

    shape: Polygon
    top_m: float
    material: str | None
    """As tagged, or None."""


_DIGEST = text("SELECT digest FROM osm_import")
_WITHIN = text("""
WITH near AS (
  SELECT osm_type, osm_id, ST_Transform(geom, :crs) AS geom, material,
         COALESCE(height_m, levels * :level, :unknown) AS top
    FROM building
   WHERE geom && ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, :crs), 4326)
     AND COALESCE(min_height_m, 0) < :lowest
   ORDER BY osm_type, osm_id LIMIT :most),
parts AS (
  SELECT osm_type, osm_id, top, material, (ST_Dump(ST_MakeValid(
         CASE WHEN ST_NPoints(geom) > :points THEN ST_SimplifyPreserveTopology(geom, :coarse) ELSE geom END
         ))).geom AS geom
    FROM near WHERE top >= :lowest)
SELECT ST_AsBinary(ST_Translate(geom, -:west, -:south)) AS shape, top, material
  FROM parts WHERE ST_GeometryType(geom) = 'ST_Polygon' AND ST_NPoints(geom) < 1000000
 ORDER BY osm_type, osm_id, ST_XMin(geom), ST_YMin(geom)
""")


def digest(session: Session) -> str | None:
    """Which extract the buildings are from; None: there are none."""
    found: str | None = session.scalar(_DIGEST)
    return found


def within(session: Session, crs: int, box: Box) -> Sequence[Outline]:
    """What stands in the box, whole also where it sticks out. One query.

    Invalid is raised where more stands there than can be reckoned with.
    """
    values = {"crs": crs, "level": LEVEL_M, "unknown": UNKNOWN_M, "lowest": LOWEST_M, "points": MOST_POINTS}
    rows = session.execute(
        _WITHIN, {**box._asdict(), **values, "coarse": COARSE_M, "most": MOST_BUILDINGS + 1}
    ).all()
    outlines = [Outline(from_wkb(bytes(row.shape)), float(row.top), row.material) for row in rows]
    walls = sum(len(outline.shape.exterior.coords) for outline in outlines)
    if len(outlines) > MOST_BUILDINGS or walls > MOST_WALLS:
        raise Invalid(
            "place",
            N_(
                "More than %(buildings)s buildings or %(walls)s walls stand around this place: that many"
                " cannot be reckoned with. Import a smaller or simpler extract."
            ),
            buildings=MOST_BUILDINGS,
            walls=MOST_WALLS,
        )
    return outlines
