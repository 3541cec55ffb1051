"""Noise, and what others that send at the same time add to it."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

BANDWIDTH_HZ: Final = 20e6
NOISE_FIGURE_DB: Final = 7.0
"""Of a telephone's receiver: an assumption of planning, the value that the simulator ns-3 starts from."""
THERMAL_DBM_HZ: Final = -173.975
"""10 log(k · 290 K) in dBm per Hz (ITU-R P.372: noise of a reference temperature of 290 K)."""


def noise_dbm(bandwidth_hz: float = BANDWIDTH_HZ, figure_db: float = NOISE_FIGURE_DB) -> float:
    """Thermal noise in this bandwidth together with the receiver's own, in dBm: -94 dBm over 20 MHz."""
    return float(THERMAL_DBM_HZ + 10.0 * np.log10(bandwidth_hz) + figure_db)


def rise_db(others_mw: ArrayLike) -> NDArray[np.float64]:
    """By how much others lift the floor that a signal must stand out from, in dB, of the shape of
    `others_mw`.

    `others_mw` is the sum of their power at the receiver, in mW over its 20 MHz; 0 lifts nothing.
    """
    floor_mw = 10.0 ** (noise_dbm() / 10.0)
    return np.asarray(10.0 * np.log10(1.0 + np.asarray(others_mw, dtype=np.float64) / floor_mw))
