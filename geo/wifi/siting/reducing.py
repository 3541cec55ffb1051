"""A smaller question of the same answer: fewer sites; points that the same sites cover are one."""

import numpy as np

from geo.wifi.siting import greedy
from geo.wifi.siting.greedy import Cover
from geo.wifi.siting.instance import Flags, Floats, Ints


def smaller(given: Cover, keep: Flags) -> tuple[Ints, Cover]:
    """Only these sites (their numbers come first in the answer), and points merged that they cover alike."""
    sites = np.flatnonzero(keep)
    points, columns = entries(given.start, given.points, sites)
    group, weights = merged(points, columns, len(sites), given.weights)
    first = firsts(group)
    mine = first[points]
    rows, groups = columns[mine], group[points[mine]]
    order = np.lexsort((groups, rows))
    start = np.zeros(len(sites) + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=len(sites)), out=start[1:])
    _, place = np.unique(given.place[sites], return_inverse=True)
    allowed = given.allowed[sites]
    return sites, greedy.cover(
        start, groups[order], weights, given.costs[sites], place.astype(np.int64), allowed, given.budget
    )


def entries(start: Ints, points: Ints, sites: Ints) -> tuple[Ints, Ints]:
    """The points that these sites cover, row after row, and the place of each one's site among them."""
    lengths = start[sites + 1] - start[sites]
    columns = np.repeat(np.arange(len(sites)), lengths)
    begins = np.repeat(start[sites] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return points[begins + np.arange(len(columns))], columns


def merged(
    points: Ints, columns: Ints, sites: int, weights: Floats, apart: Ints | None = None
) -> tuple[Ints, Floats]:
    """The group of each point (-1: nobody covers it) and the groups' weights; `apart` keeps points separate.

    Points are alike if they have the same two sums of random numbers of 64 bits that stand for their sites,
    and the same number in `apart`: of 20,000 points, two that differ pass for alike once in 10 ** 28 times.
    """
    marks = np.random.default_rng(7).integers(0, 2**63, (2, sites), dtype=np.int64).astype(np.uint64)
    keys = np.zeros((len(weights), 3), np.uint64)
    for half in range(2):
        np.add.at(keys[:, half], points, marks[half][columns])
    if apart is not None:
        keys[:, 2] = apart.astype(np.uint64)
    there = np.flatnonzero(np.bincount(points, minlength=len(weights)))
    group = np.full(len(weights), -1, np.int64)
    _, numbers = np.unique(keys[there], axis=0, return_inverse=True)
    group[there] = numbers.ravel()
    return group, np.bincount(group[there], weights[there]).astype(float) if len(there) else np.zeros(0)


def firsts(group: Ints) -> Flags:
    """(m,) the first point of each group; `group` as of `merged`."""
    there = np.flatnonzero(group >= 0)
    _, at = np.unique(group[there], return_index=True)
    flags = np.zeros(len(group), bool)
    flags[there[at]] = True
    return flags
