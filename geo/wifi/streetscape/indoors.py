"""Which cells lie in a building, which in a courtyard: along each row, from wall to wall."""

import numpy as np

from geo.wifi.streetscape.compiled import compiled
from geo.wifi.streetscape.edges import Edges
from geo.wifi.streetscape.paths import ENCLOSED, INDOORS, OPEN, Flags
from geo.wifi.streetscape.shadows import Frame


@compiled
def ground(edges: Edges, outer: Flags, frame: Frame) -> Flags:
    """OPEN, INDOORS or ENCLOSED by cell. `outer` marks the walls of outer rings; a cell on a wall is indoors.

    A ray from the cell to the east meets the walls of what it is in an odd number of times; the walls of
    outer rings alone tell what is surrounded.
    """
    inside = np.zeros((frame.rows, frame.columns + 1), np.int32)
    around = np.zeros((frame.rows, frame.columns + 1), np.int32)
    on = np.zeros((frame.rows, frame.columns), np.bool_)
    for edge in range(len(edges.ax)):
        ax, ay, bx, by = edges.ax[edge], edges.ay[edge], edges.bx[edge], edges.by[edge]
        way = 1
        if ay > by:
            ax, ay, bx, by, way = bx, by, ax, ay, -1
        first = max(0, -((frame.y - ay) // frame.step))
        last = min(frame.rows - 1, (by - frame.y) // frame.step)
        for row in range(first, last + 1):
            y = frame.y + row * frame.step
            if ay == by:
                low = max(0, -((frame.x - min(ax, bx)) // frame.step))
                high = min(frame.columns - 1, (max(ax, bx) - frame.x) // frame.step)
                for column in range(low, high + 1):
                    on[row, column] = True
                continue
            # Cells up to `cut` lie on the wall or west of it.
            above = (bx - ax) * (y - ay) + (ax - frame.x) * (by - ay)
            cut = above // ((by - ay) * frame.step)
            if 0 <= cut < frame.columns and cut * (by - ay) * frame.step == above:
                on[row, cut] = True
            if y < by and cut >= 0:
                end = min(cut, frame.columns - 1) + 1
                inside[row, 0] += way
                inside[row, end] -= way
                if outer[edge]:
                    around[row, 0] += way
                    around[row, end] -= way
    found = np.zeros((frame.rows, frame.columns), np.uint8)
    for row in range(frame.rows):
        within, surrounded = 0, 0
        for column in range(frame.columns):
            within += inside[row, column]
            surrounded += around[row, column]
            if within != 0 or on[row, column]:
                found[row, column] = INDOORS
            elif surrounded != 0:
                found[row, column] = ENCLOSED
            else:
                found[row, column] = OPEN
    return found
