"""Corners that shortest outdoor paths turn around, and which of them see each other.

A taut string from one place to another bends only at corners that stick out into the open, and lies against
the building on one side of each. So two corners are joined only if the line between them passes both
buildings on one side: the graph depends on the buildings alone, not on where an antenna hangs.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.crossings import sees, side
from geo.wifi.streetscape.edges import Buckets, Edges, Integers

Floats = NDArray[np.float64]
REACH_MM: Final = 300_000
"""Longest straight part of a path, in millimetres."""


class Corners(NamedTuple):
    """Corners in order of x, millimetres; (ax, ay) and (bx, by) are the wall's points before and after."""

    x: Integers
    y: Integers
    ax: Integers
    ay: Integers
    bx: Integers
    by: Integers


class Graph(NamedTuple):
    """Who sees whom: the neighbours of corner c are `ends[starts[c]:starts[c + 1]]`, `lengths` in metres."""

    starts: Integers
    ends: Integers
    lengths: Floats


def corners(edges: Edges) -> Corners:
    """The corners of closed rings of walls that stick out. Each wall's end is the next one's beginning."""
    ax, ay, bx, by = edges.ax, edges.ay, edges.bx, edges.by
    begins: dict[tuple[int, int], list[int]] = {}
    for n in range(len(ax)):
        begins.setdefault((int(ax[n]), int(ay[n])), []).append(n)
    rows = []
    for n in range(len(ax)):
        back = np.arctan2(ay[n] - by[n], ax[n] - bx[n])
        # Where blocks touch at a point several walls begin: the open side is up to the first of them.
        after = min(
            begins.get((int(bx[n]), int(by[n])), ()),
            key=lambda m: (np.arctan2(by[m] - ay[m], bx[m] - ax[m]) - back) % (2 * np.pi),
        )
        if (bx[n] - ax[n]) * (by[after] - by[n]) - (by[n] - ay[n]) * (bx[after] - bx[n]) > 0:
            rows.append((bx[n], by[n], ax[n], ay[n], bx[after], by[after]))
    table = np.array(sorted(rows), np.int64).reshape(-1, 6)
    return Corners(*(np.ascontiguousarray(column) for column in table.T))


@inlined
def hugs(corner: int, x: int, y: int, corners: Corners) -> int:
    """On which side a line from (x, y) leaves the corner's building when it touches it: 1 left, -1 right.

    0 where the line would lead into the building, or ends at the corner from the open side.
    """
    cx, cy = corners.x[corner], corners.y[corner]
    before = side(x, y, cx, cy, corners.ax[corner], corners.ay[corner])
    after = side(x, y, cx, cy, corners.bx[corner], corners.by[corner])
    if before >= 0 and after >= 0:
        return 1
    return -1 if before <= 0 and after <= 0 else 0


@compiled
def joined(
    first: int, last: int, corners: Corners, buckets: Buckets, reach: int
) -> tuple[Integers, Integers]:
    """Pairs of corners that see each other, the lesser from `first` up to `last`."""
    room = 1024
    ones, others = np.empty(room, np.int64), np.empty(room, np.int64)
    many = 0
    for one in range(first, last):
        x, y = corners.x[one], corners.y[one]
        for other in range(one + 1, len(corners.x)):
            u, v = corners.x[other], corners.y[other]
            if u - x > reach:
                break
            if abs(v - y) > reach or (u == x and v == y):
                continue
            if hugs(one, u, v, corners) == 0 or hugs(other, x, y, corners) == 0:
                continue
            if not sees(x, y, u, v, buckets):
                continue
            if many == room:
                room *= 2
                ones, others = np.concatenate((ones, ones)), np.concatenate((others, others))
            ones[many], others[many] = one, other
            many += 1
    return ones[:many], others[:many]


def graph(corners: Corners, buckets: Buckets, reach: int = REACH_MM) -> Graph:
    """The graph of all pairs within `reach` millimetres east-west and north-south that see each other."""
    from concurrent.futures import ThreadPoolExecutor

    many = len(corners.x)
    cuts = np.linspace(0, many, 17).astype(int).tolist()
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda n: joined(cuts[n], cuts[n + 1], corners, buckets, reach), range(16)))
    ones, others = (np.concatenate(column) for column in zip(*found, strict=True))
    starts, ends = np.concatenate((ones, others)), np.concatenate((others, ones))
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    lengths = np.hypot(corners.x[starts] - corners.x[ends], corners.y[starts] - corners.y[ends]) / 1000.0
    return Graph(np.searchsorted(starts, np.arange(many + 1)).astype(np.int64), ends, lengths)
