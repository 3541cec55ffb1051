"""Which thing on the map a row may mean that names none: one nearby whose name is alike. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from geo.folding import fold

WITHIN_M: Final = 150.0
ALIKE: Final = 0.4
"""Share of trigrams that two names have in common, as PostgreSQL's pg_trgm counts it."""
MOST: Final = 3
METRES_PER_DEGREE: Final = 111_320.0
CELL: Final = WITHIN_M / METRES_PER_DEGREE
"""Degrees of latitude that things are sorted by; a degree of longitude is shorter, so twice as many of it."""
ACROSS: Final = (-2, -1, 0, 1, 2)
ALONG: Final = (-1, 0, 1)
"""Cells to the east and to the north within which what is near must lie."""


@dataclass(frozen=True)
class Called:
    """A thing for whoever looks nearby: where it is, its names as they are compared, one as it is written."""

    key: str
    lon: float
    lat: float
    folded: tuple[str, ...]
    name: str


class Neighbours:
    """The things of a layer, sorted by where they are."""

    def __init__(self, things: Iterable[Called]) -> None:
        self.cells: dict[tuple[int, int], list[Called]] = defaultdict(list)
        for thing in things:
            self.cells[cell(thing.lon, thing.lat)].append(thing)

    def near(self, lon: float, lat: float, names: Sequence[str]) -> list[dict[str, Any]]:
        """Key, name and metres of those within 150 m with a name alike, the most alike first."""
        folded = [fold(name) for name in names]
        column, row = cell(lon, lat)
        found = []
        for at in ((column + dx, row + dy) for dx in ACROSS for dy in ALONG):
            for thing in self.cells.get(at, ()):
                metres = _metres(lon, lat, thing)
                if metres > WITHIN_M:
                    continue
                share = max((alike(a, b) for a in folded for b in thing.folded), default=0.0)
                if share >= ALIKE:
                    found.append((-share, metres, thing))
        found.sort(key=lambda each: (each[0], each[1], each[2].key))
        return [
            {"key": thing.key, "name": thing.name, "metres": round(metres)}
            for _, metres, thing in found[:MOST]
        ]


def alike(first: str, second: str) -> float:
    """How alike two folded names are: 1 for the same, 0 for nothing in common."""
    a, b = _trigrams(first), _trigrams(second)
    return len(a & b) / len(a | b) if a and b else 0.0


@lru_cache(maxsize=100_000)
def _trigrams(folded: str) -> frozenset[str]:
    return frozenset(
        padded[n : n + 3]
        for word in folded.split()
        for padded in [f"  {word} "]
        for n in range(len(padded) - 2)
    )


def cell(lon: float, lat: float) -> tuple[int, int]:
    """The cell that a place lies in: its column and row."""
    return math.floor(lon / CELL), math.floor(lat / CELL)


def _metres(lon: float, lat: float, thing: Called) -> float:
    east = (lon - thing.lon) * math.cos(math.radians(lat))
    return math.hypot(east, lat - thing.lat) * METRES_PER_DEGREE
