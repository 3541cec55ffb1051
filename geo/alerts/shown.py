"""Areas as maps and drawings show them: those to choose from, and that of a message beside the commune."""

from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.alerts.area import DECIMALS
from geo.commune import Commune
from geo.wifi.limits import AREA
from geo.zones import GROUND

_SHAPES: Final = text(f"""
SELECT json_build_object('type', 'FeatureCollection', 'features', COALESCE(json_agg(json_build_object(
         'type', 'Feature', 'id', id, 'properties', json_build_object(),
         'geometry', ST_AsGeoJSON(ST_SimplifyPreserveTopology(geom, 1e-5), {DECIMALS})::json) ORDER BY id),
         '[]'))::text
  FROM (SELECT 'commune' AS id, geom FROM ({AREA}) AS commune WHERE geom IS NOT NULL
         UNION ALL
        (SELECT 'zones/' || f.key, {GROUND} FROM feature f JOIN risk_zone z ON z.id = f.id
          WHERE f.withdrawn_at IS NULL AND NOT z.record AND ST_Dimension(f.geom) >= 1
            AND f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
          ORDER BY f.id LIMIT :most)) AS there
""")
_SIZE: Final = text(f"""
SELECT ST_Area(a.area::geography) / 1e6 AS km2,
       CASE WHEN commune.geom IS NULL THEN NULL
            ELSE 1 - ST_Area(ST_Intersection(a.area, commune.geom)::geography)
                     / NULLIF(ST_Area(a.area::geography), 0) END AS outside
  FROM alert a, ({AREA}) AS commune WHERE a.id = :id
""")
_DRAWN: Final = text(f"""
SELECT ST_AsGeoJSON(ST_Transform(a.area, CAST(:crs AS integer)), 1)::jsonb AS area,
       ST_AsGeoJSON(ST_Transform(commune.geom, CAST(:crs AS integer)), 1)::jsonb AS commune
  FROM alert a, ({AREA}) AS commune WHERE a.id = :id
""")


class Size(NamedTuple):
    """How large an area is."""

    km2: float
    outside: float | None
    """What share of it lies outside the commune, from 0 to 1; None where its boundary is not known."""


def shapes(session: Session, commune: Commune, most: int) -> str:
    """The commune and its risk zones, `most` of them, as GeoJSON: to choose, to snap to. Ids are `commune`
    and `zones/KEY`.
    """
    return str(session.scalar(_SHAPES, {**commune.context_bbox._asdict(), "most": most}))


def size(session: Session, alert_id: int) -> Size:
    """How large the area of a message is, to three figures."""
    km2, outside = session.execute(_SIZE, {"id": alert_id}).one()
    return Size(float(f"{km2:.3g}"), outside)


def drawn_over(session: Session, alert_id: int, metric_crs: int) -> tuple[Any, Any]:
    """A message's area and the commune's, as GeoJSON geometries in metres; None for a boundary not known."""
    row = session.execute(_DRAWN, {"id": alert_id, "crs": metric_crs}).one()
    return row.area, row.commune
