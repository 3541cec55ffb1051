"""Thinned layers for low zooms, worked out once a load: a tile of the whole town costs what a street's does.

The world of a zoom is a grid of cells, CELLS a tile's side. One thing stands for all in a cell, at its own
place (no place is made up), with their number. Zooms at which every tile holds few enough things have none.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

CELLS: Final = 48
"""Cells on the side of a tile: at most 2,304 marks in it."""
FULL: Final = 3000
"""Things in a tile up to which each is shown."""
DEEPEST: Final = 18
"""Zoom from which on a tile is never thinned beforehand."""

_MERCATOR: Final = """
SELECT id, (ST_X(place) + 180) / 360 AS mx,
       0.5 - ln(tan(pi() / 4 + radians(greatest(-85.05, least(85.05, ST_Y(place)))) / 2)) / (2 * pi()) AS my
  FROM feature WHERE layer = CAST(:layer AS text) AND withdrawn_at IS NULL AND place IS NOT NULL"""
"""Places as shares of the Mercator square, from its north-west corner (EPSG Guidance Note 7-2, 1.3.3)."""


def rebuild(session: Session) -> None:
    """Work out the cells of every layer that needs them. Whoever changes features calls it; the caller
    commits.
    """
    session.execute(text("DELETE FROM tile_cell"))
    layers = session.execute(
        text("SELECT layer FROM feature WHERE withdrawn_at IS NULL GROUP BY layer HAVING count(*) > :full"),
        {"full": FULL},
    ).scalars()
    for layer in layers.all():
        finest = _finest(session, layer)
        if finest is None:
            continue
        session.execute(_FINEST, {"layer": layer, "z": finest, "cells": CELLS * 2**finest})
        for zoom in range(finest - 1, -1, -1):
            session.execute(_COARSER, {"layer": layer, "z": zoom})
        session.execute(text("ANALYZE tile_cell"))


def _finest(session: Session, layer: str) -> int | None:
    """The deepest zoom at which some tile of the layer holds more than FULL things; None if none does."""
    deepest: int | None = session.scalar(
        text(f"""
        WITH tiles AS (
          SELECT floor(mx * :side)::int AS x, floor(my * :side)::int AS y, count(*) AS many
            FROM ({_MERCATOR}) AS at GROUP BY 1, 2)
        SELECT max(z) FROM generate_series(0, :deepest) AS z
         WHERE EXISTS (SELECT 1 FROM tiles GROUP BY x >> (:deepest - z), y >> (:deepest - z)
                       HAVING sum(many) > :full)"""),
        {"layer": layer, "side": 2**DEEPEST, "deepest": DEEPEST, "full": FULL},
    )
    return deepest


_FINEST: Final = text(f"""
INSERT INTO tile_cell (layer, z, x, y, feature_id, many)
SELECT CAST(:layer AS text), CAST(:z AS int), floor(mx * :cells)::int, floor(my * :cells)::int,
       min(id), count(*)
  FROM ({_MERCATOR}) AS at GROUP BY 3, 4""")

_COARSER: Final = text("""
INSERT INTO tile_cell (layer, z, x, y, feature_id, many)
SELECT CAST(:layer AS text), CAST(:z AS int), x >> 1, y >> 1, min(feature_id), sum(many)
  FROM tile_cell WHERE layer = CAST(:layer AS text) AND z = CAST(:z AS int) + 1 GROUP BY 3, 4""")
