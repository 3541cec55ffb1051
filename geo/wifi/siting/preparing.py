"""From the ground to arrays: candidates, what each would cover, and the demand, as one question of siting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.models import Feature
from geo.vocabulary import N_
from geo.wifi import candidates, contributions, demand
from geo.wifi.candidates import Candidate
from geo.wifi.catalogue import Catalogue, Model
from geo.wifi.demand import KINDS, Demand
from geo.wifi.models import Scenario
from geo.wifi.rasters import Site
from geo.wifi.siting import duties
from geo.wifi.siting.instance import UNLIMITED, Instance, Ints, Mesh, rows_of
from geo.wifi.siting.obligations import USUAL_HOPS, Rules

MOST_SITES: Final = 5000
"""Candidates times models times directions; of more, the last candidates are left out."""
BEAMS_DEG: Final = (0.0, 90.0, 180.0, 270.0)
"""Directions that a model with a beam is tried in."""
FAINT: Final = 1e-9
"""What a kind counts that is asked for by an obligation only."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Option:
    """A site of the instance: a candidate with a model and the direction that it looks in."""

    candidate: Candidate
    model: Model
    azimuth_deg: float

    @property
    def site(self) -> Site:
        """As radio sees it."""
        at = self.candidate
        return Site(at.x, at.y, at.height_m, self.model.key, self.azimuth_deg)


@dataclass(frozen=True, eq=False)
class Prepared:
    """The question, and what its numbers mean. `assumptions` are codes with values, to be told."""

    instance: Instance
    options: tuple[Option, ...]
    demand: Demand
    bases: tuple[str, ...]
    assumptions: tuple[tuple[str, Mapping[str, Any]], ...]
    places: Mapping[int, str]
    """Key of the public place that a candidate hangs at, by its feature."""
    languages: tuple[str, ...]
    """In which names are wanted, the first that there is."""
    called: Mapping[str, str]
    """Names of places, candidates and quarters that obligations are about, by key."""


def instance_of(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: Scenario,
    rules: Rules,
    *,
    budget_mad: float,
    weights: Mapping[str, Any],
    languages: Sequence[str] = (),
    tell: Tell = lambda done, total: None,
) -> Prepared:
    """Everything that a proposal is made from; `tell` hears of each site whose coverage is reckoned.

    Names are in the first of `languages` that there is, else in the commune's.

    Invalid for places, quarters, candidates or models that there are not.
    """
    wanted = demand.of(session, commune, _asked(weights, rules))
    given = candidates.of(session, commune, catalogue)
    rules = _with_hops(given, rules)
    options, told = _options(given, catalogue, rules)
    served, bases = _covered(session, commune, catalogue, scenario, wanted, options, rules, tell)
    start, points = rows_of(served)
    kinds = np.array([wanted.weights.get(kind, 1.0) for kind in KINDS])[wanted.kind]
    keys = tuple(option.candidate.key for option in options)
    instance = Instance(
        names=keys,
        costs=np.zeros(len(options), np.int64),
        start=start,
        points=points,
        weights=np.where(kinds > FAINT, wanted.worth, 0.0),
        budget=_centimes(budget_mad),
        place=_numbers(keys),
    )
    instance = _paid(instance, options, catalogue, rules)
    instance = replace(
        instance,
        musts=(*duties.places(session, commune, wanted, instance, rules), *duties.builds(keys, rules)),
        shares=tuple(duties.shares(wanted, instance, rules)),
        people=np.where(wanted.kind == KINDS.index("residents"), wanted.amount, 0.0) * rules.online,
        capacity=np.array([option.model.clients if rules.online else UNLIMITED for option in options], float),
    )
    there = {option.candidate.feature_id for option in options} - {None}
    query = select(Feature.id, Feature.key).where(Feature.id.in_(there), Feature.layer == "places")
    places = {number: key for number, key in session.execute(query)}
    languages = tuple(dict.fromkeys([*languages, *commune.languages]))
    called = duties.called(session, languages, wanted, rules) | {
        option.candidate.key: option.candidate.name(languages).text
        for option in options
        if option.candidate.key in rules.must_build
    }
    return Prepared(instance, options, wanted, bases, told, places, languages, called)


def _centimes(mad: float) -> int:
    return round(mad * 100)


def _numbers(keys: Sequence[str]) -> Ints:
    known: dict[str, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], np.int64)


def _asked(weights: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Kinds that an obligation is about stay in the demand, though they may count for nothing."""
    needed = (["places"] if rules.must_serve or rules.shares else []) + (
        ["residents"] if rules.shares or rules.online else []
    )
    return {**weights, **{kind: FAINT for kind in needed if weights.get(kind) == 0}}


def _options(
    given: Sequence[Candidate], catalogue: Catalogue, rules: Rules
) -> tuple[tuple[Option, ...], tuple[tuple[str, Mapping[str, Any]], ...]]:
    """Every candidate with every model and direction, but for what the rules leave out; what must be told."""
    for key in rules.models:
        if key not in catalogue.models:
            raise Invalid("models", N_("The catalogue has no model %(model)s: choose one of it."), model=key)
    models = [catalogue.models[key] for key in rules.models or catalogue.models]
    kept = [each for each in given if _may(each, rules)]
    options = [
        Option(each, model, azimuth)
        for each in kept
        for model in models
        if model.key in each.models
        for azimuth in (BEAMS_DEG if _narrow(model) else (0.0,))
    ]
    told: list[tuple[str, Mapping[str, Any]]] = []
    if unknown := sum(each.backhaul == "unknown" for each in kept):
        told.append((f"backhaul_{rules.unknown_backhaul}", {"many": unknown}))
    if not rules.hops and (far := sum(each.backhaul == "mesh" for each in kept)):
        told.append(("mesh_needed", {"many": far}))
    if left := len(given) - len(kept):
        told.append(("left_out", {"many": left}))
    if len(options) > MOST_SITES:
        told.append(("too_many", {"many": MOST_SITES, "total": len(options)}))
    if rules.online:
        told.append(("online", {"percent": f"{100 * rules.online:g}"}))
    return tuple(options[:MOST_SITES]), tuple(told)


def _with_hops(given: Sequence[Candidate], rules: Rules) -> Rules:
    if rules.hops is not None:
        return rules
    far = any(candidate.backhaul == "mesh" for candidate in given)
    return replace(rules, hops=USUAL_HOPS if far else 0)


def _may(candidate: Candidate, rules: Rules) -> bool:
    risky = candidate.in_risk_zone and rules.risk_zones == "excluded"
    return candidate.key not in rules.forbidden and not risky


def _narrow(model: Model) -> bool:
    return min(radio.horizontal_deg for radio in model.radios) < 360


def _covered(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: Scenario,
    wanted: Demand,
    options: Sequence[Option],
    rules: Rules,
    tell: Tell,
) -> tuple[list[Ints], tuple[str, ...]]:
    """The points that each option serves at the median, and what that rests on."""
    least = 2 if rules.service == "voice" else 1
    served, bases = [], set()
    for done, option in enumerate(options):
        tell(done, len(options))
        part = contributions.of(
            session, commune, catalogue, wanted, option.site, offset_db=scenario.offset_db
        )
        served.append(part.points[part.serving.service >= least].astype(np.int64))
        bases.add(str(part.basis))
    return served, tuple(sorted(bases))


def _paid(instance: Instance, options: Sequence[Option], catalogue: Catalogue, rules: Rules) -> Instance:
    """Costs and backhauls: a site pays for a hop of the mesh, or for a backhaul of its own."""
    costs = catalogue.costs
    hop = _centimes(costs.backhaul_mad.get("mesh", 0.0))
    basic = np.array([_centimes(option.model.price_mad + costs.site_mad) for option in options], np.int64)
    own = np.array(
        [_centimes(costs.backhaul_mad.get(option.candidate.backhaul, 0.0)) for option in options], np.int64
    )
    known = ["fibre", "powered"] + (["unknown"] if rules.unknown_backhaul == "assumed" else [])
    rooted = np.array([option.candidate.backhaul in known for option in options], bool)
    pairs = _pairs(options, catalogue.mesh_m) if rules.hops else np.zeros((0, 2), np.int64)
    # Whose own backhaul costs no more than a hop never needs one: then both cost the same.
    shared = np.where(rooted, np.minimum(own, hop), hop) if rules.hops else np.where(rooted, own, 0)
    return replace(
        instance,
        costs=basic + shared,
        backhaul=np.where(rooted, own - shared, 0),
        rooted=rooted,
        mesh=Mesh(pairs, rules.hops or 0),
    )


def _pairs(options: Sequence[Option], mesh_m: float) -> Ints:
    """Options at different places that hear each other: both of a mesh, and near enough."""
    import shapely

    meshing = [at for at, option in enumerate(options) if option.model.mesh]
    if not meshing:
        return np.zeros((0, 2), np.int64)
    spots = shapely.points([(options[at].candidate.x, options[at].candidate.y) for at in meshing])
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=mesh_m)
    numbers = np.array(meshing, np.int64)
    found = np.stack([numbers[one], numbers[other]], axis=1)
    keys = [option.candidate.key for option in options]
    apart = [first < second and keys[first] != keys[second] for first, second in found.tolist()]
    kept: Ints = found[np.array(apart, bool)]
    return kept
