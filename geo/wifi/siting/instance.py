"""The question of siting as plain arrays: which sites to build, so that the most is served for the money.

Weighted maximal covering under a budget: Church and ReVelle, "The maximal covering location problem", Papers
of the Regional Science Association 32 (1974), with costs, at most one model at a place, and obligations.
Money is in centimes and whole, so that a budget is kept to the centime.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

UNLIMITED: Final = float("inf")


@dataclass(frozen=True)
class Must:
    """At least one of these sites has to be built: one that is wanted, or those that serve a wanted place."""

    name: str
    sites: tuple[int, ...]


@dataclass(frozen=True)
class Share:
    """Of the amounts at these points, at least `share` (0 to 1) has to be served: of a quarter, say."""

    name: str
    points: Ints
    amounts: Floats
    share: float

    @property
    def least(self) -> float:
        """The amount that has to be served."""
        return float(self.share * self.amounts.sum())


@dataclass(frozen=True)
class Mesh:
    """Who may pass its traffic on to whom: pairs of sites, and hops at most to one with its own backhaul."""

    pairs: Ints
    """(k, 2); each pair once."""
    hops: int


def _none() -> Mesh:
    return Mesh(np.zeros((0, 2), np.int64), 0)


@dataclass(frozen=True)
class Instance:
    """n sites, m points of demand; row i of the compressed rows (`start`, `points`) is what site i covers."""

    names: tuple[str, ...]
    costs: Ints
    """(n,) centimes, without backhaul."""
    start: Ints
    """(n + 1,)"""
    points: Ints
    """Numbers of the covered points, growing inside a row."""
    weights: Floats
    """(m,) what a point counts when it is served; not negative."""
    budget: int
    """Centimes."""
    place: Ints | None = None
    """(n,) sites of one place are alternatives; None: each has its own."""
    allowed: Flags | None = None
    """(n,) False: forbidden, such as in a zone of active risk."""
    musts: Sequence[Must] = ()
    shares: Sequence[Share] = ()
    people: Floats | None = None
    """(m,) people who would use it at once, if capacity counts."""
    capacity: Floats | None = None
    """(n,) people that a site serves at once; UNLIMITED where it does not count."""
    backhaul: Ints | None = None
    """(n,) centimes for a backhaul of its own; None: nothing."""
    rooted: Flags | None = None
    """(n,) whether it can have a backhaul of its own; None: all."""
    mesh: Mesh = field(default_factory=_none)

    @property
    def sites(self) -> int:
        """How many sites there are: n."""
        return len(self.costs)

    @property
    def demand(self) -> int:
        """How many points of demand there are: m."""
        return len(self.weights)

    def covered(self, site: int) -> Ints:
        """Points that a site covers."""
        return self.points[self.start[site] : self.start[site + 1]]

    @property
    def places(self) -> Ints:
        """(n,) the place of each site."""
        return np.arange(self.sites) if self.place is None else self.place

    @property
    def usable(self) -> Flags:
        """(n,) sites that a solution may hold at all, each looked at by itself."""
        return self.free & (self.cheapest <= self.budget) & (self.roots | self.meshed)

    @property
    def free(self) -> Flags:
        """(n,) sites that nothing forbids."""
        return np.ones(self.sites, bool) if self.allowed is None else self.allowed

    @property
    def roots(self) -> Flags:
        """(n,) sites that can have a backhaul of their own."""
        return np.ones(self.sites, bool) if self.rooted is None else self.rooted

    @property
    def meshed(self) -> Flags:
        """(n,) sites that another one could carry."""
        found = np.zeros(self.sites, bool)
        if self.mesh.hops:
            found[self.mesh.pairs.ravel()] = True
        return found

    @property
    def backhauls(self) -> Ints:
        """(n,) what a backhaul of its own costs, in centimes."""
        return np.zeros(self.sites, np.int64) if self.backhaul is None else self.backhaul

    @property
    def cheapest(self) -> Ints:
        """(n,) the least that a site can cost: without a backhaul of its own where another could carry it."""
        return self.costs + np.where(self.meshed, 0, self.backhauls)

    @property
    def plain(self) -> bool:
        """Whether nothing is asked for but the budget and one model at a place."""
        return not (self.musts or self.shares or self.limited or self.mesh.hops)

    @property
    def limited(self) -> bool:
        """Whether some site may get more people than it can serve."""
        return bool(self.overloaded.any())

    @property
    def overloaded(self) -> Flags:
        """(n,) sites whose whole demand would be more than they can serve at once."""
        if self.people is None or self.capacity is None:
            return np.zeros(self.sites, bool)
        loads = np.zeros(self.sites)
        np.add.at(loads, self.rows, self.people[self.points])
        return loads > self.capacity

    @property
    def rows(self) -> Ints:
        """The site of each entry of `points`."""
        return np.repeat(np.arange(self.sites), np.diff(self.start))


def rows_of(covered: Sequence[Sequence[int] | Ints]) -> tuple[Ints, Ints]:
    """`start` and `points` of an instance from a list of each site's points."""
    points = [np.unique(np.asarray(each, np.int64)) for each in covered]
    start = np.zeros(len(points) + 1, np.int64)
    np.cumsum([len(each) for each in points], out=start[1:])
    return start, np.concatenate(points) if points else np.zeros(0, np.int64)
