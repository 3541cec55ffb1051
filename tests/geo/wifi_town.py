"""A small town to plan Wi-Fi in: 900 people, with layers that a test fills in metres from the gate."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geo import published
from geo.commune import Commune
from geo.loading import folder as loading
from geo.wifi import demand
from geo.wifi.demand import KINDS, Demand
from tests.geo.made_streets import NOW, Extract, at, import_
from tests.geo.tiny import Town, feature, point

PEOPLE = 900
FACT = f"""
[[facts]]
id = "population"
value = {PEOPLE}
unit = "inhabitants"
year = 2024
source = "made up"
"""
LAYERS = ("places", "quarters", "boundary", "risk_zones", "infrastructure")


class WifiTown(Town):
    """The tiny town without its wall; `layers` are written beside its monuments."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.walls = []
        files = "".join(f'{layer} = ["{layer}.geojson"]\n' for layer in LAYERS)
        self.config = self.config.replace("[names]", f"{FACT}[names]") + files
        self.layers: dict[str, list[dict[str, Any]]] = {layer: [] for layer in LAYERS}

    def add(self, layer: str, key: str, kind: str, *metres: float, shape: Any = None, **given: Any) -> None:
        """A thing so many metres east and north of the gate, or of that shape."""
        geometry = shape or point(*at(metres[0], metres[1]))
        named: dict[str, Any] = {} if layer == "infrastructure" else {"names": {"fr": given.pop("name", key)}}
        self.layers[layer].append(feature(key, kind, geometry, **named, **given))

    def write(self) -> Path:
        """Write all files; where they are."""
        super().write()
        for layer, features in self.layers.items():
            document = {"type": "FeatureCollection", "features": features}
            (self.path / f"{layer}.geojson").write_text(json.dumps(document), encoding="utf-8")
        return self.path

    def load(self, session: Session, extract: Extract | None = None) -> Commune:
        """Load it, and the extract; the commune as planning sees it."""
        loading.apply(session, loading.read(self.write()), now=NOW)
        if extract is not None:
            import_(session, self, extract)
        now = published.current(session)
        assert now is not None
        return now.commune


def demanded(session: Session, commune: Commune, **weights: float) -> Demand:
    """What there is to serve."""
    return demand.of(session, commune, weights)


def amount(found: Demand, kind: str) -> float:
    """How much of a kind there is."""
    return float(found.amount[found.kind == KINDS.index(kind)].sum())


def codes(found: Demand) -> list[str]:
    """What its notes tell."""
    return [note.code for note in found.notes]


def house(extract: Extract, west: float, south: float, side: float, **tags: str) -> None:
    """A square building."""
    corners = [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]
    extract.way(*corners, corners[0], **{"building": "yes", **tags})


def streets() -> Extract:
    """One street far from everything: an extract must have one."""
    extract = Extract()
    extract.street((800, 800), (900, 800))
    return extract
