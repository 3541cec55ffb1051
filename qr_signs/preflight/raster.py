"""What a sign looks like: its PDF as pixels, a piece at a time, so that the largest one fits in memory."""

import io
from typing import Any, Final

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from qr_signs.artwork.made import POINT_MM, Artwork, Box

Grey = NDArray[np.uint8]
"""Rows from the top, 0 black to 255 white."""

MOST_PIXELS: Final = 1_000_000
"""A whole page is drawn with at most so many."""
SURROUND: Final = 8
"""Modules of the sign around the symbol that come with its picture, quiet zone included."""


def symbol(artwork: Artwork, module_px: int = 8) -> Grey:
    """The symbol with SURROUND modules around it, exactly `module_px` pixels a module."""
    box = artwork.symbol_box.grown(SURROUND * artwork.module_mm)
    picture = _drawn(artwork, box, module_px / artwork.module_mm)
    side = (artwork.symbol.size + 2 * SURROUND) * module_px
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR), np.uint8)


def page(artwork: Artwork, most: int = MOST_PIXELS) -> Image.Image:
    """The trimmed sign in colour, at most 6 pixels a millimetre and `most` pixels in all."""
    trim = Box(0, 0, artwork.width_mm, artwork.height_mm)
    return _drawn(artwork, trim, min(6.0, (most / (trim.width * trim.height)) ** 0.5), grey=False)


def _drawn(artwork: Artwork, box: Box, px_per_mm: float, *, grey: bool = True) -> Image.Image:
    """A box of the sign (millimetres from the trim's corner), drawn by PDFium."""
    document = pypdfium2.PdfDocument(io.BytesIO(artwork.pdf))
    try:
        sheet = document[0]
        slug = artwork.slug_mm
        edges = (
            slug + box.left,
            slug + artwork.height_mm - box.bottom,
            slug + artwork.width_mm - box.right,
            slug + box.top,
        )
        bitmap: Any = sheet.render(
            scale=px_per_mm * POINT_MM, crop=tuple(edge / POINT_MM for edge in edges), grayscale=grey
        )
        picture: Image.Image = bitmap.to_pil()
        return picture.copy()
    finally:
        document.close()
