"""What lies in or near risk zones and areas of warnings: always reckoned from the map, never kept beside it.

A thing is in a zone, may lie in it, or is near it. Between the first two stands how exactly the thing and the
zone are known: nearer to the zone's edge than that, on either side, nobody can say.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.features import Named, as_said
from geo.hazards import people as census
from geo.hazards.people import People
from geo.memory import Memory
from geo.vocabulary import N_
from geo.zones import GROUND

NEAR_M: Final = (25, 50, 100, 250, 500)
"""Distances in metres that may be asked for."""
USUAL_M: Final = 50
FURTHEST_M: Final = 1000.0
"""What is known less exactly than this counts as known to this: else it may lie in every zone."""
CLOSELY_M: Final = 100.0
"""What is known less exactly than this is looked for further around: there is little of it."""
SORTS: Final = ("monuments", "stops", "hotspots", "places")

_ZONES: Final = f"""
  SELECT f.id, {GROUND} AS geom, LEAST({FURTHEST_M}, COALESCE(f.error_m, 0)) AS error_m
    FROM feature f JOIN risk_zone z ON z.id = f.id
   WHERE f.withdrawn_at IS NULL AND ST_Dimension(f.geom) >= 1
     AND (CAST(:only AS bigint[]) IS NULL OR f.id = ANY(:only))
"""
_WARNED: Final = "SELECT a.id, a.area AS geom, 0.0 AS error_m FROM alert a WHERE a.id = ANY(:only)"
"""The area of a warning is where it was drawn, exactly."""
_PAIRS: Final = f"""
), zone AS MATERIALIZED (
  SELECT ground.*, ST_Transform(ground.geom, CAST(:crs AS integer)) AS metres,
         ST_Boundary(ST_Transform(ground.geom, CAST(:crs AS integer))) AS edge,
         ST_Transform(ST_Buffer(ST_Transform(ground.geom, CAST(:crs AS integer)), -{CLOSELY_M} - error_m, 2),
                      4326) AS core,
         ST_Expand(ground.geom, GREATEST(:near, {CLOSELY_M} + error_m) / (111000 * CAST(:cosine AS float8)),
                   GREATEST(:near, {CLOSELY_M} + error_m) / 110500) AS reach,
         ST_Expand(ground.geom, GREATEST(:near, {FURTHEST_M} + error_m) / (111000 * CAST(:cosine AS float8)),
                   GREATEST(:near, {FURTHEST_M} + error_m) / 110500) AS far_reach
    FROM ground
), vague AS MATERIALIZED (
  SELECT id, layer, geom, error_m FROM feature
   WHERE layer IN ('monuments', 'places') AND withdrawn_at IS NULL AND error_m > {CLOSELY_M}
), pair AS (
  SELECT zone.id AS zone, f.layer AS sort, f.id AS thing, f.geom, f.error_m,
         zone.geom AS ground, zone.core, zone.edge, zone.error_m AS zone_error_m
    FROM zone JOIN feature f ON f.geom && zone.reach
   WHERE f.layer IN ('monuments', 'places') AND f.withdrawn_at IS NULL
     AND COALESCE(f.error_m, 0) <= {CLOSELY_M}
   UNION ALL
  SELECT zone.id, vague.layer, vague.id, vague.geom, vague.error_m, zone.geom, zone.core, zone.edge,
         zone.error_m
    FROM zone JOIN vague ON vague.geom && zone.far_reach
   UNION ALL
  SELECT zone.id, 'stops', f.id, f.place, f.error_m, zone.geom, zone.core, zone.edge, zone.error_m
    FROM zone JOIN (SELECT DISTINCT s.feature_id FROM route_stop s JOIN feature r ON r.id = s.route_id
                     WHERE r.withdrawn_at IS NULL) AS stop ON true
    JOIN feature f ON f.id = stop.feature_id AND f.place && zone.far_reach
   UNION ALL
  SELECT zone.id, 'hotspots', h.id, h.place, NULL, zone.geom, zone.core, zone.edge, zone.error_m
    FROM zone JOIN wifi_hotspot h ON h.place && zone.reach
    JOIN wifi_scenario s ON s.id = h.scenario_id AND s.status = 'approved'
   WHERE h.status <> 'removed'
), measured AS MATERIALIZED (
  SELECT zone, sort, thing, ST_Dimension(geom) AS dimension, deep OR ST_Intersects(ground, geom) AS inside,
         CASE WHEN deep THEN 'Infinity'
              ELSE ST_Distance(edge, ST_Transform(geom, CAST(:crs AS integer))) END AS metres,
         LEAST({FURTHEST_M}, COALESCE(error_m, 0)) + zone_error_m AS error_m
    FROM (SELECT pair.*, COALESCE(error_m, 0) <= {CLOSELY_M} AND ST_Intersects(core, geom) AS deep
            FROM pair OFFSET 0) AS looked
), judged AS (
  SELECT zone, sort, thing, metres,
         CASE WHEN inside AND (metres > error_m OR error_m = 0 OR dimension > 0) THEN 'inside'
              WHEN metres <= error_m THEN 'may' WHEN metres <= :near THEN 'near' END AS how
    FROM measured
)
"""
_COUNTED: Final = """
SELECT zone.id, ST_AsBinary(zone.metres) AS shape,
       COALESCE((SELECT sum(ST_Length(ST_Intersection(zone.geom, l.geom)::geography))
                   FROM route_leg l JOIN feature r ON r.id = l.route_id AND r.withdrawn_at IS NULL
                  WHERE ST_Intersects(zone.geom, l.geom)), 0) AS walks_m,
       counted.many
  FROM zone LEFT JOIN (
       SELECT zone, jsonb_object_agg(sort || ' ' || how, many) AS many
         FROM (SELECT zone, sort, how, count(*) AS many FROM judged WHERE how IS NOT NULL
                GROUP BY zone, sort, how) AS each GROUP BY zone) AS counted ON counted.zone = zone.id
 ORDER BY zone.id
"""
_COUNTS: Final = text(f"WITH ground AS MATERIALIZED ({_ZONES}{_PAIRS}{_COUNTED}")
_WARNED_COUNTS: Final = text(f"WITH ground AS MATERIALIZED ({_WARNED}{_PAIRS}{_COUNTED}")
_NAMED: Final = """
SELECT judged.sort, judged.how, COALESCE(f.layer, 'hotspots') AS layer, COALESCE(f.key, h.key) AS key,
       COALESCE(f.kind, 'hotspot') AS kind, h.name AS given,
       (SELECT jsonb_build_array(t.text, t.lang, t.state) FROM feature_text AS t
         WHERE t.feature_id = f.id AND t.field = 'name'
         ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1) AS name
  FROM judged
  LEFT JOIN feature f ON judged.sort <> 'hotspots' AND f.id = judged.thing
  LEFT JOIN wifi_hotspot h ON judged.sort = 'hotspots' AND h.id = judged.thing
 WHERE judged.how IS NOT NULL AND judged.sort <> 'stops'
 ORDER BY array_position(ARRAY['inside', 'may', 'near'], judged.how),
          array_position(ARRAY['monuments', 'places', 'hotspots'], judged.sort::text), judged.metres, key
 LIMIT :most OFFSET :from
"""
_THINGS: Final = text(f"WITH ground AS MATERIALIZED ({_ZONES}{_PAIRS}{_NAMED}")
_WARNED_THINGS: Final = text(f"WITH ground AS MATERIALIZED ({_WARNED}{_PAIRS}{_NAMED}")


@dataclass(frozen=True)
class Counted:
    """Things of one sort, by how they lie to a zone."""

    inside: int = 0
    may: int = 0
    near: int = 0

    @property
    def any(self) -> int:
        """All of them."""
        return self.inside + self.may + self.near


@dataclass(frozen=True)
class Exposure:
    """What lies in or near one zone."""

    things: Mapping[str, Counted] = field(default_factory=dict)
    """By sort: one of SORTS. A stop is a monument or place too: sorts are not to be added up."""
    walks_m: float = 0.0
    """Length of walks inside, in metres."""
    people: People | None = None
    """Who live inside; None: nobody knows."""


@dataclass(frozen=True)
class Exposed:
    """A thing in or near a zone; `how` is inside, may or near."""

    how: str
    thing: Named


_kept: Final = Memory[dict[int, Exposure]](8)


def near(metres: str) -> int:
    """The distance that was asked for; Invalid for one that is not offered."""
    if not metres:
        return USUAL_M
    if metres not in [str(offered) for offered in NEAR_M]:
        raise Invalid(
            "near", N_("Choose one of these distances: %(offered)s m."), offered=", ".join(map(str, NEAR_M))
        )
    return int(metres)


def of(session: Session, commune: Commune, stamp: str, near_m: int = USUAL_M) -> dict[int, Exposure]:
    """By zone: what lies in it, may lie in it, or is within `near_m` metres of it. Records are told as well.

    One query, asked again when `stamp` (of the published data) is another one.
    """
    return _kept.of(session, (stamp, near_m), lambda: reckoned(session, commune, near_m))


def reckoned(
    session: Session, commune: Commune, near_m: int, only: Collection[int] | None = None
) -> dict[int, Exposure]:
    """The same, reckoned now: of all zones, or of some."""
    return _reckoned(session, commune, _COUNTS, _asked(commune, near_m, only))


def of_warning(session: Session, commune: Commune, alert_id: int, near_m: int = USUAL_M) -> Exposure:
    """What lies in or near the area of a warning, reckoned now."""
    return _reckoned(session, commune, _WARNED_COUNTS, _asked(commune, near_m, [alert_id]))[alert_id]


def _reckoned(
    session: Session, commune: Commune, query: TextClause, asked: Mapping[str, Any]
) -> dict[int, Exposure]:
    rows: Sequence[Any] = session.execute(query, asked).all()
    spread = census.spread(session, commune)
    lived = census.within(spread, [shapely.from_wkb(bytes(row.shape)) for row in rows])
    return {
        row.id: Exposure(_counted(row.many or {}), row.walks_m, census.told(spread, many))
        for row, many in zip(rows, lived, strict=True)
    }


def _counted(many: Mapping[str, int]) -> dict[str, Counted]:
    return {
        sort: Counted(*(many.get(f"{sort} {how}", 0) for how in ("inside", "may", "near"))) for sort in SORTS
    }


def things(
    session: Session,
    commune: Commune,
    zone_id: int,
    order: Sequence[str],
    *,
    near_m: int = USUAL_M,
    limit: int,
    offset: int = 0,
) -> list[Exposed]:
    """What lies in or near a zone, by name: what is inside first, monuments before places, nearest its edge
    first.
    """
    asked = {**_asked(commune, near_m, [zone_id]), "langs": list(order), "most": limit, "from": offset}
    return _named(session, _THINGS, asked)


def things_warned(
    session: Session, commune: Commune, alert_id: int, order: Sequence[str], *, limit: int
) -> list[Exposed]:
    """What lies in or near the area of a warning, by name, in the same order."""
    asked = {**_asked(commune, USUAL_M, [alert_id]), "langs": list(order), "most": limit, "from": 0}
    return _named(session, _WARNED_THINGS, asked)


def _named(session: Session, query: TextClause, asked: Mapping[str, Any]) -> list[Exposed]:
    return [
        Exposed(row.how, Named(row.layer, row.key, row.kind, as_said(row.name, row.given or row.key)))
        for row in session.execute(query, asked)
    ]


def _asked(commune: Commune, near_m: int, only: Collection[int] | None) -> dict[str, Any]:
    box = commune.context_bbox
    # Degrees are shortest where the context is furthest from the equator.
    furthest = max(abs(box.south), abs(box.north))
    cosine = max(0.05, math.cos(math.radians(furthest)))
    return {
        "crs": commune.metric_crs,
        "near": float(near_m),
        "cosine": cosine,
        "only": None if only is None else list(only),
    }
