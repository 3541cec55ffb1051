"""How far the given order of stops is from a shorter one: 2-opt and or-opt from several starts.

The first stop stays first, and the last of a walk that is no loop stays last. Exact solutions are not needed
to find a needless zigzag; what is told is that a shorter order was found, never that none is shorter.
Source of the moves: Croes 1958 (2-opt), Or 1976 (or-opt).
"""

from typing import Final

import numpy as np

from geo.streets.network import Floats

LONGEST_MOVED: Final = 3
"""Stops that are moved elsewhere together at the most."""
FAR_M: Final = 1e9
"""Stands for no way at all."""


def length(order: list[int], metres: Floats, *, loop: bool) -> float:
    """Metres of the walk in that order; `metres` has the shape (stops, stops)."""
    ends = [*order, order[0]] if loop else order
    return float(metres[ends[:-1], ends[1:]].sum())


def shortest(metres: Floats, *, loop: bool) -> list[int]:
    """The shortest order that was found, starting with 0; infinite distances are allowed."""
    finite = np.where(np.isfinite(metres), metres, FAR_M)
    starts = [list(range(len(metres))), _nearest(finite, loop=loop)]
    found = [_improved([*order, 0] if loop else order, finite) for order in starts]
    orders = [ends[:-1] if loop else ends for ends in found]
    return min(orders, key=lambda order: length(order, finite, loop=loop))


def _nearest(metres: Floats, *, loop: bool) -> list[int]:
    """Always on to the nearest stop that is left."""
    left = set(range(1, len(metres) if loop else len(metres) - 1))
    order = [0]
    while left:
        order.append(min(left, key=lambda stop: (metres[order[-1], stop], stop)))
        left.remove(order[-1])
    return order if loop else [*order, len(metres) - 1]


def _improved(ends: list[int], metres: Floats) -> list[int]:
    """The best move, again and again; the first and the last stay."""
    for _ in range(4 * len(ends)):
        gained, candidate = min((_reversed(ends, metres), _moved(ends, metres)), key=lambda each: each[0])
        if gained > -1e-6:
            break
        ends = candidate
    return ends


def _reversed(ends: list[int], metres: Floats) -> tuple[float, list[int]]:
    """What the best reversal of a part changes, in metres, and the order after it."""
    if len(ends) < 4:
        return 0.0, ends
    p = np.array(ends)
    steps = metres[p[:-1], p[1:]]
    # Row i, column j: the part from place i + 1 to place j + 1 is turned round.
    change = metres[np.ix_(p[:-2], p[1:-1])] + metres[np.ix_(p[1:-1], p[2:])]
    change = change - steps[:-1, None] - steps[None, 1:]
    change[np.tril_indices(len(change))] = 0.0
    i, j = np.unravel_index(int(change.argmin()), change.shape)
    return float(change[i, j]), [*ends[: i + 1], *ends[i + 1 : j + 2][::-1], *ends[j + 2 :]]


def _moved(ends: list[int], metres: Floats) -> tuple[float, list[int]]:
    """What the best move of up to LONGEST_MOVED stops elsewhere changes, and the order after it."""
    best: tuple[float, list[int]] = (0.0, ends)
    for size in range(1, min(LONGEST_MOVED, len(ends) - 3) + 1):
        for begin in range(1, len(ends) - size):
            part, rest = ends[begin : begin + size], np.array(ends[:begin] + ends[begin + size :])
            before, after = ends[begin - 1], ends[begin + size]
            saved = metres[before, part[0]] + metres[part[-1], after] - metres[before, after]
            cost = metres[rest[:-1], part[0]] + metres[part[-1], rest[1:]] - metres[rest[:-1], rest[1:]]
            at = int(cost.argmin())
            if cost[at] - saved < best[0]:
                kept = [int(stop) for stop in rest]
                best = (float(cost[at] - saved), [*kept[: at + 1], *part, *kept[at + 1 :]])
    return best
