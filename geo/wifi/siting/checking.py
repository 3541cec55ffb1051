"""Whether a choice of sites keeps every rule, and what it costs and serves: without any solver."""

from collections.abc import Sequence

import numpy as np

from geo.wifi.siting.instance import Flags, Instance


def cost(instance: Instance, sites: Sequence[int], roots: Sequence[int]) -> int:
    """Centimes, with the backhauls of those that have one of their own."""
    return int(instance.costs[list(sites)].sum() + instance.backhauls[list(roots)].sum())


def reached(instance: Instance, sites: Sequence[int]) -> Flags:
    """(m,) points that some of these sites cover."""
    found = np.zeros(instance.demand, bool)
    for site in sites:
        found[instance.covered(site)] = True
    return found


def broken(instance: Instance, sites: Sequence[int], roots: Sequence[int]) -> list[str]:
    """The rules that this choice breaks, by name; none if it may be built. Capacity takes nothing away."""
    found = []
    chosen = list(sites)
    if cost(instance, sites, roots) > instance.budget:
        found.append("budget")
    if len(set(instance.places[chosen].tolist())) < len(chosen):
        found.append("place")
    if instance.allowed is not None and not instance.allowed[chosen].all():
        found.append("allowed")
    if not _connected(instance, chosen, roots):
        found.append("backhaul")
    found += [must.name for must in instance.musts if not set(must.sites) & set(chosen)]
    served = reached(instance, chosen)
    for share in instance.shares:
        if float(share.amounts[served[share.points]].sum()) < share.least * (1 - 1e-9):
            found.append(share.name)
    return found


def _connected(instance: Instance, sites: Sequence[int], roots: Sequence[int]) -> bool:
    """Whether each site has its own backhaul or so many hops at most to one that has."""
    if not instance.roots[list(roots)].all() or not set(roots) <= set(sites):
        return False
    near: dict[int, set[int]] = {site: set() for site in sites}
    for one, other in instance.mesh.pairs.tolist():
        if one in near and other in near:
            near[one].add(other)
            near[other].add(one)
    joined, edge = set(roots), set(roots)
    for _ in range(instance.mesh.hops):
        edge = {other for site in edge for other in near[site]} - joined
        joined |= edge
    return joined == set(sites)
