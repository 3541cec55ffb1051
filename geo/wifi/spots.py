"""Hotspots as plain values: read from the tables, written into them, and as radio sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.orm import Session

from core.errors import NotFound
from geo.models import Feature
from geo.shapes import SRID, LonLat
from geo.vocabulary import N_
from geo.wifi.checks import FIELDS, Values
from geo.wifi.models import Hotspot
from geo.wifi.rasters import Site

Record = dict[str, Any]
"""What a planner decided of one hotspot, ready for JSON: its key and the fields of `Values`."""


@dataclass(frozen=True)
class Spot:
    """A hotspot as it stands. `revision` is the scenario's when the hotspot was changed last."""

    id: int
    key: str
    values: Values
    status: str
    revision: int
    changed_by: str
    changed_at: datetime

    @property
    def at(self) -> LonLat:
        """Where it is."""
        return LonLat(self.values.lon, self.values.lat)

    @property
    def plan(self) -> Record:
        """What can be done, undone and done again."""
        return {"key": self.key, **asdict(self.values)}


def as_record(spot: Spot) -> Record:
    """Everything about a hotspot, ready for JSON."""
    return spot.plan | {
        "status": spot.status,
        "revision": spot.revision,
        "changed_by": spot.changed_by,
        "changed_at": spot.changed_at.isoformat(),
    }


def listed(session: Session, scenario_id: int) -> list[Spot]:
    """All hotspots of a scenario in the order in which they were placed. One query; at most
    checks.MOST_HOTSPOTS.
    """
    return _read(session, _query().where(Hotspot.scenario_id == scenario_id))


def named(session: Session, scenario_id: int, keys: Sequence[str]) -> dict[str, Spot]:
    """Those of the keys that the scenario has."""
    query = _query().where(Hotspot.scenario_id == scenario_id, Hotspot.key.in_(keys))
    return {spot.key: spot for spot in _read(session, query)}


def find(session: Session, scenario_id: int, key: str) -> Spot:
    """One of them. NotFound."""
    spot = named(session, scenario_id, [key]).get(key)
    if spot is None:
        raise NotFound(N_("This plan has no such hotspot."))
    return spot


def count(session: Session, scenario_id: int) -> int:
    """How many hotspots a scenario has."""
    query = select(func.count()).select_from(Hotspot).where(Hotspot.scenario_id == scenario_id)
    return session.scalar(query) or 0


def in_metres(session: Session, places: Sequence[LonLat], metric_crs: int) -> list[tuple[float, float]]:
    """The places in the commune's metric CRS, in their order. One query."""
    if not places:
        return []
    given = {"lon": [at.lon for at in places], "lat": [at.lat for at in places], "crs": metric_crs}
    return [(x, y) for x, y in session.execute(_IN_METRES, given)]


def site(values: Values, x: float, y: float) -> Site:
    """The hotspot as radio sees it, at `x` and `y` metres in the commune's metric CRS."""
    return Site(
        x=x,
        y=y,
        height_m=values.height_m,
        model=values.model,
        azimuth_deg=values.azimuth_deg,
        tilt_deg=values.tilt_deg,
        eirp_dbm=(values.eirp_24_dbm, values.eirp_5_dbm),
    )


def write(session: Session, scenario_id: int, record: Mapping[str, Any], **stamp: Any) -> None:
    """Make the hotspot of that key as the record says, whether it is there or not.

    `stamp` is revision, changed_by and changed_at, and a status for one that is new.
    """
    feature_id = _feature(session, record["public_place"])
    query = select(Hotspot).where(Hotspot.scenario_id == scenario_id, Hotspot.key == record["key"])
    hotspot = session.scalar(query)
    if hotspot is None:
        hotspot = Hotspot(scenario_id=scenario_id, key=record["key"])
        session.add(hotspot)
    for name in _PLAIN:
        setattr(hotspot, name, record[name])
    hotspot.place = f"SRID={SRID};POINT({record['lon']!r} {record['lat']!r})"  # type: ignore[assignment]
    hotspot.feature_id = feature_id
    for name, value in stamp.items():
        setattr(hotspot, name, value)
    session.flush()


def erase(session: Session, scenario_id: int, keys: Sequence[str]) -> None:
    """Take hotspots out of the scenario."""
    session.execute(
        delete(Hotspot).where(Hotspot.scenario_id == scenario_id, Hotspot.key.in_(keys)),
        execution_options={"synchronize_session": "fetch"},
    )


_IN_METRES: Final = text("""
SELECT ST_X(p), ST_Y(p) FROM (
  SELECT n, ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), CAST(:crs AS integer)) AS p
    FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS given (lon, lat, n)) AS at
 ORDER BY n
""")
_PLAIN: Final = tuple(name for name in FIELDS if name not in ("lon", "lat", "public_place"))


def _feature(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    return session.scalar(select(Feature.id).where(Feature.layer == "places", Feature.key == key))


def _query() -> Select[Any]:
    return (
        select(
            Hotspot.id,
            Hotspot.key,
            Hotspot.status,
            Hotspot.revision,
            Hotspot.changed_by,
            Hotspot.changed_at,
            *(getattr(Hotspot, name) for name in _PLAIN),
            func.ST_X(Hotspot.place).label("lon"),
            func.ST_Y(Hotspot.place).label("lat"),
            Feature.key.label("public_place"),
        )
        .outerjoin(Feature, Feature.id == Hotspot.feature_id)
        .order_by(Hotspot.id)
    )


def _read(session: Session, query: Select[Any]) -> list[Spot]:
    return [
        Spot(
            id=row.id,
            key=row.key,
            values=Values(**{name: getattr(row, name) for name in FIELDS}),
            status=row.status,
            revision=row.revision,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in session.execute(query)
    ]
