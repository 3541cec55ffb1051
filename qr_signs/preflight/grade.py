"""An estimate on the scale of ISO/IEC 15415, from the artwork itself: never a certificate.

A verifier lights the print at 45 degrees with calibrated reflectance and a certified aperture; this looks at
the pixels that a perfect press would print. It finds what no press mends: too little contrast, modules that
run into each other, a damaged pattern. Parameters and limits as in the edition of 2011 (grades 4 to 0); the
overall grade is the lowest. Reflectance is sRGB made linear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from qrcode import base, constants

from qr_signs.preflight.raster import SURROUND, Grey
from qr_signs.symbol import QUIET, Symbol

Array = NDArray[np.float64]

LEVELS: Final = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
CONTRAST: Final = (0.70, 0.55, 0.40, 0.20)
MODULATION: Final = (0.50, 0.40, 0.30, 0.20)
UNUSED: Final = (0.62, 0.50, 0.37, 0.25)
AXIAL: Final = (0.06, 0.08, 0.10, 0.12)
GRID: Final = (0.38, 0.50, 0.63, 0.75)
"""Limits of the grades 4, 3, 2 and 1."""


@dataclass(frozen=True)
class Grade:
    """Grades 0 to 4 by parameter, and the measures behind them."""

    grades: Mapping[str, int]
    measures: Mapping[str, float]

    @property
    def overall(self) -> int:
        """The lowest grade."""
        return min(self.grades.values())


def estimate(picture: Grey, drawn: Symbol, px: int) -> Grade:
    """Grade a picture of the symbol with SURROUND modules around it, `px` pixels a module."""
    light = _linear(picture)
    modules = _sampled(light, drawn.size, px)
    true = np.array(drawn.modules)
    around = slice(SURROUND - QUIET, SURROUND + drawn.size + QUIET)
    inner = slice(SURROUND, SURROUND + drawn.size)
    brightest = float(modules[around, around].max())
    core = modules[inner, inner]
    darkest = float(core.min())
    contrast = brightest - darkest
    threshold = (brightest + darkest) / 2
    margin = np.where((core < threshold) == true, 2 * np.abs(core - threshold) / max(contrast, 1e-6), 0.0)
    unused = _unused(margin, drawn, 1e-6)
    axial, grid = _geometry(light, threshold, drawn.size, px)
    grades = {
        "contrast": _high(contrast, CONTRAST),
        "modulation": _modulation(margin, drawn),
        "fixed patterns": _patterns(margin, drawn),
        "axial": _low(axial, AXIAL),
        "grid": _low(grid, GRID),
        "unused correction": _high(unused, UNUSED),
    }
    measures = {
        "contrast": contrast,
        "smallest margin": float(margin.min()),
        "axial": axial,
        "grid": grid,
        "unused correction": unused,
        "growth": float((core < threshold).mean() - true.mean()),
    }
    return Grade(grades, {name: round(value, 4) for name, value in measures.items()})


def _linear(picture: Grey) -> Array:
    """Reflectance 0 to 1 of sRGB pixels (IEC 61966-2-1)."""
    value = picture.astype(np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _sampled(light: Array, size: int, px: int) -> Array:
    """Mean reflectance of each module, quiet zone included, under an aperture of 0.8 modules."""
    side = size + 2 * SURROUND
    at = np.arange(px) - (px - 1) / 2
    aperture = (at[:, None] ** 2 + at[None, :] ** 2 <= (0.4 * px) ** 2).astype(float)
    blocks = light.reshape(side, px, side, px)
    return np.asarray(np.einsum("aibj,ij->ab", blocks, aperture / aperture.sum()))


def _high(value: float, limits: Sequence[float]) -> int:
    return next((4 - at for at, limit in enumerate(limits) if value >= limit), 0)


def _low(value: float, limits: Sequence[float]) -> int:
    return next((4 - at for at, limit in enumerate(limits) if value <= limit), 0)


def _function_modules(version: int) -> NDArray[np.bool_]:
    """Modules that carry no data: finders with their separators and format, timing, alignment, version."""
    size = 17 + 4 * version
    fixed = np.zeros((size, size), bool)
    fixed[:9, :9] = fixed[:9, -8:] = fixed[-8:, :9] = True
    fixed[6, :] = fixed[:, 6] = True
    for row, column in _alignments(version):
        fixed[row - 2 : row + 3, column - 2 : column + 3] = True
    if version >= 7:
        fixed[:6, size - 11 : size - 8] = fixed[size - 11 : size - 8, :6] = True
    return fixed


def _alignments(version: int) -> list[tuple[int, int]]:
    """Centres of the alignment patterns (table E.1 of ISO/IEC 18004, from the package that draws them)."""
    from qrcode.util import pattern_position

    places: Any = pattern_position(version)
    last = 10 + 4 * version
    corners = ((6, 6), (6, last), (last, 6))
    return [(row, column) for row in places for column in places if (row, column) not in corners]


def _order(version: int) -> list[tuple[int, int]]:
    """Data modules in the order in which codewords are laid."""
    fixed = _function_modules(version)
    size = len(fixed)
    order: list[tuple[int, int]] = []
    column, upwards = size - 1, True
    while column > 0:
        column -= column == 6
        rows = range(size - 1, -1, -1) if upwards else range(size)
        order += [(row, at) for row in rows for at in (column, column - 1) if not fixed[row, at]]
        column, upwards = column - 2, not upwards
    return order


def _codewords(margin: Array, version: int) -> list[float]:
    """The smallest margin in each codeword."""
    order = _order(version)
    return [min(margin[place] for place in order[at : at + 8]) for at in range(0, len(order) - 7, 8)]


def _unused(margin: Array, drawn: Symbol, least: float) -> float:
    """Share of the correction left when codewords below a margin count as wrong; of the worst block."""
    listed: Any = base.rs_blocks(drawn.version, LEVELS[drawn.level])
    blocks: list[tuple[int, int]] = [(each.total_count, each.data_count) for each in listed]
    longest = max(data for _, data in blocks)
    data = [block for at in range(longest) for block, (_, count) in enumerate(blocks) if at < count]
    correction = [block for _ in range(blocks[0][0] - blocks[0][1]) for block in range(len(blocks))]
    wrong = [0] * len(blocks)
    for smallest, block in zip(_codewords(margin, drawn.version), data + correction, strict=False):
        wrong[block] += smallest < least
    return min(
        1.0 - 2 * int(bad) / (total - count) for bad, (total, count) in zip(wrong, blocks, strict=True)
    )


def _modulation(margin: Array, drawn: Symbol) -> int:
    """The best grade that its own limit, and the correction left below that limit, allow."""
    levels = [
        min(4 - at, _high(_unused(margin, drawn, limit), UNUSED)) for at, limit in enumerate(MODULATION)
    ]
    return max(levels)


def _patterns(margin: Array, drawn: Symbol) -> int:
    """Damage to finders, timing and alignment patterns: modules below each grade's margin are damage."""
    size = drawn.size
    finders = (margin[:8, :8], margin[:8, -8:], margin[-8:, :8])
    timing = (margin[6, 8 : size - 8], margin[8 : size - 8, 6])
    aligned = [margin[r - 2 : r + 3, c - 2 : c + 3] for r, c in _alignments(drawn.version)]
    best = 0
    for at, limit in enumerate(MODULATION):
        marks = [max(0, 4 - int((each < limit).sum())) for each in finders]
        marks += [_low(float((each < limit).mean()), (0.0, 0.07, 0.11, 0.14)) for each in timing]
        if aligned:
            hurt = sum(bool((each < limit).any()) for each in aligned) / len(aligned)
            marks.append(_low(hurt, (0.0, 0.1, 0.2, 0.3)))
        best = max(best, min(4 - at, *marks))
    return best


def _geometry(light: Array, threshold: float, size: int, px: int) -> tuple[float, float]:
    """Difference of the axes' module widths over their mean; greatest shift of timing edges, in modules."""
    middle = round((SURROUND + 6.5) * px)
    band = slice(middle - max(1, px // 5), middle + max(1, px // 5))
    spans, worst = [], 0.0
    for profile in (light[band, :].mean(axis=0), light[:, band].mean(axis=1)):
        edges = _edges(profile - threshold)
        ideal = (SURROUND + np.arange(8, size - 7)) * px
        if len(edges) < 2:
            return 1.0, 1.0
        near = edges[np.abs(edges[None, :] - ideal[:, None]).argmin(axis=1)] - ideal
        # The middle of a dark and a light module: free of the growth of the ink.
        worst = max(worst, float(np.abs((near[:-1] + near[1:]) / 2).max() / px))
        spans.append(float(ideal[-1] + near[-1] - ideal[0] - near[0]))
    return abs(spans[0] - spans[1]) / (sum(spans) / 2), worst


def _edges(signed: Array) -> Array:
    """Where a profile crosses zero, between pixels, in pixels from its start."""
    at = np.flatnonzero(np.sign(signed[:-1]) != np.sign(signed[1:]))
    return np.asarray(at + 0.5 + signed[at] / (signed[at] - signed[at + 1]))
