"""Whose signal a reading is: the commune's own hotspots are kept, the networks of others are forgotten."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid
from geo.vocabulary import N_
from geo.wifi.catalogue import Band
from geo.wifi.rasters import RADIUS_M
from geo.wifi.spots import Spot
from geo.wifi.surveys.formats import Line

MOST_NAMES: Final = 200
LONGEST_NAMES: Final = 10_000
"""Names of networks that may be listed, and characters of the list."""
HEARD: Final = ("installed", "on_air", "faulty")
"""Hotspots that hang, and may be heard."""
SQUARE_M: Final = 5.0
"""Side of the squares that readings are merged in: about as exact as a telephone's place, and no trace."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Own:
    """The commune's networks: a name or address as it is sent out, in small letters → the key of the hotspot
    that sends it, or None where any of them does.
    """

    names: Mapping[str, str | None]


@dataclass(frozen=True)
class Square:
    """What was measured of a hotspot in a square; `x` and `y` are its middle in the commune's metric CRS."""

    hotspot: str
    band: Band
    x: float
    y: float
    dbm: float


def own(listed: str, spots: Sequence[Spot]) -> Own:
    """Read the planner's list: a name or address a line, with `= hotspot` where only one sends it.

    Invalid for a hotspot that the plan has not, or for too long a list.
    """
    if len(listed) > LONGEST_NAMES:
        raise Invalid("names", N_("At most %(most)s characters."), most=LONGEST_NAMES)
    known = _called(spots)
    names: dict[str, str | None] = {}
    for line in listed.splitlines():
        name, sign, hotspot = line.rpartition("=") if "=" in line else (line, "", "")
        if not name.strip():
            continue
        if sign and _plain(hotspot) not in known:
            raise Invalid(
                "names", N_("This plan has no hotspot called “%(name)s”."), name=hotspot.strip()[:80]
            )
        names[_plain(name)] = known[_plain(hotspot)] if sign else None
    if len(names) > MOST_NAMES:
        raise Invalid("names", N_("At most %(most)s names of networks."), most=MOST_NAMES)
    return Own(names)


def squares(
    lines: Sequence[Line],
    at: Floats,
    spots: Sequence[Spot],
    spots_at: Floats,
    ours: Own,
    *,
    named: bool,
    band: Band,
) -> tuple[list[Square], Counter[str]]:
    """The readings of the commune's own hotspots, merged to the median in squares of SQUARE_M, in the order
    of hotspots and squares; and how many lines were left out, by reason.

    `at` and `spots_at` are places in metres; `named` tells that the file says whose networks it heard; `band`
    is that of lines that do not say.
    """
    known = _called(spots)
    near = _nearest(at, spots, spots_at)
    left: Counter[str] = Counter()
    merged: dict[tuple[str, Band, int, int], list[float]] = {}
    for line, place, nearest in zip(lines, at, near, strict=True):
        key = _whose(line, ours, known, nearest, named=named)
        if key in ("others", "far"):
            left[key] += 1
            continue
        cell = (key, line.band or band, int(place[0] // SQUARE_M), int(place[1] // SQUARE_M))
        merged.setdefault(cell, []).append(line.dbm)
    return [
        Square(key, on, (x + 0.5) * SQUARE_M, (y + 0.5) * SQUARE_M, float(np.median(heard)))
        for (key, on, x, y), heard in sorted(merged.items())
    ], left


def _whose(line: Line, ours: Own, known: Mapping[str, str], nearest: str | None, *, named: bool) -> str:
    """The hotspot's key; `others` for a network of somebody else, `far` where no hotspot is near enough."""
    if line.hotspot:
        return known.get(_plain(line.hotspot), "others")
    heard = [_plain(word) for word in (line.device, line.name) if word]
    listed = next((word for word in heard if word in ours.names), None)
    if named and listed is None:
        return "others"
    key = ours.names[listed] if listed is not None else None
    return key or nearest or "far"


def _nearest(at: Floats, spots: Sequence[Spot], spots_at: Floats) -> list[str | None]:
    """For each place the key of the nearest hotspot that hangs; None where none does within RADIUS_M."""
    hanging = [number for number, spot in enumerate(spots) if spot.status in HEARD]
    if not hanging or not len(at):
        return [None] * len(at)
    found: list[str | None] = []
    for begin in range(0, len(at), 4096):
        piece = at[begin : begin + 4096]
        metres = np.hypot(*(piece[:, None, :] - spots_at[hanging][None, :, :]).transpose(2, 0, 1))
        best = metres.argmin(axis=1)
        found += [
            spots[hanging[which]].key if metres[row, which] <= RADIUS_M else None
            for row, which in enumerate(best)
        ]
    return found


def _called(spots: Sequence[Spot]) -> dict[str, str]:
    """Keys of hotspots by what people call them: key or name."""
    return {_plain(word): spot.key for spot in spots for word in (spot.key, spot.values.name)}


def _plain(word: str) -> str:
    return " ".join(word.casefold().split())
