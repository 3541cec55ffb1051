"""The best choice of sites for the money, and the proof: branch and bound on Lagrangian bounds.

For the plain question: a budget, and one model at a place. Each node of the search tree has sites that are
built and sites that are not; its bound (bounds.py) starts from its parent's prices, settles further sites,
and the node is done when no choice in it can be better than the best known. The node that promises most is
looked at first, so that what the open nodes promise is the bound of the whole.
"""

import heapq
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.siting import bounds, greedy, reducing
from geo.wifi.siting.answer import Status, Stopped, Tell
from geo.wifi.siting.greedy import Cover
from geo.wifi.siting.instance import Flags, Floats, Ints

CLOSE: Final = 1e-7
"""Choices better by less than this part of the best are not looked for, unless weights are whole."""
MOST_KEPT: Final = 4000
"""Open nodes that keep prices of their own; more begin from the root's."""
ROUNDS: Final = 3
"""Of ruling sites out, each after a closer look among those that are left."""
SMALL: Final = 60_000
"""Pairs of site and point, up to which a closer look takes less time than it saves."""
TOLD_EVERY_S: Final = 0.5
Prices = NDArray[np.float32]


@dataclass(order=True)
class _Node:
    below: float
    """Minus what it promises: the heap gives the least first."""
    number: int
    built: tuple[int, ...] = field(compare=False)
    open: Flags = field(compare=False)
    prices: Prices | None = field(compare=False)


class Search:
    """One search: the best so far, its bound, and when to stop."""

    def __init__(self, given: Cover, seconds: float, tell: Tell, stopped: Stopped) -> None:
        self.whole = given
        self.given, self.names = given, np.arange(len(given.costs))
        self.began = self.told = time.monotonic()
        self.seconds, self.tell, self.stopped = seconds, tell, stopped
        self.sites: tuple[int, ...] = ()
        self.best = 0.0
        self.bound = float(given.weights.sum())
        self.step = 1.0 if bool((given.weights == np.round(given.weights)).all()) else 0.0
        self.status: Status = "optimal"

    def run(self, start: Sequence[int] = ()) -> None:
        """Until it is proven, the time is over or somebody says stop; from `start`, if that can be built."""
        if not self.given.allowed.any():
            self.bound = 0.0
            return
        sites = list(start)
        if sites and self.given.allowed[sites].all() and self.given.costs[sites].sum() <= self.given.budget:
            self._take(*greedy.improve(self.given, sites))
        self._take(*greedy.search(self.given, rounds=0))
        prices = self._settle()
        if prices is not None:
            self._branch(prices)
        if self.status == "optimal":
            self.bound = self.best if self.step else self.best * (1 + CLOSE)
        self._say(always=True)

    @property
    def least(self) -> float:
        """What a choice has to serve to be better."""
        return self.best + (self.step * (1 - 1e-6) if self.step else self.best * CLOSE)

    def _take(self, sites: list[int], value: float) -> None:
        if value > self.best + 1e-7:
            self.sites, self.best = tuple(int(self.names[site]) for site in sites), value

    def _over(self) -> bool:
        """Whether to end now; tells how far it is about twice a second."""
        self._say()
        if self.stopped():
            self.status = "stopped"
        elif time.monotonic() - self.began > self.seconds:
            self.status = "limit"
        return self.status != "optimal"

    def _say(self, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self.told > TOLD_EVERY_S:
            self.told = now
            gap = max(0.0, self.bound - self.best) / self.best if self.best else float("inf")
            self.tell(self.best, max(self.bound, self.best), gap, now - self.began, self.sites)

    def _settle(self) -> Floats | None:
        """Rule sites out and look closer among the others; the root's prices, or None if all is done."""
        for seed in range(ROUNDS):
            found = bounds.lowest(self.given, self.least)
            self.bound = min(self.bound, found.whole)
            self._round((), found.taken, self.given.allowed)
            never, _ = bounds.settled(self.given, found, self.least)
            if found.whole < self.least - bounds.SAFE * abs(self.bound) or never.all():
                return None
            kept, self.given = reducing.smaller(self.given, ~never)
            self.names = self.names[kept]
            if self._over():
                return None
            if len(self.given.points) <= SMALL:
                self._take(*greedy.search(self.given, rounds=8, seed=seed))
        return bounds.lowest(self.given, self.least).prices

    def _branch(self, prices: Floats) -> None:
        root = prices
        numbers = iter(range(2**62))
        heap = [_Node(-self.bound, next(numbers), (), self.given.allowed.copy(), None)]
        while heap:
            self.bound = min(self.bound, max(-heap[0].below, self.best))
            node = heapq.heappop(heap)
            if -node.below < self.least or self._over():
                return
            for built, free, value, kept in self._look(node, root):
                mine = kept if len(heap) < MOST_KEPT else None
                heapq.heappush(heap, _Node(-value, next(numbers), built, free, mine))

    def _look(self, node: _Node, root: Floats) -> Iterator[tuple[tuple[int, ...], Flags, float, Prices]]:
        """What is left of a node: nothing, itself with more sites built, or the two halves of it."""
        inner, value = self._inner(node)
        prices = np.minimum(root if node.prices is None else node.prices, inner.weights)
        target = self.least - value
        found = bounds.lowest(inner, target, prices, bounds.NODE)
        never, always = bounds.settled(inner, found, target)
        if found.whole < target - bounds.SAFE * abs(self.bound):
            return
        open_ = ~never
        self._round(node.built, found.taken, open_)
        promise = min(-node.below, value + found.whole)
        kept = found.prices.astype(np.float32)
        if not open_.any():
            return
        if always.any():
            yield (*node.built, *(int(site) for site in np.flatnonzero(always))), open_, promise, kept
            return
        sites = np.flatnonzero(open_)
        site = int(sites[np.argmin(np.abs(found.taken[sites] - 0.6))])
        yield (*node.built, site), open_, promise, kept
        without = open_.copy()
        without[site] = False
        yield node.built, without, promise, kept

    def _inner(self, node: _Node) -> tuple[Cover, float]:
        """The question that is left inside a node, and what its built sites serve already."""
        given = self.given
        weights, open_, budget, value = given.weights.copy(), node.open.copy(), given.budget, 0.0
        for site in node.built:
            points = _row(given, site)
            value += float(weights[points].sum())
            weights[points] = 0.0
            budget -= int(given.costs[site])
            open_ &= given.place != given.place[site]
        open_ &= given.costs <= budget
        return given._replace(weights=weights, allowed=open_, budget=budget), value

    def _round(self, built: tuple[int, ...], taken: Floats, open_: Flags) -> None:
        """A choice after the relaxation's: built sites, then what it took most often; swapped if good."""
        given, sites = self.given, list(built)
        left = given.budget - int(given.costs[sites].sum())
        held = set(given.place[sites].tolist())
        for site in np.argsort(-taken, kind="stable"):
            if taken[site] < 0.05:
                break
            if open_[site] and given.costs[site] <= left and given.place[site] not in held:
                sites.append(int(site))
                held.add(given.place[site])
                left -= int(given.costs[site])
        served = np.zeros(len(given.weights), bool)
        for site in sites:
            served[_row(given, site)] = True
        if float(given.weights[served].sum()) > 0.995 * self.best:
            self._take(*greedy.improve(given, sites))


def _row(given: Cover, site: int) -> Ints:
    return given.points[given.start[site] : given.start[site + 1]]
