"""Equipment, limits and materials as the commune's wifi.toml gives them: every figure has a source.

A figure whose `confirmed` is false is an assumption of planning, and is shown as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from core.languages import Said, say

Band = Literal["2.4", "5"]
BANDS: Final[tuple[Band, ...]] = ("2.4", "5")
Service = Literal["voice", "browsing", "none"]
"""What a place can be used for: voice and video, reading pages, or nothing."""


@dataclass(frozen=True)
class Limit:
    """The highest EIRP that the country allows in a band outdoors, in dBm."""

    band: Band
    eirp_dbm: float
    channels: tuple[int, ...]
    """Channels of 20 MHz that may be used."""
    source: str
    confirmed: bool


@dataclass(frozen=True)
class Radio:
    """One band of a model. Gains in dBi, power at the antenna port in dBm, capacity of the cell in Mbit/s."""

    band: Band
    frequency_mhz: float
    power_dbm: float
    gain_dbi: float
    sensitivity_dbm: float
    """Weakest signal that the access point still decodes at its lowest rate."""
    capacity_mbps: float
    horizontal_deg: float = 360.0
    """Width of the beam at half power; 360 for an antenna that sends all around."""
    vertical_deg: float = 180.0

    @property
    def eirp_dbm(self) -> float:
        """What it radiates at full power in its best direction."""
        return self.power_dbm + self.gain_dbi


@dataclass(frozen=True)
class Model:
    """A model of access point. The price is in MAD, installed, without tax unless the source says so."""

    key: str
    name: str
    radios: tuple[Radio, ...]
    price_mad: float
    price_date: str
    price_source: str
    source: str
    clients: int
    """People that it serves at once."""
    mesh: bool
    confirmed: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    """Its name by language, where it is a description rather than a product's name."""

    def label(self, order: Sequence[str]) -> Said:
        """Its name in the first language of `order` that has one, else as it is called in English."""
        return say({lang: Said(text, lang) for lang, text in {"en": self.name, **self.names}.items()}, order)

    def radio(self, band: Band) -> Radio | None:
        """Its radio for the band, if it has one."""
        return next((radio for radio in self.radios if radio.band == band), None)


@dataclass(frozen=True)
class Client:
    """The telephone that plans reckon with: held at `height_m`, with its EIRP and what it still hears."""

    band: Band
    height_m: float
    eirp_dbm: float
    sensitivity_dbm: float
    source: str


@dataclass(frozen=True)
class Demands:
    """What a service needs at the weaker end of the link, in dBm over 20 MHz."""

    voice_dbm: float
    browsing_dbm: float
    source: str


@dataclass(frozen=True)
class Material:
    """A wall of this material takes `loss_db` by band off a ray that crosses it once."""

    key: str
    loss_db: Mapping[Band, float]
    source: str


@dataclass(frozen=True)
class Costs:
    """What comes on top of the models, in MAD: by kind of backhaul, and for each site."""

    site_mad: float
    backhaul_mad: Mapping[str, float]
    source: str
    date: str


@dataclass(frozen=True)
class Catalogue:
    """Everything that planning takes from the data folder."""

    budget_mad: float
    heights_m: tuple[float, float]
    """Lowest and highest mounting height."""
    environment: str
    """Which of the site-general environments of ITU-R P.1411 holds where no building is known."""
    limits: Mapping[Band, Limit]
    models: Mapping[str, Model]
    clients: Mapping[Band, Client]
    demands: Demands
    materials: Mapping[str, Material]
    default_material: str
    costs: Costs
    heritage_m: float
    """Around a protected monument, within which a site is warned of; on the monument itself it is refused."""
    mesh_m: float
    """Longest hop between two access points of a mesh."""
    sources: Sequence[str] = ()


def from_config(config: Mapping[str, Any]) -> Catalogue:
    """The catalogue of a checked wifi.toml (geo/loading/wifi.py checks it)."""
    limits = {row["band"]: _limit(row) for row in config["limits"]}
    models = {row["key"]: _model(row) for row in config["models"]}
    clients = {row["band"]: Client(**row) for row in config["clients"]}
    materials = {
        row["key"]: Material(row["key"], dict(row["loss_db"]), row["source"]) for row in config["materials"]
    }
    low, high = config["heights_m"]
    return Catalogue(
        budget_mad=float(config["budget_mad"]),
        heights_m=(float(low), float(high)),
        environment=config["environment"],
        limits=limits,
        models=models,
        clients=clients,
        demands=Demands(**config["demands"]),
        materials=materials,
        default_material=config["default_material"],
        costs=Costs(**config["costs"]),
        heritage_m=float(config["heritage_m"]),
        mesh_m=float(config["mesh_m"]),
        sources=tuple(config.get("sources", ())),
    )


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(row["band"], float(row["eirp_dbm"]), tuple(row["channels"]), row["source"], row["confirmed"])


def _model(row: Mapping[str, Any]) -> Model:
    values = {name: value for name, value in row.items() if name != "radios"}
    return Model(**values, radios=tuple(Radio(**radio) for radio in row["radios"]))
