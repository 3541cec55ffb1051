"""What a plan will do, as numbers: who is served, for how much money, what overlaps, what speaks against it.

Every signal is a median with a stated uncertainty; figures of who is served are expectations. Nothing here is
stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.shapes import LonLat
from geo.wifi import (
    channels,
    checks,
    contributions,
    demand,
    figures,
    money,
    network,
    rules,
    serving,
    spots,
    warnings,
)
from geo.wifi.catalogue import BANDS, Band, Catalogue
from geo.wifi.checks import Values
from geo.wifi.contributions import Contribution
from geo.wifi.demand import Demand
from geo.wifi.figures import Figures
from geo.wifi.models import Scenario
from geo.wifi.money import Money
from geo.wifi.mosaic import Areas
from geo.wifi.network import Network, Sender
from geo.wifi.rasters import Basis
from geo.wifi.rules import Finding
from geo.wifi.serving import Serving
from geo.wifi.warnings import Placed, Warning


@dataclass(frozen=True)
class Alone:
    """What one hotspot of the plan does, and what would be lost without it."""

    key: str
    basis: Basis
    sd_db: float
    """One standard deviation of what was not modelled, in dB."""
    areas: Areas
    adds: float
    """Worth that only this hotspot serves, of `Figures.worth`."""


@dataclass(frozen=True)
class Clash:
    """Two hotspots on channels that overlap, and the ground in m² that they disturb each other on."""

    one: str
    other: str
    band: Band
    disturbed_m2: float


@dataclass(frozen=True, eq=False)
class Outlook:
    """A plan's numbers. Hotspots that were removed, and those whose model is gone, serve nothing."""

    placed: tuple[Placed, ...]
    demand: Demand
    figures: Figures
    money: Money
    areas: Areas
    alone: Mapping[str, Alone]
    warnings: tuple[Warning, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    """By hotspot: what the map says against its place (geo/wifi/rules.py)."""
    serving: Serving
    clashes: tuple[Clash, ...]
    """The worst first. Hotspots without a channel clash with nobody: see `untuned`."""
    parts: Mapping[str, Contribution]
    """By hotspot: what it does alone."""
    network: Network
    """Who is strongest where, and what the hotspots take from each other if all send at once."""

    @property
    def untuned(self) -> int:
        """Radios of the plan for which no channel is chosen yet."""
        return sum(ground.sender.channel is None for ground in self.network.grounds)

    @property
    def bases(self) -> frozenset[Basis]:
        """What the signals rest on: known buildings, or statistics of towns like this."""
        return frozenset(each.basis for each in self.alone.values())

    def as_json(self, order: Sequence[str]) -> dict[str, Any]:
        """Everything as plain values; names in the first language of `order` that has one."""
        names = [quarter.name(order).text for quarter in self.demand.quarters]
        return {
            "figures": self.figures.as_json(names),
            "money": self.money.as_json(),
            "areas": self.areas.as_json(),
            "bases": sorted(self.bases),
            "alone": {
                key: {
                    "basis": each.basis,
                    "sd_db": round(each.sd_db, 1),
                    "areas": each.areas.as_json(),
                    "adds": round(each.adds, 4),
                }
                for key, each in self.alone.items()
            },
            "clashes": [{**vars(clash), "disturbed_m2": round(clash.disturbed_m2)} for clash in self.clashes],
            "untuned": self.untuned,
            "interference": self.network.as_json(),
            "warnings": [warning.as_json() for warning in self.warnings],
            "findings": {
                key: [
                    {
                        "code": finding.code,
                        "forbids": finding.forbids,
                        "values": dict(finding.values),
                        "thing": finding.thing(order).text,
                    }
                    for finding in found
                ]
                for key, found in self.findings.items()
            },
            "notes": [{"code": note.code, "values": note.values} for note in self.demand.notes],
        }


def of(session: Session, commune: Commune, catalogue: Catalogue, scenario: Scenario) -> Outlook:
    """What the scenario does as it stands."""
    return _outlook(session, commune, catalogue, scenario, _standing(session, scenario))


def moved(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: Scenario,
    key: str,
    given: Mapping[str, Any],
) -> Outlook:
    """What the scenario would do with one hotspot changed as `given`; nothing is stored.

    Only this hotspot's signal is computed anew, so it serves while the hotspot is dragged. Places that cannot
    be are told in `findings`. NotFound for a hotspot that there isn't, Invalid for values that cannot be.
    """
    standing = _standing(session, scenario)
    before = standing.get(key) or spots.find(session, scenario.id, key).values
    changed = standing | {key: checks.in_the_box(commune, catalogue, asdict(before) | dict(given))}
    return _outlook(session, commune, catalogue, scenario, changed)


def tried(
    session: Session, commune: Commune, catalogue: Catalogue, scenario: Scenario, given: Mapping[str, Any]
) -> Outlook:
    """What the scenario would do with one more hotspot, whose key here is ""; nothing is stored. Invalid."""
    more = {"": checks.in_the_box(commune, catalogue, given)}
    return _outlook(session, commune, catalogue, scenario, _standing(session, scenario) | more)


def _standing(session: Session, scenario: Scenario) -> dict[str, Values]:
    return {spot.key: spot.values for spot in spots.listed(session, scenario.id) if spot.status != "removed"}


def _outlook(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: Scenario,
    hotspots: Mapping[str, Values],
) -> Outlook:
    placed = _placed(session, commune, hotspots)
    wanted = demand.of(session, commune, scenario.weights)
    parts = {
        each.key: contributions.of(
            session,
            commune,
            catalogue,
            wanted,
            spots.site(each.values, each.x, each.y),
            offset_db=scenario.offset_db,
        )
        for each in placed
        if each.values.model in catalogue.models
    }
    served = _together(parts, len(wanted))
    senders = _senders(placed, parts)
    bill = money.of(catalogue, list(hotspots.values()), float(scenario.budget_mad))
    judged = [rules.Spot(each.values.lon, each.values.lat, each.values.height_m) for each in placed]
    findings = rules.of(session, commune, catalogue, judged)
    return Outlook(
        placed=tuple(placed),
        demand=wanted,
        figures=figures.of(wanted, served, money_mad=bill.total_mad),
        money=bill,
        areas=contributions.ground(parts.values()),
        alone=_alone(parts, wanted),
        warnings=tuple(warnings.of(catalogue, placed, bill)),
        findings={each.key: tuple(found) for each, found in zip(placed, findings, strict=True) if found},
        serving=served,
        clashes=tuple(_clashes(senders)),
        parts=parts,
        network=network.of(senders, catalogue.demands),
    )


def _placed(session: Session, commune: Commune, hotspots: Mapping[str, Values]) -> list[Placed]:
    places = [LonLat(values.lon, values.lat) for values in hotspots.values()]
    metres = spots.in_metres(session, places, commune.metric_crs)
    return [Placed(key, values, x, y) for (key, values), (x, y) in zip(hotspots.items(), metres, strict=True)]


def _together(parts: Mapping[str, Contribution], many: int) -> Serving:
    """The best of all at each of `many` points of demand."""
    best = serving.nothing(many)
    for part in parts.values():
        for name in ("service", "browsing", "voice"):
            whole, own = getattr(best, name), getattr(part.serving, name)
            whole[part.points] = np.maximum(whole[part.points], own)
    return best


def _senders(placed: Sequence[Placed], parts: Mapping[str, Contribution]) -> list[Sender]:
    return [
        Sender(each.key, band, _channel(each.values, band), reach)
        for each in placed
        if each.key in parts
        for band, reach in parts[each.key].reaches.items()
    ]


def _clashes(senders: Sequence[Sender]) -> list[Clash]:
    found = []
    for band in BANDS:
        tuned = [
            (each.key, each.channel, each.reach)
            for each in senders
            if each.band == band and each.channel is not None
        ]
        for (one, first, here), (other, second, there) in combinations(tuned, 2):
            if channels.overlap(band, first, second) and (m2 := channels.disturbed_m2(here, there)):
                found.append(Clash(one, other, band, m2))
    return sorted(found, key=lambda clash: -clash.disturbed_m2)


def _channel(values: Values, band: Band) -> int | None:
    return values.channel_24 if band == "2.4" else values.channel_5


def _alone(parts: Mapping[str, Contribution], wanted: Demand) -> dict[str, Alone]:
    """What each does, and what it adds: the fall of the expected worth served if it were not there."""
    first = np.zeros(len(wanted))
    second = np.zeros(len(wanted))
    for part in parts.values():
        at, own = part.points, part.serving.browsing
        second[at] = np.maximum(second[at], np.minimum(first[at], own))
        first[at] = np.maximum(first[at], own)
    found = {}
    for key, part in parts.items():
        at, own = part.points, part.serving.browsing
        lost = np.where(own >= first[at], first[at] - second[at], 0.0)
        found[key] = Alone(
            key=key,
            basis=part.basis,
            sd_db=part.sd_db,
            areas=part.areas,
            adds=float(wanted.worth[at] @ lost),
        )
    return found
