"""Model against measurement: what the model says where a signal was measured, and by how much it is off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import Conflict, Invalid
from geo.vocabulary import N_
from geo.wifi import sampling
from geo.wifi.catalogue import BANDS, Band
from geo.wifi.rasters import Coverage, Site
from geo.wifi.surveys.matching import Square

FEWEST: Final = 30
"""Squares below which an offset is chance."""
LARGEST_SD_DB: Final = 15.0
"""Standard deviation above which model and measurement are of different things. Source: ITU-R P.1411 gives
4 to 11 dB for the loss among buildings at street level; a telephone adds a few more."""
LARGEST_OFFSET_DB: Final = 25.0
"""An offset above it is a mistake somewhere (power, height, another network), and no calibration."""

Covered = Callable[[Site, Band], Coverage]
"""The coverage of a site in a band, without any offset. Invalid for a model that the catalogue has not."""


@dataclass(frozen=True)
class Agreement:
    """By how much measurements lie above the model, in dB: median and standard deviation of `compared`
    squares; None where there are none (or, for the deviation, only one).
    """

    compared: int
    offset_db: float | None
    sd_db: float | None


def modelled(squares: Sequence[Square], sites: Mapping[str, Site], covered: Covered) -> NDArray[np.float64]:
    """The median signal at a telephone in each square, in dBm; NaN where the model has none: inside a
    building, too far, or a model without that band. One coverage for each hotspot and band.
    """
    found = np.full(len(squares), np.nan)
    for key, band in dict.fromkeys((square.hotspot, square.band) for square in squares):
        if key not in sites:
            continue
        rows = [n for n, each in enumerate(squares) if (each.hotspot, each.band) == (key, band)]
        try:
            coverage = covered(sites[key], band)
        except Invalid:
            # Of a model that the catalogue has no more.
            continue
        x, y = np.array([(squares[n].x, squares[n].y) for n in rows]).T
        found[rows], _, _ = sampling.sample(coverage, x, y)
    return found


def agreement(measured: NDArray[np.float64], model: NDArray[np.float64]) -> Agreement:
    """How the two agree, where both are known."""
    both = np.isfinite(measured) & np.isfinite(model)
    off = measured[both] - model[both]
    if not len(off):
        return Agreement(0, None, None)
    sd = float(off.std(ddof=1)) if len(off) > 1 else None
    return Agreement(len(off), round(float(np.median(off)), 1), None if sd is None else round(sd, 1))


def by_band(
    bands: Sequence[str], measured: NDArray[np.float64], model: NDArray[np.float64]
) -> dict[Band, Agreement]:
    """The same, band by band; only those that were measured."""
    each = np.array(bands)
    return {
        band: agreement(measured[each == band], model[each == band]) for band in BANDS if (each == band).any()
    }


def check(found: Agreement) -> float:
    """The offset of a comparison that may be used. Conflict says why it may not."""
    if found.offset_db is None or found.compared < FEWEST:
        raise Conflict(
            N_("Too little was measured for an offset: %(many)s places, at least %(least)s are needed."),
            many=found.compared,
            least=FEWEST,
        )
    if found.sd_db is None or found.sd_db > LARGEST_SD_DB:
        raise Conflict(
            N_(
                "Model and measurement differ too irregularly for an offset: %(sd)s dB, at most %(most)s."
                " Check which networks were taken for which hotspots."
            ),
            sd=found.sd_db,
            most=LARGEST_SD_DB,
        )
    if abs(found.offset_db) > LARGEST_OFFSET_DB:
        raise Conflict(
            N_(
                "An offset of %(offset)s dB is no calibration but a mistake: check model, height and power"
                " of the hotspots."
            ),
            offset=found.offset_db,
        )
    return found.offset_db
