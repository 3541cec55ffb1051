"""How much weaker an antenna sends beside its beam."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FLOOR_DB: Final = 30.0
"""Least that any direction gets, below the beam, as 3GPP TR 38.901 has it in its model of an antenna."""


def off_beam_db(
    across_deg: ArrayLike, down_deg: ArrayLike, horizontal_deg: float, vertical_deg: float
) -> NDArray[np.float64]:
    """Gain against that of the beam's middle, in dB, never above 0; of the shape of both angles together.

    `across_deg` and `down_deg` are degrees off the beam's middle, `horizontal_deg` and `vertical_deg` its
    widths at half power; 360 and 180 mean all around and all over. Source: 3GPP TR 38.901 (model of an
    antenna element), whose parabolas lose 3 dB at half the width on either side.
    """
    across = (np.asarray(across_deg, dtype=np.float64) + 180.0) % 360.0 - 180.0
    down = np.asarray(down_deg, dtype=np.float64)
    flat = (
        np.minimum(12.0 * (across / horizontal_deg) ** 2, FLOOR_DB) if horizontal_deg < 360 else 0.0 * across
    )
    steep = np.minimum(12.0 * (down / vertical_deg) ** 2, FLOOR_DB) if vertical_deg < 180 else 0.0 * down
    return np.asarray(-np.minimum(flat + steep, FLOOR_DB))
