"""Noise, and what other access points on the same channel add to it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
BANDWIDTH_HZ: Final = 20e6
NOISE_FIGURE_DB: Final = 7.0
"""Of a telephone's receiver: an assumption of planning."""


def noise_dbm(bandwidth_hz: float = BANDWIDTH_HZ, figure_db: float = NOISE_FIGURE_DB) -> float:
    """Thermal noise at 290 K with the receiver's own: -174 dBm/Hz (k·290 K), in dBm."""
    return float(-173.975 + 10.0 * np.log10(bandwidth_hz) + figure_db)


def sinr_db(signal_dbm: Floats, others_mw: Floats) -> NDArray[np.float64]:
    """Signal over noise and interference in dB, same shape; `others_mw` is the sum of the others' power in
    mW.

    NaN where there is no signal.
    """
    floor_mw = 10.0 ** (noise_dbm() / 10.0)
    return np.asarray(signal_dbm - 10.0 * np.log10(floor_mw + others_mw), dtype=np.float64)
