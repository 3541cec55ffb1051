"""What may be asked about walks: the list of them, and one with its stops and legs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from core.errors import Gone, Invalid, NotFound
from core.languages import Said, say
from geo import recordings
from geo.features import (
    Named,
    Texts,
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
from geo.pictures import shown
from geo.pictures.shown import Shown
from geo.recordings import Heard
from geo.shapes import LonLat
from geo.streets import guides
from geo.streets.guides import Guide, Remark
from geo.texts import stop_field
from geo.vocabulary import PACES


@dataclass(frozen=True)
class Stop:
    """A stop, and the way to the next one (None at the end of a walk that is no loop)."""

    ordinal: int
    kind: str
    thing: Named
    at: LonLat
    error_m: float | None
    next: Way | None
    text: Said | None = None
    """What this walk tells at the stop."""
    guide: Guide | None = None
    """Directions to the next stop; None while no street network is loaded."""
    remarks: tuple[Remark, ...] = ()


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
    """Whether any leg is a straight line."""
    on_streets: bool = False
    """Whether any leg follows streets."""
    theme: str | None = None


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
    remarks: tuple[Remark, ...] = ()
    """What the walk's check found, of its stops and as a whole."""
    pictures: tuple[Shown, ...] = ()


def speed(pace: str, usual_kmh: float) -> float:
    """Km/h of a named pace; Invalid for one that there isn't."""
    if pace not in PACES:
        raise Invalid("pace", "There is no such pace.")
    return PACES[pace][1] or usual_kmh


def listed(session: Session, order: Sequence[str], speed_kmh: float) -> list[Walk]:
    """Every published walk, by address. One query."""
    query = _walks().where(Route.withdrawn_at.is_(None)).order_by(Route.key).limit(200)
    return [_walk(row, order, speed_kmh) for row in session.execute(query)]


def page(session: Session, key: str, order: Sequence[str], speed_kmh: float) -> RoutePage:
    """The walk `key` with its stops and directions. Six queries.

    NotFound for a key that never was, Gone when withdrawn.
    """
    kept = recordings.all_of(Route.id).label("recordings"), shown.all_of(Route.id).label("pictures")
    query = _walks().add_columns(*kept).where(Route.key == key)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such route here.")
    if row.Route.withdrawn_at is not None:
        raise Gone("This route is no longer on the map.")
    texts = as_texts(row.texts)
    names = texts.get("name", {})
    remarks = guides.remarks(session, order, row.Route.id).get(row.Route.id, ())
    return RoutePage(
        walk=_walk(row, order, speed_kmh),
        names=tuple(names[lang] for lang in dict.fromkeys([*order, *sorted(names)]) if lang in names),
        stops=_stops(session, row.Route.id, order, speed_kmh, texts, remarks),
        sources=tuple(row.Route.sources),
        licence=row.Route.licence,
        changed_at=row.Route.changed_at,
        recordings=recordings.heard(row.recordings, order),
        remarks=remarks,
        pictures=shown.shown(row.pictures, order),
    )


def _walks() -> Any:
    of_this = RouteLeg.route_id == Route.id
    straight, on_streets = (
        select(func.bool_or(RouteLeg.basis == basis)).where(of_this).scalar_subquery().label(label)
        for basis, label in (("straight", "straight"), ("streets", "on_streets"))
    )
    return select(
        Route,
        all_texts(Route.id).label("texts"),
        select(func.count())
        .select_from(RouteStop)
        .where(RouteStop.route_id == Route.id)
        .scalar_subquery()
        .label("stops"),
        select(func.sum(RouteLeg.length_m)).where(of_this).scalar_subquery().label("metres"),
        straight,
        on_streets,
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
        on_streets=bool(row.on_streets),
        theme=row.Route.theme,
    )


def _stops(
    session: Session,
    route_id: int,
    order: Sequence[str],
    speed_kmh: float,
    texts: Texts,
    remarks: Sequence[Remark],
) -> tuple[Stop, ...]:
    told = guides.of(session, route_id, order)
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
            text=say(said, order) if (said := texts.get(stop_field(row.ordinal))) else None,
            guide=told.get(row.ordinal),
            remarks=tuple(remark for remark in remarks if remark.ordinal == row.ordinal),
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
