"""The map of a plan for print, as plain numbers: the town's walls and walks, areas by chance, hotspots."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.locator import Ground, Point, Sheet
from geo.wifi.catalogue import Band
from geo.wifi.exports.plan import Area, Plan

WIDTH: Final = 680
HEIGHT: Final = 360
MARGIN: Final = 28
AROUND_M: Final = 120.0
"""How much of the ground around hotspots a map shows at least."""
SMALLEST_M2: Final = 12.0
"""Specks below this are not drawn."""


@dataclass(frozen=True)
class Mark:
    """A hotspot: its number in the list, and its status."""

    x: float
    y: float
    number: int
    status: str


@dataclass(frozen=True)
class Layer:
    """An area as SVG path data (even-odd), and the chance that it stands for."""

    chance: float
    path: str


@dataclass(frozen=True)
class Drawing:
    """A drawing of WIDTH by HEIGHT units, north up; the bar is `bar_m` metres long."""

    walls: tuple[str, ...]
    walks: tuple[str, ...]
    gates: tuple[Point, ...]
    layers: tuple[Layer, ...]
    marks: tuple[Mark, ...]
    bar_units: float
    bar_m: int


def drawing(plan: Plan, ground: Ground, band: Band | None) -> Drawing | None:
    """The plan's map, with the areas of a band; None for a plan without hotspots."""
    if not plan.at:
        return None
    framed = [
        (x + east, y + north)
        for x, y in plan.at
        for east, north in ((-AROUND_M, -AROUND_M), (AROUND_M, AROUND_M))
    ]
    sheet = Sheet.around(framed, WIDTH, HEIGHT, MARGIN)
    bar_m, bar_units = sheet.bar(WIDTH / 3)
    return Drawing(
        walls=tuple(sheet.path(line) for line in ground.walls),
        walks=tuple(sheet.path(line) for line in ground.walks),
        gates=tuple(sheet.at(point) for point in ground.gates),
        layers=tuple(
            Layer(area.chance, path)
            for area in (plan.areas_of(band) if band else ())
            if (path := _path(area, sheet))
        ),
        marks=tuple(
            Mark(*sheet.at(at), number, spot.status)
            for number, (spot, at) in enumerate(zip(plan.hotspots, plan.at, strict=True), start=1)
        ),
        bar_m=bar_m,
        bar_units=bar_units,
    )


def _path(area: Area, sheet: Sheet) -> str:
    return "".join(
        f"{sheet.path(ring)}Z"
        for polygon in area.polygons
        if abs(_square(polygon[0])) >= SMALLEST_M2
        for ring in polygon
    )


def _square(ring: Sequence[Point]) -> float:
    """Area of a ring, by the shoelace formula; its sign tells the direction."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs) / 2
