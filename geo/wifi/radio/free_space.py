"""Free space: what distance alone takes off a signal."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LIGHT_M_MHZ: Final = 299.792458
"""Speed of light, in metres times megahertz."""


def wavelength_m(frequency_mhz: float) -> float:
    """Length of the wave in metres."""
    return LIGHT_M_MHZ / frequency_mhz


def free_space_db(distance_m: ArrayLike, frequency_mhz: float) -> Floats:
    """Basic transmission loss between isotropic antennas in free space, in dB, same shape as `distance_m`.

    Source: Recommendation ITU-R P.525. ValueError for a distance that is not above 0.
    """
    metres = np.asarray(distance_m, dtype=np.float64)
    if np.any(metres <= 0):
        raise ValueError("a distance must be above 0 m")
    return np.asarray(20.0 * np.log10(4.0 * np.pi * metres / wavelength_m(frequency_mhz)))
