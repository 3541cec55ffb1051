"""What stands between one place and every cell of a raster, in one pass over the walls instead of the cells.

Behind each wall lies its shadow: a convex area that a row of cells cuts in one run. The run's ends are found
in whole numbers, so that a cell is in a wall's shadow exactly where `crossings.crossed` says that the ray to
it crosses the wall.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.edges import Edges, Integers

Floats32 = NDArray[np.float32]
Counts = NDArray[np.int32]
NEAREST: Final = 1e-3
"""A wall is taken to be at least that fraction of the way away from either end."""


class Frame(NamedTuple):
    """A raster's cells in millimetres: centre of the south-western one, step, columns and rows."""

    x: int
    y: int
    step: int
    columns: int
    rows: int


class Between(NamedTuple):
    """By cell: `walls` between in plan, `loss` in each band of those that the ray really passes through (in
    hundredths of a decibel), and how far walls rise above the ray: highest `near` and `far`, in millimetres,
    as seen from the place and from the cell (height above the ray over the part of the way to it). 0: none.
    """

    walls: Counts
    loss: Counts
    near: Floats32
    far: Floats32


@inlined
def bounded(constant: int, slope: int, low: int, high: int) -> tuple[int, int]:
    """The whole numbers c from `low` to `high` for which constant + slope * c >= 0, as first and last."""
    if slope > 0:
        first = int(np.ceil(-constant / slope))
        while constant + slope * (first - 1) >= 0:
            first -= 1
        while constant + slope * first < 0:
            first += 1
        return max(low, first), high
    if slope < 0:
        last = int(np.floor(constant / -slope))
        while constant + slope * (last + 1) >= 0:
            last += 1
        while constant + slope * last < 0:
            last -= 1
        return low, min(high, last)
    return (low, high) if constant >= 0 else (1, 0)


@inlined
def rows_behind(ay: int, by: int, py: int, frame: Frame, first: int, last: int) -> tuple[int, int]:
    """First and last row from `first` to `last` that the shadow of a wall between these heights may touch."""
    if min(ay, by) >= py:
        first = max(first, (min(ay, by) - frame.y) // frame.step)
    if max(ay, by) <= py:
        last = min(last, (max(ay, by) - frame.y) // frame.step + 1)
    return first, last


@inlined
def run_within(px: int, dy: int, reach: int, frame: Frame) -> tuple[int, int]:
    """First and last column within `reach` in the row `dy` north of the place; none where it is further."""
    rest = reach * reach - dy * dy
    if rest < 0:
        return 1, 0
    half = int(np.sqrt(rest))
    low, high = (px - half - frame.x) // frame.step, (px + half - frame.x) // frame.step
    return max(0, low), min(frame.columns - 1, high)


@inlined
def run_behind(
    ax: int, ay: int, bx: int, by: int, px: int, py: int, y: int, behind: int, turn: int, frame: Frame,
    low: int, high: int,
) -> tuple[int, int]:  # fmt: skip
    """The run of columns in the shadow of the wall from a to b, which the place lies to the left of.

    That is: on or left of the ray through a, right of the ray through b, on or beyond the wall itself, whose
    side in column c is `behind + turn * c`.
    """
    x0, step = frame.x, frame.step
    low, high = bounded((ax - px) * (y - py) - (ay - py) * (x0 - px), -(ay - py) * step, low, high)
    if low > high:
        return low, high
    low, high = bounded((by - py) * (x0 - px) - (bx - px) * (y - py) - 1, (by - py) * step, low, high)
    if low > high:
        return low, high
    return bounded(-behind, -turn, low, high)


@compiled
def between(
    px: int, py: int, height: int, other: int, edges: Edges, losses: Integers, frame: Frame, reach: int,
    first_row: int, last_row: int, found: Between,
) -> None:  # fmt: skip
    """Write to `found` what stands between (px, py) and the cells of rows `first_row` <= row < `last_row`.

    Heights of the place and of the cells' far end, and `reach`, how far cells are looked at, are in
    millimetres; `losses` in hundredths of a decibel by material and band. A wall that the place itself
    stands on is passed over.
    """
    fall = other - height
    for edge in range(len(edges.ax)):
        ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
        stand = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if stand == 0:
            continue
        if stand < 0:
            ax, ay, bx, by, stand = bx, by, ax, ay, -stand
        above = edges.top[edge] - height
        lower, upper = losses[edges.material[edge]]
        turn = -(by - ay) * frame.step
        bottom, top = rows_behind(ay, by, py, frame, first_row, last_row - 1)
        for row in range(bottom, top + 1):
            y = frame.y + row * frame.step
            behind = (bx - ax) * (y - ay) - (by - ay) * (frame.x - ax)
            low, high = run_within(px, y - py, reach, frame)
            low, high = run_behind(ax, ay, bx, by, px, py, y, behind, turn, frame, low, high)
            for column in range(low, high + 1):
                found.walls[row, column] += 1
            if low > high:
                continue
            # The ray is at the wall when it has gone `stand` of `stand - side of the cell`.
            low, high = bounded(above * (stand - behind) - fall * stand - 1, -above * turn, low, high)
            for column in range(low, high + 1):
                part = stand / (stand - (behind + turn * column))
                over = above - fall * part
                found.loss[0, row, column] += lower
                found.loss[1, row, column] += upper
                near, far = over / max(part, NEAREST), over / max(1.0 - part, NEAREST)
                found.near[row, column] = max(found.near[row, column], np.float32(near))
                found.far[row, column] = max(found.far[row, column], np.float32(far))


def nothing_between(frame: Frame) -> Between:
    """A raster to write to."""
    shape = (frame.rows, frame.columns)
    return Between(
        np.zeros(shape, np.int32),
        np.zeros((2, *shape), np.int32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )
