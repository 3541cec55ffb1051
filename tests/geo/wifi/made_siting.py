"""Questions of siting made up by a seed, and their answers by trying every choice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from geo.wifi.siting import checking
from geo.wifi.siting.instance import UNLIMITED, Instance, Mesh, Must, Share, rows_of


def made(sites: int, points: int, *, seed: int = 1, reach: tuple[float, float] = (0.1, 0.25)) -> Instance:
    """Sites and people strewn over a square of 1 × 1; sites cost 4,000 to 9,000 and there are 20,000 MAD."""
    random = np.random.default_rng(seed)
    at, people = random.random((sites, 2)), random.random((points, 2))
    reaches = random.uniform(*reach, sites)
    apart = ((at[:, None, :] - people[None, :, :]) ** 2).sum(2)
    seen = (apart < reaches[:, None] ** 2) & (random.random((sites, points)) < 0.85)
    start, covered = rows_of([np.flatnonzero(row) for row in seen])
    return Instance(
        names=tuple(f"site {number}" for number in range(sites)),
        costs=random.integers(40, 91, sites) * 10_000,
        start=start,
        points=covered,
        weights=random.integers(1, 11, points).astype(float),
        budget=2_000_000,
    )


def _models(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    return {"place": np.arange(one.sites) // 2}


def _forbidden(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    return {"allowed": random.random(one.sites) < 0.7}


def _musts(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    wanted = random.choice(one.sites, 3, replace=False).tolist()
    return {"musts": (Must("the library", (wanted[0],)), Must("the square", tuple(wanted[1:])))}


def _shares(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    half = one.demand // 2
    return {
        "shares": (
            Share("north", np.arange(half), one.weights[:half], 0.35),
            Share("south", np.arange(half, one.demand), np.ones(one.demand - half), 0.3),
        )
    }


def _capacity(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    people = random.integers(0, 4, one.demand).astype(float)
    room = np.where(random.random(one.sites) < 0.7, random.integers(4, 20, one.sites), UNLIMITED)
    return {"people": people, "capacity": room}


def _mesh(one: Instance, random: np.random.Generator) -> dict[str, Any]:
    pairs = [pair for pair in combinations(range(one.sites), 2) if random.random() < 0.25]
    return {
        "backhaul": random.integers(10, 60, one.sites) * 10_000,
        "rooted": random.random(one.sites) < 0.5,
        "mesh": Mesh(np.array(pairs or [(0, 1)]), 2),
    }


KINDS: dict[str, Callable[[Instance, np.random.Generator], dict[str, Any]]] = {
    "models": _models,
    "forbidden": _forbidden,
    "musts": _musts,
    "shares": _shares,
    "capacity": _capacity,
    "mesh": _mesh,
}


def with_rules(one: Instance, *kinds: str, seed: int = 1) -> Instance:
    """The same with rules of these kinds."""
    random = np.random.default_rng(seed)
    for kind in kinds:
        one = replace(one, **KINDS[kind](one, random))
    return one


def choices(one: Instance) -> Iterator[tuple[list[int], list[int]]]:
    """Every choice of sites and of those with a backhaul of their own that keeps the rules."""
    for many in range(one.sites + 1):
        for sites in combinations(range(one.sites), many):
            if int(one.costs[list(sites)].sum()) <= one.budget:
                for own in range(many + 1) if one.mesh.hops else [many]:
                    for roots in combinations(sites, own):
                        if not checking.broken(one, sites, roots):
                            yield list(sites), list(roots)


def brute_force(one: Instance, served: Callable[[Instance, list[int]], float | None]) -> float | None:
    """The most that any choice serves; None if none keeps the rules."""
    values = (served(one, sites) for sites, _ in choices(one))
    return max((value for value in values if value is not None), default=None)
