"""A walk checks itself: the order of its stops, what is closed, what is at risk, what is not yet said.

Checks run with every load and import, and by `athar routes check`, which also sees that a zone's
time is over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from geo.models import Commune
from geo.shapes import SRID
from geo.streets import network, ordering
from geo.streets.directions import turns
from geo.streets.models import RouteFinding
from geo.streets.routing import Path
from geo.streets.ways import Walk, drawn, found, graph, walks
from geo.zones import ACTIVE_ZONES

CODES: Final = ("order", "closed_stop", "closed_leg", "risk_stop", "risk_leg", "no_street", "unpublished")
ZIGZAG: Final = 0.10
"""Share of a walk that another order must save to be told."""
THROUGH_M: Final = 5.0
"""How near a leg comes to a closed site that is known as a point, to count as leading through it."""


@dataclass(frozen=True)
class Finding:
    """See RouteFinding; `detour` is WKT."""

    route_id: int
    code: str
    ordinal: int | None = None
    feature_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    detour: str | None = None
    detour_turns: tuple[Mapping[str, Any], ...] = ()


_SHUT: Final = """
  SELECT f.id, f.geom, f.place FROM feature f JOIN monument m ON m.id = f.id
   WHERE f.withdrawn_at IS NULL AND m.access = 'closed'
"""
_STOPS: Final = text(f"""
WITH zone AS ({ACTIVE_ZONES})
SELECT s.ordinal, s.feature_id, 'closed_stop' AS code FROM route_stop s
  JOIN feature f ON f.id = s.feature_id LEFT JOIN monument m ON m.id = f.id
 WHERE s.route_id = :route_id AND (f.withdrawn_at IS NOT NULL OR m.access = 'closed')
UNION ALL
SELECT s.ordinal, zone.id, 'risk_stop' FROM route_stop s JOIN feature f ON f.id = s.feature_id
  JOIN zone ON ST_Intersects(zone.geom, f.place)
 WHERE s.route_id = :route_id
 ORDER BY 1, 3, 2
""")
_LEGS: Final = text(f"""
WITH zone AS ({ACTIVE_ZONES}), shut AS ({_SHUT})
SELECT l.ordinal, zone.id AS feature_id, 'risk_leg' AS code FROM route_leg l
  JOIN zone ON ST_Intersects(zone.geom, l.geom)
 WHERE l.route_id = :route_id
UNION ALL
SELECT l.ordinal, shut.id, 'closed_leg' FROM route_leg l
  JOIN shut ON CASE WHEN ST_Dimension(shut.geom) = 2 THEN ST_Intersects(shut.geom, l.geom)
                    ELSE ST_DWithin(shut.place::geography, l.geom::geography, :through) END
 WHERE l.route_id = :route_id AND NOT EXISTS (
       SELECT FROM route_stop s WHERE s.route_id = l.route_id AND s.feature_id = shut.id
          AND s.ordinal IN (l.ordinal, l.ordinal % (SELECT max(o.ordinal) FROM route_stop o
                                                     WHERE o.route_id = l.route_id) + 1))
 ORDER BY 1, 3, 2
""")
_BANNED: Final = text(f"""
WITH zone AS ({ACTIVE_ZONES}), shut AS ({_SHUT})
SELECT s.id FROM street_segment s JOIN zone ON ST_Intersects(zone.geom, s.geom)
 WHERE s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
UNION
SELECT s.id FROM street_segment s
  JOIN shut ON s.geom && ST_Expand(shut.geom, 0.001) AND CASE
       WHEN ST_Dimension(shut.geom) = 2 THEN ST_Intersects(shut.geom, s.geom)
       ELSE ST_DWithin(shut.place::geography, s.geom::geography, :through) END
 WHERE s.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) AND shut.id <> ALL(:own)
""")
_UNSAID: Final = text("""
SELECT s.ordinal, s.feature_id, array_agg(lang.code ORDER BY lang.n) AS langs
  FROM route_stop s
 CROSS JOIN unnest(CAST(:langs AS text[])) WITH ORDINALITY AS lang (code, n)
 WHERE s.route_id = :route_id AND NOT EXISTS (
       SELECT FROM feature_text t WHERE t.feature_id = s.feature_id AND t.field = 'name'
         AND t.lang = lang.code)
 GROUP BY s.ordinal, s.feature_id ORDER BY s.ordinal
""")
_LANGUAGES: Final = text("SELECT config->'languages' FROM commune")


def renew(session: Session, *, now: datetime) -> bool:
    """Check every walk and keep what was found; whether it differs from what was kept before.

    The caller commits, and lets the pages know (geo.published.touch) if something changed.
    """
    before = _kept(session)
    today = day(session, now)
    findings = [finding for walk in walks(session) for finding in of(session, walk, today)]
    session.execute(update(Commune).values(checked_on=today))
    session.execute(delete(RouteFinding))
    if findings:
        session.execute(insert(RouteFinding), [_row(finding) for finding in findings])
    return _kept(session) != before


def day(session: Session, now: datetime) -> date:
    """Which day it is in the town: zones hold by its days."""
    zone = session.scalar(text("SELECT config->>'timezone' FROM commune"))
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def _kept(session: Session) -> list[tuple[Any, ...]]:
    row = RouteFinding
    columns = (row.route_id, row.ordinal, row.code, row.feature_id, row.values, row.detour_m)
    return [tuple(each) for each in session.execute(select(*columns).order_by(row.id))]


def _row(finding: Finding) -> dict[str, Any]:
    shape = f"SRID={SRID};{finding.detour}" if finding.detour else None
    metres = sum(float(turn["metres"]) for turn in finding.detour_turns) if finding.detour else None
    return {
        **{"route_id": finding.route_id, "ordinal": finding.ordinal, "code": finding.code},
        **{"feature_id": finding.feature_id, "values": dict(finding.values), "detour": shape},
        **{"detour_m": metres, "detour_turns": list(finding.detour_turns) if finding.detour else None},
    }


def of(session: Session, walk: Walk, today: date) -> list[Finding]:
    """What there is to say of a walk, in the order of its stops within each kind."""
    loaded = network.is_loaded(session)
    findings = [] if (order := _order(session, walk, loaded)) is None else [order]
    asked = {"route_id": walk.route_id, "today": today.isoformat(), "through": THROUGH_M}
    stops: Sequence[Any] = session.execute(_STOPS, _named(asked, "route_id", "today")).all()
    findings += [Finding(walk.route_id, row.code, row.ordinal, row.feature_id) for row in stops]
    legs: Sequence[Any] = session.execute(_LEGS, asked).all()
    detours = _detours(session, walk, {row.ordinal for row in legs}, asked) if loaded else {}
    for row in legs:
        line, told = detours.pop(row.ordinal, (None, ()))
        findings.append(
            Finding(walk.route_id, row.code, row.ordinal, row.feature_id, detour=line, detour_turns=told)
        )
    if loaded:
        findings += _without_streets(session, walk)
    languages = session.scalar(_LANGUAGES) or []
    unsaid: Sequence[Any] = session.execute(_UNSAID, {"route_id": walk.route_id, "langs": languages}).all()
    findings += [
        Finding(walk.route_id, "unpublished", row.ordinal, row.feature_id, {"langs": list(row.langs)})
        for row in unsaid
    ]
    return findings


def _named(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}


def _order(session: Session, walk: Walk, loaded: bool) -> Finding | None:
    """Told when a shorter order saves more than ZIGZAG of the walk."""
    metres = _straight(walk)
    if loaded:
        streets = graph(session, walk).distances()
        metres = streets if np.isfinite(streets).all() else metres
    given = ordering.length(list(range(len(walk.stops))), metres, loop=walk.loop)
    order = ordering.shortest(metres, loop=walk.loop)
    shorter = ordering.length(order, metres, loop=walk.loop)
    if given <= 0 or (given - shorter) / given <= ZIGZAG:
        return None
    values = {
        "metres": round(given),
        "shorter": round(shorter),
        "percent": round(100 * (given - shorter) / given),
        "order": [walk.stops[n].ordinal for n in order],
    }
    return Finding(walk.route_id, "order", values=values)


def _straight(walk: Walk) -> network.Floats:
    """Metres between all stops as the crow flies (haversine on a sphere of 6371 km), shape (stops, stops)."""
    lons, lats = (np.radians([getattr(stop, axis) for stop in walk.stops]) for axis in ("lon", "lat"))
    half = (
        np.sin((lats[:, None] - lats) / 2) ** 2
        + np.cos(lats[:, None]) * np.cos(lats) * np.sin((lons[:, None] - lons) / 2) ** 2
    )
    return np.asarray(2 * 6_371_000 * np.arcsin(np.sqrt(half)), dtype=np.float64)


def _detours(
    session: Session, walk: Walk, ordinals: Collection[int], asked: Mapping[str, Any]
) -> dict[int, tuple[str | None, tuple[Mapping[str, Any], ...]]]:
    """By leg, a way that keeps out of what is closed or at risk, where streets allow one."""
    if not ordinals:
        return {}
    own = [stop.feature_id for stop in walk.stops]
    around = {**walk.around()._asdict(), **_named(asked, "today", "through"), "own": own}
    banned = session.scalars(_BANNED, around).all()
    paths = {ordinal: path for ordinal, path in found(session, walk, banned).items() if ordinal in ordinals}
    used = {part.segment for path in paths.values() if isinstance(path, Path) for part in path.parts}
    streets = network.streets(session, used)
    told: dict[int, tuple[str | None, tuple[Mapping[str, Any], ...]]] = {}
    for stop, a, b in walk.legs():
        path = paths.get(stop.ordinal)
        if isinstance(path, Path) and path.parts:
            ways = turns(path.parts, streets)
            line = drawn(walk.stops[a], ways, walk.stops[b])
            told[stop.ordinal] = (line, tuple(turn.as_json() for turn in ways))
    return told


def _without_streets(session: Session, walk: Walk) -> list[Finding]:
    rows = session.execute(
        text(
            "SELECT ordinal, obstacle FROM leg_guide WHERE route_id = :route_id AND obstacle IS NOT NULL"
            " ORDER BY ordinal"
        ),
        {"route_id": walk.route_id},
    )
    return [Finding(walk.route_id, "no_street", ordinal, values={"why": why}) for ordinal, why in rows]
