"""Guessing at which size texts fit, before they are laid out: a layout costs fifty times as much. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from fontTools.ttLib import TTFont

from core import fonts

FONTS: Final = {"ar": "NotoNaskhArabic-Bold", "zgh": "NotoSansTifinagh-Regular"}
LATIN: Final = "NotoSerif-Bold"
"""The widest font that sets a language: what fits in it fits in the others."""
ARABIC_EM: Final = 0.43
"""Mean advance of a character of joined Arabic over the size of its font, measured on the shipped texts: the
widths of letters that stand alone say nothing of joined ones."""
SPACE: Final = " "


@dataclass(frozen=True)
class Line:
    """A paragraph: its language and words, its size over the region's, its line height over its size."""

    lang: str
    text: str
    relative: float
    leading: float
    after: float = 0.0
    """Space after it, in units of the region's size."""
    wide: float = 1.0
    """Its font's width over that of the widest font."""

    def height(self, size: float, width: float) -> float:
        """Its height in a column of a width, in the same unit."""
        if not self.text:
            return self.after * size
        own = size * self.relative
        return self._lines(width / (own * self.wide)) * own * self.leading + self.after * size

    def _lines(self, width_em: float) -> int:
        """Lines that its words take, broken where the layout engine would."""
        space = advance(SPACE, self.lang)
        lines, used = 1, 0.0
        for word in self.text.split(SPACE):
            long = advance(word, self.lang)
            if used and used + space + long > width_em:
                lines, used = lines + 1, 0.0
            used += (space if used else 0.0) + long
            if used > width_em:
                # A word wider than the column: nothing but smaller letters helps.
                lines += 1
        return lines


@dataclass(frozen=True)
class Room:
    """A region's width and height, in rem."""

    width: float
    height: float


@cache
def advance(word: str, lang: str) -> float:
    """Width of a word over the size of its font."""
    if lang == "ar":
        return ARABIC_EM * len(word)
    known = _advances(FONTS.get(lang, LATIN))
    usual = known.get("n", 0.6)
    return sum(known.get(character, usual) for character in word)


@cache
def _advances(font: str) -> Mapping[str, float]:
    """Width of each character of a font over its size."""
    with TTFont(fonts.file(font), lazy=True) as opened:
        widths, em = opened["hmtx"].metrics, opened["head"].unitsPerEm
        return {chr(code): widths[glyph][0] / em for code, glyph in opened.getBestCmap().items()}


def largest(paragraphs: Sequence[Line], room: Room, *, least: float, most: float) -> float:
    """The largest size from `most` down to `least` at which the paragraphs seem to fit into the room."""
    size = most
    while size > least and sum(line.height(size, room.width) for line in paragraphs) > room.height:
        size *= 0.98
    return max(size, least)
