"""How well a print is read after each kind of damage, and from how far."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qr_signs.preflight import damage, decoders
from qr_signs.preflight.damage import Camera, Print
from qr_signs.preflight.raster import Grey

RATIOS: Final = tuple(range(10, 44, 2))
"""Distances over symbol width that are tried."""
ENOUGH: Final = 0.9
"""Share of photos that must be read for a distance to count."""


@dataclass(frozen=True)
class Rates:
    """Of one class of damage: photos, photos that each decoder read, that any read, and wrong payloads."""

    photos: int
    read: Mapping[str, int]
    any: int
    wrong: int

    @property
    def share(self) -> float:
        """Share of photos that at least one decoder read."""
        return self.any / self.photos


Photos = Callable[[str, int], Grey]
"""Gives the photo of a class of damage for a seed."""


def of(whole: Print) -> Photos:
    """Photos of a print."""
    return lambda name, seed: damage.photo(whole, name, seed)


def rates(
    photos: Photos,
    payload: str,
    seeds: Iterable[int],
    *,
    classes: Sequence[str] = tuple(damage.CLASSES),
    both: bool = True,
) -> dict[str, Rates]:
    """Photos of each class for each seed, read by every decoder.

    `both=False` asks the second decoder only where the first fails, which gives `any` at half the cost.
    """
    chosen = tuple(seeds)
    found = {}
    for name in classes:
        read, any_, wrong = dict.fromkeys(decoders.DECODERS, 0), 0, 0
        for seed in chosen:
            picture = photos(name, seed)
            good = False
            for decoder in decoders.DECODERS:
                said = decoders.read(picture, decoder)
                wrong += sum(text != payload for text in said)
                read[decoder] += payload in said
                good = good or payload in said
                if good and not both:
                    break
            any_ += good
        found[name] = Rates(len(chosen), read, any_, wrong)
    return found


def reach(whole: Print, payload: str, seeds: Iterable[int]) -> int:
    """The greatest distance over width of RATIOS up to which every decoder reads ENOUGH photos; 0 if none."""
    chosen = tuple(seeds)
    best = 0
    for ratio in RATIOS:
        camera = Camera(ratio=ratio, turn=1, noise=0.006)
        pictures = [damage.taken(whole, camera, np.random.default_rng([seed, ratio])) for seed in chosen]
        for decoder in decoders.DECODERS:
            good = sum(payload in decoders.read(picture, decoder) for picture in pictures)
            if good < ENOUGH * len(chosen):
                return best
        best = ratio
    return best
