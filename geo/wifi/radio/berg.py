"""Berg's recursive model: each bend of the way makes the rest of it count for longer.

J.-E. Berg, "A recursive method for street microcell path loss calculations", PIMRC 1995, pages
140 to 143; the values of q and v for any wavelength are those of the map-based model of the METIS project
(deliverable D1.4, 2015). The loss is that of a straight street of the length that the way counts for.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from geo.wifi.radio.free_space import wavelength_m

EXPONENT: Final = 1.5
"""v: how a bend grows with its angle."""
Q_WAVE_M: Final = 0.031
"""q_λ, in metres."""


def right_angle(frequency_mhz: float) -> float:
    """What a bend of 90 degrees counts: sqrt(q_λ / λ), as METIS D1.4 gives it."""
    return float(np.sqrt(Q_WAVE_M / wavelength_m(frequency_mhz)))


def bend(degrees: float, at_right_angle: float, exponent: float = EXPONENT) -> float:
    """What a bend of so many degrees (0: straight on) counts: (degrees · q₉₀ / 90) to the power of v."""
    return float((degrees * at_right_angle / 90.0) ** exponent)


def fictitious_m(
    lengths_m: Sequence[float], degrees: Sequence[float], at_right_angle: float, exponent: float = EXPONENT
) -> float:
    """Length in metres that a way of these pieces counts for; `degrees[n]` is the bend after piece n.

    k_j = k_(j-1) + d_(j-1) q_j and d_j = k_j s_(j-1) + d_(j-1), from k_0 = 1 and d_0 = 0. ValueError unless
    there is one bend fewer than pieces.
    """
    if len(degrees) != len(lengths_m) - 1:
        raise ValueError("between two pieces there is one bend")
    factor, length = 1.0, lengths_m[0]
    for piece, angle in zip(lengths_m[1:], degrees, strict=True):
        factor += length * bend(angle, at_right_angle, exponent)
        length += factor * piece
    return length
