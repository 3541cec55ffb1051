"""Photos from phones: decoded and written anew, so that nothing of the phone, and no place, stays in them."""

import io
import warnings
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid

LARGEST_BYTES: Final = 12 * 1024 * 1024
LARGEST_PIXELS: Final = 60_000_000
"""More than any phone takes; a picture is measured before it is decoded."""
LONGEST_SIDE: Final = 1600
THUMBNAIL_SIDE: Final = 320
FORMATS: Final = ("JPEG", "PNG", "WEBP")
BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
KIND: Final = "image/webp"


def cleaned(data: bytes, field: str = "photo") -> bytes:
    """The picture as WebP, at most LONGEST_SIDE pixels a side, upright, without any metadata.

    Invalid says what is wrong: too many bytes or pixels, no picture, or a broken one.
    """
    if len(data) > LARGEST_BYTES:
        raise Invalid(field, "This photo is too large: at most %(most)s MB.", most=LARGEST_BYTES // 2**20)
    try:
        # Pillow only warns of what is measured too large: here that is an error.
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
        with opened as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise Invalid(
                    field,
                    "This photo has too many pixels: at most %(most)s million.",
                    most=LARGEST_PIXELS // 1_000_000,
                )
            # JPEG decoders can leave detail out: less memory for the same result.
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            return _written(upright)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *BOMBS):
        raise Invalid(field, "This is no photo that can be read: send a JPEG, PNG or WebP.") from None


def thumbnail(path: Path) -> bytes:
    """A kept photo as a small JPEG for printed lists, at most THUMBNAIL_SIDE pixels a side."""
    file = io.BytesIO()
    with Image.open(path) as picture:
        small = picture.convert("RGB")
        small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
        small.save(file, "JPEG", quality=80)
    return file.getvalue()


def _written(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    bare = Image.new("RGB", picture.size, "white")
    bare.paste(picture.convert("RGBA"), mask=picture.convert("RGBA").getchannel("A"))
    bare.save(file, "WEBP", quality=80, method=4)
    return file.getvalue()
