"""Preflight: everything that is checked before anyone prints."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from geo.vocabulary import N_
from qr_signs.artwork.made import Artwork
from qr_signs.preflight import decoders, document, glyphs, grade, layout, study
from qr_signs.preflight.exam import MODULE_PX, Exam
from qr_signs.preflight.report import Check, Report

SEEDS: Final = 2
"""Photos of each kind of damage where the first of each leaves a doubt. Seeds are fixed, so a sign that
passes once passes always."""
SURE: Final = 0.85
"""Mean share read of the first photos above which there is no doubt."""
CLEAN: Final = ("clean", "distance-20", "blur", "tilt-45", "turned", "low-light", "contrast", "faded")
"""Kinds that every photo must be read after, by at least one decoder."""
LEAST_MEAN: Final = 0.75
"""Mean share read over all kinds of damage."""
LEAST_GRADE: Final = 3
"""Of 4 on the scale of ISO/IEC 15415: an artwork that begins lower will not be a C in the street."""


def run(artwork: Artwork) -> Report:
    """Check an artwork; the report says for each point whether it is fulfilled, and if not, why."""
    return examine(Exam(artwork))


def examine(exam: Exam) -> Report:
    """The same for an artwork whose pictures others want, too."""
    artwork = exam.artwork
    of_file, ink = document.checks(artwork)
    found = [
        *of_file,
        *glyphs.checks(artwork, ink),
        *layout.checks(artwork, exam.symbol, MODULE_PX),
        *_read(exam),
        _graded(exam),
        _worn(exam),
    ]
    return Report(artwork.code, tuple(found))


def _read(exam: Exam) -> Iterator[Check]:
    """Each decoder reads the payload, and nothing else, from the symbol and from the whole sign."""
    artwork, whole = exam.artwork, np.asarray(exam.page.convert("L"), np.uint8)
    for decoder in decoders.DECODERS:
        said = [decoders.read(each, decoder) for each in (exam.symbol, whole)]
        yield Check.of(
            f"read by {decoder}",
            said == [[artwork.payload], [artwork.payload]],
            N_("%(decoder)s reads %(said)s instead of %(payload)s."),
            decoder=decoder,
            said=" / ".join(", ".join(each) or "-" for each in said),
            payload=artwork.payload,
        )


def _graded(exam: Exam) -> Check:
    estimated = grade.estimate(exam.symbol, exam.artwork.symbol, MODULE_PX)
    return Check.of(
        "ISO/IEC 15415 (estimate)",
        estimated.overall >= LEAST_GRADE,
        N_("The estimate on the scale of ISO/IEC 15415 is %(grade)s of 4."),
        grade=estimated.overall,
        grades=dict(estimated.grades),
        measures=dict(estimated.measures),
    )


def _worn(exam: Exam) -> Check:
    rates, mean = _after_damage(exam, 1)
    if mean < SURE:
        rates, mean = _after_damage(exam, SEEDS)
    unread = [name for name in CLEAN if rates[name].share < 1]
    wrong = sum(rate.wrong for rate in rates.values())
    return Check.of(
        "damage",
        not unread and not wrong and mean >= LEAST_MEAN,
        N_("After damage %(percent)s %% are read (75 needed), %(wrong)s wrongly; unread after: %(unread)s"),
        percent=round(100 * mean),
        wrong=wrong,
        unread=", ".join(unread) or "-",
        rates={name: round(rate.share, 2) for name, rate in rates.items()},
    )


def _after_damage(exam: Exam, seeds: int) -> tuple[Mapping[str, study.Rates], float]:
    """What is read after each kind of damage, and the mean share over all kinds."""
    rates = study.rates(exam.photo, exam.artwork.payload, range(seeds), both=False)
    return rates, sum(rate.share for rate in rates.values()) / len(rates)
