"""Where the rows of an import lie, as plain numbers: north up, on what the layer has already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from geo.locator import Sheet, flat
from geo.shapes import Box

WIDTH: Final = 640
HEIGHT: Final = 420


@dataclass(frozen=True)
class Mark:
    """A row, by its outcome, or a thing that is there already (outcome "there")."""

    x: float
    y: float
    outcome: str
    number: int


@dataclass(frozen=True)
class Drawing:
    """What is drawn, things of the map first; `outside` rows lie beyond the commune's box."""

    marks: tuple[Mark, ...]
    outside: int


def places(
    rows: Sequence[tuple[int, str, float, float]], there: Iterable[tuple[float, float]], box: Box
) -> Drawing:
    """Rows by number, outcome, longitude and latitude, and things of the map by longitude and latitude."""
    inside = [row for row in rows if box.holds(row[2], row[3])]
    if not inside:
        return Drawing((), len(rows))
    sheet = Sheet.around([_metres(box, lon, lat) for _, _, lon, lat in inside], WIDTH, HEIGHT, 24)
    known = [Mark(*sheet.at(_metres(box, lon, lat)), "there", 0) for lon, lat in there]
    drawn = [mark for mark in known if 0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT]
    drawn += [
        Mark(*sheet.at(_metres(box, lon, lat)), outcome, number) for number, outcome, lon, lat in inside
    ]
    return Drawing(tuple(drawn), len(rows) - len(inside))


def _metres(box: Box, lon: float, lat: float) -> tuple[float, float]:
    return flat(lon, lat, (box.south + box.north) / 2)
