"""Which risk zones hold now."""

from typing import Final

ACTIVE_ZONES: Final = """
  SELECT f.id, f.geom FROM feature f JOIN risk_zone z ON z.id = f.id
   WHERE f.withdrawn_at IS NULL AND NOT z.record AND ST_Dimension(f.geom) = 2
     AND COALESCE(f.attributes->>'valid_from', '') <= CAST(:today AS text)
     AND COALESCE(f.attributes->>'valid_until', '9999') >= CAST(:today AS text)
"""
"""SQL of the zones that hold on the day :today. A record of the past is none; days are YYYY-MM-DD."""
