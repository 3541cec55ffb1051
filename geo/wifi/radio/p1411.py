"""Recommendation ITU-R P.1411-13 (September 2025): out of doors, short distances, both ends below the roofs.

Sections 4.1.2 and 4.1.3.2 were read in implementations of edition 12.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.wifi.radio.free_space import wavelength_m

Floats = NDArray[np.float64]


class SiteGeneral(NamedTuple):
    """Coefficients of section 4.1.1 (table 4) and where they were measured."""

    alpha: float
    beta: float
    gamma: float
    sigma_db: float
    """Standard deviation around the median."""
    least_ghz: float
    most_ghz: float
    nearest_m: float
    furthest_m: float


IN_SIGHT: Final = SiteGeneral(2.07, 31.23, 2.06, 4.91, 0.45, 82.0, 5.0, 660.0)
"""In sight, in streets of towns and suburbs."""
OUT_OF_SIGHT: Final[Mapping[str, SiteGeneral]] = {
    "urban_high_rise": SiteGeneral(3.73, 16.02, 2.26, 7.62, 0.8, 82.0, 20.0, 715.0),
    "urban_low_rise": SiteGeneral(4.52, 6.04, 2.14, 8.02, 0.45, 73.0, 10.0, 250.0),
    "residential": SiteGeneral(3.01, 18.8, 2.07, 3.07, 0.8, 73.0, 30.0, 170.0),
}
"""Out of sight, by environment. Up to edition 12 that of low buildings held from 10 GHz on only."""


def site_general_db(distance_m: ArrayLike, frequency_mhz: float, of: SiteGeneral) -> Floats:
    """Median basic transmission loss in dB where no street is known, of the shape of `distance_m` (straight).

    Source: ITU-R P.1411-13, section 4.1.1 with table 4. ValueError for a frequency at which the
    coefficients were not measured; distances beyond theirs are reckoned on along the same line: an
    extrapolation. Nearer than `nearest_m` the loss stays what it is there.
    """
    _check_ghz(frequency_mhz / 1000.0, of.least_ghz, of.most_ghz)
    metres = np.maximum(np.asarray(distance_m, dtype=np.float64), min(of.nearest_m, IN_SIGHT.nearest_m))
    ghz = frequency_mhz / 1000.0
    return np.asarray(10.0 * of.alpha * np.log10(metres) + of.beta + 10.0 * of.gamma * np.log10(ghz))


def unknown_streets_db(distance_m: ArrayLike, frequency_mhz: float, environment: str) -> tuple[Floats, float]:
    """Median loss and its standard deviation where it is not known what stands between the two ends.

    That out of sight, for it is what a plan may rely on, and never less than in sight (section 4.1.1).
    LookupError for an environment that is not in OUT_OF_SIGHT, ValueError as `site_general_db`.
    """
    behind = OUT_OF_SIGHT[environment]
    loss = site_general_db(distance_m, frequency_mhz, behind)
    return np.maximum(loss, site_general_db(distance_m, frequency_mhz, IN_SIGHT)), behind.sigma_db


class Canyon(NamedTuple):
    """Loss in sight along a street, in dB: its lower bound, its median, its upper bound."""

    lower: Floats
    median: Floats
    upper: Floats


def street_canyon_db(
    distance_m: ArrayLike, frequency_mhz: float, one_m: float, other_m: float, *, traffic_m: float = 0.0
) -> Canyon:
    """Loss in sight in a street canyon, of the shape of `distance_m`; `one_m`, `other_m`: heights of
    antennas.

    Source: ITU-R P.1411-13, section 4.1.2: from 300 MHz to 3 GHz, and up to 15 GHz, where `traffic_m`, the
    effective height of the road's traffic (tables 5 and 6: 0.2 to 1.6 m, 0 for a lane that none uses), is
    taken off the heights. Distances up to 1 km. ValueError outside 0.3 to 15 GHz, and where a height is not
    above the traffic.
    """
    _check_ghz(frequency_mhz / 1000.0, 0.3, 15.0)
    road = traffic_m if frequency_mhz > 3000.0 else 0.0
    if min(one_m, other_m) <= road:
        raise ValueError("an antenna must be above the traffic")
    wave = wavelength_m(frequency_mhz)
    product = (one_m - road) * (other_m - road)
    bend_m = 4.0 * product / wave
    at_bend = abs(20.0 * np.log10(wave**2 / (8.0 * np.pi * product)))
    ratio = np.log10(np.asarray(distance_m, dtype=np.float64) / bend_m)
    near = ratio <= 0
    slope = np.where(near, 20.0, 40.0) * ratio
    upper = np.where(near, 25.0, 40.0) * ratio
    return Canyon(at_bend + slope, at_bend + 6.0 + slope, at_bend + 20.0 + upper)


def around_corner_db(
    first_m: float, second_m: ArrayLike, frequency_mhz: float, width_m: float, one_m: float, other_m: float,
    *, residential: bool = False,
) -> Floats:  # fmt: skip
    """Loss around one corner of 90°: `first_m` metres in the street of the one end, `second_m` in the
    other's.

    Source: ITU-R P.1411-13, section 4.1.3.2, from 2 to 38 GHz (here to 15 GHz: `street_canyon_db`), first
    street more than 20 m; `width_m` is that of the first street. Reference for the recursive model (berg.py),
    which holds for any angle and number of corners. ValueError outside it.
    """
    _check_ghz(frequency_mhz / 1000.0, 2.0, 15.0)
    if first_m <= 20.0:
        raise ValueError("the first street must be longer than 20 m")
    second = np.asarray(second_m, dtype=np.float64)
    region_m, whole_db, half = 30.0, 30.0 if residential else 20.0, width_m / 2.0
    past = second > half + 1.0 + region_m
    into = second > half + 1.0
    turning = whole_db / np.log10(1.0 + region_m) * np.log10(np.maximum(second - half, 1.0))
    corner = np.where(past, whole_db, np.where(into, turning, 0.0))
    after = np.where(past, 60.0 * np.log10((first_m + second) / (first_m + half + region_m)), 0.0)
    return np.asarray(street_canyon_db(first_m, frequency_mhz, one_m, other_m).median + corner + after)


def _check_ghz(ghz: float, least: float, most: float) -> None:
    if not least <= ghz <= most:
        raise ValueError(f"{ghz:g} GHz: these figures hold from {least:g} to {most:g} GHz")
