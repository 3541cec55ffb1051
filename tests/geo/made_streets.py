"""Small extracts made for a test: streets in metres from the tiny town's gate, written as a real PBF file."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium
from osmium.osm import mutable
from sqlalchemy.orm import Session

from core.settings import PROJECT
from geo import routes
from geo.loading import folder as loading
from geo.routes import RoutePage
from geo.streets import importing
from tests.geo.tiny import LAT, LON, Town, feature, point

EXTRACTS = PROJECT / "build" / "extracts"
"""Real ones, put there by scripts/setup.sh: Helsinki's centre, and a small town."""
HELSINKI = EXTRACTS / "Helsinki.osm.pbf"
HELSINKI_BOX = [24.935, 60.164, 24.954, 60.18]

Metres = tuple[float, float]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ["fr", "ar", "en"]


def at(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a place so many metres east and north of the gate."""
    return LON + east / (111_320 * math.cos(math.radians(LAT))), LAT + north / 110_574


class Extract:
    """An extract to be: nodes by their place in metres, so that streets that share a place meet there."""

    def __init__(self) -> None:
        self.nodes: dict[Metres, int] = {}
        self.tags: dict[Metres, Mapping[str, str]] = {}
        self.ways: list[tuple[Sequence[Metres], Mapping[str, str]]] = []

    def node(self, place: Metres, **tags: str) -> int:
        """The id of the node at a place."""
        if tags:
            self.tags[place] = tags
        return self.nodes.setdefault(place, len(self.nodes) + 1)

    def way(self, *places: Metres, **tags: str) -> None:
        """A way through these places; `__` in a key stands for `:`."""
        for place in places:
            self.node(place)
        self.ways.append((places, {key.replace("__", ":"): value for key, value in tags.items()}))

    def street(self, *places: Metres, highway: str = "residential", **tags: str) -> None:
        """A way that people walk."""
        self.way(*places, highway=highway, **tags)

    def write(self, path: Path) -> Path:
        """Write the file; where it is."""
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for place, id_ in self.nodes.items():
                writer.add_node(
                    mutable.Node(id=id_, version=1, location=at(*place), tags=dict(self.tags.get(place, {})))
                )
            for id_, (places, tags) in enumerate(self.ways, 1):
                refs = [self.nodes[place] for place in places]
                writer.add_way(mutable.Way(id=id_, version=3, nodes=refs, tags=dict(tags)))
        return path


def block() -> Extract:
    """A block of streets: 200 m by 100 m around the gate in the south-west, a lane through its middle."""
    extract = Extract()
    extract.street((0, 0), (100, 0), (200, 0), name="Rue Basse", name__ar="زنقة السفلى")
    extract.street((0, 0), (0, 100), name="Rue de la Tour")
    extract.street((0, 100), (100, 100), (200, 100), name="Rue Haute")
    extract.street((200, 0), (200, 100), name="Rue du Levant")
    extract.street((100, 0), (100, 100), highway="footway")
    return extract


def walk(town: Town, *places: Metres, loop: bool = False) -> None:
    """The town's one walk leads from the gate to monuments at these places, called m1, m2, ..."""
    town.monuments = [town.gate]
    for n, place in enumerate(places, 1):
        town.monuments.append(feature(f"m{n}", "monument", point(*at(*place)), names={"fr": f"M {n}"}))
    stops: list[dict[str, Any]] = [{"layer": "monuments", "id": each["id"]} for each in town.monuments]
    town.routes[0].update(stops=stops, loop=loop)


def real_town(town: Town) -> None:
    """The tiny town moves to Helsinki's centre."""
    town.config = town.config.replace("[-9.0, 30.3, -8.7, 30.6]", str(HELSINKI_BOX)).replace("32629", "32635")
    places = [(24.9384, 60.1699), (24.9456, 60.1690), (24.9474, 60.1720), (24.9432, 60.1662)]
    town.monuments = [
        feature(f"m{n}", "monument", point(*place), names={"fr": f"M {n}"}) for n, place in enumerate(places)
    ]
    town.walls = []
    town.signs = []
    town.routes[0]["stops"] = [{"layer": "monuments", "id": f"m{n}"} for n in range(len(places))]


def open_town(path: Path) -> Town:
    """The tiny town without its wall, with files for places and risk zones."""
    town = Town(path)
    town.walls = []
    more = 'places = ["places.geojson"]\nrisk_zones = ["zones.geojson"]\n'
    town.config = town.config.replace("walls = [", f"{more}walls = [")
    return town


def load(session: Session, town: Town, *zones: Any, others: Sequence[Any] = ()) -> None:
    """Write the folder, with these risk zones and places, and load it."""
    town.write()
    for name, features in (("zones", zones), ("places", others)):
        document = {"type": "FeatureCollection", "features": list(features)}
        (town.path / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    loading.apply(session, loading.read(town.path), now=NOW)


def import_(session: Session, town: Town, extract: Extract) -> None:
    """Import the extract."""
    file = extract.write(town.path / "x.osm.pbf")
    importing.run(session, file, now=NOW, progress=lambda stage, done: None)


def page(session: Session, lang: str = "fr") -> RoutePage:
    """The walk's page."""
    return routes.page(session, "walk", [lang, *ORDER], 4.5)


def area(*places: Metres) -> dict[str, Any]:
    """A GeoJSON area with these corners."""
    return {"type": "Polygon", "coordinates": [[list(at(*place)) for place in (*places, places[0])]]}
