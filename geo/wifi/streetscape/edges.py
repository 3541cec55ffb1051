"""Walls as arrays on a lattice of millimetres, with a uniform grid over them.

On whole millimetres, on which side of a line a point lies is exact in 64 bits for anything smaller than a
thousand kilometres: nothing here depends on how a floating number was rounded.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
MM: Final = 1000
"""Millimetres in a metre."""
BUCKET_BITS: Final = 13
"""Buckets of the grid have sides of 2 to that power in millimetres, 8.2 m: a little less than a house."""
MOST_BUCKETS: Final = 4_000_000


class Edges(NamedTuple):
    """Walls, one a row: from (ax, ay) to (bx, by) in millimetres, the building to the left.

    `top` is the building's height above ground in millimetres, `material` an index into a table of materials.
    """

    ax: Integers
    ay: Integers
    bx: Integers
    by: Integers
    top: Integers
    material: Integers


class Buckets(NamedTuple):
    """Which walls lie in which bucket: those of bucket b are `items[starts[b]:starts[b + 1]]`, and their ends
    (ax, ay, bx, by) the same rows of `lines`, beside each other in memory.

    Buckets are counted by rows from the south-west corner (`west`, `south`, millimetres). A wall is in every
    bucket that its own bounding box touches.
    """

    starts: Integers
    items: Integers
    lines: Integers
    west: int
    south: int
    columns: int
    rows: int
    bits: int


@dataclass(frozen=True)
class Walls:
    """Edges and the grid over them."""

    edges: Edges
    buckets: Buckets

    def __len__(self) -> int:
        return len(self.edges.ax)


def walls(edges: Edges, bits: int = BUCKET_BITS) -> Walls:
    """The edges with a grid over them, whose buckets grow where there would be too many."""
    if len(edges.ax) == 0:
        empty = np.zeros(0, np.int64)
        nothing = Buckets(np.zeros(2, np.int64), empty, np.zeros((0, 4), np.int64), 0, 0, 1, 1, bits)
        return Walls(edges, nothing)
    left, right = np.minimum(edges.ax, edges.bx), np.maximum(edges.ax, edges.bx)
    low, high = np.minimum(edges.ay, edges.by), np.maximum(edges.ay, edges.by)
    west, south = int(left.min()), int(low.min())
    while ((int(right.max()) - west >> bits) + 1) * ((int(high.max()) - south >> bits) + 1) > MOST_BUCKETS:
        bits += 1
    first, last = left - west >> bits, right - west >> bits
    bottom, top = low - south >> bits, high - south >> bits
    columns, rows = int(last.max()) + 1, int(top.max()) + 1
    wide, tall = last - first + 1, top - bottom + 1
    many = wide * tall
    edge = np.repeat(np.arange(len(many)), many)
    nth = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    bucket = (bottom[edge] + nth // wide[edge]) * columns + first[edge] + nth % wide[edge]
    order = np.argsort(bucket, kind="stable")
    starts = np.searchsorted(bucket[order], np.arange(columns * rows + 1))
    items = edge[order].astype(np.int64)
    lines = np.stack((edges.ax, edges.ay, edges.bx, edges.by), axis=1)[items]
    return Walls(edges, Buckets(starts.astype(np.int64), items, lines, west, south, columns, rows, bits))
