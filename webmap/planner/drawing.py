"""Drawings of a survey as plain numbers: measured against modelled, and where it was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.locator import Sheet, flat
from geo.wifi.surveys.reading import Point

SIDE: Final = 400
EDGE: Final = 46
"""Side of the scatter plot and the margin for its numbers, in units."""
LEAST_DBM: Final = -110
MOST_DBM: Final = -20
TICKS: Final = (-100, -80, -60, -40)
NEAR_DB: Final = 6.0
"""Within so much, model and measurement are told to agree."""
WIDTH: Final = 640
HEIGHT: Final = 420


@dataclass(frozen=True)
class Mark:
    """A reading on a drawing; `sign` is near, above, below (what was measured beside the model) or alone."""

    x: float
    y: float
    sign: str


@dataclass(frozen=True)
class Scatter:
    """Marks, the line on which both are equal, and the same moved by the offset (None: there is none)."""

    marks: tuple[Mark, ...]
    equal: tuple[float, float, float, float]
    moved: tuple[float, float, float, float] | None
    ticks: tuple[tuple[float, float, int], ...]


def scatter(points: Sequence[Point], offset_db: float | None) -> Scatter:
    """Modelled to the right, measured upwards, in dBm."""
    marks = [
        Mark(_right(each.modelled_dbm), _up(each.dbm), sign(each))
        for each in points
        if each.modelled_dbm is not None
    ]
    moved = None
    if offset_db is not None:
        low, high = max(LEAST_DBM, LEAST_DBM - offset_db), min(MOST_DBM, MOST_DBM - offset_db)
        moved = (_right(low), _up(low + offset_db), _right(high), _up(high + offset_db))
    equal = (_right(LEAST_DBM), _up(LEAST_DBM), _right(MOST_DBM), _up(MOST_DBM))
    return Scatter(tuple(marks), equal, moved, tuple((_right(dbm), _up(dbm), dbm) for dbm in TICKS))


def places(points: Sequence[Point]) -> tuple[Mark, ...]:
    """Where it was measured, north up, on WIDTH by HEIGHT units."""
    if not points:
        return ()
    middle = sum(point.lat for point in points) / len(points)
    metres = [flat(point.lon, point.lat, middle) for point in points]
    sheet = Sheet.around(metres, WIDTH, HEIGHT, 24)
    return tuple(Mark(*sheet.at(at), sign(point)) for at, point in zip(metres, points, strict=True))


def sign(point: Point) -> str:
    """How a reading lies to the model."""
    off = point.off_db
    if off is None:
        return "alone"
    return "near" if abs(off) <= NEAR_DB else "above" if off > 0 else "below"


def _right(dbm: float) -> float:
    return round(EDGE + _share(dbm) * (SIDE - EDGE - 12), 1)


def _up(dbm: float) -> float:
    return round(SIDE - EDGE - _share(dbm) * (SIDE - EDGE - 12), 1)


def _share(dbm: float) -> float:
    return (min(MOST_DBM, max(LEAST_DBM, dbm)) - LEAST_DBM) / (MOST_DBM - LEAST_DBM)
