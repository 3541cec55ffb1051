"""Guessing at which size texts fit, before they are laid out: a layout costs fifty times as much. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ADVANCE_EM: Final = {"ar": 0.40, "zgh": 0.66}
"""Mean advance of a character over the size of its font, measured on the shipped texts."""
LATIN_ADVANCE_EM: Final = 0.545


@dataclass(frozen=True)
class Line:
    """A paragraph: its language and length, its size over the region's, its line height over its size."""

    lang: str
    characters: int
    relative: float
    leading: float
    after: float = 0.0
    """Space after it, in units of the region's size."""

    def height(self, size: float, width: float) -> float:
        """Its height in a column of a width, in the same unit."""
        own = size * self.relative
        advance = ADVANCE_EM.get(self.lang, LATIN_ADVANCE_EM) * own
        # A line breaks at a word: some of it stays empty.
        lines = math.ceil(self.characters * advance * 1.04 / width)
        return max(1, lines) * own * self.leading + self.after * size


@dataclass(frozen=True)
class Room:
    """A region's width and height, in rem."""

    width: float
    height: float


def largest(paragraphs: Sequence[Line], room: Room, *, least: float, most: float) -> float:
    """The largest size from `most` down to `least` at which the paragraphs seem to fit into the room."""
    size = most
    while size > least and sum(line.height(size, room.width) for line in paragraphs) > room.height:
        size *= 0.98
    return max(size, least)
