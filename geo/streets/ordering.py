"""How far the given order of stops is from a shorter one: 2-opt and or-opt from several starts.

The first stop stays first, and the last of a walk that is no loop stays last. Exact solutions are not needed
to find a needless zigzag; what is told is that a shorter order was found, never that none is shorter.
Source of the moves: Croes 1958 (2-opt), Or 1976 (or-opt).
"""

from typing import Final

import numpy as np

from geo.streets.network import Floats

ROUNDS: Final = 40
LONGEST_MOVED: Final = 3


def length(order: list[int], metres: Floats, *, loop: bool) -> float:
    """Metres of the walk in that order; `metres` has the shape (stops, stops)."""
    ends = [*order, order[0]] if loop else order
    return float(metres[ends[:-1], ends[1:]].sum())


def shortest(metres: Floats, *, loop: bool) -> list[int]:
    """The shortest order that was found, starting with 0; infinite distances are allowed."""
    stops = len(metres)
    finite = np.where(np.isfinite(metres), metres, 1e9)
    starts = [list(range(stops)), _nearest(finite, loop=loop)]
    improved = [_improved(order, finite, loop=loop) for order in starts]
    return min(improved, key=lambda order: length(order, finite, loop=loop))


def _nearest(metres: Floats, *, loop: bool) -> list[int]:
    """Always on to the nearest stop that is left."""
    left = set(range(1, len(metres) if loop else len(metres) - 1))
    order = [0]
    while left:
        order.append(min(left, key=lambda stop: (metres[order[-1], stop], stop)))
        left.remove(order[-1])
    return order if loop else [*order, len(metres) - 1]


def _improved(order: list[int], metres: Floats, *, loop: bool) -> list[int]:
    best, best_m = order, length(order, metres, loop=loop)
    for _ in range(ROUNDS):
        candidate = _move(best, metres, loop=loop)
        candidate_m = length(candidate, metres, loop=loop)
        if candidate_m >= best_m - 1e-6:
            return best
        best, best_m = candidate, candidate_m
    return best


def _move(order: list[int], metres: Floats, *, loop: bool) -> list[int]:
    """The best of all reversals and of all moves of up to LONGEST_MOVED stops elsewhere."""
    last = len(order) if loop else len(order) - 1
    best, best_m = order, length(order, metres, loop=loop)
    for begin in range(1, last):
        for end in range(begin + 1, last + 1):
            for candidate in _rearranged(order, begin, end, last):
                candidate_m = length(candidate, metres, loop=loop)
                if candidate_m < best_m - 1e-6:
                    best, best_m = candidate, candidate_m
    return best


def _rearranged(order: list[int], begin: int, end: int, last: int) -> list[list[int]]:
    found = [[*order[:begin], *order[begin:end][::-1], *order[end:]]] if end - begin > 1 else []
    if end - begin <= LONGEST_MOVED:
        moved, rest = order[begin:end], [*order[:begin], *order[end:]]
        found += [[*rest[:at], *moved, *rest[at:]] for at in range(1, last - (end - begin) + 1)]
    return found
