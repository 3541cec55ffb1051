"""Where access points could stand: suggestions by kind of place, with what each would cost and rests on.

Nothing here is decided. Heights and sides of a gate are assumptions of planning, and are called so.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from core.languages import Said, say
from geo.commune import Commune
from geo.vocabulary import N_
from geo.wifi import mounts, rules
from geo.wifi.catalogue import Catalogue
from geo.wifi.mounts import Mount
from geo.wifi.rules import Finding, Spot

KINDS: Final[Mapping[str, str]] = {
    "place": N_("Place suggested for public Wi-Fi"),
    "public_building": N_("Public building"),
    "square": N_("Square, garden or market"),
    "gate": N_("Beside a monument"),
    "stop": N_("Stop of a walk"),
    "lamp_post": N_("Lamp post"),
    "mast": N_("Mast"),
    "powered_building": N_("Building with power"),
}
"""Why a place is a candidate."""
REASONS: Final[Mapping[str, str]] = {
    "given": N_("Height as the data give it."),
    "assumed": N_("Height assumed: below the roofs of one or two storeys."),
    "pole": N_("Height assumed: arm of a lamp post."),
}
USUAL_M: Final = 4.0
POLE_M: Final = 5.0
FIBRE_M: Final = 100.0
"""So near to a known fibre connection a cable can be laid, in metres."""
POWER_M: Final = 30.0
"""So near to a building with power its mains and cable are used."""
SAME_M: Final = 3.0
"""Candidates nearer to each other than this are one."""
LONGEST_KEY: Final = 40


@dataclass(frozen=True)
class Candidate:
    """A place for an access point; metres are in the commune's CRS, prices in MAD."""

    key: str
    kind: str
    """One of KINDS."""
    names: Mapping[str, Said]
    side: str | None
    """Of what it is named after: n, e, s or w; None: at the thing itself."""
    feature_id: int | None
    x: float
    y: float
    lon: float
    lat: float
    height_m: float
    height_reason: str
    """One of REASONS."""
    models: tuple[str, ...]
    cost_mad: Mapping[str, float]
    """By model: the model, the site and its backhaul. Where that is unknown, its price in the catalogue."""
    backhaul: str
    """One of geo.wifi.vocabulary.BACKHAULS."""
    backhaul_m: float | None
    """To the nearest known fibre connection or building with power; None: none is known."""
    error_m: float | None
    """How exactly the place itself is known."""
    warnings: tuple[Finding, ...] = ()

    def name(self, order: Sequence[str]) -> Said:
        """Of what it stands at, in the first language of `order` that has one."""
        return say(self.names, order) if self.names else Said(self.key, "und")

    def as_json(self, order: Sequence[str]) -> dict[str, Any]:
        """Plain values, for a screen and for files; codes are those of the vocabularies."""
        said = self.name(order)
        told = [
            {"code": finding.code, "thing": finding.thing(order).text, "values": dict(finding.values)}
            for finding in self.warnings
        ]
        plain = ("key", "kind", "side", "lon", "lat", "height_m", "height_reason", "backhaul", "backhaul_m")
        return {
            **{name: getattr(self, name) for name in plain},
            **{"name": said.text, "name_lang": said.lang, "error_m": self.error_m},
            **{"models": list(self.models), "cost_mad": dict(self.cost_mad), "warnings": told},
        }

    @property
    def in_risk_zone(self) -> bool:
        """Whether it lies in an active zone that only warns: obligations may leave it out."""
        return any(finding.code == "risk_warns" for finding in self.warnings)


def of(
    session: Session, commune: Commune, catalogue: Catalogue, *, today: date | None = None
) -> list[Candidate]:
    """Every candidate that no rule forbids, in a fixed order: suggested places first, lamp posts last.

    One inside a building is moved to the nearest outer wall. Of places nearer than SAME_M the first counts.
    At most mounts.MOST_LAMPS lamp posts are taken, evenly over the ground.
    """
    given = mounts.of(session, commune.metric_crs, max(catalogue.heritage_m, rules.ON_M) + 1.0)
    allowed = _judged(session, commune, catalogue, _moved(session, commune, given), today)
    powered = mounts.supplies(session, commune.metric_crs)
    listed = _apart([_candidate(found, findings, catalogue) for found, findings in allowed])
    return [_supplied(candidate, powered, catalogue) for candidate in listed]


def _moved(session: Session, commune: Commune, given: Sequence[Mount]) -> list[Mount]:
    """What lies in a building goes in front of its outer wall."""
    walls = mounts.walls(session, commune.metric_crs, given)
    places = list(given)
    for n, wall in walls.items():
        x, y = wall.outside_m
        places[n] = replace(given[n], lon=wall.outside.lon, lat=wall.outside.lat, x=x, y=y)
    return places


def _judged(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    given: Sequence[Mount],
    today: date | None,
) -> list[tuple[Mount, tuple[Finding, ...]]]:
    spots = [Spot(found.lon, found.lat) for found in given]
    told = rules.of(session, commune, catalogue, spots, today=today)
    return [
        (found, tuple(findings))
        for found, findings in zip(given, told, strict=True)
        if not rules.refusals(findings)
    ]


def _candidate(found: Mount, findings: tuple[Finding, ...], catalogue: Catalogue) -> Candidate:
    low, high = catalogue.heights_m
    reason, height = "assumed", USUAL_M
    if found.height_m is not None:
        reason, height = "given", found.height_m
    elif found.kind in ("lamp_post", "mast"):
        reason, height = "pole", POLE_M
    return Candidate(
        key=_key(found),
        kind=found.kind,
        names=found.names,
        side=found.side,
        feature_id=found.feature_id,
        x=found.x,
        y=found.y,
        lon=found.lon,
        lat=found.lat,
        height_m=min(max(height, low), high),
        height_reason=reason,
        models=tuple(catalogue.models),
        cost_mad={},
        backhaul="unknown",
        backhaul_m=None,
        error_m=found.error_m,
        warnings=findings,
    )


def _key(found: Mount) -> str:
    """A name of at most 40 signs that stays the same while the data do."""
    side = f"-{found.side}" if found.side else ""
    key = f"{found.layer[:1]}-{found.key.replace('/', '-')}{side}"
    return key if len(key) <= LONGEST_KEY else f"{key[:31]}-{zlib.crc32(key.encode()):08x}"


def _apart(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those at least SAME_M from every one before them."""
    cells: dict[tuple[int, int], list[Candidate]] = {}
    kept = []
    for each in candidates:
        column, row = int(each.x // SAME_M), int(each.y // SAME_M)
        near = (cells.get((column + dx, row + dy), []) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if any((each.x - one.x) ** 2 + (each.y - one.y) ** 2 < SAME_M**2 for cell in near for one in cell):
            continue
        cells.setdefault((column, row), []).append(each)
        kept.append(each)
    return kept


def _supplied(candidate: Candidate, supplies: mounts.Supplies, catalogue: Catalogue) -> Candidate:
    """With its backhaul, as far as one is known, and what each model would cost here."""
    fibre, power = supplies.nearest(candidate.x, candidate.y)
    kind = _backhaul(candidate.kind, fibre, power)
    known = [metres for metres in (fibre, power) if metres is not None]
    extra = catalogue.costs.site_mad + catalogue.costs.backhaul_mad.get(kind, 0.0)
    cost: dict[str, Any] = {key: model.price_mad + extra for key, model in catalogue.models.items()}
    metres = round(min(known), 1) if known else None
    return replace(candidate, backhaul=kind, backhaul_m=metres, cost_mad=cost)


def _backhaul(kind: str, fibre_m: float | None, power_m: float | None) -> str:
    """What is near; a mesh where both are known to be far; unknown where none is known at all."""
    if fibre_m is not None and fibre_m <= FIBRE_M:
        return "fibre"
    if kind == "powered_building" or (power_m is not None and power_m <= POWER_M):
        return "powered"
    return "unknown" if fibre_m is None and power_m is None else "mesh"
