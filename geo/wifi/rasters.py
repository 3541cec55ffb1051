"""Square cells over the ground, and what a site does in each of them."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import Band

Floats = NDArray[np.float32]
Basis = Literal["buildings", "statistics"]
CELL_M: Final = 2.0
RADIUS_M: Final = 300.0
"""How far from a site its signal is looked at."""


@dataclass(frozen=True)
class Grid:
    """Cells of `cell_m` metres in the commune's metric CRS; row 0 is the southernmost, column 0 the west's.

    `west` and `south` are whole multiples of `cell_m`: cells of all grids of one size coincide.
    """

    west: float
    south: float
    columns: int
    rows: int
    cell_m: float = CELL_M


@dataclass(frozen=True)
class Site:
    """An access point as radio sees it: metres in the commune's metric CRS, degrees clockwise from north."""

    x: float
    y: float
    height_m: float
    model: str
    azimuth_deg: float = 0.0
    tilt_deg: float = 0.0
    """Downwards."""
    eirp_dbm: tuple[float | None, float | None] = (None, None)
    """In 2.4 and 5 GHz; None: the model's own, or the national limit where that is lower."""


@dataclass(frozen=True)
class Coverage:
    """The median signal of one site in one band, by cell, in dBm over 20 MHz; NaN: in a building or too far.

    `down_dbm` is at the telephone, `up_dbm` at the access point; `sd_db` is one standard deviation of what
    was not modelled, by which the true signal may differ.
    """

    grid: Grid
    band: Band
    down_dbm: Floats
    up_dbm: Floats
    sd_db: Floats
    basis: Basis
