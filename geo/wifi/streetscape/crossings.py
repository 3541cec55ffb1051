"""Which walls a straight ray crosses, exactly.

A ray through a corner or along a wall is taken for the ray an infinitely small step to its left (or right):
then it meets every wall either properly or not at all, an even or odd number of them according to where it
ends, and the answer is the same however the walls are ordered.
"""

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.edges import Buckets, Integers

Floats = NDArray[np.float64]


@inlined
def side(ax: int, ay: int, bx: int, by: int, x: int, y: int) -> int:
    """Positive: (x, y) lies to the left of the line from a to b; 0: on it. Exact on whole numbers."""
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@inlined
def parts(ax: int, ay: int, bx: int, by: int, px: int, py: int, qx: int, qy: int) -> bool:
    """Whether p and q lie on different sides of the wall's line; an end on it counts as a side of its own."""
    first, second = side(ax, ay, bx, by, px, py), side(ax, ay, bx, by, qx, qy)
    return not ((first > 0 and second > 0) or (first < 0 and second < 0))


@inlined
def strip(px: int, py: int, qx: int, qy: int, low: int, high: int) -> tuple[int, int]:
    """Lowest and highest y of the ray where `low` <= x <= `high`: whole millimetres, never too narrow."""
    if px == qx:
        return min(py, qy), max(py, qy)
    slope = (qy - py) / (qx - px)
    first = py + slope * (min(max(low, min(px, qx)), max(px, qx)) - px)
    second = py + slope * (min(max(high, min(px, qx)), max(px, qx)) - px)
    return int(np.floor(min(first, second))) - 1, int(np.ceil(max(first, second))) + 1


@inlined
def columns_of(px: int, qx: int, buckets: Buckets) -> tuple[int, int]:
    """First and last column of buckets that the ray passes."""
    first = (min(px, qx) - buckets.west) >> buckets.bits
    last = (max(px, qx) - buckets.west) >> buckets.bits
    return max(first, 0), min(last, buckets.columns - 1)


@inlined
def rows_of(px: int, py: int, qx: int, qy: int, column: int, buckets: Buckets) -> tuple[int, int]:
    """First and last bucket that the ray passes within a column."""
    west = buckets.west + (column << buckets.bits)
    low, high = strip(px, py, qx, qy, west, west + (1 << buckets.bits))
    bottom, top = (low - buckets.south) >> buckets.bits, (high - buckets.south) >> buckets.bits
    return max(bottom, 0), min(top, buckets.rows - 1)


@inlined
def splits(ax: int, ay: int, bx: int, by: int, px: int, py: int, qx: int, qy: int) -> bool:
    """As `parts`, but an end on the wall's line lies on neither side."""
    first, second = side(ax, ay, bx, by, px, py), side(ax, ay, bx, by, qx, qy)
    return (first > 0 and second < 0) or (first < 0 and second > 0)


@inlined
def meets(px: int, py: int, qx: int, qy: int, lines: Integers, item: int) -> bool:
    """Whether the ray just left of p to q meets the wall."""
    ax, ay, bx, by = lines[item, 0], lines[item, 1], lines[item, 2], lines[item, 3]
    one, other = side(px, py, qx, qy, ax, ay), side(px, py, qx, qy, bx, by)
    return (one > 0) != (other > 0) and parts(ax, ay, bx, by, px, py, qx, qy)


@inlined
def blocks(px: int, py: int, qx: int, qy: int, lines: Integers, item: int) -> int:
    """Whether a wall stands in the way just left of p to q (1), just right of it (2), or both (3).

    Walls that begin where the ray ends do not.
    """
    ax, ay, bx, by = lines[item, 0], lines[item, 1], lines[item, 2], lines[item, 3]
    one, other = side(px, py, qx, qy, ax, ay), side(px, py, qx, qy, bx, by)
    by_left = (one > 0) != (other > 0)
    by_right = (one < 0) != (other < 0)
    if (by_left or by_right) and splits(ax, ay, bx, by, px, py, qx, qy):
        return (1 if by_left else 0) + (2 if by_right else 0)
    return 0


@compiled
def crossed(px: int, py: int, qx: int, qy: int, buckets: Buckets, seen: Integers, ray: int) -> int:
    """How many walls the ray from p to q crosses.

    `seen` holds one number a wall and `ray` a number that no earlier ray with the same `seen` had.
    """
    many = 0
    first, last = columns_of(px, qx, buckets)
    for column in range(first, last + 1):
        bottom, top = rows_of(px, py, qx, qy, column, buckets)
        for row in range(bottom, top + 1):
            bucket = row * buckets.columns + column
            for item in range(buckets.starts[bucket], buckets.starts[bucket + 1]):
                if meets(px, py, qx, qy, buckets.lines, item) and seen[buckets.items[item]] != ray:
                    seen[buckets.items[item]] = ray
                    many += 1
    return many


@compiled
def sees(px: int, py: int, qx: int, qy: int, buckets: Buckets) -> bool:
    """Whether nothing stands between p and q: the ray just left of theirs, or just right of it, is free.

    So a ray may touch corners and run along walls, but never slips between two buildings that touch.
    """
    met = 0
    first, last = columns_of(px, qx, buckets)
    for step in range(last - first + 1):
        column = first + step if px <= qx else last - step
        bottom, top = rows_of(px, py, qx, qy, column, buckets)
        for up in range(top - bottom + 1):
            row = bottom + up if py <= qy else top - up
            bucket = row * buckets.columns + column
            for item in range(buckets.starts[bucket], buckets.starts[bucket + 1]):
                met |= blocks(px, py, qx, qy, buckets.lines, item)
                if met == 3:
                    return False
    return True


@compiled
def counts(rays: Integers, walls: int, buckets: Buckets) -> Integers:
    """How many of so many walls each ray crosses; `rays` has the columns px, py, qx, qy in millimetres."""
    seen = np.full(walls, -1, np.int64)
    found = np.empty(len(rays), np.int64)
    for ray in range(len(rays)):
        px, py, qx, qy = rays[ray]
        found[ray] = crossed(px, py, qx, qy, buckets, seen, ray)
    return found
