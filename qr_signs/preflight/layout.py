"""Where things stand on a sign: nothing overlaps, nothing is cut, letters and modules can be read."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from geo.vocabulary import N_
from qr_signs.artwork import sizes
from qr_signs.artwork.made import Artwork, Box
from qr_signs.preflight.raster import SURROUND, Grey
from qr_signs.preflight.report import Check
from qr_signs.symbol import QUIET

SAFETY_MM: Final = 2.0
"""A blade cuts within a millimetre; nothing that is read stands nearer to the trim."""
TOUCH_MM: Final = 0.3
"""Lines of text may overlap so much by the rounding of their boxes."""
LIGHT: Final = 235
"""Grey of 255 above which a pixel of the quiet zone is light."""


def checks(artwork: Artwork, picture: Grey, px: int) -> Iterator[Check]:
    """Every check of the layout; `picture` is the symbol with SURROUND modules around it."""
    yield _inside(artwork)
    yield _apart(artwork)
    yield _quiet(artwork, picture, px)
    yield _modules(artwork)
    yield _letters(artwork)


def _inside(artwork: Artwork) -> Check:
    safe = Box(0, 0, artwork.width_mm, artwork.height_mm).grown(-SAFETY_MM)
    out = [
        text.text[:40]
        for text in artwork.texts
        if text.box.left < safe.left
        or text.box.top < safe.top
        or text.box.right > safe.right
        or text.box.bottom > safe.bottom
    ]
    quiet = artwork.quiet_box
    if quiet.left < 0 or quiet.top < 0 or quiet.right > artwork.width_mm or quiet.bottom > artwork.height_mm:
        out.append("QR")
    return Check.of("inside", not out, N_("Too near to the edge: %(which)s"), which=", ".join(out))


def _apart(artwork: Artwork) -> Check:
    hit = [text.text[:40] for text in artwork.texts if text.box.overlap(artwork.quiet_box) > 0]
    for at, text in enumerate(artwork.texts):
        hit += [
            f"{text.text[:20]} / {other.text[:20]}"
            for other in artwork.texts[at + 1 :]
            if text.box.overlap(other.box) > TOUCH_MM
        ]
    return Check.of("apart", not hit, N_("Overlapping: %(which)s"), which="; ".join(hit[:5]))


def _quiet(artwork: Artwork, picture: Grey, px: int) -> Check:
    """Four modules around the symbol hold nothing but light."""
    outer, inner = (SURROUND - QUIET) * px, SURROUND * px
    ring = np.ones(picture.shape, bool)
    ring[:outer, :] = ring[-outer:, :] = ring[:, :outer] = ring[:, -outer:] = False
    ring[inner - 1 : -inner + 1, inner - 1 : -inner + 1] = False
    share = float((picture[ring] < LIGHT).mean())
    return Check.of(
        "quiet zone",
        share == 0,
        N_("%(share)s %% of the quiet zone is not light."),
        share=round(100 * share, 1),
        modules=QUIET,
    )


def _modules(artwork: Artwork) -> Check:
    wanted = artwork.distance_m * 1000 * sizes.SYMBOL_PER_DISTANCE
    return Check.of(
        "module size",
        artwork.symbol_box.width >= wanted - 0.1,
        N_("The symbol is %(width)s mm wide; from %(distance)s m it needs %(wanted)s mm."),
        width=round(artwork.symbol_box.width, 1),
        distance=artwork.distance_m,
        wanted=round(wanted, 1),
        module_mm=round(artwork.module_mm, 2),
    )


def _letters(artwork: Artwork) -> Check:
    least = sizes.least_pt(artwork.distance_m)
    small = [
        f"{text.text[:30]} ({text.size_pt:.1f} pt)"
        for text in artwork.texts
        if text.size_pt < least * (sizes.ARABIC_RATIO if text.lang == "ar" else 1) - 0.05
    ]
    return Check.of(
        "letters",
        not small,
        N_("Too small to be read from %(distance)s m: %(which)s"),
        distance=artwork.distance_m,
        which=", ".join(small[:5]),
        least_pt=math.ceil(least * 10) / 10,
    )
