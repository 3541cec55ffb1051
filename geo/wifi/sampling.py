"""What a raster says at given points: at the point itself, or at the door of the building it is in."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.rasters import Coverage, Floats

REACH_M: Final = 20.0
"""How far from a point in a building its door may be."""
_DIRECTIONS: Final = 16

Metres = NDArray[np.float64]


def sample(
    coverage: Coverage, x: Metres, y: Metres, door: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats, Floats]:
    """Signal at the telephone, at the access point, and its standard deviation at points, in dBm, dBm, dB.

    `x` and `y` are metres in the commune's CRS, shape (n,), as are the answers; NaN where there is none.
    A point with `door` in a building takes the strongest cell of the nearest ring of cells outside it, at
    most REACH_M away: what is promised is the signal in front of the house, never inside.
    """
    grid = coverage.grid
    column = np.floor((np.asarray(x) - grid.west) / grid.cell_m).astype(np.int64)
    row = np.floor((np.asarray(y) - grid.south) / grid.cell_m).astype(np.int64)
    here = np.flatnonzero((column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows))
    cell = row[here] * grid.columns + column[here]
    if door is not None and coverage.basis == "buildings":
        dark = np.flatnonzero(door[here] & np.isnan(coverage.down_dbm.ravel()[cell]))
        cell[dark] = _doors(coverage, column[here[dark]], row[here[dark]], cell[dark])
    found = []
    for values in (coverage.down_dbm, coverage.up_dbm, coverage.sd_db):
        each: Floats = np.full(len(column), np.nan, dtype=np.float32)
        each[here] = values.ravel()[cell]
        found.append(each)
    return found[0], found[1], found[2]


def _doors(
    coverage: Coverage, column: NDArray[np.int64], row: NDArray[np.int64], cell: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each cell in a building, the strongest one on the nearest ring that has any signal; else itself."""
    grid, down = coverage.grid, coverage.down_dbm
    found, left = cell.copy(), np.arange(len(cell))
    angle = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    for radius in range(1, int(REACH_M / grid.cell_m) + 1):
        if not len(left):
            break
        east = column[left, None] + np.rint(radius * np.cos(angle)).astype(np.int64)
        north = row[left, None] + np.rint(radius * np.sin(angle)).astype(np.int64)
        inside = (east >= 0) & (east < grid.columns) & (north >= 0) & (north < grid.rows)
        around = np.where(inside, north * grid.columns + east, 0)
        signal = np.where(inside & ~np.isnan(down.ravel()[around]), down.ravel()[around], -np.inf)
        best = signal.argmax(axis=1)
        lit = np.isfinite(signal[np.arange(len(left)), best])
        found[left[lit]] = around[np.flatnonzero(lit), best[lit]]
        left = left[~lit]
    return found
