"""The legs of every walk, made anew: along streets where a network is loaded, straight where none leads."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from geo.streets import checking, network
from geo.streets.directions import Turn, facts, turns
from geo.streets.landmarks import Beside
from geo.streets.models import LegGuide
from geo.streets.routing import Path
from geo.streets.ways import Walk, drawn, found, walks

_STRAIGHT_LEGS: Final = text("""
WITH legs AS (
  SELECT here.route_id, here.ordinal, ST_MakeLine(a.place, b.place) AS geom
    FROM route_stop AS here
    JOIN route ON route.id = here.route_id
    JOIN LATERAL (SELECT max(ordinal) AS last FROM route_stop AS any_of WHERE any_of.route_id =
    here.route_id) AS ends ON true
    JOIN route_stop AS following ON following.route_id = here.route_id
         AND following.ordinal = here.ordinal % ends.last + 1
    JOIN feature AS a ON a.id = here.feature_id
    JOIN feature AS b ON b.id = following.feature_id
   WHERE route.loop OR here.ordinal < ends.last
), gone AS (
  DELETE FROM route_leg WHERE (route_id, ordinal) NOT IN (SELECT route_id, ordinal FROM legs)
)
INSERT INTO route_leg (route_id, ordinal, geom, length_m, basis)
SELECT route_id, ordinal, geom, ST_Length(geom::geography), 'straight' FROM legs
ON CONFLICT (route_id, ordinal) DO UPDATE
   SET geom = excluded.geom, length_m = excluded.length_m, basis = excluded.basis
""")
_ROUTE_LINES: Final = text("""
UPDATE feature SET geom = walk.line
  FROM (SELECT route_id, ST_RemoveRepeatedPoints(ST_MakeLine(geom ORDER BY ordinal)) AS line
          FROM route_leg GROUP BY route_id) AS walk
 WHERE feature.id = walk.route_id
""")
_FOLLOW: Final = text("""
UPDATE route_leg SET geom = ST_GeomFromText(:line, 4326), basis = 'streets',
       length_m = ST_Length(ST_GeomFromText(:line, 4326)::geography)
 WHERE route_id = :route_id AND ordinal = :ordinal
""")


def legs(session: Session, *, now: datetime) -> int:
    """Make every leg, its directions and the walks' checks anew, in the caller's transaction.

    The number of legs that follow streets. Cost: a few queries a walk, whatever the size of the town.
    """
    session.flush()
    session.execute(_STRAIGHT_LEGS)
    session.execute(delete(LegGuide))
    followed = 0
    if network.is_loaded(session):
        followed = sum(_follow(session, walk) for walk in walks(session))
    session.execute(_ROUTE_LINES)
    checking.renew(session, now=now)
    return followed


def _follow(session: Session, walk: Walk) -> int:
    paths = found(session, walk)
    used = {part.segment for path in paths.values() if isinstance(path, Path) for part in path.parts}
    streets = network.streets(session, used)
    beside = Beside(session, walk.around())
    lines, guides = [], []
    for stop, a, b in walk.legs():
        path = paths[stop.ordinal]
        told: list[Turn] = []
        known: dict[str, Any] = {}
        if isinstance(path, Path):
            told, known = turns(path.parts, streets), facts(path.parts, streets)
            beside.tell(told, {walk.stops[a].feature_id, walk.stops[b].feature_id})
            line = drawn(walk.stops[a], told, walk.stops[b])
            lines.append({"route_id": walk.route_id, "ordinal": stop.ordinal, "line": line})
        guides.append(
            LegGuide(
                route_id=walk.route_id,
                ordinal=stop.ordinal,
                obstacle=None if isinstance(path, Path) else path,
                turns=[turn.as_json() for turn in told],
                facts=known,
            )
        )
    if lines:
        session.connection().execute(_FOLLOW, lines)
    session.add_all(guides)
    session.flush()
    return len(lines)
