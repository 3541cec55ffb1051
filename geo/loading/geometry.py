"""Is this GeoJSON geometry one, valid, and inside the commune? Each problem says what to do."""

from collections.abc import Iterator
from typing import Any, Final

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.loading.records import At, quoted
from geo.shapes import Box
from geo.vocabulary import N_

MOST_VERTICES: Final = 200_000
_DEPTH: Final = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
"""Geometry type → lists around each position."""


class _Malformed(ValueError):
    """The coordinates are not nested, or not numbers, as the type asks; told as `At.wrong` is."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


def checked(at: At, value: Any, box: Box) -> BaseGeometry | None:
    """The geometry in two dimensions; None and a problem if it cannot be stored."""
    if not isinstance(value, dict):
        at.wrong("geometry", N_("is missing; every feature needs one"))
        return None
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _DEPTH:
        at.wrong(
            "geometry",
            N_("has the type %(type)s; known: %(known)s"),
            type=quoted(kind),
            known=", ".join(_DEPTH),
        )
        return None
    try:
        positions = list(_positions(value.get("coordinates"), _DEPTH[kind]))
        _bounded(kind, positions, value["coordinates"])
        geometry = shapely.force_2d(shape(value))
    except _Malformed as error:
        at.wrong("geometry", error.message, **error.values)
        return None
    except (ValueError, TypeError, KeyError, shapely.errors.GEOSException) as error:
        at.wrong("geometry", N_("cannot be read: %(why)s"), why=quoted(error))
        return None
    if outside(at, "geometry", positions, box):
        return None
    if not geometry.is_valid:
        at.wrong(
            "geometry",
            N_("is not valid: %(why)s (longitude latitude)"),
            why=shapely.is_valid_reason(geometry),
        )
        return None
    return geometry


def point(at: At, where: str, value: Any, box: Box) -> tuple[float, float] | None:
    """A single position [longitude, latitude] inside the box."""
    try:
        position = next(_positions(value, 0))
    except _Malformed as error:
        at.wrong(where, error.message, **error.values)
        return None
    return None if outside(at, where, [position], box) else position


def outside(at: At, where: str, positions: list[tuple[float, float]], box: Box) -> bool:
    """Whether a position lies outside the box; then a problem, which sees swapped coordinates."""
    stray = next(((lon, lat) for lon, lat in positions if not box.holds(lon, lat)), None)
    if stray is None:
        return False
    lon, lat = stray
    if all(box.holds(second, first) for first, second in positions):
        at.wrong(
            where,
            N_(
                "longitude and latitude look swapped: [%(second)s, %(first)s] would be inside the commune;"
                " the order is longitude, latitude"
            ),
            first=lon,
            second=lat,
        )
    else:
        west, south, east, north = box
        at.wrong(
            where,
            N_(
                "[%(first)s, %(second)s] is outside the commune's box"
                " (longitude %(west)s to %(east)s, latitude %(south)s to %(north)s)"
            ),
            first=lon,
            second=lat,
            west=float(west),
            east=float(east),
            south=float(south),
            north=float(north),
        )
    return True


def _positions(value: Any, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list):
        raise _Malformed(N_("coordinates must be lists of numbers: [longitude, latitude]"))
    if depth:
        for part in value:
            yield from _positions(part, depth - 1)
        return
    numbers = [part for part in value if isinstance(part, int | float) and not isinstance(part, bool)]
    if len(numbers) != len(value) or not 2 <= len(value) <= 3:
        raise _Malformed(N_("a position must be [longitude, latitude], not %(value)s"), value=quoted(value))
    if not (abs(value[0]) < 1e6 and abs(value[1]) < 1e6):
        raise _Malformed(N_("a position must be in degrees, not %(value)s"), value=quoted(value))
    yield float(value[0]), float(value[1])


def _bounded(kind: str, positions: list[tuple[float, float]], coordinates: list[Any]) -> None:
    if not positions:
        raise _Malformed(N_("is empty: it has no coordinates"))
    if len(positions) > MOST_VERTICES:
        raise _Malformed(
            N_("has %(number)s vertices; at most %(most)s are allowed: simplify it"),
            number=len(positions),
            most=MOST_VERTICES,
        )
    lines = {"LineString": [coordinates], "MultiLineString": coordinates}.get(kind, [])
    if any(len(line) < 2 for line in lines):
        raise _Malformed(N_("a line needs at least two positions"))
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(kind, [])
    if not all(polygons):
        raise _Malformed(N_("an area needs at least one ring"))
    for ring in (ring for polygon in polygons for ring in polygon):
        if len(ring) < 4 or ring[0][:2] != ring[-1][:2]:
            raise _Malformed(N_("a ring needs at least four positions and must end where it begins"))
