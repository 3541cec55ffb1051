"""How many people live in a zone, as well as the census's one figure for the commune can say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.memory import Memory
from geo.wifi import limits
from geo.wifi.served import quarters, residents
from geo.wifi.served.notes import NOTES
from geo.wifi.served.points import Note, Points

ALL: Final = 0.995
"""From this share of the commune's people on, it is all of them: the spread is no more exact."""
FEW: Final = 10
"""Fewer are not told as a number."""


@dataclass(frozen=True)
class Spread:
    """Where the census's people are taken to live, and how that was reckoned, as sentences with values."""

    points: Points
    notes: tuple[Note, ...]
    year: int | None

    @property
    def known(self) -> bool:
        """Whether anything can be said."""
        return len(self.points) > 0


@dataclass(frozen=True)
class People:
    """People of the commune who live in a zone: `about` is rounded to two figures, as it is an estimate."""

    about: int
    all: bool
    few: bool


_kept: Final = Memory[Spread](1)


def spread(session: Session, commune: Commune) -> Spread:
    """The people of the commune on its ground, as the Wi-Fi planner spreads them (geo/wifi/served/residents).

    Read once for each version of the published data.
    """
    return _kept.of(
        session, (commune.key, commune.version, commune.metric_crs), lambda: _read(session, commune)
    )


def _read(session: Session, commune: Commune) -> Spread:
    area = limits.of(session, commune.metric_crs)
    points, notes = residents.of(session, commune, area, quarters.of(session, commune.metric_crs, area))
    year = next((fact.year for fact in commune.facts if fact.id == residents.FACT), None)
    return Spread(points, tuple(notes), year)


def within(people: Spread, shapes: Sequence[Any]) -> list[float]:
    """People in each of the shapes, which are in metres of the commune's CRS."""
    if not people.known or not len(shapes):
        return [0.0] * len(shapes)
    points = people.points
    tree = shapely.STRtree(shapely.points(points.x, points.y))
    of, which = tree.query(np.asarray(shapes, dtype=object), predicate="intersects")
    return [float(many) for many in np.bincount(of, points.amount[which], len(shapes))]


def told(people: Spread, many: float) -> People | None:
    """A figure as it may be told; None where nothing is known."""
    if not people.known:
        return None
    whole = float(people.points.amount.sum())
    if many >= ALL * whole:
        return People(round(whole), all=True, few=False)
    if many < FEW:
        return People(FEW, all=False, few=True)
    step = 10 ** (math.floor(math.log10(many)) - 1)
    return People(round(many / step) * step, all=False, few=False)


def sentences(people: Spread) -> list[tuple[str, dict[str, float]]]:
    """How it was reckoned: sentences of geo.wifi.served.notes with their values."""
    return [(NOTES[note.code], note.values) for note in people.notes]
