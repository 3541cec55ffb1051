"""Preflight: everything that is checked before anyone prints."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from geo.vocabulary import N_
from qr_signs.artwork.made import Artwork
from qr_signs.preflight import damage, decoders, document, glyphs, grade, layout, raster, study
from qr_signs.preflight.raster import Grey
from qr_signs.preflight.report import Check, Report

MODULE_PX: Final = 12
WORN_PX: Final = 6
"""Pixels a module for damage: photos have fewer."""
SEEDS: Final = 2
"""Photos of each kind of damage. Seeds are fixed, so a sign that passes once passes always."""
CLEAN: Final = ("clean", "distance-20", "blur", "tilt-45", "turned", "low-light", "contrast", "faded")
"""Kinds that every photo must be read after, by at least one decoder."""
LEAST_MEAN: Final = 0.75
"""Mean share read over all kinds of damage."""
LEAST_GRADE: Final = 3
"""Of 4 on the scale of ISO/IEC 15415: an artwork that begins lower will not be a C in the street."""


def run(artwork: Artwork, *, seeds: int = SEEDS) -> Report:
    """Check an artwork; the report says for each point whether it is fulfilled, and if not, why."""
    picture = raster.symbol(artwork, MODULE_PX)
    of_file, ink = document.checks(artwork)
    found = [
        *of_file,
        *glyphs.checks(artwork, ink),
        *layout.checks(artwork, picture, MODULE_PX),
        *_read(artwork, picture),
        _graded(artwork, picture),
        _worn(artwork, seeds),
    ]
    return Report(artwork.code, tuple(found))


def _read(artwork: Artwork, picture: Grey) -> Iterator[Check]:
    """Each decoder reads the payload, and nothing else, from the symbol and from the whole sign."""
    whole = np.asarray(raster.page(artwork).convert("L"), np.uint8)
    for decoder in decoders.DECODERS:
        said = [decoders.read(each, decoder) for each in (picture, whole)]
        yield Check.of(
            f"read by {decoder}",
            said == [[artwork.payload], [artwork.payload]],
            N_("%(decoder)s reads %(said)s instead of %(payload)s."),
            decoder=decoder,
            said=" / ".join(", ".join(each) or "-" for each in said),
            payload=artwork.payload,
        )


def _graded(artwork: Artwork, picture: Grey) -> Check:
    estimated = grade.estimate(picture, artwork.symbol, MODULE_PX)
    return Check.of(
        "ISO/IEC 15415 (estimate)",
        estimated.overall >= LEAST_GRADE,
        N_("The estimate on the scale of ISO/IEC 15415 is %(grade)s of 4."),
        grade=estimated.overall,
        grades=dict(estimated.grades),
        measures=dict(estimated.measures),
    )


def _worn(artwork: Artwork, seeds: int) -> Check:
    picture = raster.symbol(artwork, WORN_PX)
    rates = study.rates(
        damage.printed(picture, artwork.symbol.size, WORN_PX), artwork.payload, range(seeds), both=False
    )
    unread = [name for name in CLEAN if rates[name].share < 1]
    wrong = sum(rate.wrong for rate in rates.values())
    mean = sum(rate.share for rate in rates.values()) / len(rates)
    return Check.of(
        "damage",
        not unread and not wrong and mean >= LEAST_MEAN,
        N_("After damage %(percent)s %% are read (75 needed), %(wrong)s wrongly; unread after: %(unread)s"),
        percent=round(100 * mean),
        wrong=wrong,
        unread=", ".join(unread) or "-",
        rates={name: round(rate.share, 2) for name, rate in rates.items()},
    )
