"""A picture at the sizes and in the formats that pages ask for, and under which keys they are kept.

Qualities were measured (docs/decisions/0021-pictures.md): bytes against likeness to the original (SSIM).
"""

import hashlib
import io
from typing import Final

from PIL import Image

WIDTHS: Final = (160, 320, 640, 1280, 2048)
"""Pixels: lists, phones, phones with fine screens, tablets, large screens. Nothing is made larger."""
PHONE: Final = 640
"""Width of the file that is taken by browsers which choose none, and that walks to take along hold."""
THUMBNAIL: Final = "160.webp"
"""The file of lists; every picture has one."""
LARGEST: Final = (2048, 4096)
"""Pixels of width and height that are kept at the most."""
SUFFIXES: Final = {"avif": "image/avif", "webp": "image/webp"}
"""Suffix of the address → media type; browsers take the first that they know."""
QUALITY: Final = {"avif": 57, "webp": 75}
"""Alike to the eye: SSIM 0.96 both, AVIF in a fifth fewer bytes (bench/picture_quality.py)."""
SPEED: Final = 6
"""Of libaom, 0 to 10: 4 makes files 2 % smaller and takes six times as long."""
RECIPE: Final = "1"
"""Grows when the same picture shall become other files: their names change with it."""
MASTER: Final = "master.webp"
"""The cleaned picture without loss, from which the others are made; deleted once they are."""


def widths(width: int) -> tuple[int, ...]:
    """The widths that a picture of that width is kept at, the smallest first; the last is its own."""
    return (*(each for each in WIDTHS if each < 0.9 * width), width)


def names(width: int) -> tuple[str, ...]:
    """Files of a picture of that width, without the master."""
    return tuple(f"{each}.{suffix}" for each in widths(width) for suffix in SUFFIXES)


def preview(width: int) -> str:
    """The WebP of a picture of that width that every page can show: for phones, and while others are made."""
    return f"{max(each for each in widths(width) if each <= PHONE or each == widths(width)[0])}.webp"


def digest(picture: Image.Image) -> str:
    """SHA-256 by which a cleaned picture is known: of its pixels, so that the same photograph is one picture
    whatever was written beside them.
    """
    head = f"{RECIPE} {picture.width}x{picture.height}\n".encode()
    return hashlib.sha256(head + picture.tobytes()).hexdigest()


def key(sha256: str, name: str) -> str:
    """Key in the store of a picture's file."""
    return f"pictures/{sha256[:2]}/{sha256}/{name}"


def encoded(picture: Image.Image, name: str) -> bytes:
    """The file of that name: the picture (RGB) at the name's width, with nothing but pixels in it."""
    file = io.BytesIO()
    if name == MASTER:
        picture.save(file, "WEBP", lossless=True, quality=0, method=0, exact=True)
        return file.getvalue()
    width, _, suffix = name.partition(".")
    size = int(width), max(1, round(picture.height * int(width) / picture.width))
    small = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    if suffix == "avif":
        small.save(file, "AVIF", quality=QUALITY["avif"], speed=SPEED, max_threads=1, subsampling="4:2:0")
    else:
        small.save(file, "WEBP", quality=QUALITY["webp"], method=4)
    return file.getvalue()
