"""What a plan serves, by kind of demand and by quarter, how fairly, and what it costs for each person.

`voice` and `browsing` count the points whose median signal reaches the class; `voice_expected` and
`browsing_expected` are expectations, the sum of amount × probability: the same where nothing is left to
chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from geo.vocabulary import N_
from geo.wifi.demand import KINDS, Demand
from geo.wifi.served.points import Floats
from geo.wifi.serving import Serving

UNITS: Final[Mapping[str, str]] = {
    "residents": N_("people"),
    "places": N_("places"),
    "walks": "m",
    "stops": N_("stops"),
    "open_area": "m²",
    "children": N_("places"),
}
"""In what each kind is counted."""
FAIRNESS: Final = N_(
    "Fairness is the Gini coefficient of the share of people served in each quarter, every quarter weighted"
    " by its people: 0 when all quarters are served alike, nearer to 1 the more one has what others lack."
)


@dataclass(frozen=True)
class Served:
    """How much of something is served, in its unit. `total` 0: there is nothing of it, or it is not known."""

    total: float
    browsing: float
    """At least browsing, at the median; so below."""
    voice: float
    browsing_expected: float
    voice_expected: float

    @property
    def share(self) -> float | None:
        """Expected share with browsing or better, 0 to 1; None where there is nothing to serve."""
        return self.browsing_expected / self.total if self.total > 0 else None

    def as_json(self) -> dict[str, Any]:
        """Plain numbers, to a tenth; the share to a thousandth."""
        names = ("total", "browsing", "voice", "browsing_expected", "voice_expected")
        share = None if self.share is None else round(self.share, 3)
        return {**{name: round(getattr(self, name), 1) for name in names}, "share": share}


@dataclass(frozen=True)
class InQuarter:
    """What is served in the quarter number `index` of the demand, by kind."""

    index: int
    key: str
    kinds: Mapping[str, Served]

    @property
    def share(self) -> float | None:
        """Share of its residents; where they are not known, of its public places."""
        residents, places = self.kinds.get("residents"), self.kinds.get("places")
        share = residents.share if residents else None
        return share if share is not None or places is None else places.share


@dataclass(frozen=True)
class Figures:
    """The whole: kinds in the order of the vocabulary, quarters in the demand's."""

    kinds: Mapping[str, Served]
    quarters: tuple[InQuarter, ...]
    least: str | None
    """Key of the quarter with the smallest share served (of equal ones that with most people)."""
    gini: float | None
    """See FAIRNESS; None while nobody is served, or with no quarter known."""
    ratio: float | None
    """The least served quarter's share over the best served one's: 1 when all are served alike."""
    worth: float
    """Expected worth served (geo/wifi/demand.py), of the sum of the weights."""
    worth_total: float
    mad_per_person: float | None
    """Money over the residents expected to have browsing or better; None without money or residents."""

    def as_json(self, names: Sequence[str] | None = None) -> dict[str, Any]:
        """Everything as plain values; `names` are the quarters' names in the reader's language.

        A quarter tells of the kinds that it has something of.
        """
        labels = names or [quarter.key for quarter in self.quarters]
        return {
            "kinds": {kind: {"unit": UNITS[kind], **served.as_json()} for kind, served in self.kinds.items()},
            "quarters": [
                {
                    "key": quarter.key,
                    "name": name,
                    "share": None if quarter.share is None else round(quarter.share, 3),
                    "kinds": {
                        kind: served.as_json() for kind, served in quarter.kinds.items() if served.total > 0
                    },
                }
                for quarter, name in zip(self.quarters, labels, strict=True)
            ],
            "least": self.least,
            "gini": _rounded(self.gini, 3),
            "ratio": _rounded(self.ratio, 3),
            "worth": round(self.worth, 4),
            "worth_total": round(self.worth_total, 4),
            "mad_per_person": _rounded(self.mad_per_person, 2),
        }


def of(demand: Demand, serving: Serving, *, money_mad: float | None = None) -> Figures:
    """Figures of a plan that gives `serving` (one value a demand point) and costs `money_mad`.

    ValueError when the two have not the same length: then they are not of the same demand.
    """
    if len(serving.service) != len(demand):
        raise ValueError(f"{len(serving.service)} classes for {len(demand)} demand points")
    table = _table(demand, serving)
    whole, each = table.sum(axis=1).tolist(), table.tolist()
    kinds = {kind: Served(*whole[n]) for n, kind in enumerate(KINDS) if demand.weights.get(kind, 1.0) > 0}
    quarters = tuple(
        InQuarter(
            index,
            quarter.key,
            {kind: Served(*each[KINDS.index(kind)][index + 1]) for kind in kinds},
        )
        for index, quarter in enumerate(demand.quarters)
    )
    least, gini, ratio = _fairness(quarters)
    people = kinds["residents"].browsing_expected if "residents" in kinds else 0.0
    return Figures(
        kinds=kinds,
        quarters=quarters,
        least=least,
        gini=gini,
        ratio=ratio,
        # Not `@`: its threads cost more than the sum where other work keeps the processors busy.
        worth=float((demand.worth * serving.browsing).sum()),
        worth_total=float(demand.worth.sum()),
        mad_per_person=money_mad / people if money_mad is not None and people > 0 else None,
    )


def _table(demand: Demand, serving: Serving) -> Floats:
    """Sums by kind, quarter (0: of none known) and column of Served, shape (kinds, 1 + quarters, 5)."""
    many = 1 + len(demand.quarters)
    cell = demand.kind.astype(np.int64) * many + demand.quarter + 1
    factors = (
        None,
        serving.service >= 1,
        serving.service >= 2,
        serving.browsing,
        serving.voice,
    )
    sums = [
        np.bincount(cell, demand.amount if factor is None else demand.amount * factor, len(KINDS) * many)
        for factor in factors
    ]
    return np.stack(sums, axis=-1).astype(np.float64).reshape(len(KINDS), many, len(factors))


def _fairness(quarters: Sequence[InQuarter]) -> tuple[str | None, float | None, float | None]:
    """The least served quarter, Gini coefficient and ratio, over quarters that have something to serve."""
    known = [(quarter, share) for quarter in quarters if (share := quarter.share) is not None]
    if not known:
        return None, None, None
    shares = np.array([share for _, share in known])
    people = np.array([_people(quarter) for quarter, _ in known])
    least = min(range(len(known)), key=lambda n: (shares[n], -people[n]))
    ratio = float(shares.min() / shares.max()) if shares.max() > 0 else None
    return known[least][0].key, gini(shares, people), ratio


def _people(quarter: InQuarter) -> float:
    residents = quarter.kinds.get("residents")
    return residents.total if residents and residents.total > 0 else quarter.kinds["places"].total


def gini(shares: Floats, people: Floats) -> float | None:
    """Gini coefficient of shares, each of so many people; None when all shares are 0.

    Half of the mean absolute difference between two people's shares, over their mean (Gini 1912): 0 when all
    are alike; 1 − p when a part p of the people has all and everybody else nothing.
    """
    weight = people / people.sum() if people.sum() > 0 else np.full(len(shares), 1 / len(shares))
    mean = float(weight @ shares)
    if mean <= 0:
        return None
    differences = weight @ np.abs(shares[:, None] - shares) @ weight
    return float(differences) / (2 * mean)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
