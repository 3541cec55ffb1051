"""Pictures for the desk: the sign as it will look, and its symbol after damage."""

import io
from typing import Final

from PIL import Image, ImageDraw

from qr_signs.preflight import decoders
from qr_signs.preflight.exam import Exam

PREVIEW_PX: Final = 800
"""Longest side of a preview."""
SHOWN: Final = (
    "clean",
    "distance-30",
    "tilt-60",
    "low-light",
    "occl-data-10",
    "dust-10",
    "scratched",
    "street",
)
CELL: Final = 180
MARGIN: Final = 8
GOOD, BAD = (42, 90, 66), (168, 56, 47)


def preview(exam: Exam) -> bytes:
    """The trimmed sign as PNG."""
    picture = exam.page.copy()
    picture.thumbnail((PREVIEW_PX, PREVIEW_PX), Image.Resampling.LANCZOS)
    # A sign has few colours: a palette keeps the file small and every edge clean.
    return _png(picture.convert("RGB").quantize(96, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))


def contact_sheet(exam: Exam) -> bytes:
    """The symbol after some kinds of damage, framed by whether a decoder read it, as PNG."""
    columns = 4
    rows = -(-len(SHOWN) // columns)
    step = CELL + 2 * MARGIN
    sheet = Image.new("RGB", (columns * step, rows * (step + 14)), "white")
    draw = ImageDraw.Draw(sheet)
    for place, name in enumerate(SHOWN):
        photo = exam.photo(name, 0)
        # The first that reads it: the report has the rates of all.
        able = (each for each in decoders.DECODERS if exam.artwork.payload in decoders.read(photo, each))
        reader = next(able, "")
        left, top = (place % columns) * step, (place // columns) * (step + 14)
        draw.rectangle((left + 2, top + 2, left + step - 3, top + step - 3), fill=GOOD if reader else BAD)
        cell = Image.fromarray(photo).resize((CELL, CELL), Image.Resampling.NEAREST)
        sheet.paste(cell.convert("RGB"), (left + MARGIN, top + MARGIN))
        draw.text((left + MARGIN, top + step - 1), f"{name}: {reader or '-'}", fill=(0, 0, 0))
    return _png(sheet.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=False, compress_level=4)
    return file.getvalue()
