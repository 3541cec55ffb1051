"""What stands between one place and every cell of a raster, in one pass over the walls instead of the cells.

Behind each wall lies its shadow: a convex area that a row of cells cuts in one run. The run's ends are found
in whole numbers, so that a cell is in a wall's shadow exactly where `crossings.crossed` says that the ray to
it crosses the wall.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.edges import Edges, Integers

Floats32 = NDArray[np.float32]
Counts = NDArray[np.int32]
NEAREST: float = 1e-3
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
    hundredths of a decibel), and how far walls rise above the ray: highest `near` and `far`, in millimetres, as
    seen from the place and from the cell (height above the ray over the fraction of the way to it). 0: none does.
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


@compiled
def between(
    px: int, py: int, height: int, other: int, edges: Edges, losses: Integers, frame: Frame, reach: int,
    first_row: int, last_row: int, found: Between,
) -> None:  # fmt: skip
    """Write to `found` what stands between (px, py) and the cells of rows `first_row` <= row < `last_row`.

    Heights of the place and of the cells' far end, and `reach`, how far cells are looked at, are in
    millimetres; `losses` in hundredths of a decibel by material and band. A wall that the place itself stands on
    is passed over.
    """
    step, x0, y0 = frame.step, frame.x, frame.y
    for edge in range(len(edges.ax)):
        ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
        stand = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
        if stand == 0:
            continue
        if stand < 0:
            ax, ay, bx, by, stand = bx, by, ax, ay, -stand
        if min(ax, bx) > px + reach or max(ax, bx) < px - reach:
            continue
        if min(ay, by) > py + reach or max(ay, by) < py - reach:
            continue
        above = edges.top[edge] - height
        fall = other - height
        bottom, top = first_row, last_row - 1
        if min(ay, by) >= py:
            bottom = max(bottom, (min(ay, by) - y0) // step)
        if max(ay, by) <= py:
            top = min(top, (max(ay, by) - y0) // step + 1)
        for row in range(bottom, top + 1):
            y = y0 + row * step
            rest = reach * reach - (y - py) * (y - py)
            if rest < 0:
                continue
            half = int(np.sqrt(rest))
            low = max(0, (px - half - x0) // step)
            high = min(frame.columns - 1, (px + half - x0) // step)
            low, high = bounded((ax - px) * (y - py) - (ay - py) * (x0 - px), -(ay - py) * step, low, high)
            if low > high:
                continue
            low, high = bounded((by - py) * (x0 - px) - (bx - px) * (y - py) - 1, (by - py) * step, low, high)
            if low > high:
                continue
            behind = (bx - ax) * (y - ay) - (by - ay) * (x0 - ax)
            turn = -(by - ay) * step
            low, high = bounded(-behind, -turn, low, high)
            if low > high:
                continue
            # The ray is at the wall when it has gone `stand` of `stand - side of the cell`.
            from_, to = bounded(above * (stand - behind) - fall * stand - 1, -above * turn, low, high)
            lower, upper = losses[edges.material[edge]]
            for column in range(low, high + 1):
                found.walls[row, column] += 1
            for column in range(from_, to + 1):
                part = stand / (stand - (behind + turn * column))
                over = above - fall * part
                found.loss[0, row, column] += lower
                found.loss[1, row, column] += upper
                near = np.float32(over / max(part, NEAREST))
                far = np.float32(over / max(1.0 - part, NEAREST))
                if near > found.near[row, column]:
                    found.near[row, column] = near
                if far > found.far[row, column]:
                    found.far[row, column] = far


def nothing_between(frame: Frame) -> Between:
    """A raster to write to."""
    shape = (frame.rows, frame.columns)
    return Between(
        np.zeros(shape, np.int32),
        np.zeros((2, *shape), np.int32),
        np.zeros(shape, np.float32),
        np.zeros(shape, np.float32),
    )
