"""The commune's own area: nothing outside it is served, and nothing is put up there."""

from typing import Any, Final

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

AREA: Final = """
  SELECT ST_Union(geom) AS geom, COALESCE(max(error_m), 0) AS error_m FROM feature
   WHERE layer = 'boundary' AND kind = 'commune' AND withdrawn_at IS NULL AND ST_Dimension(geom) = 2
     AND attributes->'alternative' IS DISTINCT FROM 'true'::jsonb
"""
"""SQL of it: one row, with how exactly its boundary is known, in metres; NULL where it is not known."""
_METRES: Final = text(f"SELECT ST_AsBinary(ST_Transform(geom, CAST(:crs AS integer))) FROM ({AREA}) AS area")


def of(session: Session, metric_crs: int) -> Any:
    """The area as a prepared shape in metres; None where its boundary is not known."""
    found = session.scalar(_METRES, {"crs": metric_crs})
    if found is None:
        return None
    shape = shapely.from_wkb(bytes(found))
    shapely.prepare(shape)
    return shape
