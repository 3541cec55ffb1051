"""An artwork under examination: its pictures, each drawn once for all who look at it."""

from functools import cached_property
from typing import Final

from PIL import Image

from qr_signs.artwork.made import Artwork
from qr_signs.preflight import damage, raster
from qr_signs.preflight.damage import Print
from qr_signs.preflight.raster import Grey

MODULE_PX: Final = 12
WORN_PX: Final = 6
"""Pixels a module for damage: photos have fewer."""


class Exam:
    """Pictures of one artwork; what was not asked for is not drawn."""

    def __init__(self, artwork: Artwork) -> None:
        self.artwork = artwork
        self._photos: dict[tuple[str, int], Grey] = {}

    @cached_property
    def symbol(self) -> Grey:
        """The symbol with raster.SURROUND modules around it, MODULE_PX pixels a module."""
        return raster.symbol(self.artwork, MODULE_PX)

    @cached_property
    def page(self) -> Image.Image:
        """The trimmed sign in colour."""
        return raster.page(self.artwork)

    @cached_property
    def print(self) -> Print:
        """The symbol as it is damaged and photographed."""
        return damage.printed(raster.symbol(self.artwork, WORN_PX), self.artwork.symbol.size, WORN_PX)

    def photo(self, name: str, seed: int) -> Grey:
        """A photo after damage of a class of damage.CLASSES."""
        if (name, seed) not in self._photos:
            self._photos[name, seed] = damage.photo(self.print, name, seed)
        return self._photos[name, seed]
