"""Which cells lie in a building, which in a courtyard: along each row, from wall to wall."""

import numpy as np
from numpy.typing import NDArray

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.edges import Edges
from geo.wifi.streetscape.paths import ENCLOSED, INDOORS, OPEN, Flags
from geo.wifi.streetscape.shadows import Frame


@inlined
def first_at(value: int, origin: int, step: int) -> int:
    """The first cell, counted from 0, whose centre is at `value` or beyond."""
    return max(0, -((origin - value) // step))


@inlined
def along(edge: int, edges: Edges, frame: Frame, on: NDArray[np.bool_]) -> None:
    """Mark the cells that lie exactly on a wall from west to east."""
    y = edges.ay[edge] - frame.y
    row = y // frame.step
    if y % frame.step or not 0 <= row < frame.rows:
        return
    low, high = min(edges.ax[edge], edges.bx[edge]), max(edges.ax[edge], edges.bx[edge])
    last = min(frame.columns - 1, (high - frame.x) // frame.step)
    for column in range(first_at(low, frame.x, frame.step), last + 1):
        on[row, column] = True


@inlined
def across(
    edge: int, outer: Flags, edges: Edges, frame: Frame, on: NDArray[np.bool_], turns: NDArray[np.int32]
) -> None:
    """Count a wall in each row that it crosses: +1 or -1 in the cells west of it, by its direction."""
    ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
    way = 1
    if ay > by:
        ax, ay, bx, by, way = bx, by, ax, ay, -1
    last = min(frame.rows - 1, (by - frame.y) // frame.step)
    for row in range(first_at(ay, frame.y, frame.step), last + 1):
        y = frame.y + row * frame.step
        reach, unit = (bx - ax) * (y - ay) + (ax - frame.x) * (by - ay), (by - ay) * frame.step
        cut = reach // unit
        if 0 <= cut < frame.columns and cut * unit == reach:
            on[row, cut] = True
        if y < by and cut >= 0:
            end = min(cut, frame.columns - 1) + 1
            turns[0, row, 0] += way
            turns[0, row, end] -= way
            turns[1, row, 0] += way * outer[edge]
            turns[1, row, end] -= way * outer[edge]


@compiled
def ground(edges: Edges, outer: Flags, frame: Frame) -> Flags:
    """OPEN, INDOORS or ENCLOSED by cell. `outer` marks the walls of outer rings; a cell on a wall is indoors.

    How often the walls turn around a cell says whether it is inside; the walls of outer rings alone tell
    whether it is surrounded.
    """
    turns = np.zeros((2, frame.rows, frame.columns + 1), np.int32)
    on = np.zeros((frame.rows, frame.columns), np.bool_)
    for edge in range(len(edges.ax)):
        if edges.ay[edge] == edges.by[edge]:
            along(edge, edges, frame, on)
        else:
            across(edge, outer, edges, frame, on, turns)
    found = np.full((frame.rows, frame.columns), OPEN, np.uint8)
    for row in range(frame.rows):
        within, around = 0, 0
        for column in range(frame.columns):
            within += turns[0, row, column]
            around += turns[1, row, column]
            if within != 0 or on[row, column]:
                found[row, column] = INDOORS
            elif around != 0:
                found[row, column] = ENCLOSED
    return found
