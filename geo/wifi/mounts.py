"""Places of the data at which an access point could hang, and where power and fibre are known to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.shapes import LonLat
from geo.wifi import facades
from geo.wifi.rules import OPEN_KINDS

PUBLIC_BUILDINGS: Final = (
    *("town_hall", "library", "cultural_centre", "neighbourhood_house", "bus_station", "post_office"),
    "toilets",
)
"""Kinds of places in a building of the commune or of a public service; whose it is, is not said."""
OPEN_PLACES: Final = ("square", "garden", "market")
STREET_M: Final = 25.0
"""A place beside a monument is put on the street that is so near."""
MOST_LAMPS: Final = 4_000
CELL_M: Final = 25.0
"""Of lamp posts in a cell of this side one is taken; of a larger one where there would be more than MOST."""


@dataclass(frozen=True)
class Mount:
    """A place of the data; see candidates.Candidate."""

    kind: str
    layer: str
    key: str
    feature_id: int | None
    names: Mapping[str, Said]
    error_m: float | None
    lon: float
    lat: float
    x: float
    y: float
    side: str | None = None
    height_m: float | None = None


_CHOSEN: Final = text("""
WITH thing AS (
  SELECT f.id, f.layer, f.key, f.kind, f.error_m, f.place,
         COALESCE(p.wifi_candidate, false) AS wanted,
         EXISTS (SELECT FROM route_stop s JOIN feature r ON r.id = s.route_id AND r.withdrawn_at IS NULL
                  WHERE s.feature_id = f.id) AS stop,
         f.layer = 'monuments' AND NOT f.kind = ANY(:open_kinds) AS built,
         CASE WHEN jsonb_typeof(f.attributes->'height_m') = 'number'
              THEN (f.attributes->>'height_m')::float8 END AS height_m
    FROM feature f LEFT JOIN place p ON p.id = f.id
   WHERE f.layer IN ('places', 'monuments', 'infrastructure') AND f.withdrawn_at IS NULL
     AND f.place IS NOT NULL
), chosen AS (
  SELECT *, CASE WHEN layer = 'infrastructure' AND kind <> 'fibre_point' THEN kind
                 WHEN wanted THEN 'place'
                 WHEN layer = 'places' AND kind = ANY(:public_buildings) THEN 'public_building'
                 WHEN layer = 'places' AND kind = ANY(:open_places) OR kind IN ('square', 'souk')
                 THEN 'square'
                 WHEN built AND (stop OR kind IN ('city_gate', 'kasbah_gate')) THEN 'gate'
                 WHEN stop THEN 'stop' END AS why
    FROM thing
)
SELECT c.id, c.layer, c.key, c.why, c.error_m, side.name AS side, c.height_m,
       ST_X(at.geom) AS lon, ST_Y(at.geom) AS lat, ST_X(m.geom) AS x, ST_Y(m.geom) AS y,
       COALESCE((SELECT jsonb_object_agg(t.lang, jsonb_build_array(t.text, t.state)) FROM feature_text t
                  WHERE t.feature_id = c.id AND t.field = 'name'), '{}') AS names
  FROM chosen c
 CROSS JOIN LATERAL (VALUES (1, 'n', 0.0), (2, 'e', 90.0), (3, 's', 180.0), (4, 'w', 270.0), (5, NULL, NULL))
         AS side (place, name, degrees)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN side.name IS NULL THEN c.place
                   ELSE ST_Project(c.place::geography, :away, radians(side.degrees))::geometry END AS geom
       ) AS raw
  LEFT JOIN LATERAL (
       SELECT ST_ClosestPoint(s.geom, raw.geom) AS geom FROM street_segment s
        WHERE side.name IS NOT NULL AND ST_DWithin(s.geom::geography, raw.geom::geography, :street)
          AND s.geom && ST_Expand(raw.geom, 0.0005)
        ORDER BY s.geom <-> raw.geom LIMIT 1) AS street ON true
 CROSS JOIN LATERAL (SELECT COALESCE(street.geom, raw.geom) AS geom) AS at
 CROSS JOIN LATERAL (SELECT ST_Transform(at.geom, CAST(:crs AS integer)) AS geom) AS m
 WHERE c.why IS NOT NULL AND c.why <> 'lamp_post' AND (c.why = 'gate') = (side.name IS NOT NULL)
 ORDER BY array_position(
            ARRAY['place', 'public_building', 'square', 'gate', 'stop', 'mast', 'powered_building'], c.why),
          c.id, side.place
""")
_LAMPS: Final = text("""
WITH lamp AS (
  SELECT 1 AS rank, 'infrastructure' AS layer, kind, key, id, error_m, place AS at,
         CASE WHEN jsonb_typeof(attributes->'height_m') = 'number'
              THEN (attributes->>'height_m')::float8 END AS height_m
    FROM feature WHERE layer = 'infrastructure' AND kind = 'lamp_post' AND withdrawn_at IS NULL
   UNION ALL
  SELECT 2, 'osm', kind, osm_type || '/' || osm_id, NULL, NULL, geom, NULL
    FROM osm_feature WHERE layer = 'fixtures' AND GeometryType(geom) = 'POINT'
), spot AS (
  SELECT *, ST_X(at) AS lon, ST_Y(at) AS lat, ST_Transform(at, CAST(:crs AS integer)) AS m FROM lamp
)
SELECT DISTINCT ON (floor(ST_X(m) / :cell), floor(ST_Y(m) / :cell))
       layer, kind, key, id, error_m, height_m, lon, lat, ST_X(m) AS x, ST_Y(m) AS y
  FROM spot ORDER BY floor(ST_X(m) / :cell), floor(ST_Y(m) / :cell), rank, key
""")
_SUPPLIES: Final = text("""
SELECT kind, ST_X(p) AS x, ST_Y(p) AS y FROM (
  SELECT id, kind, ST_Transform(place, CAST(:crs AS integer)) AS p FROM feature
   WHERE layer = 'infrastructure' AND kind IN ('fibre_point', 'powered_building') AND withdrawn_at IS NULL
     AND place IS NOT NULL) AS f
 ORDER BY id
""")


def of(session: Session, metric_crs: int, away_m: float) -> list[Mount]:
    """Places at which one could think of an access point, before any rule is asked.

    Beside a gate or another built monument there are four, `away_m` metres to each side, on a street where
    one is near; elsewhere the place itself.
    """
    asked = {
        **{"crs": metric_crs, "away": away_m, "street": STREET_M, "open_kinds": list(OPEN_KINDS)},
        **{"public_buildings": list(PUBLIC_BUILDINGS), "open_places": list(OPEN_PLACES)},
    }
    rows = session.execute(_CHOSEN, asked)
    found = [_mount(row, row.why, row.names, row.side) for row in rows]
    return [*found, *_lamps(session, metric_crs)]


def _lamps(session: Session, metric_crs: int) -> list[Mount]:
    cell = CELL_M
    while True:
        rows: Sequence[Any] = session.execute(_LAMPS, {"crs": metric_crs, "cell": cell}).all()
        if len(rows) <= MOST_LAMPS:
            return [_mount(row, row.kind, {}, None) for row in rows]
        cell *= max(1.2, float(np.sqrt(len(rows) / MOST_LAMPS)))


def _mount(row: Any, kind: str, names: Mapping[str, Any], side: str | None) -> Mount:
    said = {lang: Said(name, lang, state) for lang, (name, state) in names.items()}
    return Mount(
        kind,
        row.layer,
        row.key,
        row.id,
        said,
        row.error_m,
        row.lon,
        row.lat,
        row.x,
        row.y,
        side,
        row.height_m,
    )


def walls(session: Session, metric_crs: int, given: Sequence[Mount]) -> dict[int, facades.Wall]:
    """By number of those inside a building: its nearest outer wall."""
    return facades.of(session, metric_crs, [LonLat(found.lon, found.lat) for found in given])


@dataclass(frozen=True)
class Supplies:
    """Known fibre connections and buildings with power, as trees of points in metres; None: none is known."""

    fibre: shapely.STRtree | None
    power: shapely.STRtree | None

    def nearest(self, x: float, y: float) -> tuple[float | None, float | None]:
        """Metres to the nearest of each."""
        here = shapely.Point(x, y)
        return _metres(self.fibre, here), _metres(self.power, here)


def _metres(tree: shapely.STRtree | None, here: Any) -> float | None:
    if tree is None:
        return None
    return float(shapely.distance(tree.geometries[tree.nearest(here)], here))


def supplies(session: Session, metric_crs: int) -> Supplies:
    """All of the layer `infrastructure`."""
    rows: Sequence[Any] = session.execute(_SUPPLIES, {"crs": metric_crs}).all()

    def tree(kind: str) -> shapely.STRtree | None:
        points = [shapely.Point(row.x, row.y) for row in rows if row.kind == kind]
        return shapely.STRtree(points) if points else None

    return Supplies(tree("fibre_point"), tree("powered_building"))
