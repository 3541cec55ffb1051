"""What a bend of a path counts for: Berg's recursive model (geo/wifi/radio/berg.py), compiled.

A path carries two numbers: the metres that it counts for so far, and the factor that each further metre
counts for, which grows with every bend. With bends that count nothing both give the plain length.
"""

from typing import NamedTuple

import numpy as np

from geo.wifi.streetscape.compiled import inlined


class Bending(NamedTuple):
    """What 90 degrees count for, and the power by which it grows with the angle."""

    right_angle: float
    exponent: float


STRAIGHT = Bending(0.0, 1.5)
"""Bends count nothing: paths are the shortest."""


@inlined
def weight(ix: float, iy: float, ox: float, oy: float, bending: Bending) -> float:
    """What a bend from direction i into direction o counts: 0 straight on."""
    degrees = abs(np.degrees(np.arctan2(ix * oy - iy * ox, ix * ox + iy * oy)))
    return float((degrees * bending.right_angle / 90.0) ** bending.exponent)
