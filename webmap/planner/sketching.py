"""Plans as small drawings in one frame, so that they can be laid beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.locator import Ground, Point, Sheet
from geo.wifi.catalogue import Catalogue
from geo.wifi.outlook import Outlook
from webmap.planner.beams import ALL_AROUND, beam

WIDTH: Final = 460
HEIGHT: Final = 360
MARGIN: Final = 26


@dataclass(frozen=True)
class Mark:
    """A hotspot: its number, its name, where it stands, and where it points (None: all around)."""

    number: int
    name: str
    x: float
    y: float
    azimuth_deg: float | None


@dataclass(frozen=True)
class Drawing:
    """One plan in the common frame; walls are SVG path data."""

    walls: tuple[str, ...]
    marks: tuple[Mark, ...]


def drawings(ground: Ground, catalogue: Catalogue, outlooks: Sequence[Outlook]) -> list[Drawing]:
    """A drawing of each plan; all show the same ground."""
    places: list[Point] = [(each.x, each.y) for outlook in outlooks for each in outlook.placed]
    framed = [point for wall in ground.walls for point in wall] + places
    if not framed:
        return [Drawing((), ()) for _ in outlooks]
    sheet = Sheet.around(framed, WIDTH, HEIGHT, MARGIN)
    walls = tuple(sheet.path(wall) for wall in ground.walls)
    return [Drawing(walls, _marks(sheet, catalogue, outlook)) for outlook in outlooks]


def _marks(sheet: Sheet, catalogue: Catalogue, outlook: Outlook) -> tuple[Mark, ...]:
    found = []
    for number, each in enumerate(outlook.placed, 1):
        model = catalogue.models.get(each.values.model)
        turned = model is not None and beam(model) < ALL_AROUND
        x, y = sheet.at((each.x, each.y))
        found.append(Mark(number, each.values.name, x, y, each.values.azimuth_deg if turned else None))
    return tuple(found)
