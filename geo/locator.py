"""A small north-up map from our own data, as plain numbers: drawn by templates without any script or picture
file.

Positions are the commune's metric CRS, moved and scaled to a drawing of WIDTH units; y grows downwards as in
SVG.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.monuments import MonumentPage
from geo.shapes import Box

WIDTH: Final = 400
HEIGHT: Final = 300
MARGIN: Final = 22
BARS_M: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
"""Lengths that a scale bar may have, in metres."""

DETAIL_M: Final = 6.0
"""Bends of a walk along streets that are smaller than this, in metres, are not drawn."""

METRES_A_DEGREE: Final = 111_195
"""Of latitude, on a sphere of 6,371 km."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Ground:
    """What every locator of a commune shows, in metres: schematic walls, walks."""

    walls: tuple[tuple[Point, ...], ...]
    walks: tuple[tuple[Point, ...], ...]
    gates: tuple[Point, ...]


@dataclass(frozen=True)
class Locator:
    """A drawing WIDTH by HEIGHT. Paths are SVG path data; `error_r` is the radius of the error circle, in
    units.
    """

    walls: tuple[str, ...]
    walks: tuple[str, ...]
    gates: tuple[Point, ...]
    near: tuple[Point, ...]
    here: Point | None
    error_r: float
    bar_units: float
    bar_m: int


_GROUND: Final = text("""
SELECT 'wall' AS what, ST_AsGeoJSON(ST_Transform(geom, CAST(:crs AS integer)), 1)::jsonb AS shape
  FROM feature WHERE layer = 'walls' AND kind = 'wall_ring' AND withdrawn_at IS NULL
UNION ALL
SELECT 'walk', ST_AsGeoJSON(ST_Simplify(ST_Transform(geom, CAST(:crs AS integer)), :detail), 1)::jsonb
  FROM feature WHERE layer = 'routes' AND geom IS NOT NULL AND withdrawn_at IS NULL
UNION ALL
(SELECT 'gate', ST_AsGeoJSON(ST_Transform(place, CAST(:crs AS integer)), 1)::jsonb
  FROM feature WHERE layer = 'monuments' AND kind = 'city_gate' AND withdrawn_at IS NULL ORDER BY id LIMIT
  200)
""")

_FRAME: Final = text("""
SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
  FROM (SELECT layer, ST_Extent(geom) AS box FROM feature
         WHERE layer IN ('walls', 'routes') AND geom IS NOT NULL AND withdrawn_at IS NULL GROUP BY layer) AS
         framed
 ORDER BY layer = 'walls' DESC LIMIT 1
""")

_AT: Final = text("""
SELECT ST_X(p), ST_Y(p) FROM (
  SELECT ST_Transform(place, CAST(:crs AS integer)) AS p, array_position(CAST(:keys AS text[]), key::text) AS
  at
    FROM feature WHERE layer = 'monuments' AND key = ANY(:keys)) AS there
 ORDER BY at
""")


def ground(session: Session, metric_crs: int) -> Ground:
    """The walls, walks and gates of the commune, in metres. One query; keep it while the data's version
    holds.
    """
    found: dict[str, list[Any]] = {"wall": [], "walk": [], "gate": []}
    for what, shape in session.execute(_GROUND, {"crs": metric_crs, "detail": DETAIL_M}):
        found[what].append(shape)
    return Ground(
        walls=tuple(line for shape in found["wall"] for line in lines(shape)),
        walks=tuple(line for shape in found["walk"] for line in lines(shape)),
        gates=tuple((shape["coordinates"][0], shape["coordinates"][1]) for shape in found["gate"]),
    )


def frame(session: Session) -> Box | None:
    """The box around the walls, else around the walks, in degrees; None where neither is known. One query."""
    row = session.execute(_FRAME).one_or_none()
    return Box(*row) if row else None


def places(session: Session, keys: Sequence[str], metric_crs: int) -> list[Point]:
    """Where those monuments are, in metres, in the order of `keys`."""
    rows = session.execute(_AT, {"keys": list(keys), "crs": metric_crs}).all()
    return [(x, y) for x, y in rows]


def drawing(
    town: Ground, *, here: Point | None = None, near: Iterable[Point] = (), error_m: float | None = None
) -> Locator | None:
    """The locator that shows the walled town and, if given, `here` with its error circle; None without any
    place.
    """
    around = list(near)
    framed = [point for line in (*town.walls, *town.walks) for point in line] or list(town.gates)
    if here is not None:
        framed += [here, *around]
    if not framed:
        return None
    sheet = Sheet.around(framed)
    bar_m, bar_units = sheet.bar(WIDTH / 3)
    return Locator(
        walls=tuple(sheet.path(line) for line in town.walls),
        walks=tuple(sheet.path(line) for line in town.walks),
        gates=tuple(sheet.at(point) for point in town.gates if point != here),
        near=tuple(sheet.at(point) for point in around),
        here=sheet.at(here) if here is not None else None,
        error_r=round((error_m or 0) * sheet.scale, 1),
        bar_units=bar_units,
        bar_m=bar_m,
    )


def of_monument(session: Session, town: Ground, page: MonumentPage, metric_crs: int) -> Locator | None:
    """The locator of a monument's page, with its neighbours. One query."""
    here, *near = places(session, [page.key, *(way.to.key for way in page.near)], metric_crs)
    return drawing(town, here=here, near=near, error_m=page.error_m)


def flat(lon: float, lat: float, middle: float) -> Point:
    """Metres east and north on a plane that fits near the latitude `middle`: to draw, not to measure."""
    return lon * METRES_A_DEGREE * cos(radians(middle)), lat * METRES_A_DEGREE


@dataclass(frozen=True)
class Sheet:
    """From metres to units of a drawing: `scale` units a metre, `left`/`top` metres at its corner."""

    left: float
    top: float
    scale: float

    @staticmethod
    def around(
        points: Sequence[Point],
        width: float = WIDTH,
        height: float = HEIGHT,
        margin: float = MARGIN,
        least_m: float = 200,
    ) -> "Sheet":
        """The sheet of that size on which the points just fit; never less than `least_m` metres across."""
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        scale = min(
            (width - 2 * margin) / max(east - west, least_m),
            (height - 2 * margin) / max(north - south, least_m),
        )
        return Sheet(
            left=(west + east) / 2 - width / 2 / scale,
            top=(south + north) / 2 + height / 2 / scale,
            scale=scale,
        )

    def at(self, point: Point) -> Point:
        """Where a place stands on the drawing."""
        return round((point[0] - self.left) * self.scale, 1), round((self.top - point[1]) * self.scale, 1)

    def bar(self, longest: float) -> tuple[int, float]:
        """A scale bar of round length, at most `longest` units: its metres, and its units."""
        metres = max((bar for bar in BARS_M if bar * self.scale <= longest), default=BARS_M[0])
        return metres, round(metres * self.scale, 1)

    def path(self, line: Sequence[Point]) -> str:
        """A line as SVG path data."""
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in (self.at(point) for point in line))


def lines(shape: dict[str, Any]) -> list[tuple[Point, ...]]:
    """The lines of a GeoJSON (Multi)LineString or the outer rings of a (Multi)Polygon, as points."""
    lines: list[Any] = {
        "LineString": [shape["coordinates"]],
        "MultiLineString": shape["coordinates"],
        "Polygon": shape["coordinates"][:1],
        "MultiPolygon": [rings[0] for rings in shape["coordinates"]]
        if shape["type"] == "MultiPolygon"
        else [],
    }.get(shape["type"], [])
    return [tuple((point[0], point[1]) for point in line) for line in lines]
