"""What may be asked about one public place: enough for the page behind its sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Gone, NotFound
from core.languages import Said, say
from geo import zones
from geo.features import Way, all_texts, as_texts
from geo.locator import Point
from geo.models import Feature
from geo.monuments import OnRoute, near, on_routes
from geo.pictures import shown
from geo.pictures.shown import Shown
from geo.shapes import LonLat
from geo.zones import Zone


@dataclass(frozen=True)
class PlacePage:
    """All that a place's page tells, in the reader's language where there is a text in it."""

    key: str
    kind: str
    name: Said
    names: tuple[Said, ...]
    texts: dict[str, Said]
    at: LonLat
    at_metres: Point
    precision: str
    error_m: float | None
    licence: str
    sources: tuple[str, ...]
    near: tuple[Way, ...]
    routes: tuple[OnRoute, ...] = ()
    pictures: tuple[Shown, ...] = ()
    zones: tuple[Zone, ...] = ()
    """Risk zones that hold on the day asked about, in which it lies or may lie."""


def page(
    session: Session,
    key: str,
    order: Sequence[str],
    speed_kmh: float,
    metric_crs: int,
    today: date | None = None,
) -> PlacePage:
    """The page of the place `key`. Three queries, and one for the risk zones of a day.

    NotFound for a key that never was, Gone when withdrawn."""
    metric = func.ST_Transform(Feature.place, metric_crs)
    query = select(
        Feature,
        all_texts(Feature.id).label("texts"),
        func.ST_X(Feature.place).label("lon"),
        func.ST_Y(Feature.place).label("lat"),
        func.ST_X(metric).label("x"),
        func.ST_Y(metric).label("y"),
        shown.all_of(Feature.id).label("pictures"),
    ).where(Feature.layer == "places", Feature.key == key)
    row: Any = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such place here.")
    place: Feature = row.Feature
    if place.withdrawn_at is not None:
        raise Gone("This place is no longer on the map.")
    texts = as_texts(row.texts)
    names = texts.pop("name", {})
    return PlacePage(
        key=key,
        kind=place.kind,
        name=say(names, order),
        names=tuple(names[lang] for lang in dict.fromkeys([*order, *sorted(names)]) if lang in names),
        texts={field: say(said, order) for field, said in texts.items()},
        at=LonLat(row.lon, row.lat),
        at_metres=(row.x, row.y),
        precision=place.precision,
        error_m=place.error_m,
        licence=place.licence,
        sources=tuple(place.sources),
        near=near(session, place, order, speed_kmh),
        routes=on_routes(session, place, order, speed_kmh),
        pictures=shown.shown(row.pictures, order),
        zones=zones.at(session, [place.id], order, today).get(place.id, ()) if today else (),
    )
