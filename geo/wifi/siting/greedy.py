"""A good choice of sites at once: greedy by what a site adds for its cost, then one or two swapped.

It proves nothing: it is what the exact search (exact.py) starts from. What each site would add is kept up to
date while sites come and go, so that a swap costs only what it changes.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from geo.wifi.siting.instance import Flags, Floats, Ints

SHAPES: Final = (1.0, 0.5, 0.0)
"""Powers of the cost that a site's gain is divided by: most for the money, or simply most."""


class Cover(NamedTuple):
    """Who covers what, both ways, and what may be chosen: all that the search needs."""

    start: Ints
    points: Ints
    back_start: Ints
    """Of point j: the sites that cover it are `back[back_start[j]:back_start[j + 1]]`."""
    back: Ints
    weights: Floats
    costs: Ints
    place: Ints
    allowed: Flags
    budget: int


def cover(
    start: Ints, points: Ints, weights: Floats, costs: Ints, place: Ints, allowed: Flags, budget: int
) -> Cover:
    """The same with its way back."""
    rows = np.repeat(np.arange(len(costs)), np.diff(start))
    order = np.argsort(points, kind="stable")
    back_start = np.zeros(len(weights) + 1, np.int64)
    np.cumsum(np.bincount(points, minlength=len(weights)), out=back_start[1:])
    return Cover(start, points, back_start, rows[order], weights, costs, place, allowed, budget)


def search(given: Cover, *, rounds: int, seed: int = 1) -> tuple[list[int], float]:
    """Sites and the weight they cover: the best of the greedy choices, swapped and shaken `rounds` times."""
    best, value = _search(given, np.array(SHAPES), rounds, seed)
    return [int(site) for site in np.flatnonzero(best)], float(value)


def improve(given: Cover, sites: list[int]) -> tuple[list[int], float]:
    """The same from a choice that is there: filled up, then swapped."""
    chosen = np.zeros(len(given.costs), np.bool_)
    chosen[sites] = True
    best, value = _improved(given, np.array(SHAPES), chosen)
    return [int(site) for site in np.flatnonzero(best)], float(value)


@njit(cache=True)
def _add(given: Cover, site: int, count: Ints, gains: Floats, held: Ints, sign: int) -> float:
    """Take a site in (sign 1) or out (sign -1); what the others add follows. The weight won or lost."""
    held[given.place[site]] += sign
    won = 0.0
    for at in range(given.start[site], given.start[site + 1]):
        point = given.points[at]
        if sign < 0:
            count[point] -= 1
        if count[point] == 0:
            weight = given.weights[point] * sign
            won += weight
            for way in range(given.back_start[point], given.back_start[point + 1]):
                gains[given.back[way]] -= weight
        if sign > 0:
            count[point] += 1
    return won


@njit(cache=True)
def _fill(
    given: Cover, shape: float, left: int, count: Ints, gains: Floats, held: Ints, added: Ints
) -> tuple[float, int, int]:
    """Add what is worth most for cost ** shape until nothing fits: its weight, what is left, how many."""
    won, many = 0.0, 0
    while many < len(added):
        best, score = -1, 0.0
        for site in range(len(given.costs)):
            cost = given.costs[site]
            if gains[site] <= 1e-9 or cost > left or not given.allowed[site] or held[given.place[site]]:
                continue
            worth = gains[site] / max(cost, 1) ** shape
            if worth > score:
                best, score = site, worth
        if best < 0:
            break
        won += _add(given, best, count, gains, held, 1)
        left -= given.costs[best]
        added[many] = best
        many += 1
    return won, left, many


@njit(cache=True)
def _swap(
    given: Cover, shapes: Floats, out: Ints, chosen: Flags, left: int, count: Ints, gains: Floats, held: Ints
) -> tuple[float, int]:
    """Take the sites `out` away and fill up anew; kept if it serves more. What was won, and what is left."""
    lost = 0.0
    for site in out:
        lost += _add(given, site, count, gains, held, -1)
        left += given.costs[site]
    added = np.empty(len(given.costs), np.int64)
    for shape in shapes:
        won, rest, many = _fill(given, shape, left, count, gains, held, added)
        if won + lost > 1e-7:
            chosen[out] = False
            chosen[added[:many]] = True
            return won + lost, rest
        for site in added[:many]:
            _add(given, site, count, gains, held, -1)
    for site in out:
        _add(given, site, count, gains, held, 1)
        left -= int(given.costs[site])
    return 0.0, left


@njit(cache=True)
def _local(
    given: Cover,
    shapes: Floats,
    chosen: Flags,
    left: int,
    value: float,
    count: Ints,
    gains: Floats,
    held: Ints,
) -> tuple[int, float]:
    """Swap single sites, then pairs, until neither helps."""
    better = True
    while better:
        better = False
        sites = np.flatnonzero(chosen)
        for one in sites:
            if chosen[one]:
                won, left = _swap(given, shapes, np.array([one]), chosen, left, count, gains, held)
                value += won
                better = better or won > 0
        if better:
            continue
        for one in sites:
            for other in sites:
                if one < other and chosen[one] and chosen[other]:
                    pair = np.array([one, other])
                    won, left = _swap(given, shapes, pair, chosen, left, count, gains, held)
                    value += won
                    better = better or won > 0
    return left, value


@njit(cache=True)
def _begin(given: Cover, chosen: Flags) -> tuple[int, float, Ints, Floats, Ints]:
    """The state of a choice: what is left of the budget, its weight, counts, gains and places held."""
    count = np.zeros(len(given.weights), np.int64)
    held = np.zeros(given.place.max() + 1, np.int64)
    gains = np.zeros(len(given.costs))
    for site in range(len(given.costs)):
        for at in range(given.start[site], given.start[site + 1]):
            gains[site] += given.weights[given.points[at]]
    left, value = given.budget, 0.0
    for site in range(len(chosen)):
        if not chosen[site]:
            continue
        value += _add(given, site, count, gains, held, 1)
        left -= int(given.costs[site])
    return left, value, count, gains, held


@njit(cache=True)
def _improved(given: Cover, shapes: Floats, chosen: Flags) -> tuple[Flags, float]:
    left, value, count, gains, held = _begin(given, chosen)
    added = np.empty(len(given.costs), np.int64)
    won, left, many = _fill(given, 0.0, left, count, gains, held, added)
    chosen[added[:many]] = True
    left, value = _local(given, shapes, chosen, left, value + won, count, gains, held)
    return chosen, value


@njit(cache=True)
def _search(given: Cover, shapes: Floats, rounds: int, seed: int) -> tuple[Flags, float]:
    np.random.seed(seed)
    best, most = np.zeros(len(given.costs), np.bool_), 0.0
    added = np.empty(len(given.costs), np.int64)
    for shape in shapes:
        chosen = np.zeros(len(given.costs), np.bool_)
        left, value, count, gains, held = _begin(given, chosen)
        won, left, many = _fill(given, shape, left, count, gains, held, added)
        chosen[added[:many]] = True
        left, value = _local(given, shapes, chosen, left, won, count, gains, held)
        if value > most:
            best, most = chosen.copy(), value
    for _ in range(rounds):
        chosen = best.copy()
        sites = np.flatnonzero(chosen)
        np.random.shuffle(sites)
        chosen[sites[: max(1, min(len(sites), 3))]] = False
        banned = sites[0] if len(sites) else -1
        left, value, count, gains, held = _begin(given, chosen)
        if banned >= 0:
            held[given.place[banned]] += 1
        won, left, many = _fill(given, 0.5, left, count, gains, held, added)
        if banned >= 0:
            held[given.place[banned]] -= 1
        chosen[added[:many]] = True
        left, value = _local(given, shapes, chosen, left, value + won, count, gains, held)
        if value > most + 1e-7:
            best, most = chosen.copy(), value
    return best, most
