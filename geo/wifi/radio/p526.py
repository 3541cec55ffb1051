"""Recommendation ITU-R P.526-15: diffraction."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def knife_edge_db(v: ArrayLike) -> NDArray[np.float64]:
    """Loss at a single sharp edge in dB, same shape as `v`, the edge's geometry without unit; 0 below v =
    -0.78.

    Source: ITU-R P.526-15, section 4.1.
    """
    values = np.asarray(v, dtype=np.float64)
    loss = 6.9 + 20.0 * np.log10(np.sqrt((values - 0.1) ** 2 + 1.0) + values - 0.1)
    return np.where(values > -0.78, np.maximum(loss, 0.0), 0.0)
