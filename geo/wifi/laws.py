"""Losses by which the ways to a receiver are reckoned. To become calls of geo.wifi.radio."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SPEED = 299.792458
ENV = {
    "urban_high_rise": (4.00, 10.2, 2.36, 7.60),
    "urban_low_rise": (5.06, -4.68, 2.02, 9.33),
    "suburban": (5.06, -4.68, 2.02, 9.33),
    "residential": (3.01, 18.8, 2.07, 3.07),
}


def in_sight(metres: Floats, mhz: float, one_m: float, other_m: float) -> Floats:
    """P.1411 UHF LoS median."""
    wave = SPEED / mhz
    bend = 4 * one_m * other_m / wave
    free = 20 * np.log10(4 * np.pi * np.maximum(metres, 1.0) / wave)
    return free + 20 * np.log10(np.maximum(metres / bend, 1.0))


def site_general(metres: Floats, mhz: float, environment: str) -> tuple[Floats, float]:
    """P.1411 section 4.1.1 NLoS median and sd; never less than in sight."""
    alpha, beta, gamma, sd = ENV.get(environment, ENV["urban_high_rise"])
    f = mhz / 1000
    far = np.maximum(metres, 5.0)
    loss = 10 * alpha * np.log10(far) + beta + 10 * gamma * np.log10(f)
    sight = 21.2 * np.log10(far) + 29.2 + 21.1 * np.log10(f)
    return np.maximum(loss, sight), sd


def knife_edge(v: Floats) -> Floats:
    """Rec. ITU-R P.526, section 4.1: loss of one edge, for v > -0.78."""
    return 6.9 + 20 * np.log10(np.sqrt((v - 0.1) ** 2 + 1) + v - 0.1)
