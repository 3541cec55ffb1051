"""Made-up towns of houses for tests: outlines in metres, as they come from the database."""

import numpy as np
from shapely import Polygon, affinity, box

from geo.wifi.streetscape import scenes
from geo.wifi.streetscape.outlines import Box, Outline
from geo.wifi.streetscape.scenes import Scene
from tests.geo.wifi.equipment import catalogue

Metres = tuple[float, float, float, float]


def house(*sides: float, top_m: float = 6.0, material: str | None = None) -> Outline:
    """A house from west, south, east and north."""
    return Outline(box(*sides), top_m, material)


def lots(many: int, seed: int = 1, lot: float = 14.0) -> list[Outline]:
    """A quarter of crooked houses on lots: lanes of 2 to 6 m, some houses with courtyards, some joined."""
    chance = np.random.default_rng(seed)
    found = []
    for n in range(many * many):
        west, south = (n % many) * lot, (n // many) * lot
        wide, deep = chance.uniform(8, lot - 2, 2)
        shape = box(west, south, west + wide, south + deep)
        if n % 7 == 0:
            shape = shape.difference(box(west + 3, south + 3, west + wide - 3, south + deep - 3))
        shape = affinity.rotate(shape, chance.uniform(-8, 8))
        found.append(Outline(shape, float(chance.choice([3.5, 6.0, 9.0])), None))
    return found


def scene(*outlines: Outline, side: float = 200.0, margin: float = 0.0) -> Scene:
    """The scene of these houses in a square, with a margin on all sides."""
    moved = [each._replace(shape=affinity.translate(each.shape, margin, margin)) for each in outlines]
    return scenes.made(moved, Box(-margin, -margin, side + margin, side + margin), catalogue())


def polygon(*points: tuple[float, float]) -> Polygon:
    """A polygon, good or not."""
    return Polygon(points)
