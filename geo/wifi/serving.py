"""What each demand point gets: its class of service, and how likely each class is."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.wifi.served.points import Floats


@dataclass(frozen=True, eq=False)
class Serving:
    """By demand point: class 0 (none), 1 (browsing) or 2 (voice and video) at the median, and probabilities.

    `browsing` is the probability, 0 to 1, of browsing or better, `voice` of voice; arrays of one length.
    """

    service: NDArray[np.int8]
    browsing: Floats
    voice: Floats

    def joined(self, other: "Serving") -> "Serving":
        """The better of both at each point.

        Probabilities are the better one's, not those of either or the other working: what shadows one hotspot
        often shadows its neighbour, so this is the careful side.
        """
        return Serving(
            np.maximum(self.service, other.service),
            np.maximum(self.browsing, other.browsing),
            np.maximum(self.voice, other.voice),
        )


def of(
    service: NDArray[np.integer],
    browsing: NDArray[np.floating] | None = None,
    voice: NDArray[np.floating] | None = None,
) -> Serving:
    """Serving of classes per point; without probabilities a class is certain. NaN counts as no service."""
    classes = np.asarray(service, dtype=np.int8)
    sure = classes[:, None] >= np.array([1, 2])
    chances = [
        sure[:, n].astype(np.float64) if given is None else np.clip(np.nan_to_num(given), 0.0, 1.0)
        for n, given in enumerate((browsing, voice))
    ]
    return Serving(classes, np.maximum(*chances), chances[1])


def nothing(many: int) -> Serving:
    """No service at any of so many points."""
    return of(np.zeros(many, dtype=np.int8))


def together(servings: Iterable[Serving], many: int) -> Serving:
    """The best of all at each of `many` points. While one site moves: the others' once, then `joined`."""
    best = nothing(many)
    for each in servings:
        best = best.joined(each)
    return best
