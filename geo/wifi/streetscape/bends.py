"""Berg's recursive model along the paths that `paths` found: each bend makes the rest of the way longer."""

import numpy as np

from geo.wifi.streetscape.compiled import compiled, inlined
from geo.wifi.streetscape.corners import Corners
from geo.wifi.streetscape.edges import MM
from geo.wifi.streetscape.paths import Fields, Floats, Reached, arrival
from geo.wifi.streetscape.shadows import Frame


@inlined
def weight(ix: float, iy: float, ox: float, oy: float, right_angle: float, exponent: float) -> float:
    """What a bend from one direction into another counts: 0 straight on, `right_angle` at 90 degrees."""
    degrees = abs(np.degrees(np.arctan2(ix * oy - iy * ox, ix * ox + iy * oy)))
    return float((degrees * right_angle / 90.0) ** exponent)


@compiled
def fictitious(
    px: int, py: int, reached: Reached, corners: Corners, frame: Frame, fields: Fields, right_angle: float,
    exponent: float,
) -> Floats:  # fmt: skip
    """Fictitious length in metres of the path to each cell; NaN where none leads, or none with a bend."""
    many = len(corners.x)
    factor, length = np.ones(many), np.zeros(many)
    for corner in reached.order:
        before = reached.before[corner]
        x, y = corners.x[corner], corners.y[corner]
        if before < 0:
            length[corner] = np.hypot(x - px, y - py) / MM
            continue
        u, v = corners.x[before], corners.y[before]
        ix, iy = arrival(px, py, before, reached, corners)
        bend = weight(ix, iy, x - u, y - v, right_angle, exponent)
        factor[corner] = factor[before] + length[before] * bend
        length[corner] = length[before] + factor[corner] * np.hypot(x - u, y - v) / MM
    found = np.full((frame.rows, frame.columns), np.nan)
    for row in range(frame.rows):
        for column in range(frame.columns):
            last = fields.last[row, column]
            if last < 0:
                continue
            x, y = frame.x + column * frame.step, frame.y + row * frame.step
            u, v = corners.x[last], corners.y[last]
            ix, iy = arrival(px, py, last, reached, corners)
            bend = weight(ix, iy, x - u, y - v, right_angle, exponent)
            rest = (factor[last] + length[last] * bend) * np.hypot(x - u, y - v) / MM
            found[row, column] = length[last] + rest
    return found
