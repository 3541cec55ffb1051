"""The picture of a walk or of the town, as plain numbers: for who shows a picture where no map can be.

As in geo/locator.py positions are metres, moved and scaled to units of a drawing, y downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.features import as_said
from geo.locator import Ground, Point, Sheet, lines

WIDTH: Final = 800
HEIGHT: Final = 520
MARGIN: Final = 48
"""Of the drawing, in units."""
MOST_MARKS: Final = 200
"""Monuments on the picture of the town."""
_APART: Final = 27
"""Units between the middles of two numbers, so that both can be read."""


@dataclass(frozen=True)
class Mark:
    """A numbered stop, or a monument (number 0): where it is, and where its sign stands, which may have had
    to move aside.
    """

    number: int
    name: Said
    place: Point
    sign: Point


@dataclass(frozen=True)
class Sketch:
    """A drawing of WIDTH by HEIGHT units; paths are SVG path data."""

    walls: tuple[str, ...]
    walks: tuple[str, ...]
    gates: tuple[Point, ...]
    marks: tuple[Mark, ...]
    bar_units: float
    bar_m: int


_WALK: Final = text("""
SELECT ST_AsGeoJSON(ST_Transform(f.geom, CAST(:crs AS integer)), 1)::jsonb AS line,
       COALESCE((SELECT jsonb_agg(jsonb_build_array(s.ordinal, ST_X(p.at), ST_Y(p.at), n.said, t.key)
                                  ORDER BY s.ordinal)
          FROM route_stop s JOIN feature t ON t.id = s.feature_id
          CROSS JOIN LATERAL (SELECT ST_Transform(t.place, CAST(:crs AS integer)) AS at) AS p
          LEFT JOIN LATERAL (SELECT jsonb_build_array(x.text, x.lang, x.state) AS said FROM feature_text x
             WHERE x.feature_id = t.id AND x.field = 'name'
             ORDER BY array_position(CAST(:langs AS text[]), x.lang::text) NULLS LAST, x.lang LIMIT 1) AS n
               ON true
         WHERE s.route_id = f.id), '[]'::jsonb) AS stops
  FROM feature f WHERE f.layer = 'routes' AND f.key = :key AND f.withdrawn_at IS NULL
""")

_MONUMENTS: Final = text("""
SELECT ST_X(p.at) AS x, ST_Y(p.at) AS y
  FROM (SELECT id, ST_Transform(place, CAST(:crs AS integer)) AS at FROM feature
         WHERE layer = 'monuments' AND withdrawn_at IS NULL AND place IS NOT NULL
         ORDER BY id LIMIT :most) AS p
""")


def of_walk(session: Session, key: str, order: Sequence[str], town: Ground, metric_crs: int) -> Sketch | None:
    """A walk with its stops, numbered; None for one that there isn't. One query."""
    row = session.execute(_WALK, {"key": key, "crs": metric_crs, "langs": list(order)}).one_or_none()
    if row is None:
        return None
    stops = [(at, as_said(said, stop), (x, y)) for at, x, y, said, stop in row.stops]
    walk = lines(row.line) if row.line else []
    framed = [point for line in walk for point in line] + [place for *_, place in stops]
    return _drawn(town, walk, stops, framed)


def of_town(session: Session, town: Ground, metric_crs: int) -> Sketch:
    """The walls, the walks and the monuments. One query."""
    rows: Any = session.execute(_MONUMENTS, {"crs": metric_crs, "most": MOST_MARKS})
    marks = [(0, Said("", "und"), (x, y)) for x, y in rows]
    framed = [point for line in (*town.walls, *town.walks) for point in line] or [at for *_, at in marks]
    return _drawn(town, town.walks, marks, framed)


def _drawn(
    town: Ground,
    walks: Sequence[Sequence[Point]],
    marks: Sequence[tuple[int, Said, Point]],
    framed: Sequence[Point],
) -> Sketch:
    sheet = Sheet.around(framed or [(0.0, 0.0)], WIDTH, HEIGHT, MARGIN)
    bar_m, bar_units = sheet.bar(WIDTH / 4)
    taken: list[Point] = []
    found = []
    for number, name, place in marks:
        at = sheet.at(place)
        sign = _aside(at, taken) if number else at
        if number:
            taken.append(sign)
        if 0 <= at[0] <= WIDTH and 0 <= at[1] <= HEIGHT:
            found.append(Mark(number, name, at, sign))
    return Sketch(
        walls=tuple(sheet.path(line) for line in town.walls),
        walks=tuple(sheet.path(line) for line in walks),
        gates=tuple(sheet.at(gate) for gate in town.gates),
        marks=tuple(found),
        bar_units=bar_units,
        bar_m=bar_m,
    )


def _aside(at: Point, taken: Sequence[Point]) -> Point:
    """The nearest of nine places around `at` that covers no number before it; `at` if all of them do."""
    step = _APART
    for dx, dy in ((0, 0), (0, -1), (1, 0), (-1, 0), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)):
        here = (round(at[0] + dx * step, 1), round(at[1] + dy * step, 1))
        if all((here[0] - x) ** 2 + (here[1] - y) ** 2 >= (_APART - 1) ** 2 for x, y in taken):
            return here
    return at
