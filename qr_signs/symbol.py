"""The QR symbol of a payload: its modules, and their outline as one path. Pure.

The `qrcode` package makes the matrix; drawing is ours, because a symbol of single squares shows hairlines
between them on many printers, and one of a single outline does not.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import qrcode
from PIL import Image
from qrcode import constants, util

QUIET: Final = 4
"""Modules of quiet zone on each side (ISO/IEC 18004)."""
LEVELS: Final = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")

Point = tuple[int, int]


@dataclass(frozen=True)
class Symbol:
    """A symbol without its quiet zone. `modules` are rows from the top, True for dark."""

    payload: str
    level: str
    version: int
    modules: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Modules a side."""
        return len(self.modules)

    @cached_property
    def path(self) -> str:
        """The outline of all dark modules as SVG path data, one unit a module, without quiet zone."""
        return "".join(_written(loop) for loop in _loops(self.modules))

    def svg(self, width_mm: float | None = None) -> str:
        """The symbol with its quiet zone as an SVG picture; `width_mm` is the width of all of it."""
        side = self.size + 2 * QUIET
        size = f' width="{width_mm:g}mm" height="{width_mm:g}mm"' if width_mm else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg"{size} viewBox="0 0 {side} {side}">'
            f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
            f'<path transform="translate({QUIET} {QUIET})" fill="#000" d="{self.path}"/></svg>'
        )

    def png(self, module_px: int = 16) -> bytes:
        """The symbol with its quiet zone as a black and white PNG."""
        side = self.size + 2 * QUIET
        picture = Image.new("1", (side, side), 1)
        for row, line in enumerate(self.modules):
            for column, dark in enumerate(line):
                if dark:
                    picture.putpixel((column + QUIET, row + QUIET), 0)
        picture = picture.resize((side * module_px, side * module_px), Image.Resampling.NEAREST)
        file = io.BytesIO()
        picture.save(file, "PNG", optimize=True)
        return file.getvalue()


@lru_cache(maxsize=64)
def make(payload: str, level: str = "H") -> Symbol:
    """The smallest symbol of a payload at an error correction level (L, M, Q or H).

    A payload of the alphanumeric set is written in that mode as one segment.
    """
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    mode = util.MODE_ALPHA_NUM if _ALPHANUMERIC.fullmatch(payload) else util.MODE_8BIT_BYTE
    code.add_data(util.QRData(payload.encode(), mode=mode))
    code.make(fit=True)
    rows = tuple(tuple(bool(module) for module in row) for row in code.get_matrix())
    return Symbol(payload, level, code.version, rows)


SIDES: Final = (((0, 0), (1, 0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0)))
"""The four borders of a module, clockwise from the top; outside each lies the neighbour of BESIDE."""
BESIDE: Final = ((0, -1), (1, 0), (0, 1), (-1, 0))


def _loops(modules: Sequence[Sequence[bool]]) -> list[list[Point]]:
    """The borders between dark and light as closed loops of corners, dark always on the right hand."""
    dark = {(x, y) for y, row in enumerate(modules) for x, module in enumerate(row) if module}
    ways: dict[Point, list[Point]] = {}
    for x, y in sorted(dark):
        for ((from_x, from_y), (to_x, to_y)), (aside, down) in zip(SIDES, BESIDE, strict=True):
            if (x + aside, y + down) not in dark:
                ways.setdefault((x + from_x, y + from_y), []).append((x + to_x, y + to_y))
    loops = []
    for start in sorted(ways):
        while start in ways:
            loops.append(_walked(ways, start))
    return loops


def _walked(ways: dict[Point, list[Point]], start: Point) -> list[Point]:
    """One loop from `start`, its edges taken out of `ways`; corners only. At crossings it turns right, so
    that modules that touch by a corner stay two shapes.
    """
    loop = [start]
    here, heading = start, (1, 0)
    while True:
        onward = ways[here]
        right = (here[0] - heading[1], here[1] + heading[0])
        there = right if right in onward else onward[0]
        onward.remove(there)
        if not onward:
            del ways[here]
        turned = (there[0] - here[0], there[1] - here[1])
        if turned != heading and here != loop[0]:
            loop.append(here)
        here, heading = there, turned
        if here == start:
            return loop


def _written(loop: Sequence[Point]) -> str:
    (x, y), *rest = loop
    steps = [f"M{x} {y}"]
    for to_x, to_y in rest:
        steps.append(f"h{to_x - x}" if to_y == y else f"v{to_y - y}")
        x, y = to_x, to_y
    return "".join(steps) + "z"
