"""Recommendation ITU-R P.2109-2: how much weaker a signal is inside buildings of which nothing more is
known."""

from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np


class Walls(NamedTuple):
    """Coefficients r to z of table 1."""

    r: float
    s: float
    t: float
    u: float
    v: float
    w: float
    x: float
    y: float
    z: float


TRADITIONAL: Final = Walls(12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0)
THERMALLY_EFFICIENT: Final = Walls(28.19, -3.0, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1)


def entry_db(frequency_mhz: float, percent: float, walls: Walls, elevation_deg: float = 0.0) -> float:
    """Building entry loss that is not exceeded with a probability of `percent`, in dB.

    Source: ITU-R P.2109-2, annex 1, section 3: 80 MHz to 100 GHz; `elevation_deg` is that of
    the path at the façade. ValueError outside it.
    """
    if not 80.0 <= frequency_mhz <= 100_000.0 or not 0.0 < percent < 100.0 or abs(elevation_deg) > 90.0:
        raise ValueError("from 80 MHz to 100 GHz, a probability between 0 and 100 %, at most 90 degrees")
    f = float(np.log10(frequency_mhz / 1000.0))
    normal = NormalDist().inv_cdf(percent / 100.0)
    median = walls.r + walls.s * f + walls.t * f**2 + 0.212 * abs(elevation_deg)
    first = normal * (walls.u + walls.v * f) + median
    second = normal * (walls.y + walls.z * f) + walls.w + walls.x * f
    return float(10.0 * np.log10(10 ** (0.1 * first) + 10 ** (0.1 * second) + 10 ** (0.1 * -3.0)))
