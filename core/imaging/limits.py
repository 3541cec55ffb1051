"""What a picture may be at the most, and what its bringer is told when it is more."""

from collections.abc import Mapping
from typing import Final

from core.errors import N_

LARGEST_BYTES: Final = 20 * 1024 * 1024
LARGEST_PIXELS: Final = 50_000_000
SMALLEST_SIDE: Final = 200
"""Pixels: what is smaller shows nothing on a page."""
LONGEST_RATIO: Final = 8
"""A panorama may be so many times as long as wide."""
MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of the process that decodes: 50 million pixels fit, whatever their format."""
CPU_S: Final = 30
PATIENCE_S: Final = 60
"""For the process to answer, in seconds by the clock."""
NOT_READ: Final = "kind"

REFUSALS: Final[Mapping[str, str]] = {
    "empty": N_("This file is empty."),
    "bytes": N_("This picture is too large: at most %(megabytes)s MB."),
    "pixels": N_("This picture has too many pixels: at most %(megapixels)s million."),
    "small": N_("This picture is too small: it needs at least %(side)s pixels on each side."),
    "long": N_("This picture is too long and narrow: at most %(ratio)s times as long as wide."),
    NOT_READ: N_("This is no picture that can be read: send a JPEG, HEIC, PNG, WebP or AVIF."),
    "broken": N_("This picture is broken or not complete. Send it again from where it was taken."),
    "svg": N_("Drawings (SVG) are not taken here: send a JPEG, HEIC, PNG, WebP or AVIF."),
    "heic": N_(
        "This HEIC file is broken, or no plain photograph. Send the picture as JPEG: on an iPhone, under"
        " Settings, Camera, Formats, choose Most Compatible."
    ),
    "time": N_("This picture takes too long to be read. Save it anew as JPEG and send that."),
}
VALUES: Final[Mapping[str, object]] = {
    "megabytes": LARGEST_BYTES // 2**20,
    "megapixels": LARGEST_PIXELS // 1_000_000,
    "side": SMALLEST_SIDE,
    "ratio": LONGEST_RATIO,
}
