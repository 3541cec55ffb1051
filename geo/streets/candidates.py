"""Points of heritage from OpenStreetMap, for editors to look at: nothing is ever merged by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said, say
from geo.folding import fold

MOST: Final = 200
"""Candidates in one answer at the most."""
ALIKE: Final = 0.35
"""Trigram similarity of folded names from which two are told to be alike."""


@dataclass(frozen=True)
class Candidate:
    """An OSM object that may be a monument, beside the nearest monument there is."""

    osm: str
    """As in `external_ids`: node/123."""
    kind: str
    name: Said | None
    lon: float
    lat: float
    linked: str | None
    """Key of the monument that names this object already."""
    nearest: str | None
    nearest_name: str | None
    metres: float | None
    alike: float
    """0 to 1: how alike the names are, the best of all languages."""


_QUERY: Final = text("""
SELECT c.osm_type || '/' || c.osm_id AS osm, c.kind, c.names, ST_X(c.at) AS lon, ST_Y(c.at) AS lat,
       known.key AS linked, near.key, near.name, near.metres
  FROM (SELECT *, ST_PointOnSurface(geom) AS at FROM osm_feature WHERE layer = 'heritage') AS c
  LEFT JOIN LATERAL (
       SELECT key FROM feature WHERE layer = 'monuments' AND withdrawn_at IS NULL
          AND external_ids->>'osm' = c.osm_type || '/' || c.osm_id LIMIT 1) AS known ON true
  LEFT JOIN LATERAL (
       SELECT f.id, f.key, f.place::geography <-> c.at::geography AS metres,
              (SELECT t.text FROM feature_text t WHERE t.feature_id = f.id AND t.field = 'name'
                ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang
                LIMIT 1) AS name
         FROM feature f WHERE f.layer = 'monuments' AND f.withdrawn_at IS NULL
        ORDER BY f.place::geography <-> c.at::geography LIMIT 1) AS near ON true
 ORDER BY known.key IS NOT NULL, near.metres DESC NULLS FIRST, osm
 LIMIT :most OFFSET :skipped
""")
_ALIKE: Final = text("""
SELECT COALESCE(max(similarity(t.folded, given.name)), 0)
  FROM feature f JOIN feature_text t ON t.feature_id = f.id AND t.field = 'name'
 CROSS JOIN unnest(CAST(:names AS text[])) AS given (name)
 WHERE f.layer = 'monuments' AND f.key = :key
""")


def listed(
    session: Session, order: Sequence[str], *, limit: int = MOST, offset: int = 0
) -> tuple[int, list[Candidate]]:
    """How many there are, and a page of them: what is far from any monument first, known ones last."""
    total = session.scalar(text("SELECT count(*) FROM osm_feature WHERE layer = 'heritage'")) or 0
    values = {"most": min(max(limit, 1), MOST), "skipped": max(offset, 0), "langs": list(order)}
    rows: Sequence[Any] = session.execute(_QUERY, values).all()
    return total, [_candidate(session, row, order) for row in rows]


def _candidate(session: Session, row: Any, order: Sequence[str]) -> Candidate:
    said = {lang or "und": Said(name, lang or "und") for lang, name in row.names.items()}
    alike = 0.0
    if said and row.key:
        names = [fold(name) for name in row.names.values()]
        alike = float(session.scalar(_ALIKE, {"names": names, "key": row.key}) or 0.0)
    return Candidate(
        osm=row.osm,
        kind=row.kind,
        name=say(said, [*order, "und"]) if said else None,
        lon=row.lon,
        lat=row.lat,
        linked=row.linked,
        nearest=row.key,
        nearest_name=row.name,
        metres=row.metres,
        alike=round(alike, 2),
    )
