"""Risk zones for pages: those that touch the commune, with what holds first; one of them; what happened."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Gone, NotFound
from geo.shapes import Box
from geo.zones import COLUMNS, Zone, as_zone

_TOUCHING: Final = text(f"""
SELECT {COLUMNS}, count(*) OVER () AS total FROM feature f JOIN risk_zone z ON z.id = f.id
 WHERE f.withdrawn_at IS NULL AND z.record = :record
   AND f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
 ORDER BY COALESCE(f.attributes->>'valid_until', '9999') < CAST(:today AS text),
          COALESCE(f.attributes->>'valid_from', '') > CAST(:today AS text),
          array_position(ARRAY['severe', 'high', 'moderate', 'low'], z.level::text),
          z.event_time DESC, z.measure, z.value DESC, f.key
 LIMIT :most OFFSET :from
""")
_ONE: Final = text(f"""
SELECT {COLUMNS}, f.withdrawn_at,
       ST_XMin(f.geom) AS west, ST_YMin(f.geom) AS south, ST_XMax(f.geom) AS east, ST_YMax(f.geom) AS north
  FROM feature f JOIN risk_zone z ON z.id = f.id WHERE f.key = :key AND f.layer = 'risk_zones'
""")


def touching(
    session: Session,
    box: Box,
    order: Sequence[str],
    today: date,
    *,
    record: bool,
    limit: int,
    offset: int = 0,
) -> tuple[list[Zone], int]:
    """Zones (or records of the past) whose box reaches into the box, as on the map, and how many there are.

    Those that hold on the day come first, the strongest of them before the others.
    """
    asked = {**box._asdict(), "today": today.isoformat(), "record": record, "most": limit, "from": offset}
    rows: Sequence[Any] = session.execute(_TOUCHING, asked).all()
    return [as_zone(row, order) for row in rows], rows[0].total if rows else 0


def find(session: Session, key: str, order: Sequence[str], today: date) -> tuple[Zone, Box]:
    """A zone and the box around it; NotFound for a key that never was, Gone when withdrawn."""
    asked = {"key": key[:80].replace("\0", ""), "today": today.isoformat()}
    row: Any = session.execute(_ONE, asked).one_or_none()
    if row is None:
        raise NotFound("There is no such risk zone here.")
    if row.withdrawn_at is not None:
        raise Gone("This risk zone is no longer on the map.")
    return as_zone(row, order), Box(row.west, row.south, row.east, row.north)
