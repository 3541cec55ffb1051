"""Outdoor paths of least loss from one place to every cell of a raster, around corners.

Least by Berg's measure (bends.py), in which every bend makes what follows count for more: where bends count
nothing, they are the shortest paths. First to all corners (Dijkstra over their graph), then each corner in
order spreads over the cells that it sees and that no other way serves better. What a corner serves lies
star-shaped around it, so that it is found from cell to neighbouring cell, without asking every corner about
every cell.
"""

from heapq import heappop, heappush
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.bends import Bending, weight
from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.corners import Corners, Graph, hugs
from geo.wifi.streetscape.crossings import sees
from geo.wifi.streetscape.edges import MM, Buckets, Integers
from geo.wifi.streetscape.shadows import Frame

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
Marks = NDArray[np.int32]
UNREACHED: Final = -2
"""No outdoor path leads there."""
DIRECT: Final = -1
"""Seen from the place itself."""
OPEN: Final = 0
INDOORS: Final = 1
ENCLOSED: Final = 2
"""A courtyard or the like: outdoors, with houses all around."""
AHEAD_M: Final = 5.0
"""Of two paths to a corner that one is kept that would count for less so many metres further on."""
OVERTAKES: Final = 0.5
"""A path whose further metres count for so much less than those of a better one may be better further on."""
BLADE: Final = 0.7
"""Cells no further from that edge than so many cells are followed along it."""
STRAY: Final = 1
"""So many cells beyond what a corner serves are still asked about: at most 3."""
AROUND: Final = 3
NEAR_MM: Final = 20_000
"""Cells that nothing spread to (in lanes narrower than a cell) try the corners that serve cells up to AROUND
cells away; where there are none, all corners within NEAR_MM.
"""


class Reached(NamedTuple):
    """By corner: metres that the path there counts for (inf: none), the factor of what follows, and the
    corner before it (DIRECT: the place itself). `order` are the corners that are reached, nearest first.
    """

    metres: Floats
    factor: Floats
    before: Integers
    order: Integers


class Fields(NamedTuple):
    """By cell: metres that its path counts for, what a metre more would count for, and the last corner on it
    (DIRECT, UNREACHED).
    """

    metres: Floats
    slope: Floats
    last: Integers


@inlined
def arrival(px: int, py: int, corner: int, before: Integers, corners: Corners) -> tuple[int, int]:
    """The direction in which the path comes to a corner."""
    last = before[corner]
    if last < 0:
        return corners.x[corner] - px, corners.y[corner] - py
    return corners.x[corner] - corners.x[last], corners.y[corner] - corners.y[last]


@inlined
def starts_at(px: int, py: int, corner: int, corners: Corners, buckets: Buckets, reach: int) -> bool:
    """Whether a path may lead straight from the place to a corner and around it."""
    x, y = corners.x[corner], corners.y[corner]
    if abs(x - px) > reach or abs(y - py) > reach or hugs(corner, px, py, corners) == 0:
        return False
    return sees(px, py, x, y, buckets)


@compiled
def to_corners(
    px: int, py: int, furthest: float, corners: Corners, graph: Graph, buckets: Buckets, reach: int,
    bending: Bending,
) -> Reached:  # fmt: skip
    """Paths from (px, py) to the corners that count for at most `furthest` metres."""
    many = len(corners.x)
    metres = np.full(many, np.inf)
    factor = np.ones(many)
    rank = np.full(many, np.inf)
    before = np.full(many, UNREACHED, np.int64)
    order = np.empty(many, np.int64)
    done = np.zeros(many, np.bool_)
    heap = [(0.0, 0) for _ in range(0)]
    for corner in range(many):
        if starts_at(px, py, corner, corners, buckets, reach):
            metres[corner] = np.hypot(corners.x[corner] - px, corners.y[corner] - py) / MM
            rank[corner] = metres[corner] + AHEAD_M
            before[corner] = DIRECT
            heappush(heap, (rank[corner], corner))
    settled = 0
    while heap:
        _, corner = heappop(heap)
        if done[corner] or metres[corner] > furthest:
            continue
        done[corner] = True
        order[settled] = corner
        settled += 1
        length = metres[corner]
        ix, iy = arrival(px, py, corner, before, corners)
        for way in range(graph.starts[corner], graph.starts[corner + 1]):
            to = graph.ends[way]
            ahead = graph.lengths[way] + AHEAD_M
            if done[to] or length + factor[corner] * ahead >= rank[to]:
                continue
            ox, oy = corners.x[to] - corners.x[corner], corners.y[to] - corners.y[corner]
            more = factor[corner] + length * weight(ix, iy, ox, oy, bending)
            if length + more * ahead < rank[to]:
                metres[to], factor[to], before[to] = length + more * graph.lengths[way], more, corner
                rank[to] = length + more * ahead
                heappush(heap, (rank[to], to))
    return Reached(metres, factor, before, order[:settled])


@inlined
def offer(
    corner: int, row: int, column: int, x: int, y: int, px: int, py: int, reached: Reached, corners: Corners,
    buckets: Buckets, bending: Bending, found: Fields,
) -> bool:  # fmt: skip
    """Let the cell's path come by this corner if that counts for less and the corner sees the cell.

    Whether the corner may serve what lies behind: it serves the cell, or sees it and would overtake.
    """
    cx, cy = corners.x[corner], corners.y[corner]
    length, rest = reached.metres[corner], np.hypot(x - cx, y - cy) / MM
    best, slope = found.metres[row, column], found.slope[row, column]
    if length + reached.factor[corner] * rest >= best and reached.factor[corner] >= slope:
        return False
    ix, iy = arrival(px, py, corner, reached.before, corners)
    steep = reached.factor[corner] + length * weight(ix, iy, x - cx, y - cy, bending)
    metres = length + steep * rest
    if (metres >= best and steep >= slope * OVERTAKES) or not sees(cx, cy, x, y, buckets):
        return False
    if metres < best:
        found.metres[row, column] = metres
        found.slope[row, column] = steep
        found.last[row, column] = corner
    return True


@inlined
def queue_around(
    low: int, high: int, left: int, right: int, mark: int, stray: int, frame: Frame, ground: Flags,
    visited: Marks, queue: Marks, tail: int,
) -> int:  # fmt: skip
    """Put the cells of these rows and columns, last ones included, that `mark` has not visited into the
    queue, with a flag; its new end. What would not be gone on from is left out where it is indoors.
    """
    for row in range(max(low, 0), min(high, frame.rows - 1) + 1):
        for column in range(max(left, 0), min(right, frame.columns - 1) + 1):
            if visited[row, column] != mark and (stray < STRAY or ground[row, column] != INDOORS):
                visited[row, column] = mark
                queue[tail] = (row * frame.columns + column) * 4 + stray
                tail += 1
    return tail


@compiled
def spread(
    px: int, py: int, reach: int, reached: Reached, corners: Corners, buckets: Buckets, bending: Bending,
    frame: Frame, ground: Flags, found: Fields,
) -> None:  # fmt: skip
    """Write the paths to all outdoor cells within `reach` millimetres to `found`.

    `found` says already what is seen directly. `ground` is OPEN, INDOORS or ENCLOSED by cell.
    """
    visited = np.full((frame.rows, frame.columns), -1, np.int32)
    queue = np.empty(frame.rows * frame.columns, np.int32)
    for corner in reached.order:
        cx, cy = corners.x[corner], corners.y[corner]
        ix, iy = arrival(px, py, corner, reached.before, corners)
        turn = hugs(corner, cx - ix, cy - iy, corners)
        band = BLADE * frame.step * np.hypot(ix, iy)
        column, row = (cx - frame.x) // frame.step, (cy - frame.y) // frame.step
        head, tail = (
            0,
            queue_around(row, row + 1, column, column + 1, corner, 0, frame, ground, visited, queue, 0),
        )
        while head < tail:
            cell, stray = queue[head] // 4, queue[head] % 4
            head += 1
            row, column = cell // frame.columns, cell % frame.columns
            x, y = frame.x + column * frame.step, frame.y + row * frame.step
            if (x - px) * (x - px) + (y - py) * (y - py) > reach * reach:
                continue
            # A string around the corner bends towards the building, never away from it.
            across = turn * (ix * (y - cy) - iy * (x - cx))
            outdoors = ground[row, column] != INDOORS
            served = outdoors and across >= 0 and offer(
                corner, row, column, x, y, px, py, reached, corners, buckets, bending, found
            )  # fmt: skip
            # A step beyond what it serves: lanes are narrow, a cell's centre may lie in a house. And along
            # the edge of what is seen from before the corner: what it serves begins there, thin as a blade.
            edge = outdoors and abs(across) <= band and ix * (x - cx) + iy * (y - cy) >= 0
            if served or edge or stray < STRAY:
                again = 0 if served else STRAY if edge else stray + 1
                tail = queue_around(
                    row - 1,
                    row + 1,
                    column - 1,
                    column + 1,
                    corner,
                    again,
                    frame,
                    ground,
                    visited,
                    queue,
                    tail,
                )


@inlined
def from_neighbours(
    row: int, column: int, x: int, y: int, px: int, py: int, reached: Reached,
    corners: Corners, buckets: Buckets, bending: Bending, frame: Frame, found: Fields,
) -> None:  # fmt: skip
    """Try the corners that serve the cells up to AROUND cells away, hardly any of them twice."""
    tried, before = found.last[row, column], DIRECT
    for up in range(max(row - AROUND, 0), min(row + AROUND + 1, frame.rows)):
        for right in range(max(column - AROUND, 0), min(column + AROUND + 1, frame.columns)):
            corner = found.last[up, right]
            if corner >= 0 and corner != tried and corner != before:
                tried, before = corner, tried
                offer(corner, row, column, x, y, px, py, reached, corners, buckets, bending, found)


@inlined
def from_corners(
    row: int, column: int, x: int, y: int, px: int, py: int, reached: Reached, corners: Corners,
    buckets: Buckets, bending: Bending, found: Fields,
) -> None:  # fmt: skip
    """Try all corners near by."""
    first, last = np.searchsorted(corners.x, x - NEAR_MM), np.searchsorted(corners.x, x + NEAR_MM)
    for corner in range(first, last):
        if abs(corners.y[corner] - y) <= NEAR_MM:
            offer(corner, row, column, x, y, px, py, reached, corners, buckets, bending, found)


@compiled
def left_over(
    px: int, py: int, reach: int, reached: Reached, corners: Corners, buckets: Buckets, bending: Bending,
    frame: Frame, ground: Flags, found: Fields,
) -> None:  # fmt: skip
    """Find paths to open cells that nothing spread to: by what serves cells around, or any corner near by."""
    for row in range(frame.rows):
        for column in range(frame.columns):
            if ground[row, column] != OPEN or found.last[row, column] != UNREACHED:
                continue
            x, y = frame.x + column * frame.step, frame.y + row * frame.step
            if (x - px) * (x - px) + (y - py) * (y - py) > reach * reach:
                continue
            from_neighbours(row, column, x, y, px, py, reached, corners, buckets, bending, frame, found)
            if found.last[row, column] == UNREACHED:
                from_corners(row, column, x, y, px, py, reached, corners, buckets, bending, found)
