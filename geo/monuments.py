"""What may be asked about monuments: a page, what is near, what walks pass by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import Gone, NotFound
from core.languages import Said, say
from geo import recordings, zones
from geo.features import (
    Named,
    Way,
    all_texts,
    as_said,
    as_texts,
    compass,
    walking_minutes,
)
from geo.models import Feature, Monument
from geo.pictures import shown
from geo.pictures.shown import Shown
from geo.recordings import Heard
from geo.shapes import LonLat
from geo.zones import Zone

NEAR = 6
"""How many neighbours a page shows."""
_PUBLISHED = (Feature.layer == "monuments", Feature.withdrawn_at.is_(None))


@dataclass(frozen=True)
class OnRoute:
    """A walk that passes here: this stop's number, and the way to the next stop."""

    route: Named
    ordinal: int
    stops: int
    next: Way | None


@dataclass(frozen=True)
class MonumentPage:
    """All that a monument's page tells, in the reader's language where there is a text in it."""

    id: int
    key: str
    kind: str
    name: Said
    names: tuple[Said, ...]
    texts: dict[str, Said]
    condition: str
    access: str
    inside_walls: str
    at: LonLat
    precision: str
    precision_note: str | None
    error_m: float | None
    coordinate_source: str | None
    coordinate_licence: str | None
    licence: str
    licence_risk: bool
    sources: tuple[str, ...]
    external_ids: dict[str, str]
    changed_at: datetime
    near: tuple[Way, ...]
    routes: tuple[OnRoute, ...]
    recordings: dict[str, Heard]
    """By the field of the text that is spoken."""
    pictures: tuple[Shown, ...]
    zones: tuple[Zone, ...] = ()
    """Risk zones that hold on the day asked about, in which it lies or may lie."""


def page(
    session: Session, key: str, order: Sequence[str], speed_kmh: float, today: date | None = None
) -> MonumentPage:
    """The page of the monument `key`, texts in the first language of `order` that has them. Three queries,
    and one for the risk zones of a day.

    Raises NotFound for a key that never was, Gone for a withdrawn monument.
    """
    query = select(
        Monument,
        all_texts(Monument.id),
        func.ST_X(Monument.place),
        func.ST_Y(Monument.place),
        recordings.all_of(Monument.id),
        shown.all_of(Monument.id),
    ).where(Monument.key == key)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such monument here.")
    monument, rows, lon, lat, recorded, pictured = row
    if monument.withdrawn_at is not None:
        raise Gone("This monument is no longer on the map.")
    texts = as_texts(rows)
    names = texts.pop("name", {})
    return MonumentPage(
        id=monument.id,
        key=key,
        kind=monument.kind,
        name=say(names, order),
        names=tuple(names[lang] for lang in dict.fromkeys([*order, *sorted(names)]) if lang in names),
        texts={field: say(said, order) for field, said in texts.items()},
        condition=monument.condition,
        access=monument.access,
        inside_walls=monument.inside_walls,
        at=LonLat(lon, lat),
        precision=monument.precision,
        precision_note=monument.precision_note,
        error_m=monument.error_m,
        coordinate_source=monument.coordinate_source,
        coordinate_licence=monument.coordinate_licence,
        licence=monument.licence,
        licence_risk=monument.licence_risk,
        sources=tuple(monument.sources),
        external_ids=monument.external_ids,
        changed_at=monument.changed_at,
        near=near(session, monument, order, speed_kmh),
        routes=on_routes(session, monument, order, speed_kmh),
        recordings=recordings.heard(recorded, order),
        pictures=shown.shown(pictured, order),
        zones=zones.at(session, [monument.id], order, today).get(monument.id, ()) if today else (),
    )


_NEAREST = text("""
SELECT there.layer, there.key, there.kind, name.said, there.metres,
       degrees(ST_Azimuth(there.origin, there.place::geography)) AS bearing, there.error_m
  FROM feature AS here
 CROSS JOIN LATERAL (
       SELECT near.*, here.place::geography AS origin,
              near.place::geography <-> here.place::geography AS metres
         FROM feature AS near
        WHERE near.layer = 'monuments' AND near.withdrawn_at IS NULL
        ORDER BY near.place::geography <-> here.place::geography
        LIMIT :most) AS there
  LEFT JOIN LATERAL (
       SELECT jsonb_build_array(t.text, t.lang, t.state) AS said FROM feature_text AS t
        WHERE t.feature_id = there.id AND t.field = 'name'
        ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1) AS name ON
        true
 WHERE here.id = :here AND there.id <> :here
 ORDER BY there.metres, there.id
""")
"""The layer is written out, not bound, and `here` is joined laterally, so that the partial index on
place::geography hands out neighbours nearest first, whatever the number of monuments."""


def near(session: Session, here: Feature, order: Sequence[str], speed_kmh: float) -> tuple[Way, ...]:
    """The monuments nearest to a thing, nearest first, each with metres and degrees on the ellipsoid."""
    # One more than shown: the monument itself is among them, but for places that share its very point.
    rows = session.execute(_NEAREST, {"here": here.id, "most": NEAR + 1, "langs": list(order)})
    return tuple(_way(row, here.error_m, speed_kmh) for row in rows)[:NEAR]


_ON_ROUTES = text("""
SELECT there.layer, there.key, there.kind, name.said, leg.length_m AS metres,
       degrees(ST_Azimuth(ST_StartPoint(leg.geom)::geography, ST_EndPoint(leg.geom)::geography)) AS bearing,
       there.error_m, leg.basis, walk.key AS walk_key, walk.kind AS walk_kind, title.said AS walk_name,
       stop.ordinal, ends.stops
  FROM route_stop AS stop
  JOIN feature AS walk ON walk.id = stop.route_id AND walk.withdrawn_at IS NULL
  JOIN LATERAL (SELECT count(*) AS stops FROM route_stop AS any_of WHERE any_of.route_id = walk.id) AS ends
       ON true
  LEFT JOIN route_leg AS leg ON leg.route_id = walk.id AND leg.ordinal = stop.ordinal
  LEFT JOIN route_stop AS following
       ON following.route_id = walk.id AND following.ordinal = stop.ordinal % ends.stops + 1
  LEFT JOIN feature AS there ON there.id = following.feature_id
  LEFT JOIN LATERAL (
       SELECT jsonb_build_array(t.text, t.lang, t.state) AS said FROM feature_text AS t
        WHERE t.feature_id = there.id AND t.field = 'name'
        ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1) AS name
       ON true
  LEFT JOIN LATERAL (
       SELECT jsonb_build_array(t.text, t.lang, t.state) AS said FROM feature_text AS t
        WHERE t.feature_id = walk.id AND t.field = 'name'
        ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1) AS title
       ON true
 WHERE stop.feature_id = :here
 ORDER BY walk.key, stop.ordinal
""")


def on_routes(session: Session, here: Feature, order: Sequence[str], speed_kmh: float) -> tuple[OnRoute, ...]:
    """Walks with a stop here, by name of address; for each the way to its next stop."""
    return tuple(
        OnRoute(
            route=Named("routes", row.walk_key, row.walk_kind, as_said(row.walk_name, row.walk_key)),
            ordinal=row.ordinal,
            stops=row.stops,
            next=_way(row, here.error_m, speed_kmh, row.basis) if row.basis else None,
        )
        for row in session.execute(_ON_ROUTES, {"here": here.id, "langs": list(order)})
    )


def _way(row: Any, error_m: float | None, speed_kmh: float, basis: str = "straight") -> Way:
    layer, key, kind, name, metres, bearing, other_error_m = row[:7]
    return Way(
        to=Named(layer, key, kind, as_said(name, key)),
        metres=metres,
        minutes=walking_minutes(metres, speed_kmh),
        compass=compass(bearing or 0),
        unsure=metres < (error_m or 0) + (other_error_m or 0),
        basis=basis,
    )


def keys(session: Session, *, limit: int, offset: int = 0) -> Sequence[str]:
    """Keys of published monuments, in order of their ids."""
    query = select(Feature.key).where(*_PUBLISHED).order_by(Feature.id).limit(limit).offset(offset)
    return session.scalars(query).all()


def exactness(session: Session) -> list[tuple[str, int]]:
    """How many monuments have a coordinate of each precision, most first."""
    number = func.count()
    query = (
        select(Feature.precision, number)
        .where(*_PUBLISHED)
        .group_by(Feature.precision)
        .order_by(number.desc(), Feature.precision)
    )
    return [(precision, how_many) for precision, how_many in session.execute(query)]
