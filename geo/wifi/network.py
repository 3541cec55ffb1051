"""Several hotspots in one town: who serves which ground best, and what they take from each other.

The worst case on purpose: every other hotspot on an overlapping channel is taken to send without pause.
Those that hear each other take turns in truth (geo/wifi/channels.py counts the ground that they share), so
what is lost lies between nothing and what is told here. The way back to the access point is left as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi import mosaic
from geo.wifi.catalogue import BANDS, Band, Demands
from geo.wifi.channels import APART, Reach
from geo.wifi.classes import BROWSING
from geo.wifi.mosaic import Codes
from geo.wifi.radio.noise import noise_dbm, rise_db
from geo.wifi.rasters import Floats

LEAST_MW: Final = 1e-15
"""Power that disturbs nobody: -150 dBm, far below any noise."""


@dataclass(frozen=True)
class Sender:
    """A hotspot in one band, and the channel it sends on; None: not chosen yet, so it disturbs nobody."""

    key: str
    band: Band
    channel: int | None
    reach: Reach


@dataclass(frozen=True, eq=False)
class Ground:
    """What a sender does on its own coarse cells, shape (rows, columns)."""

    sender: Sender
    best: NDArray[np.bool_]
    """Where no other of its band is stronger: telephones stay with the strongest."""
    sinr_db: Floats
    """Its signal over noise and the others; NaN where it has none."""
    alone: Codes
    """Class where it is best: 0 none, 1 browsing, 2 voice and video, with the others silent."""
    amid: Codes
    """The same with the others sending; never higher than `alone`."""


@dataclass(frozen=True, eq=False)
class Network:
    """All senders of a plan together, and the ground in m² that loses a service to the others."""

    grounds: tuple[Ground, ...]
    voice_lost_m2: float = 0.0
    browsing_lost_m2: float = 0.0

    def as_json(self) -> dict[str, float]:
        """Whole square metres."""
        return {
            "voice_lost_m2": round(self.voice_lost_m2),
            "browsing_lost_m2": round(self.browsing_lost_m2),
        }


def of(senders: Sequence[Sender], demands: Demands) -> Network:
    """The network of these senders. A place is served by the better of both bands.

    ValueError where their cells differ in size.
    """
    if len({each.reach.cell_m for each in senders}) > 1:
        raise ValueError("Cells of several sizes cannot be laid over each other.")
    grounds = [
        ground for band in BANDS for ground in _band([each for each in senders if each.band == band], demands)
    ]
    if not any((ground.amid < ground.alone).any() for ground in grounds):
        return Network(tuple(grounds))
    alone = mosaic.areas((each.sender.reach.grid, each.alone) for each in grounds)
    amid = mosaic.areas((each.sender.reach.grid, each.amid) for each in grounds)
    return Network(tuple(grounds), alone.voice_m2 - amid.voice_m2, alone.browsing_m2 - amid.browsing_m2)


def share(band: Band, one: int | None, other: int | None) -> float:
    """How much of the one's power another on its channel hears, 0 to 1.

    Taken to fall in a straight line until the channels no longer overlap; 0 where one is not chosen yet.
    """
    if one is None or other is None:
        return 0.0
    return max(0.0, 1.0 - abs(one - other) / APART[band])


class _Tile:
    """Ground that many reaches share: the strongest signal, whose it is, and the power on each channel."""

    def __init__(self) -> None:
        side = (mosaic.TILE, mosaic.TILE)
        self.strongest = np.zeros(side)
        self.whose = np.full(side, -1, dtype=np.int32)
        self.sums: defaultdict[int, NDArray[np.float64]] = defaultdict(lambda: np.zeros(side))

    def add(self, here: tuple[slice, slice], number: int, sender: Sender, power: NDArray[np.float64]) -> None:
        stronger = power > self.strongest[here]
        self.strongest[here][stronger] = power[stronger]
        self.whose[here][stronger] = number
        if sender.channel is not None:
            self.sums[sender.channel][here] += power


def _band(senders: Sequence[Sender], demands: Demands) -> Iterator[Ground]:
    tiles: defaultdict[tuple[int, int], _Tile] = defaultdict(_Tile)
    for number, each in enumerate(senders):
        for tile, here, there in mosaic.pieces(each.reach.grid):
            tiles[tile].add(here, number, each, each.reach.milliwatts[there])
    for number, each in enumerate(senders):
        best = np.zeros(each.reach.codes.shape, dtype=np.bool_)
        others = np.zeros(best.shape) if each.channel is None else -each.reach.milliwatts
        for tile, here, there in mosaic.pieces(each.reach.grid):
            best[there] = tiles[tile].whose[here] == number
            for channel, power in tiles[tile].sums.items():
                if part := share(each.band, each.channel, channel):
                    others[there] += part * power[here]
        # What is left of its own power is rounding.
        others[others < LEAST_MW] = 0.0
        yield _ground(each, best, others, demands)


def _ground(
    sender: Sender, best: NDArray[np.bool_], others_mw: NDArray[np.float64], demands: Demands
) -> Ground:
    reach = sender.reach
    codes = np.where(best, reach.codes, 0).astype(np.int8)
    if not others_mw.any():
        return Ground(sender, best, reach.down_dbm - np.float32(noise_dbm()), codes, codes)
    left = reach.down_dbm - rise_db(others_mw)
    # What a service needs is a distance from the floor: where the floor rises, the signal must too.
    with np.errstate(invalid="ignore"):
        browsing, voice = left >= demands.browsing_dbm, left >= demands.voice_dbm
    amid = np.where(voice, codes, np.where(browsing, np.minimum(codes, BROWSING), 0))
    # Without others a place has what it has, whatever the rounding.
    amid = np.where(others_mw > 0, amid, codes).astype(np.int8)
    return Ground(sender, best, (left - noise_dbm()).astype(np.float32), codes, amid)
