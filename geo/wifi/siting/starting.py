"""A first choice of sites that keeps every rule: what an exact search begins with, and rules sites out by."""

from typing import Final

import numpy as np

from geo.wifi.siting import checking, greedy
from geo.wifi.siting.instance import Floats, Instance, Ints

ROUNDS: Final = 6
"""Tries to have the greedy choice meet minimum shares, by counting their points for more each time."""


def cover(instance: Instance, weights: Floats | None = None, backhauls: Ints | None = None) -> greedy.Cover:
    """For bounds and first choices; with `backhauls` every site pays its own."""
    costs = instance.cheapest if backhauls is None else instance.costs + backhauls
    allowed = instance.usable & (costs <= instance.budget)
    if backhauls is not None:
        allowed &= instance.roots
    given = instance.weights if weights is None else weights
    _, places = np.unique(instance.places, return_inverse=True)
    return greedy.cover(
        instance.start, instance.points, given, costs, places.astype(np.int64), allowed, instance.budget
    )


def first(instance: Instance) -> list[int]:
    """A good choice that keeps every rule; empty if none is found at once.

    Mandatory sites count as points of great weight; points of a share that is missed count for more.
    """
    weights = instance.weights.copy()
    if not instance.usable.any():
        return []
    for _ in range(ROUNDS):
        sites, _ = greedy.search(_with_musts(instance, weights), rounds=1)
        if not checking.broken(instance, sites, sites):
            return sites
        served = checking.reached(instance, sites)
        for share in instance.shares:
            if float(share.amounts[served[share.points]].sum()) < share.least:
                extra = share.amounts * (weights.sum() / max(float(share.amounts.sum()), 1e-9))
                weights[share.points] += extra
    return []


def _with_musts(instance: Instance, weights: Floats) -> greedy.Cover:
    """A point more for each obligation that some site be built."""
    given = cover(instance, weights, instance.backhauls)
    if not instance.musts:
        return given
    sites = [np.array(sorted(set(must.sites)), np.int64) for must in instance.musts]
    extra = np.concatenate([np.full(len(each), instance.demand + at) for at, each in enumerate(sites)])
    rows, points = np.concatenate([instance.rows, *sites]), np.concatenate([instance.points, extra])
    order = np.lexsort((points, rows))
    start = np.zeros(instance.sites + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=instance.sites), out=start[1:])
    heavy = np.append(weights, np.full(len(sites), weights.sum() + 1.0))
    return greedy.cover(start, points[order], heavy, given.costs, given.place, given.allowed, given.budget)
