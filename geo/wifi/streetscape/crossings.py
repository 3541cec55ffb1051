"""Which walls a straight ray crosses, exactly.

A ray through a corner or along a wall is taken for the ray an infinitely small step to its left (or right):
then it meets every wall either properly or not at all, an even or odd number of them according to where it
ends, and the answer is the same however the walls are ordered.
"""

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.edges import Buckets, Edges, Integers

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
    """Lowest and highest y, in whole millimetres and never too narrow, of the ray where `low` <= x <= `high`."""
    if px == qx:
        return min(py, qy), max(py, qy)
    slope = (qy - py) / (qx - px)
    first = py + slope * (min(max(low, min(px, qx)), max(px, qx)) - px)
    second = py + slope * (min(max(high, min(px, qx)), max(px, qx)) - px)
    return int(np.floor(min(first, second))) - 1, int(np.ceil(max(first, second))) + 1


@compiled
def crossed(
    px: int,
    py: int,
    qx: int,
    qy: int,
    edges: Edges,
    buckets: Buckets,
    seen: Integers,
    ray: int,
    out: Integers,
) -> int:
    """How many walls the ray from p to q crosses; the first of them, in no order, are written to `out`.

    `seen` holds one number a wall and `ray` a number that no earlier ray with the same `seen` had.
    """
    many = 0
    west, south, size = buckets.west, buckets.south, buckets.side
    first = max((min(px, qx) - west) // size, 0)
    last = min((max(px, qx) - west) // size, buckets.columns - 1)
    for column in range(first, last + 1):
        low, high = strip(px, py, qx, qy, west + column * size, west + (column + 1) * size)
        bottom = max((low - south) // size, 0)
        top = min((high - south) // size, buckets.rows - 1)
        for row in range(bottom, top + 1):
            bucket = row * buckets.columns + column
            for item in range(buckets.starts[bucket], buckets.starts[bucket + 1]):
                edge = buckets.items[item]
                if seen[edge] == ray:
                    continue
                seen[edge] = ray
                ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
                if (side(px, py, qx, qy, ax, ay) > 0) == (side(px, py, qx, qy, bx, by) > 0):
                    continue
                if parts(ax, ay, bx, by, px, py, qx, qy):
                    if many < len(out):
                        out[many] = edge
                    many += 1
    return many


@compiled
def sees(px: int, py: int, qx: int, qy: int, edges: Edges, buckets: Buckets) -> bool:
    """Whether nothing stands between p and q: the ray just left of theirs, or just right of it, is free.

    So a ray may touch corners and run along walls, but never slips between two buildings that touch.
    """
    west, south, size = buckets.west, buckets.south, buckets.side
    left = right = True
    first = max((min(px, qx) - west) // size, 0)
    last = min((max(px, qx) - west) // size, buckets.columns - 1)
    for step in range(last - first + 1):
        column = first + step if px <= qx else last - step
        low, high = strip(px, py, qx, qy, west + column * size, west + (column + 1) * size)
        bottom = max((low - south) // size, 0)
        top = min((high - south) // size, buckets.rows - 1)
        for up in range(top - bottom + 1):
            row = bottom + up if py <= qy else top - up
            bucket = row * buckets.columns + column
            for item in range(buckets.starts[bucket], buckets.starts[bucket + 1]):
                edge = buckets.items[item]
                ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
                one, other = side(px, py, qx, qy, ax, ay), side(px, py, qx, qy, bx, by)
                by_left = (one > 0) != (other > 0)
                by_right = (one < 0) != (other < 0)
                if (by_left or by_right) and parts(ax, ay, bx, by, px, py, qx, qy):
                    left = left and not by_left
                    right = right and not by_right
                    if not (left or right):
                        return False
    return True


@compiled
def counts(rays: Integers, edges: Edges, buckets: Buckets) -> Integers:
    """How many walls each ray crosses; `rays` has the columns px, py, qx, qy in millimetres."""
    seen = np.full(len(edges.ax), -1, np.int64)
    nothing = np.empty(0, np.int64)
    found = np.empty(len(rays), np.int64)
    for ray in range(len(rays)):
        px, py, qx, qy = rays[ray]
        found[ray] = crossed(px, py, qx, qy, edges, buckets, seen, ray, nothing)
    return found
