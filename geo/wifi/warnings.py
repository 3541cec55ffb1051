"""What a plan should make its planner think about. Nothing here forbids; what cannot be is refused by
geo/wifi/checks.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Any, Final

from geo.vocabulary import N_
from geo.wifi.catalogue import BANDS, Catalogue
from geo.wifi.checks import Values
from geo.wifi.money import Money

NEAR_M: Final = 20.0
"""Two hotspots nearer to each other than this serve the same people."""
WARNINGS: Final[Mapping[str, str]] = {
    "near": N_("“%(name)s” and “%(other)s” are only %(metres)s m apart: they serve the same people."),
    "over_budget": N_("The plan costs %(mad)s MAD more than its budget."),
    "unpriced": N_(
        "%(many)s things of this plan have no price in the catalogue: it costs more than is shown."
    ),
    "no_model": N_("“%(name)s”: the catalogue no longer has its model, so its signal is not known."),
    "capped": N_(
        "“%(name)s” can radiate more than the law allows at %(band)s GHz: it is planned at the limit."
    ),
    "backhaul": N_("“%(name)s”: how it is connected to the internet is not known yet."),
    "no_mesh": N_("“%(name)s” is to be connected by radio, which its model cannot do."),
    "mesh_far": N_(
        "“%(name)s” is to be connected by radio, but no chain of hops of at most %(metres)s m leads to a"
        " hotspot with fibre or power."
    ),
}
"""Code → sentence."""


@dataclass(frozen=True)
class Warning:
    """Something to think about, of a hotspot or (None) of the plan; `values` fill the sentence's places.

    Numbers among them are numbers: whoever shows them writes them in the reader's way.
    """

    code: str
    hotspot: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values; the sentence is WARNINGS[code]."""
        return {"code": self.code, "hotspot": self.hotspot, "values": dict(self.values)}


@dataclass(frozen=True)
class Placed:
    """A hotspot of a plan, in metres of the commune's metric CRS."""

    key: str
    values: Values
    x: float
    y: float


def of(catalogue: Catalogue, placed: Sequence[Placed], money: Money) -> list[Warning]:
    """All that can be told without a look at the map: money first, then hotspot by hotspot."""
    return [*_money(money), *_near(placed), *_equipment(catalogue, placed), *_backhaul(catalogue, placed)]


def _money(money: Money) -> Iterable[Warning]:
    if money.left_mad < 0:
        yield Warning("over_budget", values={"mad": round(-money.left_mad)})
    if money.unpriced:
        yield Warning("unpriced", values={"many": money.unpriced})


def _near(placed: Sequence[Placed]) -> Iterable[Warning]:
    for n, one in enumerate(placed):
        for other in placed[n + 1 :]:
            if (metres := hypot(one.x - other.x, one.y - other.y)) < NEAR_M:
                told = {"name": one.values.name, "other": other.values.name, "metres": round(metres)}
                yield Warning("near", one.key, told)


def _equipment(catalogue: Catalogue, placed: Sequence[Placed]) -> Iterable[Warning]:
    for each in placed:
        model = catalogue.models.get(each.values.model)
        if model is None:
            yield Warning("no_model", each.key, {"name": each.values.name})
            continue
        for band in BANDS:
            radio = model.radio(band)
            asked = each.values.eirp_24_dbm if band == "2.4" else each.values.eirp_5_dbm
            if radio and asked is None and radio.eirp_dbm > catalogue.limits[band].eirp_dbm:
                yield Warning("capped", each.key, {"name": each.values.name, "band": band})


def _backhaul(catalogue: Catalogue, placed: Sequence[Placed]) -> Iterable[Warning]:
    reached = _reached(placed, catalogue.mesh_m)
    for each in placed:
        name = {"name": each.values.name}
        if each.values.backhaul == "unknown":
            yield Warning("backhaul", each.key, name)
        if each.values.backhaul != "mesh":
            continue
        model = catalogue.models.get(each.values.model)
        if model is not None and not model.mesh:
            yield Warning("no_mesh", each.key, name)
        elif each.key not in reached:
            yield Warning("mesh_far", each.key, name | {"metres": round(catalogue.mesh_m)})


def _reached(placed: Sequence[Placed], hop_m: float) -> set[str]:
    """Keys that are connected by fibre or power, or by hops to one that is."""
    edge = [each for each in placed if each.values.backhaul in ("fibre", "powered")]
    reached = {each.key for each in edge}
    while edge:
        here = edge.pop()
        for each in placed:
            if (
                each.key not in reached
                and each.values.backhaul == "mesh"
                and hypot(each.x - here.x, each.y - here.y) <= hop_m
            ):
                reached.add(each.key)
                edge.append(each)
    return reached
