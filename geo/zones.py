"""Risk zones as the rest of the ground asks about them: which hold on a day, and what lies in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said, say
from geo.features import as_texts
from geo.vocabulary import HAZARDS, HIPS

LINE_M: Final = 10.0
"""A zone that is a line holds for so many metres on both sides of it."""
GROUND: Final = (
    "CASE WHEN ST_Dimension(f.geom) = 2 THEN f.geom"
    f" ELSE ST_Buffer(f.geom::geography, {LINE_M})::geometry END"
)
"""SQL of the ground of a zone `f`."""
HOLDS: Final = (
    "NOT z.record AND COALESCE(f.attributes->>'valid_from', '') <= CAST(:today AS text)"
    " AND COALESCE(f.attributes->>'valid_until', '9999') >= CAST(:today AS text)"
)
"""SQL: whether a zone `f` with its row `z` holds on the day :today (YYYY-MM-DD). A record never does."""
ACTIVE_ZONES: Final = f"""
  SELECT f.id, {GROUND} AS geom FROM feature f JOIN risk_zone z ON z.id = f.id
   WHERE f.withdrawn_at IS NULL AND ST_Dimension(f.geom) >= 1 AND {HOLDS}
"""
"""SQL of the zones that hold on the day :today, with their ground."""
STATES: Final = ("active", "coming", "over", "record")
"""What a zone is on a day."""


def state_sql(today: str = ":today") -> str:
    """SQL: the state of a zone `f` with its row `z` on a day: one of STATES."""
    return (
        "CASE WHEN z.record THEN 'record'"
        f" WHEN COALESCE(f.attributes->>'valid_from', '') > CAST({today} AS text) THEN 'coming'"
        f" WHEN COALESCE(f.attributes->>'valid_until', '9999') < CAST({today} AS text) THEN 'over'"
        " ELSE 'active' END"
    )


@dataclass(frozen=True)
class Zone:
    """A zone as pages tell of it, in the reader's language. `state` is one of STATES."""

    id: int
    key: str
    kind: str
    name: Said
    texts: Mapping[str, Said]
    """By field: advice, summary, note."""
    hazard: str
    """One of geo.vocabulary.HAZARDS."""
    level: str | None
    official: bool
    reported_by: str | None
    state: str
    valid_from: str | None
    valid_until: str | None
    measure: str | None
    unit: str | None
    value: float | None
    precision: str
    error_m: float | None
    sources: tuple[str, ...]
    licence: str
    may: bool = False
    """Of a thing that was asked about: it may lie in the zone, its place is not known exactly enough."""

    @property
    def hazard_code(self) -> str:
        """Of its profile among the UNDRR-ISC Hazard Information Profiles."""
        return HIPS[self.hazard][1]


COLUMNS: Final = f"""
  f.id, f.key, f.kind, z.hazard, z.level, z.official, z.reported_by, {state_sql()} AS state,
  f.attributes->>'valid_from' AS valid_from, f.attributes->>'valid_until' AS valid_until, z.measure, z.unit,
  z.value, f.precision, f.error_m, f.sources, f.licence,
  (SELECT jsonb_agg(jsonb_build_array(t.field, t.lang, t.text, t.state, t.source_hash, t.note)
                    ORDER BY t.field, t.lang)
     FROM feature_text t WHERE t.feature_id = f.id) AS texts"""
"""What `as_zone` reads."""


def as_zone(row: Any, order: Sequence[str]) -> Zone:
    """A row of COLUMNS, texts in the first language of `order` that has them."""
    texts = as_texts(row.texts)
    names = texts.pop("name", {})
    return Zone(
        id=row.id,
        key=row.key,
        kind=row.kind,
        name=say(names, order) if names else Said(row.key, "und"),
        texts={field: say(said, order) for field, said in texts.items()},
        hazard=row.hazard if row.hazard in HAZARDS else usual_hazard(row.kind),
        level=row.level,
        official=row.official,
        reported_by=row.reported_by,
        state=row.state,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        measure=row.measure,
        unit=row.unit,
        value=row.value,
        precision=row.precision,
        error_m=row.error_m,
        sources=tuple(row.sources),
        licence=row.licence,
        may=getattr(row, "may", False),
    )


def usual_hazard(kind: str) -> str:
    """The hazard of a zone that names none: the first of its kind."""
    return next(hazard for hazard, (of_kind, _) in HIPS.items() if of_kind == kind)


_ACTIVE: Final = text(f"SELECT id FROM ({ACTIVE_ZONES}) AS zone ORDER BY id")
_AT: Final = text(f"""
WITH zone AS ({ACTIVE_ZONES}), here AS (
  SELECT h.id AS thing, h.geom, COALESCE(h.error_m, 0) AS error_m FROM feature h WHERE h.id = ANY(:things)
)
SELECT here.thing, NOT ST_Intersects(zone.geom, here.geom) AS may, {COLUMNS}
  FROM here JOIN zone ON zone.geom && ST_Expand(here.geom, 0.05)
  JOIN feature f ON f.id = zone.id JOIN risk_zone z ON z.id = zone.id
 WHERE ST_Intersects(zone.geom, here.geom)
    OR ST_DWithin(zone.geom::geography, here.geom::geography,
                  LEAST(3000, here.error_m + COALESCE(f.error_m, 0)))
 ORDER BY here.thing, may, f.key
""")


def active(session: Session, today: date) -> tuple[int, ...]:
    """Numbers of the zones that hold on the day, in order."""
    return tuple(session.scalars(_ACTIVE, {"today": today.isoformat()}))


def at(
    session: Session, things: Sequence[int], order: Sequence[str], today: date
) -> dict[int, tuple[Zone, ...]]:
    """By feature: the zones that hold on the day and in which it lies, or may lie, as both are known.

    One query; things in no zone are left out.
    """
    asked = {"things": list(things), "today": today.isoformat()}
    found: dict[int, tuple[Zone, ...]] = {}
    for row in session.execute(_AT, asked) if things else ():
        found[row.thing] = (*found.get(row.thing, ()), as_zone(row, order))
    return found
