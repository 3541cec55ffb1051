"""What each hotspot of a plan does on its own: classes on the ground and at the points of demand.

Kept in each process while the published data stay the same: when one hotspot of a plan is moved, only that
one is computed anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.memory import Memory
from geo.wifi import channels, classes, coverage, mosaic, sampling, serving
from geo.wifi.catalogue import BANDS, Band, Catalogue
from geo.wifi.channels import Reach
from geo.wifi.demand import Demand
from geo.wifi.mosaic import NOTHING, SURE, Areas, Chances, Codes
from geo.wifi.rasters import Basis, Coverage, Grid, Site
from geo.wifi.serving import Serving

MOST: Final = 600
"""Hotspots kept in a process: about 100 KB each."""
LEAST: Final = 0.001
"""A point that browsing reaches with a smaller probability is not reached."""


@dataclass(frozen=True, eq=False)
class Contribution:
    """One hotspot alone, the better of its bands everywhere."""

    grid: Grid
    classes: Codes
    """By cell: 0 none, 1 browsing, 2 voice and video at the median; -1 indoors."""
    points: NDArray[np.int32]
    """Numbers of the points of demand that it reaches."""
    serving: Serving
    """At those points."""
    basis: Basis
    sd_db: float
    """Median over the ground of what the true signal may differ by, as one standard deviation."""
    reaches: Mapping[Band, Reach]
    """By band that its model has: where it serves and where it is heard."""
    coarse: Grid
    """Every channels.COARSE-th cell of the ground, for chances."""
    browsing: Chances
    """By coarse cell, the probability of browsing or better; SURE is 1."""
    voice: Chances
    areas: Areas = NOTHING
    """Of the ground that it serves alone."""


_kept: Final = Memory[Contribution](MOST)


def of(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    demand: Demand,
    site: Site,
    *,
    offset_db: float = 0.0,
) -> Contribution:
    """What a hotspot does for the demand; `offset_db` is added to every modelled signal.

    KeyError for a model that the catalogue does not have.
    """
    left_out = tuple(sorted(name for name, weight in demand.weights.items() if weight == 0))
    key = (commune.key, commune.version, repr(catalogue), left_out, len(demand), site, offset_db)
    return _kept.of(session, key, lambda: _made(session, commune, catalogue, demand, site, offset_db))


def ground(parts: Collection[Contribution]) -> Areas:
    """Ground that these hotspots serve together."""
    return replace(
        mosaic.areas((part.grid, part.classes) for part in parts),
        voice_expected_m2=mosaic.expected_m2((part.coarse, part.voice) for part in parts),
        browsing_expected_m2=mosaic.expected_m2((part.coarse, part.browsing) for part in parts),
    )


def forget() -> None:
    """Empty this process's memory."""
    _kept.forget()


def _made(
    session: Session, commune: Commune, catalogue: Catalogue, demand: Demand, site: Site, offset_db: float
) -> Contribution:
    model = catalogue.models[site.model]
    covers = [
        coverage.of(session, commune, catalogue, site, band, offset_db=offset_db)
        for band in BANDS
        if model.radio(band)
    ]
    codes = [_codes(catalogue, cover) for cover in covers]
    served = serving.together((_at(catalogue, demand, cover) for cover in covers), len(demand))
    reached = np.flatnonzero((served.browsing > LEAST) | (served.service > 0)).astype(np.int32)
    reaches = {cover.band: channels.reach(cover, own) for cover, own in zip(covers, codes, strict=True)}
    chances = np.maximum.reduce([_chances(catalogue, cover) for cover in covers])
    made = Contribution(
        grid=covers[0].grid,
        classes=np.maximum.reduce(codes),
        points=reached,
        serving=Serving(served.service[reached], served.browsing[reached], served.voice[reached]),
        basis=covers[0].basis,
        sd_db=_typical(covers[0].sd_db),
        reaches=reaches,
        coarse=reaches[covers[0].band].grid,
        browsing=chances[0],
        voice=chances[1],
    )
    return replace(made, areas=ground([made]))


def _typical(sd_db: NDArray[np.float32]) -> float:
    """The median where there is any signal; 0 where there is none."""
    known = sd_db[~np.isnan(sd_db)]
    return float(np.median(known)) if known.size else 0.0


def _codes(catalogue: Catalogue, cover: Coverage) -> Codes:
    """Classes of one band on the ground; -1 indoors."""
    codes = classes.service(cover.down_dbm, cover.up_dbm, catalogue.demands)
    codes[np.isnan(cover.down_dbm)] = -1
    return codes


def _at(catalogue: Catalogue, demand: Demand, cover: Coverage) -> Serving:
    """What one band gives at the points of demand."""
    down, up, sd_db = sampling.sample(cover, demand.x, demand.y, demand.door)
    chances = classes.chances(down, up, sd_db, catalogue.demands)
    return serving.of(classes.service(down, up, catalogue.demands), *chances)


def _chances(catalogue: Catalogue, cover: Coverage) -> NDArray[np.uint8]:
    """Probabilities of browsing and of voice on the coarse cells of one band, shape (2, rows, columns)."""
    here = channels.coarse(cover.grid)
    found = classes.chances(cover.down_dbm[here], cover.up_dbm[here], cover.sd_db[here], catalogue.demands)
    return np.rint(np.stack(found) * SURE).astype(np.uint8)
