"""Which channel each hotspot should send on, so that those that hear each other share as little as possible.

Access points that hear each other on one channel take turns (IEEE 802.11, carrier sense): each has the air
for a part of the time only. What two of them disturb is the ground that one serves and where the other is
heard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import Band, Catalogue
from geo.wifi.classes import BROWSING
from geo.wifi.rasters import Coverage, Floats, Grid

HEARD_DBM: Final = -82.0
"""From here on a station takes the channel for busy: IEEE 802.11-2020, 17.3.10.6, over 20 MHz."""
APART: Final[Mapping[Band, int]] = {"2.4": 5, "5": 4}
"""Numbers by which two channels of 20 MHz must differ not to overlap (5 MHz a number)."""
COARSE: Final = 4
"""Every fourth cell, either way, is looked at."""
MOST_STEPS: Final = 100_000
"""Of the search; after them the best plan so far is not proven to be the best of all."""

Weights = NDArray[np.float64]
Slices = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Reach:
    """Where a hotspot serves and where it is heard in a band, on every COARSE-th cell of the common grid."""

    row: int
    column: int
    """Of the first cell, counted in coarse cells from the origin of the commune's CRS."""
    cell_m: float
    down_dbm: Floats
    """Median signal at a telephone; NaN indoors and out of reach."""
    codes: NDArray[np.int8]
    """0 none, 1 browsing, 2 voice and video at the weaker end; below 0: indoors."""

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """Where it gives browsing or better."""
        return self.codes >= BROWSING

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """Where a station takes its channel for busy."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.down_dbm >= HEARD_DBM)

    @cached_property
    def milliwatts(self) -> NDArray[np.float64]:
        """Power at a telephone; 0 where there is no signal."""
        return np.asarray(np.nan_to_num(10.0 ** (self.down_dbm.astype(np.float64) / 10.0)))

    @property
    def grid(self) -> Grid:
        """Its coarse cells."""
        rows, columns = self.codes.shape
        return Grid(self.column * self.cell_m, self.row * self.cell_m, columns, rows, self.cell_m)

    def shared(self, other: "Reach") -> tuple[Slices, Slices] | None:
        """The cells that both have, as rows and columns of each; None where they have none."""
        row, column = max(self.row, other.row), max(self.column, other.column)
        rows = min(self.row + self.codes.shape[0], other.row + other.codes.shape[0]) - row
        columns = min(self.column + self.codes.shape[1], other.column + other.codes.shape[1]) - column
        if rows <= 0 or columns <= 0:
            return None
        first, second = (
            np.s_[
                row - each.row : row - each.row + rows, column - each.column : column - each.column + columns
            ]
            for each in (self, other)
        )
        return first, second


@dataclass(frozen=True)
class Choice:
    """A channel for each hotspot, and the ground in m² that they disturb each other on.

    `proven`: no other choice disturbs less.
    """

    channels: tuple[int, ...]
    disturbed_m2: float
    proven: bool


def coarse(grid: Grid) -> tuple[slice, slice]:
    """The coarse cells of a grid: those of all grids coincide."""
    row, column = -round(grid.south / grid.cell_m) % COARSE, -round(grid.west / grid.cell_m) % COARSE
    return slice(row, None, COARSE), slice(column, None, COARSE)


def reach(cover: Coverage, codes: NDArray[np.int8]) -> Reach:
    """The reach of a hotspot with this coverage, whose classes are `codes` (same shape)."""
    grid, side = cover.grid, cover.grid.cell_m * COARSE
    here = coarse(grid)
    return Reach(
        row=round((grid.south + here[0].start * grid.cell_m) / side),
        column=round((grid.west + here[1].start * grid.cell_m) / side),
        cell_m=side,
        down_dbm=cover.down_dbm[here].copy(),
        codes=codes[here].copy(),
    )


def disturbed_m2(one: Reach, other: Reach) -> float:
    """Ground that one of them serves and where the other is heard, both ways, in m²."""
    if (both := one.shared(other)) is None:
        return 0.0
    first, second = both
    cells = np.count_nonzero(one.served[first] & other.heard[second])
    cells += np.count_nonzero(other.served[second] & one.heard[first])
    return float(cells) * one.cell_m**2


def weights(reaches: Sequence[Reach]) -> Weights:
    """What each two of them would disturb on one channel: symmetric, in m², 0 on the diagonal."""
    found = np.zeros((len(reaches), len(reaches)))
    for n, one in enumerate(reaches):
        for m in range(n + 1, len(reaches)):
            found[n, m] = found[m, n] = disturbed_m2(one, reaches[m])
    return found


def overlap(band: Band, one: int, other: int) -> bool:
    """Whether two channels of 20 MHz share spectrum."""
    return abs(one - other) < APART[band]


def usable(catalogue: Catalogue, band: Band) -> tuple[int, ...]:
    """Channels that may be used and do not overlap each other, lowest first."""
    found: list[int] = []
    for channel in sorted(catalogue.limits[band].channels):
        if not found or not overlap(band, found[-1], channel):
            found.append(channel)
    return tuple(found)


def choose(disturbing: Weights, channels: Sequence[int], *, most_steps: int = MOST_STEPS) -> Choice:
    """Channels that make the hotspots disturb each other least; the same input gives the same answer.

    `disturbing` is as `weights` gives it. Branch and bound from a good start; ValueError without a channel.
    """
    if not channels:
        raise ValueError("There is no channel to choose from.")
    # The most entangled first: their choice decides most.
    order = np.argsort(-disturbing.sum(axis=1), kind="stable")
    search = _Search(disturbing[np.ix_(order, order)], len(channels), most_steps)
    search.run()
    chosen = [0] * len(order)
    for place, which in zip(order, search.best, strict=True):
        chosen[int(place)] = channels[which]
    return Choice(tuple(chosen), float(search.least), search.steps <= most_steps)


class _Search:
    """Depth first over hotspots; of channels that nobody has yet only one is tried: they are alike."""

    def __init__(self, disturbing: Weights, many: int, most_steps: int) -> None:
        self.disturbing, self.many, self.most_steps = disturbing, many, most_steps
        self.steps = 0
        self.best = self._start()
        self.least = self._cost(self.best)

    def run(self) -> None:
        """Find the best, unless it takes too many steps."""
        if self.least > 0:
            self._go(0, 0, 0.0, [], np.zeros((len(self.best), self.many)))

    def _start(self) -> list[int]:
        """Each takes what disturbs least, of equal ones what fewest have: no figure is exact.

        Then single changes as long as one helps.
        """
        taken: list[int] = []
        for n in range(len(self.disturbing)):
            costs = np.bincount(taken, self.disturbing[n, :n], self.many) if n else np.zeros(self.many)
            uses = np.bincount(taken, minlength=self.many) if n else np.zeros(self.many)
            taken.append(int(np.lexsort((uses, costs.round(6)))[0]))
        changed = True
        while changed:
            changed = False
            for n in range(len(taken)):
                costs = np.bincount(taken, self.disturbing[n], self.many)
                if costs.min() < costs[taken[n]] - 1e-9:
                    taken[n], changed = int(costs.argmin()), True
        return taken

    def _cost(self, taken: Sequence[int]) -> float:
        alike = np.equal.outer(taken, taken)
        return float((self.disturbing * alike).sum() / 2)

    def _go(self, n: int, used: int, cost: float, taken: list[int], costs: Weights) -> None:
        """`costs` has what each hotspot would disturb on each channel, given those that are taken."""
        if n == len(self.best):
            self.best, self.least = list(taken), cost
            return
        for channel in sorted(range(min(used + 1, self.many)), key=lambda each: float(costs[n, each])):
            self.steps += 1
            if self.steps > self.most_steps:
                return
            now = cost + costs[n, channel]
            after = costs.copy()
            after[:, channel] += self.disturbing[:, n]
            if now + after[n + 1 :].min(axis=1).sum() < self.least - 1e-9:
                self._go(n + 1, max(used, channel + 1), now, [*taken, channel], after)
