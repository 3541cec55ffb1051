"""Walks and the ways between their stops, over the streets around them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shapely.geometry import LineString
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.shapes import Box
from geo.streets import network
from geo.streets.directions import Turn
from geo.streets.routing import Graph, Path

AROUND_DEGREES: Final = 0.01
"""Room around a walk in which streets are looked for, about a kilometre."""
FURTHER_DEGREES: Final = 0.05
"""The same when a leg has no way within it."""

_STOPS: Final = text("""
SELECT stop.route_id, walk.key, route.loop, stop.ordinal, stop.feature_id, ST_X(f.place) AS lon,
       ST_Y(f.place) AS lat, ST_Length(ST_MakeLine(f.place, following.place)::geography) AS straight_m
  FROM route_stop AS stop
  JOIN route ON route.id = stop.route_id
  JOIN feature AS walk ON walk.id = stop.route_id AND walk.withdrawn_at IS NULL
  JOIN feature AS f ON f.id = stop.feature_id
  JOIN LATERAL (SELECT max(ordinal) AS last FROM route_stop AS any_of WHERE any_of.route_id = stop.route_id)
       AS ends ON true
  LEFT JOIN route_stop AS next ON next.route_id = stop.route_id
       AND next.ordinal = stop.ordinal % ends.last + 1 AND (route.loop OR stop.ordinal < ends.last)
  LEFT JOIN feature AS following ON following.id = next.feature_id
 ORDER BY stop.route_id, stop.ordinal
""")


@dataclass(frozen=True)
class Walk:
    """A walk's stops in order, with all that a search for ways between them needs."""

    route_id: int
    key: str
    loop: bool
    stops: Sequence[Any]
    """Rows: ordinal, feature_id, lon, lat, straight_m to the next stop (None after the last)."""

    @property
    def box(self) -> Box:
        """Around its stops, in degrees."""
        lons, lats = [stop.lon for stop in self.stops], [stop.lat for stop in self.stops]
        return Box(min(lons), min(lats), max(lons), max(lats))

    def around(self, degrees: float = AROUND_DEGREES) -> Box:
        """The box with room on every side."""
        west, south, east, north = self.box
        return Box(west - degrees, south - degrees, east + degrees, north + degrees)

    def legs(self) -> list[tuple[Any, int, int]]:
        """Each leg: its first stop's row, and the numbers of both stops from 0."""
        many = len(self.stops)
        return [(stop, n, (n + 1) % many) for n, stop in enumerate(self.stops) if stop.straight_m is not None]


def walks(session: Session) -> list[Walk]:
    """Every walk that is not withdrawn. One query."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(_STOPS).all():
        found.setdefault(row.route_id, []).append(row)
    return [Walk(route_id, stops[0].key, stops[0].loop, stops) for route_id, stops in found.items()]


def graph(
    session: Session, walk: Walk, degrees: float = AROUND_DEGREES, banned: Collection[int] = ()
) -> Graph:
    """The streets around a walk with its stops on them. Three queries."""
    places = network.anchors(session, [stop.lon for stop in walk.stops], [stop.lat for stop in walk.stops])
    return Graph(network.within(session, walk.around(degrees)), places, banned)


def found(session: Session, walk: Walk, banned: Collection[int] = ()) -> dict[int, Path | str]:
    """The way of each leg by its ordinal; `far` where a stop has no street near, `apart` where none leads."""
    ways = _tried(graph(session, walk, banned=banned), walk)
    if "apart" in ways.values():
        ways = _tried(graph(session, walk, FURTHER_DEGREES, banned), walk)
    return ways


def _tried(streets: Graph, walk: Walk) -> dict[int, Path | str]:
    ways: dict[int, Path | str] = {}
    for stop, a, b in walk.legs():
        if streets.anchors[a] is None or streets.anchors[b] is None:
            ways[stop.ordinal] = "far"
        else:
            ways[stop.ordinal] = streets.path(a, b, stop.straight_m) or "apart"
    return ways


def drawn(start: Any, turns: Sequence[Turn], end: Any) -> str:
    """The line of a leg as WKT: from the stop to the street, along the streets, to the next stop."""
    line = [(start.lon, start.lat)]
    for at in (*(at for turn in turns for at in turn.line), (end.lon, end.lat)):
        if at != line[-1]:
            line.append(at)
    return str(LineString(line if len(line) > 1 else line * 2).wkt)
