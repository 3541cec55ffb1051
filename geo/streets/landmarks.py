"""What stands beside a way, for directions: a town wall that stays on one side, monuments that one passes.

Only what is known well enough: a schematic wall is no landmark, nor is a monument whose place is less exact
than the distance at which it is said to be passed.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
from shapely import from_wkb, transform
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.shapes import Box
from geo.streets.directions import Turn, flat

WALL_M: Final = 20.0
"""How far a wall may be to be kept beside one, in metres."""
SHORTEST_M: Final = 30.0
"""Along shorter lines no wall is told."""
SAMPLE_M: Final = 10.0
BESIDE: Final = 0.7
"""Share of a line along which the wall must be there, on the same side."""
PASSED_M: Final = 25.0

_WALLS: Final = text("""
SELECT ST_AsBinary(geom) FROM (
  SELECT geom FROM feature
   WHERE layer = 'walls' AND kind = 'wall_ring' AND withdrawn_at IS NULL AND precision <> 'schematic'
   UNION ALL
  SELECT geom FROM osm_feature WHERE layer = 'walls' AND kind = 'city_wall') AS wall
 WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
""")
_MONUMENTS: Final = text("""
SELECT id, layer, key, ST_X(place) AS lon, ST_Y(place) AS lat FROM feature
 WHERE layer = 'monuments' AND withdrawn_at IS NULL AND error_m <= :most
   AND place && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
 ORDER BY id
""")


class Beside:
    """The walls and monuments around a walk, read once for all its legs. Two queries."""

    def __init__(self, session: Session, box: Box) -> None:
        self.latitude = (box.south + box.north) / 2
        around = box._asdict()
        self.walls = [self._flat(from_wkb(bytes(shape))) for shape in session.scalars(_WALLS, around)]
        rows: Sequence[Any] = session.execute(_MONUMENTS, {**around, "most": PASSED_M}).all()
        self.monuments = [
            (row.id, (row.layer, row.key), Point(flat((row.lon, row.lat), self.latitude))) for row in rows
        ]

    def tell(self, turns: Sequence[Turn], stops: Collection[int]) -> None:
        """Add to each line what is beside it. `stops` are the leg's own ends: one does not pass them."""
        lines = [LineString(self._points(turn)) if len(turn.line) > 1 else None for turn in turns]
        for turn, line in zip(turns, lines, strict=True):
            if line is not None:
                turn.wall = self._wall(line)
        for id_, named, at in self.monuments:
            near = [(line.distance(at), n) for n, line in enumerate(lines) if line is not None]
            distance, n = min(near, default=(PASSED_M, -1))
            if id_ not in stops and distance < PASSED_M:
                turns[n].past.append(named)
        for turn, line in zip(turns, lines, strict=True):
            if line is not None and len(turn.past) > 1:
                places = {named: at for _, named, at in self.monuments}
                turn.past.sort(key=lambda named, line=line, places=places: line.project(places[named]))  # type: ignore[misc]

    def _wall(self, line: LineString) -> str | None:
        if line.length < SHORTEST_M or not self.walls:
            return None
        many = max(3, int(line.length // SAMPLE_M))
        sides = [self._side(line, line.length * (n + 0.5) / many) for n in range(many)]
        for side in ("left", "right"):
            if sides.count(side) >= BESIDE * many:
                return side
        return None

    def _side(self, line: LineString, along: float) -> str | None:
        """On which side of the line the nearest wall is at that distance along it; None for none near."""
        here, ahead = line.interpolate(along), line.interpolate(min(along + 1, line.length))
        wall = min(self.walls, key=here.distance)
        if not 0.5 < here.distance(wall) <= WALL_M:
            return None
        _, there = nearest_points(here, wall)
        cross = (ahead.x - here.x) * (there.y - here.y) - (ahead.y - here.y) * (there.x - here.x)
        return "left" if cross > 0 else "right"

    def _points(self, turn: Turn) -> list[tuple[float, float]]:
        return [flat(at, self.latitude) for at in turn.line]

    def _flat(self, shape: BaseGeometry) -> BaseGeometry:
        return transform(shape, lambda points: np.array([flat(at, self.latitude) for at in points]))
