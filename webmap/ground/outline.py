"""Two geometries of a thing laid over each other, as a small drawing that needs no script."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from geo.locator import Point, Sheet, flat

WIDE, HIGH, EDGE = 480, 320, 24
LEAST_M: Final = 40.0
"""Metres that the drawing spans at least: a point alone has no extent."""
LONGEST_BAR: Final = 0.4
Path = tuple[bool, list[Point]]
"""A line, or a ring, or a single position; and whether it is a ring."""


class Drawing(NamedTuple):
    """Paths and dots of what was and what is, and a scale bar: its metres and its length in the drawing."""

    before: tuple[str, ...]
    before_dots: tuple[Point, ...]
    after: tuple[str, ...]
    after_dots: tuple[Point, ...]
    metres: int
    bar: float


def draw(before: Any, after: Any) -> Drawing | None:
    """Both in one frame, north up; None where neither can be drawn."""
    paths = [list(_paths(one)) for one in (before, after)]
    lats = [lat for several in paths for _, path in several for _, lat in path]
    if not lats:
        return None
    middle = (min(lats) + max(lats)) / 2
    plane = [[(ring, [flat(*spot, middle) for spot in path]) for ring, path in several] for several in paths]
    spots = [spot for several in plane for _, path in several for spot in path]
    sheet = Sheet.around(spots, WIDE, HIGH, EDGE, LEAST_M)
    was, now = plane
    return Drawing(
        _lines(was, sheet), _dots(was, sheet), _lines(now, sheet), _dots(now, sheet),
        *sheet.bar(WIDE * LONGEST_BAR),
    )  # fmt: skip


def _lines(several: list[Path], sheet: Sheet) -> tuple[str, ...]:
    return tuple(sheet.path(path) + ("Z" if ring else "") for ring, path in several if len(path) > 1)


def _dots(several: list[Path], sheet: Sheet) -> tuple[Point, ...]:
    return tuple(sheet.at(path[0]) for _, path in several if len(path) == 1)


def _paths(geometry: Any) -> Iterator[Path]:
    """Each line, ring or single position of a GeoJSON geometry, and whether it is a ring."""
    if not isinstance(geometry, Mapping):
        return
    kind, at = geometry.get("type"), geometry.get("coordinates")
    nested = {"Point": [at], "MultiPoint": at, "LineString": at, "MultiLineString": at, "Polygon": at}
    if kind == "MultiPolygon":
        rings = [ring for polygon in at or () for ring in polygon]
    elif kind in ("Point", "MultiPoint"):
        rings = [[spot] for spot in nested[kind] or ()]
    else:
        rings = [at] if kind == "LineString" else list(nested.get(str(kind)) or ())
    for ring in rings:
        yield kind in ("Polygon", "MultiPolygon"), [(float(spot[0]), float(spot[1])) for spot in ring]
