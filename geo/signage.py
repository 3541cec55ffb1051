"""What signs tell of things on the ground: every language at once, for many things in two queries."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.features import Texts, all_texts, as_texts, compass
from geo.locator import Point
from geo.models import Feature
from geo.shapes import LonLat


@dataclass(frozen=True)
class Onward:
    """The way from a stop to the next one of a walk, as the crow flies unless `basis` says streets."""

    names: Mapping[str, Said]
    metres: float
    compass: str
    """One of geo.features.COMPASS."""
    bearing: float
    """Degrees from north."""
    unsure: bool
    """Nearer to each other than their coordinates are exact: no direction can be given honestly."""
    basis: str
    at: Point | None
    """In metres of the commune's CRS."""

    def seen_from(self, here: Point) -> "Onward":
        """The way as it is from another point (same CRS). Along streets it stays what was measured."""
        if self.at is None or self.basis != "straight":
            return self
        east, north = self.at[0] - here[0], self.at[1] - here[1]
        bearing = math.degrees(math.atan2(east, north)) % 360
        return replace(self, metres=math.hypot(east, north), bearing=bearing, compass=compass(bearing))


@dataclass(frozen=True)
class View:
    """A sign that stands in a place of its own: where (metres of the commune's CRS), and how far and in which
    direction (degrees from north) what it is about lies from there.
    """

    at: Point
    metres: float
    bearing: float


@dataclass(frozen=True)
class Told:
    """A thing as a sign tells of it. `texts` are field → language → text; `at` is in metres."""

    id: int
    layer: str
    key: str
    kind: str
    texts: Texts
    at: Point | None
    place: LonLat | None
    error_m: float | None
    changed_at: datetime
    onward: Onward | None


def about(session: Session, ids: Collection[int], metric_crs: int) -> dict[int, Told]:
    """Those of the things that are published, by id. Two queries, however many things."""
    onward = _onward(session, ids, metric_crs)
    place = func.ST_Transform(Feature.place, metric_crs)
    query = select(
        Feature.id,
        Feature.layer,
        Feature.key,
        Feature.kind,
        all_texts(Feature.id).label("texts"),
        func.ST_X(place).label("x"),
        func.ST_Y(place).label("y"),
        func.ST_X(Feature.place).label("lon"),
        func.ST_Y(Feature.place).label("lat"),
        Feature.error_m,
        Feature.changed_at,
    ).where(Feature.id.in_(ids), Feature.withdrawn_at.is_(None))
    return {row.id: _told(row, onward.get(row.id)) for row in session.execute(query)}


def _told(row: Any, onward: Onward | None) -> Told:
    return Told(
        id=row.id,
        layer=row.layer,
        key=row.key,
        kind=row.kind,
        texts=as_texts(row.texts),
        at=(row.x, row.y) if row.x is not None else None,
        place=LonLat(row.lon, row.lat) if row.lon is not None else None,
        error_m=row.error_m,
        changed_at=row.changed_at,
        onward=onward,
    )


_VIEWS = text("""
SELECT stands.code, ST_X(metric.at) AS x, ST_Y(metric.at) AS y,
       ST_Distance(own.at::geography, thing.place::geography) AS metres,
       COALESCE(degrees(ST_Azimuth(own.at::geography, thing.place::geography)), 0) AS bearing
  FROM unnest(CAST(:codes AS text[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]),
              CAST(:ids AS bigint[])) AS stands(code, lon, lat, id)
 CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(stands.lon, stands.lat), 4326) AS at) AS own
 CROSS JOIN LATERAL (SELECT ST_Transform(own.at, CAST(:crs AS integer)) AS at) AS metric
  JOIN feature AS thing ON thing.id = stands.id AND thing.place IS NOT NULL
""")


def views(session: Session, standing: Mapping[str, tuple[LonLat, int]], metric_crs: int) -> dict[str, View]:
    """From signs' own places to the things they are about: code → (place, id of the thing) in, one query."""
    if not standing:
        return {}
    values = {
        "codes": list(standing),
        "lons": [at.lon for at, _ in standing.values()],
        "lats": [at.lat for at, _ in standing.values()],
        "ids": [thing for _, thing in standing.values()],
        "crs": metric_crs,
    }
    return {
        row.code: View((row.x, row.y), row.metres, row.bearing) for row in session.execute(_VIEWS, values)
    }


_ONWARD = text("""
SELECT DISTINCT ON (stop.feature_id) stop.feature_id, leg.length_m, leg.basis, there.error_m AS there_error,
       here.error_m AS here_error,
       degrees(ST_Azimuth(ST_StartPoint(leg.geom)::geography, ST_EndPoint(leg.geom)::geography)) AS bearing,
       ST_X(ST_Transform(there.place, CAST(:crs AS integer))) AS x,
       ST_Y(ST_Transform(there.place, CAST(:crs AS integer))) AS y,
       (SELECT jsonb_agg(jsonb_build_array(t.field, t.lang, t.text, t.state, t.source_hash, t.note)
                         ORDER BY t.lang)
          FROM feature_text AS t WHERE t.feature_id = there.id AND t.field = 'name') AS names
  FROM route_stop AS stop
  JOIN feature AS walk ON walk.id = stop.route_id AND walk.withdrawn_at IS NULL
  JOIN feature AS here ON here.id = stop.feature_id
  JOIN route_leg AS leg ON leg.route_id = walk.id AND leg.ordinal = stop.ordinal
  JOIN LATERAL (SELECT count(*) AS stops FROM route_stop AS any_of WHERE any_of.route_id = walk.id) AS ends
       ON true
  JOIN route_stop AS following
       ON following.route_id = walk.id AND following.ordinal = stop.ordinal % ends.stops + 1
  JOIN feature AS there ON there.id = following.feature_id
 WHERE stop.feature_id = ANY(:ids)
 ORDER BY stop.feature_id, walk.key, stop.ordinal
""")
"""Of a thing on several walks the first walk (by address) counts."""


def _onward(session: Session, ids: Collection[int], metric_crs: int) -> dict[int, Onward]:
    rows: Sequence[Any] = session.execute(_ONWARD, {"ids": sorted(ids), "crs": metric_crs}).all()
    return {
        row.feature_id: Onward(
            names=as_texts(row.names).get("name", {}),
            metres=row.length_m,
            compass=compass(row.bearing or 0),
            bearing=row.bearing or 0.0,
            unsure=row.length_m < (row.here_error or 0) + (row.there_error or 0),
            basis=row.basis,
            at=(row.x, row.y) if row.x is not None else None,
        )
        for row in rows
    }
