"""From signals to what they can be used for, at the weaker end of the link."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.catalogue import Demands

NONE: Final = 0
BROWSING: Final = 1
VOICE: Final = 2
Signal = NDArray[np.floating]


def service(down_dbm: Signal, up_dbm: Signal, demands: Demands) -> NDArray[np.int8]:
    """Class of each signal, same shape: NONE, BROWSING or VOICE. NaN at an end is no service."""
    weaker = np.minimum(down_dbm, up_dbm)
    return (weaker >= demands.browsing_dbm).astype(np.int8) + (weaker >= demands.voice_dbm)


def chances(
    down_dbm: Signal, up_dbm: Signal, sd_db: Signal, demands: Demands
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities, 0 to 1, that browsing and that voice are reached; both of the signals' shape.

    The true signal is taken as normal around the median with `sd_db` (log-normal shadowing, as in ITU-R
    P.1411-12, section 4.1.1); where `sd_db` is 0 the median decides. NaN is no service.
    """
    weaker = np.minimum(down_dbm, up_dbm).astype(np.float64)
    spread = np.maximum(np.nan_to_num(sd_db).astype(np.float64), 1e-6)
    browsing, voice = (
        np.where(np.isnan(weaker), 0.0, _normal((weaker - needed) / spread))
        for needed in (demands.browsing_dbm, demands.voice_dbm)
    )
    return browsing, voice


def _normal(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """The standard normal distribution function, to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    x = np.abs(z) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * x)
    factors = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    rest = sum(factor * t ** (n + 1) for n, factor in enumerate(factors)) * np.exp(-(x**2))
    half: NDArray[np.float64] = 0.5 * rest
    return np.where(z >= 0, 1.0 - half, half)
