"""A small catalogue and a plan in the tiny town, for tests of planning. All figures are made up."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import published
from geo.commune import Commune
from geo.wifi import catalogue, hotspots, scenarios
from geo.wifi.catalogue import Catalogue
from geo.wifi.hotspots import Changed
from geo.wifi.models import Scenario
from tests.geo import made_streets
from tests.geo.made_streets import Metres, at
from tests.geo.tiny import feature, point

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
BOX: Final = (-8.9, 30.45, -8.86, 30.49)
"""Of the commune's boundary: smaller than the town's box."""


def _radio(band: str, mhz: float, gain: float, **more: float) -> dict[str, Any]:
    return {
        "band": band, "frequency_mhz": mhz, "power_dbm": 17.0, "gain_dbi": gain, "sensitivity_dbm": -94.0,
        "capacity_mbps": 100.0, **more,
    }  # fmt: skip


def _model(key: str, price: float, *radios: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key, "name": key.title(), "radios": list(radios), "price_mad": price, "price_date": "2026-01",
        "price_source": "made up", "source": "made up", "clients": 50, "mesh": True, "confirmed": False,
    }  # fmt: skip


def _limit(band: str, eirp: float, *channels: int) -> dict[str, Any]:
    return {"band": band, "eirp_dbm": eirp, "channels": channels, "source": "made up", "confirmed": False}


CONFIG: Final[dict[str, Any]] = {
    "budget_mad": 60000,
    "heights_m": [2.5, 15],
    "environment": "residential",
    "limits": [_limit("2.4", 20.0, 1, 6, 11), _limit("5", 30.0, 36, 40, 44, 48)],
    "models": [
        _model("round", 4000, _radio("2.4", 2437, 3.0), _radio("5", 5180, 5.0)),
        _model("sector", 6000, _radio("5", 5180, 10.0, horizontal_deg=90, vertical_deg=20)),
    ],
    "clients": [
        {"band": "2.4", "height_m": 1.5, "eirp_dbm": 14, "sensitivity_dbm": -90, "source": "made up"},
        {"band": "5", "height_m": 1.5, "eirp_dbm": 15, "sensitivity_dbm": -88, "source": "made up"},
    ],
    "demands": {"voice_dbm": -67, "browsing_dbm": -80, "source": "made up"},
    "materials": [{"key": "earth", "loss_db": {"2.4": 12, "5": 20}, "source": "made up"}],
    "default_material": "earth",
    "costs": {
        "site_mad": 1500, "backhaul_mad": {"fibre": 2000, "powered": 500, "mesh": 0, "unknown": 2000},
        "source": "made up", "date": "2026-01",
    },
    "heritage_m": 15,
    "mesh_m": 150,
}  # fmt: skip


def boundary() -> dict[str, Any]:
    """The commune's boundary, as a feature: BOX, exact to the metre."""
    west, south, east, north = BOX
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return feature("limits", "commune", {"type": "Polygon", "coordinates": [ring]}, names={"fr": "Limites"})


class Bench:
    """What a planner needs: a session on the loaded town, its commune, the catalogue."""

    def __init__(self, session: Session, commune: Commune, catalogue: Catalogue) -> None:
        self.session, self.commune, self.catalogue = session, commune, catalogue

    def plan(self, title: str = "Plan A", budget: float = 60000) -> Scenario:
        """A draft."""
        return scenarios.create(self.session, title, budget_mad=budget, by="Amina", now=NOW)

    def place(self, scenario: str, where: Metres = (0, 0), *, by: str = "Amina", **values: Any) -> Changed:
        """A hotspot at metres east and north of the market."""
        given = good(where) | values
        return hotspots.place(self.session, self.commune, self.catalogue, scenario, given, by=by, now=NOW)

    def change(
        self, scenario: str, key: str, *, seen: int = 10**6, by: str = "Amina", **values: Any
    ) -> Changed:
        """The hotspot changed."""
        return hotspots.change(
            self.session, self.commune, self.catalogue, scenario, key, values, seen=seen, by=by, now=NOW
        )


def here(east: float, north: float) -> Metres:
    """Longitude and latitude of a place so many metres east and north of the market, away from monuments."""
    return at(300 + east, north)


def good(where: Metres = (0, 0), **values: Any) -> dict[str, Any]:
    """Values that can be, at metres east and north of the market."""
    lon, lat = here(*where)
    return {"name": "At the market", "lon": lon, "lat": lat, "height_m": 4.0, "model": "round"} | values


def load(session: Session, path: Path) -> None:
    """The tiny town with a boundary and one square, loaded."""
    town = made_streets.open_town(path)
    town.config = town.config.replace("places = [", 'boundary = ["limits.geojson"]\nplaces = [')
    town.path.mkdir(exist_ok=True)
    document = {"type": "FeatureCollection", "features": [boundary()]}
    (town.path / "limits.geojson").write_text(json.dumps(document), encoding="utf-8")
    square = feature("square", "square", point(), names={"fr": "La place"})
    made_streets.load(session, town, others=[square])


def bench(session: Session) -> Bench:
    """A planner in the loaded town."""
    state = published.current(session)
    assert state is not None
    return Bench(session, state.commune, catalogue.from_config(CONFIG))


def building(desk: Bench, corners: Sequence[Metres]) -> None:
    """A building with these corners, in metres east and north of the market, as an import would leave it."""
    ring = ", ".join(f"{lon!r} {lat!r}" for lon, lat in (here(*each) for each in [*corners, corners[0]]))
    desk.session.execute(
        text(
            "INSERT INTO building (osm_type, osm_id, osm_version, geom, kind, names) VALUES ('way', 1, 1,"
            " ST_SetSRID(ST_GeomFromText(:shape), 4326), 'yes', '{}')"
        ),
        {"shape": f"MULTIPOLYGON((({ring})))"},
    )
    desk.session.execute(
        text(
            "INSERT INTO osm_import (id, file_name, digest, box, counts, imported_at)"
            " VALUES (1, 'made.osm.pbf', 'made', '[]', '{}', now())"
        )
    )
