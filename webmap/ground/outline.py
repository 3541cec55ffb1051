"""Two geometries of a thing laid over each other, as a small drawing that needs no script."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

WIDE, HIGH, EDGE = 480, 320, 24
LEAST_M: Final = 40.0
"""Metres that the drawing spans at least: a point alone has no extent."""
METRES_A_DEGREE: Final = 111_320.0
LONGEST_BAR: Final = 0.4


class Drawing(NamedTuple):
    """Paths and dots of what was and what is, and a scale bar: its metres and its length in the drawing."""

    before: tuple[str, ...]
    before_dots: tuple[tuple[float, float], ...]
    after: tuple[str, ...]
    after_dots: tuple[tuple[float, float], ...]
    metres: int
    bar: float


def draw(before: Any, after: Any) -> Drawing | None:
    """Both in one frame, north up; None where neither can be drawn."""
    paths = [list(_paths(one)) for one in (before, after)]
    spots = [spot for several in paths for _, path in several for spot in path]
    if not spots:
        return None
    lons, lats = [lon for lon, _ in spots], [lat for _, lat in spots]
    middle = (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    squeeze = math.cos(math.radians(middle[1]))
    wide = max((max(lons) - min(lons)) * METRES_A_DEGREE * squeeze, LEAST_M)
    high = max((max(lats) - min(lats)) * METRES_A_DEGREE, LEAST_M)
    scale = min((WIDE - 2 * EDGE) / wide, (HIGH - 2 * EDGE) / high)

    def place(lon: float, lat: float) -> tuple[float, float]:
        x = WIDE / 2 + (lon - middle[0]) * METRES_A_DEGREE * squeeze * scale
        return round(x, 1), round(HIGH / 2 - (lat - middle[1]) * METRES_A_DEGREE * scale, 1)

    drawn = [[(closed, [place(*spot) for spot in path]) for closed, path in several] for several in paths]
    metres = _round(WIDE * LONGEST_BAR / scale)
    return Drawing(
        _lines(drawn[0]), _dots(drawn[0]), _lines(drawn[1]), _dots(drawn[1]), metres, round(metres * scale, 1)
    )


def _lines(several: list[tuple[bool, list[tuple[float, float]]]]) -> tuple[str, ...]:
    return tuple(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in path) + ("Z" if closed else "")
        for closed, path in several
        if len(path) > 1
    )


def _dots(several: list[tuple[bool, list[tuple[float, float]]]]) -> tuple[tuple[float, float], ...]:
    return tuple(path[0] for _, path in several if len(path) == 1)


def _round(metres: float) -> int:
    """The largest 1, 2 or 5 times a power of ten that is not above."""
    power = 10 ** math.floor(math.log10(max(metres, 1)))
    return int(max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1)))


def _paths(geometry: Any) -> Iterator[tuple[bool, list[tuple[float, float]]]]:
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
