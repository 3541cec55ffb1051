"""Shortest outdoor paths from one place to every cell of a raster, around corners.

First to all corners (Dijkstra over their graph), then each corner in order of distance spreads over the
cells that it sees and to which no other way is shorter. What a corner serves is star-shaped around it, so
that it is found from cell to neighbouring cell, without asking every corner about every cell.
"""

from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.corners import Corners, Graph, hugs
from geo.wifi.streetscape.crossings import sees
from geo.wifi.streetscape.edges import MM, Buckets, Edges, Integers
from geo.wifi.streetscape.shadows import Frame

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
UNREACHED: Final = -2
"""No outdoor path leads there."""
DIRECT: Final = -1
"""Seen from the place itself."""
OPEN: Final = 0
INDOORS: Final = 1
ENCLOSED: Final = 2
"""A courtyard or the like: outdoors, with houses all around."""
AROUND: Final = 3
NEAR_MM: Final = 20_000
"""Cells that nothing spread to (in lanes narrower than a cell) try the corners that serve cells up to AROUND
cells away; where there are none, all corners within NEAR_MM.
"""


class Reached(NamedTuple):
    """By corner: metres from the place (inf: none), and the corner before it (DIRECT: the place itself).
    `order` are the corners that are reached, nearest first.
    """

    metres: Floats
    before: Integers
    order: Integers


class Fields(NamedTuple):
    """By cell: metres of the shortest outdoor path, and the last corner on it (DIRECT, UNREACHED)."""

    metres: Floats
    last: Integers


@compiled
def to_corners(
    px: int,
    py: int,
    furthest: float,
    corners: Corners,
    graph: Graph,
    edges: Edges,
    buckets: Buckets,
    reach: int,
) -> Reached:
    """Shortest outdoor paths of at most `furthest` metres from (px, py) to the corners."""
    many = len(corners.x)
    metres = np.full(many, np.inf)
    before = np.full(many, UNREACHED, np.int64)
    order = np.empty(many, np.int64)
    done = np.zeros(many, np.bool_)
    heap = [(0.0, 0) for _ in range(0)]
    for corner in range(many):
        x, y = corners.x[corner], corners.y[corner]
        if abs(x - px) > reach or abs(y - py) > reach or hugs(corner, px, py, corners) == 0:
            continue
        if sees(px, py, x, y, edges, buckets):
            metres[corner] = np.hypot(x - px, y - py) / MM
            before[corner] = DIRECT
            heappush(heap, (metres[corner], corner))
    settled = 0
    while heap:
        length, corner = heappop(heap)
        if done[corner] or length > furthest:
            continue
        done[corner] = True
        order[settled] = corner
        settled += 1
        for way in range(graph.starts[corner], graph.starts[corner + 1]):
            to = graph.ends[way]
            longer = length + graph.lengths[way]
            if longer < metres[to]:
                metres[to] = longer
                before[to] = corner
                heappush(heap, (longer, to))
    return Reached(metres, before, order[:settled])


@compiled
def spread(
    px: int, py: int, reach: int, reached: Reached, corners: Corners, edges: Edges, buckets: Buckets,
    frame: Frame, ground: Flags, found: Fields,
) -> None:  # fmt: skip
    """Write the shortest paths to all outdoor cells within `reach` millimetres to `found`.

    `found` says already what is seen directly. `ground` is OPEN, INDOORS or ENCLOSED by cell.
    """
    visited = np.full((frame.rows, frame.columns), -1, np.int64)
    queue = np.empty(frame.rows * frame.columns, np.int64)
    for corner in reached.order:
        cx, cy = corners.x[corner], corners.y[corner]
        before = reached.before[corner]
        ix = cx - (px if before < 0 else corners.x[before])
        iy = cy - (py if before < 0 else corners.y[before])
        turn = hugs(corner, cx - ix, cy - iy, corners)
        length = reached.metres[corner]
        column, row = (cx - frame.x) // frame.step, (cy - frame.y) // frame.step
        head, tail = 0, 0
        for up in range(row, row + 2):
            for right in range(column, column + 2):
                if 0 <= up < frame.rows and 0 <= right < frame.columns:
                    visited[up, right] = corner
                    queue[tail] = (up * frame.columns + right) * 2
                    tail += 1
        while head < tail:
            cell, stray = queue[head] // 2, queue[head] % 2
            head += 1
            row, column = cell // frame.columns, cell % frame.columns
            x, y = frame.x + column * frame.step, frame.y + row * frame.step
            if (x - px) * (x - px) + (y - py) * (y - py) > reach * reach:
                continue
            hit = False
            if ground[row, column] != INDOORS and turn * (ix * (y - cy) - iy * (x - cx)) >= 0:
                metres = length + np.hypot(x - cx, y - cy) / MM
                if metres < found.metres[row, column] and sees(cx, cy, x, y, edges, buckets):
                    found.metres[row, column] = metres
                    found.last[row, column] = corner
                    hit = True
            # A step beyond what it serves: lanes are narrow, and a cell's centre may lie in a house.
            if not hit and stray:
                continue
            for up in range(max(row - 1, 0), min(row + 2, frame.rows)):
                for right in range(max(column - 1, 0), min(column + 2, frame.columns)):
                    if visited[up, right] != corner:
                        visited[up, right] = corner
                        queue[tail] = (up * frame.columns + right) * 2 + (0 if hit else 1)
                        tail += 1


@inlined
def offer(
    corner: int, row: int, column: int, x: int, y: int, reached: Reached, corners: Corners, edges: Edges,
    buckets: Buckets, found: Fields,
) -> None:  # fmt: skip
    """Let the cell's path come by this corner if that is shorter and the corner sees the cell."""
    cx, cy = corners.x[corner], corners.y[corner]
    metres = reached.metres[corner] + np.hypot(x - cx, y - cy) / MM
    if metres < found.metres[row, column] and sees(cx, cy, x, y, edges, buckets):
        found.metres[row, column] = metres
        found.last[row, column] = corner


@compiled
def left_over(
    px: int, py: int, reach: int, reached: Reached, corners: Corners, edges: Edges, buckets: Buckets,
    frame: Frame, ground: Flags, found: Fields,
) -> int:  # fmt: skip
    """Ask corners near by about the open cells that nothing spread to; how many those were."""
    many = 0
    for row in range(frame.rows):
        for column in range(frame.columns):
            if ground[row, column] != OPEN or found.last[row, column] != UNREACHED:
                continue
            x, y = frame.x + column * frame.step, frame.y + row * frame.step
            if (x - px) * (x - px) + (y - py) * (y - py) > reach * reach:
                continue
            many += 1
            for up in range(max(row - AROUND, 0), min(row + AROUND + 1, frame.rows)):
                for right in range(max(column - AROUND, 0), min(column + AROUND + 1, frame.columns)):
                    corner = found.last[up, right]
                    if corner >= 0:
                        offer(corner, row, column, x, y, reached, corners, edges, buckets, found)
            if found.last[row, column] != UNREACHED:
                continue
            for corner in range(
                np.searchsorted(corners.x, x - NEAR_MM), np.searchsorted(corners.x, x + NEAR_MM)
            ):
                if abs(corners.y[corner] - y) <= NEAR_MM:
                    offer(corner, row, column, x, y, reached, corners, edges, buckets, found)
    return many
