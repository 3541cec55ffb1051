"""Recommendation ITU-R P.2040-3: what a wall of a material takes off a ray.

Rammed earth is not among its materials. The nearest are its soils, and those differ more among themselves
than any two walls: very dry ground lets a signal through, medium dry ground of half a metre does not.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from geo.wifi.radio.free_space import wavelength_m


class Electrical(NamedTuple):
    """η' = a·f^b and σ = c·f^d in S/m with f in GHz , and the range of f."""

    a: float
    b: float
    c: float
    d: float
    least_ghz: float
    most_ghz: float


MATERIALS: Final[Mapping[str, Electrical]] = {
    "concrete": Electrical(5.24, 0.0, 0.0462, 0.7822, 1.0, 100.0),
    "brick": Electrical(3.91, 0.0, 0.0238, 0.16, 1.0, 40.0),
    "plasterboard": Electrical(2.73, 0.0, 0.0085, 0.9395, 1.0, 100.0),
    "wood": Electrical(1.99, 0.0, 0.0047, 1.0718, 0.001, 100.0),
    "glass": Electrical(6.31, 0.0, 0.0036, 1.3394, 0.1, 100.0),
    "marble": Electrical(7.074, 0.0, 0.0055, 0.9262, 1.0, 60.0),
    "very dry ground": Electrical(3.0, 0.0, 0.00015, 2.52, 1.0, 10.0),
    "medium dry ground": Electrical(15.0, -0.1, 0.035, 1.63, 1.0, 10.0),
    "wet ground": Electrical(30.0, -0.4, 0.15, 1.30, 1.0, 10.0),
}
"""Those of the Recommendation's table that walls are made of."""


def permittivity(material: str, frequency_mhz: float) -> complex:
    """Relative permittivity η = η' − j·17.98·σ/f. ValueError outside the material's frequencies."""
    of = MATERIALS[material]
    ghz = frequency_mhz / 1000.0
    if not of.least_ghz <= ghz <= of.most_ghz:
        raise ValueError(f"{material} is known from {of.least_ghz:g} to {of.most_ghz:g} GHz")
    return complex(of.a * ghz**of.b, -17.98 * of.c * ghz**of.d / ghz)


def wall_db(material: str, thickness_m: float, frequency_mhz: float) -> float:
    """Loss of a ray that crosses a wall at right angles, its reflections inside the wall included, in dB.

    Source: ITU-R P.2040-3, single-layer slab. ValueError as `permittivity`,
    and for a thickness that is not above 0.
    """
    if thickness_m <= 0:
        raise ValueError("a wall must have a thickness above 0 m")
    root = np.sqrt(permittivity(material, frequency_mhz))
    reflected = (1.0 - root) / (1.0 + root)
    phase = 2.0 * np.pi * thickness_m / wavelength_m(frequency_mhz) * root
    once = np.exp(-1j * phase)
    through = (1.0 - reflected**2) * once / (1.0 - reflected**2 * once**2)
    return float(-20.0 * np.log10(abs(through)))
