"""What everybody is told of the network: the hotspots of the approved plan, and the way to the nearest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin, sqrt
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.languages import Said
from geo.features import Named, Way, as_said, best_name, compass, walking_minutes
from geo.memory import Memory
from geo.models import Feature
from geo.shapes import LonLat
from geo.vocabulary import N_
from geo.wifi.models import Hotspot, Scenario

MOST: Final = 2000
"""Hotspots that are told of at the most."""
NEARBY_M: Final = 300.0
"""From farther away a page of something else does not point to a hotspot."""
PLACED_M: Final = 5.0
"""How exactly a hotspot stands where the plan's map says, at best: nobody surveys them."""
FROM: Final = ("monuments", "places")
"""Layers whose things one may set out from."""


@dataclass(frozen=True)
class PublicHotspot:
    """A hotspot as the public sees it; `status` is one of geo.wifi.vocabulary.STATUSES."""

    key: str
    name: Said
    status: str
    at: LonLat

    @property
    def on_air(self) -> bool:
        """Whether one can use it now."""
        return self.status == "on_air"


@dataclass(frozen=True)
class Start:
    """Where a way begins; `error_m` is how exactly its place is known."""

    thing: Named
    at: LonLat
    error_m: float | None


_kept: Final = Memory[tuple[PublicHotspot, ...]](1)


def network(session: Session, stamp: str) -> tuple[PublicHotspot, ...]:
    """The hotspots of the approved plan that were not removed, in the order in which they were placed.

    Read once in each state of the data, which `stamp` names: pages that point to one ask nothing more.
    """
    return _kept.of(session, stamp, lambda: _network(session))


def _network(session: Session) -> tuple[PublicHotspot, ...]:
    query = (
        select(
            Hotspot.key,
            Hotspot.name,
            Hotspot.status,
            func.ST_X(Hotspot.place).label("lon"),
            func.ST_Y(Hotspot.place).label("lat"),
        )
        .join(Scenario, Scenario.id == Hotspot.scenario_id)
        .where(Scenario.status == "approved", Hotspot.status != "removed")
        .order_by(Hotspot.id)
        .limit(MOST)
    )
    return tuple(
        PublicHotspot(row.key, Said(row.name, "und"), row.status, LonLat(row.lon, row.lat))
        for row in session.execute(query)
    )


def ways(
    hotspots: Iterable[PublicHotspot], here: LonLat, speed_kmh: float, *, error_m: float | None = None
) -> list[tuple[PublicHotspot, Way]]:
    """Those on air, nearest first, each with the way as the crow flies from `here` (known to `error_m`)."""
    found = []
    for hotspot in hotspots:
        if hotspot.on_air:
            metres, bearing = _apart(here, hotspot.at)
            way = Way(
                to=Named("wifi", hotspot.key, "hotspot", hotspot.name),
                metres=metres,
                minutes=walking_minutes(metres, speed_kmh),
                compass=compass(bearing),
                unsure=metres < (error_m or 0) + PLACED_M,
            )
            found.append((hotspot, way))
    return sorted(found, key=lambda each: (each[1].metres, each[0].key))


def nearby(
    hotspots: Sequence[PublicHotspot], here: LonLat, speed_kmh: float, *, error_m: float | None = None
) -> Way | None:
    """The way to the nearest hotspot on air; None where there is none within NEARBY_M."""
    found = ways(hotspots, here, speed_kmh, error_m=error_m)
    return found[0][1] if found and found[0][1].metres <= NEARBY_M else None


def _apart(here: LonLat, there: LonLat) -> tuple[float, float]:
    """Metres and bearing in degrees, on the plane that touches WGS 84 halfway: exact to 0.1 % up to 50 km.

    Source: radii of curvature, EPSG Guidance Note 7-2, section 3.1.
    """
    a, e2 = 6378137.0, 0.00669437999014
    middle = radians((here.lat + there.lat) / 2)
    flat = sqrt(1 - e2 * sin(middle) ** 2)
    east = radians(there.lon - here.lon) * cos(middle) * a / flat
    north = radians(there.lat - here.lat) * a * (1 - e2) / flat**3
    return hypot(east, north), degrees(atan2(east, north)) % 360


def start(session: Session, layer: str, key: str, order: Sequence[str]) -> Start:
    """A monument or public place to set out from. NotFound for what is not on the map."""
    query = select(
        func.ST_X(Feature.place).label("lon"),
        func.ST_Y(Feature.place).label("lat"),
        Feature.kind,
        Feature.error_m,
        best_name(Feature.id, order).label("name"),
    ).where(Feature.layer == layer, Feature.key == key, Feature.withdrawn_at.is_(None))
    row = session.execute(query).one_or_none() if layer in FROM else None
    if row is None or row.lon is None:
        raise NotFound(N_("There is no such place here."))
    named = Named(layer, key, row.kind, as_said(row.name, key))
    return Start(named, LonLat(row.lon, row.lat), row.error_m)
