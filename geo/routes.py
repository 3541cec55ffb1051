"""What may be asked about walks: the list of them, and one with its stops and legs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import Gone, NotFound
from core.languages import Said, say
from geo import recordings
from geo.features import (
    Named,
    Way,
    all_texts,
    as_said,
    as_texts,
    best_name,
    compass,
    leg_bearing,
    walking_minutes,
)
from geo.models import Feature, Route, RouteLeg, RouteStop
from geo.recordings import Heard
from geo.shapes import LonLat


@dataclass(frozen=True)
class Stop:
    """A stop, and the way to the next one (None at the end of a walk that is no loop)."""

    ordinal: int
    kind: str
    thing: Named
    at: LonLat
    error_m: float | None
    next: Way | None


@dataclass(frozen=True)
class Walk:
    """A line in the list of walks. Minutes are walking time alone, without time at the stops."""

    key: str
    name: Said
    summary: Said | None
    status: str
    loop: bool
    stops: int
    metres: float
    minutes: int
    straight: bool
    """Whether any leg is a straight line for want of a street network."""


@dataclass(frozen=True)
class RoutePage:
    """A walk with its stops in order."""

    walk: Walk
    names: tuple[Said, ...]
    stops: tuple[Stop, ...]
    sources: tuple[str, ...]
    licence: str
    changed_at: datetime
    recordings: dict[str, Heard]
    """By the field of the text that is spoken."""


def listed(session: Session, order: Sequence[str], speed_kmh: float) -> list[Walk]:
    """Every published walk, by address. One query."""
    query = _walks().where(Route.withdrawn_at.is_(None)).order_by(Route.key).limit(200)
    return [_walk(row, order, speed_kmh) for row in session.execute(query)]


def page(session: Session, key: str, order: Sequence[str], speed_kmh: float) -> RoutePage:
    """The walk `key` with its stops. Two queries. NotFound for a key that never was, Gone when withdrawn."""
    query = _walks().add_columns(recordings.all_of(Route.id).label("recordings")).where(Route.key == key)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such route here.")
    if row.Route.withdrawn_at is not None:
        raise Gone("This route is no longer on the map.")
    names = as_texts(row.texts).get("name", {})
    return RoutePage(
        walk=_walk(row, order, speed_kmh),
        names=tuple(names[lang] for lang in dict.fromkeys([*order, *sorted(names)]) if lang in names),
        stops=_stops(session, row.Route.id, order, speed_kmh),
        sources=tuple(row.Route.sources),
        licence=row.Route.licence,
        changed_at=row.Route.changed_at,
        recordings=recordings.heard(row.recordings, order),
    )


def _walks() -> Any:
    of_this = RouteLeg.route_id == Route.id
    return select(
        Route,
        all_texts(Route.id).label("texts"),
        select(func.count())
        .select_from(RouteStop)
        .where(RouteStop.route_id == Route.id)
        .scalar_subquery()
        .label("stops"),
        select(func.sum(RouteLeg.length_m)).where(of_this).scalar_subquery().label("metres"),
        select(func.bool_or(RouteLeg.basis == "straight")).where(of_this).scalar_subquery().label("straight"),
    )


def _walk(row: Any, order: Sequence[str], speed_kmh: float) -> Walk:
    texts = as_texts(row.texts)
    return Walk(
        key=row.Route.key,
        name=say(texts.get("name", {}), order),
        summary=say(texts["summary"], order) if "summary" in texts else None,
        status=row.Route.status,
        loop=row.Route.loop,
        stops=row.stops,
        metres=row.metres or 0.0,
        minutes=walking_minutes(row.metres or 0.0, speed_kmh),
        straight=bool(row.straight),
    )


def _stops(session: Session, route_id: int, order: Sequence[str], speed_kmh: float) -> tuple[Stop, ...]:
    thing = aliased(Feature)
    query = (
        select(
            RouteStop.ordinal,
            RouteStop.kind.label("stop_kind"),
            thing.layer,
            thing.key,
            thing.kind,
            best_name(thing.id, order).label("name"),
            func.ST_X(thing.place).label("lon"),
            func.ST_Y(thing.place).label("lat"),
            thing.error_m,
            RouteLeg.length_m,
            RouteLeg.basis,
            leg_bearing().label("bearing"),
        )
        .join(thing, thing.id == RouteStop.feature_id)
        .outerjoin(
            RouteLeg, (RouteLeg.route_id == RouteStop.route_id) & (RouteLeg.ordinal == RouteStop.ordinal)
        )
        .where(RouteStop.route_id == route_id)
        .order_by(RouteStop.ordinal)
    )
    rows = session.execute(query).all()
    things = [Named(row.layer, row.key, row.kind, as_said(row.name, row.key)) for row in rows]
    return tuple(
        Stop(
            ordinal=row.ordinal,
            kind=row.stop_kind,
            thing=things[index],
            at=LonLat(row.lon, row.lat),
            error_m=row.error_m,
            next=_onward(row, rows[(index + 1) % len(rows)], things[(index + 1) % len(rows)], speed_kmh),
        )
        for index, row in enumerate(rows)
    )


def _onward(row: Any, following: Any, to: Named, speed_kmh: float) -> Way | None:
    if row.length_m is None:
        return None
    return Way(
        to=to,
        metres=row.length_m,
        minutes=walking_minutes(row.length_m, speed_kmh),
        compass=compass(row.bearing or 0),
        unsure=row.length_m < (row.error_m or 0) + (following.error_m or 0),
        basis=row.basis,
    )
