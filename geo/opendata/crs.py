"""Coordinate reference systems of the open data: their addresses, axis order and boxes (OGC API – Features
Part 2). Everything is stored in WGS 84, longitude first.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import Final, NamedTuple

from core.errors import Invalid
from geo.shapes import SRID

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
MERCATOR: Final = 3857
MERCATOR_EDGE: Final = 20037508.342789244
"""Metres from the middle to the edge of the web's Mercator map."""
METRIC_EDGE: Final = 9_000_000.0
"""Beyond so many metres no metric system of a commune means a place on earth."""


class Crs(NamedTuple):
    """A system: its address, EPSG number, whether latitude comes first, and digits worth writing."""

    uri: str
    srid: int
    latitude_first: bool
    digits: int

    @property
    def in_degrees(self) -> bool:
        """Whether its units are degrees."""
        return self.srid == SRID


class Edges(NamedTuple):
    """A box in the units of `crs`, easting first. `west` may be larger than `east`: then it crosses the date
    line.
    """

    west: float
    south: float
    east: float
    north: float
    crs: Crs


@lru_cache(maxsize=8)
def offered(metric_srid: int) -> Mapping[str, Crs]:
    """The systems in which coordinates can be had, by address; the first is the one they are stored in."""
    systems = (
        Crs(CRS84, SRID, False, 7),
        Crs(f"{EPSG}{SRID}", SRID, True, 7),
        Crs(f"{EPSG}{MERCATOR}", MERCATOR, False, 2),
        Crs(f"{EPSG}{metric_srid}", metric_srid, False, 2),
    )
    return MappingProxyType({system.uri: system for system in systems})


def named(uri: str, field: str, metric_srid: int) -> Crs:
    """The system of an address; Invalid for one that is not offered."""
    system = offered(metric_srid).get(uri.strip("<>"))
    if system is None:
        raise Invalid(field, "%(name)s is none of the coordinate reference systems offered here.", name=field)
    return system


def box(text: str, crs: Crs) -> Edges:
    """The box of four or six numbers, in the axis order of `crs`; heights are left aside.

    Invalid for what is no box on earth; in degrees, west above east is a box across the date line.
    """
    try:
        numbers = [float(part) for part in text.split(",", 6)]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(isfinite(number) for number in numbers):
        raise Invalid("bbox", "bbox must be four or six finite numbers, separated by commas.")
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if crs.latitude_first:
        numbers = [numbers[1], numbers[0], numbers[3], numbers[2]]
    west, south, east, north = numbers
    if south > north or (west > east and not crs.in_degrees):
        raise Invalid("bbox", "bbox must give its lower corner first, then its upper corner.")
    if crs.in_degrees and not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        raise Invalid("bbox", "bbox must lie within 180 degrees of longitude and 90 of latitude.")
    return Edges(west, south, east, north, crs)


def condition(edges: Edges, geom: str) -> tuple[str, dict[str, float]]:
    """SQL for what touches the box, and its values. Both the index and the box's own system are asked."""
    if not edges.crs.in_degrees:
        return _projected(edges, geom)
    values = {"west": edges.west, "south": edges.south, "east": edges.east, "north": edges.north}
    hit = f"(f.geom && {ENVELOPE} AND {_touches(geom, ENVELOPE)})"
    if edges.west <= edges.east:
        return hit, values
    eastern, western = ("ST_MakeEnvelope(:west, :south, 180, :north, 4326)",
                        "ST_MakeEnvelope(-180, :south, :east, :north, 4326)")  # fmt: skip
    parts = " OR ".join(f"(f.geom && {half} AND {_touches(geom, half)})" for half in (eastern, western))
    return f"({parts})", values


ENVELOPE: Final = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
"""SQL of a box in degrees that does not cross the date line."""


def _touches(geom: str, envelope: str) -> str:
    """An exact test; for points and their boxes the index has said it all."""
    return f"{geom} && {envelope}" if geom.endswith("place") else f"ST_Intersects({geom}, {envelope})"


def _projected(edges: Edges, geom: str) -> tuple[str, dict[str, float]]:
    edge = MERCATOR_EDGE if edges.crs.srid == MERCATOR else METRIC_EDGE
    west, south, east, north = (max(-edge, min(edge, number)) for number in edges[:4])
    values = {"west": west, "south": south, "east": east, "north": north}
    envelope = f"ST_MakeEnvelope(:west, :south, :east, :north, {edges.crs.srid})"
    exact = f"ST_Intersects(ST_Transform({geom}, {edges.crs.srid}), {envelope})"
    # A straight edge there is a curve in degrees: it is followed in sixteen steps before its box is taken.
    step = "greatest(:east - :west, :north - :south, 1) / 16"
    around = f"ST_Expand(ST_Envelope(ST_Transform(ST_Segmentize({envelope}, {step}), {SRID})), 0.0001)"
    return f"(f.geom && {around} AND {exact})", values
