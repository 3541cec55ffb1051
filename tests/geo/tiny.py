"""A tiny town of made-up names, as a folder: a gate, a tower 100 m north, a wall, a walk between them."""

import copy
import json
from pathlib import Path
from typing import Any

LON, LAT = -8.88, 30.47
NORTH_100_M = 0.000902
"""Degrees of latitude in 100 m at this place."""

CONFIG = """
key = "tinytown"
languages = ["ar", "fr", "en"]
source_language = "fr"
public_url = ""
bbox = [-9.0, 30.3, -8.7, 30.6]
metric_crs = 32629
country = "MA"
walking_speed_kmh = 4.5
[names]
fr = "Petiteville"
[layers]
monuments = ["monuments.geojson"]
walls = ["walls.geojson"]
"""


def feature(key: str, kind: str, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A good feature."""
    common = {"kind": kind, "precision": "surveyed", "error_m": 5, "licence": "made up"}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": {**common, **properties}}


def point(lon: float = LON, lat: float = LAT) -> dict[str, Any]:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": [lon, lat]}


GATE = feature(
    "gate",
    "city_gate",
    point(),
    names={"fr": "La porte haute", "ar": "الباب"},
    texts={"summary": {"fr": "Une porte.", "ar": "باب."}},
    texts_state={"summary": {"fr": "attested"}},
)
TOWER = feature("tower", "monument", point(LON, LAT + NORTH_100_M), names={"fr": "La tour"})
WALL = feature(
    "ring",
    "wall_ring",
    {"type": "LineString", "coordinates": [[LON, LAT], [LON + 0.001, LAT], [LON + 0.001, LAT + 0.001]]},
    names={"fr": "Le mur"},
)
ROUTE: dict[str, Any] = {
    "id": "walk",
    "kind": "walk",
    "names": {"fr": "La promenade"},
    "status": "draft",
    "loop": True,
    "sources": [],
    "licence": "made up",
    "stops": [{"layer": "monuments", "id": "gate"}, {"layer": "monuments", "id": "tower"}],
}
CODE = "0000011"
"""A valid code: value 1, check symbol 1."""


class Town:
    """A folder that a test may spoil before it writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = CONFIG
        self.monuments = copy.deepcopy([GATE, TOWER])
        self.walls = copy.deepcopy([WALL])
        self.routes = copy.deepcopy([ROUTE])
        self.signs: list[dict[str, Any]] = [{"code": CODE, "layer": "monuments", "id": "gate"}]

    @property
    def gate(self) -> dict[str, Any]:
        """The gate's feature."""
        return self.monuments[0]

    def write(self) -> Path:
        """Write the folder's files; where it is."""
        self.path.mkdir(exist_ok=True)
        (self.path / "commune.toml").write_text(self.config, encoding="utf-8")
        for name, features in (("monuments", self.monuments), ("walls", self.walls)):
            document = {"type": "FeatureCollection", "features": features}
            (self.path / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
        (self.path / "routes.json").write_text(json.dumps({"routes": self.routes}), encoding="utf-8")
        (self.path / "signs.json").write_text(json.dumps({"signs": self.signs}), encoding="utf-8")
        return self.path
