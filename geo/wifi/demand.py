"""What a network should serve: places, walks, stops, open area, residents, places of children.

Kinds of demand are figures of their own and are never added up: a school is a place and a place of children.
What may be added up is `worth`, in which each kind counts as much as its weight says.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.commune import Commune
from geo.memory import Memory
from geo.vocabulary import KINDS as WORDS
from geo.vocabulary import N_
from geo.wifi import limits
from geo.wifi.served import open_area, quarters, residents, things
from geo.wifi.served.points import Flags, Floats, Note, Points
from geo.wifi.served.quarters import Quarter
from geo.wifi.vocabulary import DEMANDS

KINDS: Final = tuple(DEMANDS)
"""Kinds of demand by their number in `Demand.kind`."""
AT_THE_DOOR: Final = ("residents", "places", "stops", "children")
"""Kinds whose points may lie in a building: what counts is the signal outside, at its door."""
MOST_WEIGHT: Final = 100.0


@dataclass(frozen=True, eq=False)
class Demand:
    """Points to be served, in metres of the commune's metric CRS; the arrays have one length."""

    x: Floats
    y: Floats
    kind: NDArray[np.int8]
    """Number of the kind in KINDS."""
    amount: Floats
    """People, places, stops, metres or square metres that stand for the point."""
    quarter: NDArray[np.int32]
    """Number of the quarter in `quarters`; -1 where none is known."""
    worth: Floats
    """What serving the point is worth: the points of a kind add up to the kind's weight."""
    door: Flags
    """Whether the point may be in a building and is served at its door (geo/wifi/sampling.py)."""
    quarters: tuple[Quarter, ...]
    weights: Mapping[str, float]
    notes: tuple[Note, ...]
    """How the figures were made, and what is not known."""
    detail: NDArray[np.str_]
    """Kind of place of each point, where it has one; else empty."""

    def __len__(self) -> int:
        return len(self.x)


def checked(weights: Mapping[str, object]) -> dict[str, float]:
    """The weight of every kind, and of kinds of places as `places.library`; Invalid for what is none.

    A weight is a number from 0 (does not count) to MOST_WEIGHT; what is not named keeps the vocabulary's.
    """
    found = {kind: usual for kind, (_, usual) in DEMANDS.items()}
    for name, value in weights.items():
        if name not in DEMANDS and not _is_kind_of_place(name):
            raise Invalid("weights", N_("%(name)s is nothing that can be weighted."), name=str(name)[:40])
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not good or not 0 <= float(value) <= MOST_WEIGHT:  # type: ignore[arg-type]
            raise Invalid(
                "weights",
                N_("The weight of %(name)s must be a number from 0 to %(most)s."),
                name=name,
                most=int(MOST_WEIGHT),
            )
        found[name] = float(value)  # type: ignore[arg-type]
    return found


def _is_kind_of_place(name: object) -> bool:
    return isinstance(name, str) and name.startswith("places.") and name[7:] in WORDS["places"]


def of(session: Session, commune: Commune, weights: Mapping[str, object] | None = None) -> Demand:
    """What there is to serve in the commune, weighted. Kept until the published data change.

    A kind (or kind of place) with weight 0 is left out. Invalid for weights that are none.
    """
    return weighted(_everything(session, commune), checked(weights or {}))


def weighted(demand: Demand, weights: Mapping[str, float]) -> Demand:
    """The same points with these checked weights; what does not count is left out."""
    of_kind = np.array([weights.get(kind, 1.0) for kind in KINDS])
    factor = np.ones(len(demand))
    for name, weight in weights.items():
        if name.startswith("places."):
            factor[(demand.kind == KINDS.index("places")) & (demand.detail == name[7:])] = weight
    counted = factor * demand.amount
    total = np.bincount(demand.kind, counted, len(KINDS))
    share = np.divide(counted, total[demand.kind], out=np.zeros(len(demand)), where=total[demand.kind] > 0)
    worth = share * of_kind[demand.kind]
    left = (factor > 0) & (of_kind[demand.kind] > 0)
    columns = {
        name: getattr(demand, name)[left]
        for name in ("x", "y", "kind", "amount", "quarter", "door", "detail")
    }
    return replace(demand, **columns, worth=worth[left], weights=dict(weights))


_kept: Final = Memory[Demand](1)


def _everything(session: Session, commune: Commune) -> Demand:
    """All points without weights, read once for each version of the published data."""
    state = (commune.key, commune.version, commune.metric_crs)
    return _kept.of(session, state, lambda: _read(session, commune))


def _read(session: Session, commune: Commune) -> Demand:
    crs, area = commune.metric_crs, limits.of(session, commune.metric_crs)
    parts_of = quarters.of(session, crs, area)
    walked, of_walks = things.walks(session, crs)
    opened, of_area = open_area.of(session, crs, area)
    people, of_people = residents.of(session, commune, area, parts_of)
    given = {
        "residents": people,
        "places": things.places(session, crs),
        "walks": walked,
        "stops": things.stops(session, crs),
        "open_area": opened,
        "children": things.children(session, crs),
    }
    found = {kind: given[kind].within(area) for kind in KINDS}
    outside = sum(len(given[kind]) - len(found[kind]) for kind in ("places", "stops"))
    notes = [*of_people, *of_walks, *of_area]
    notes += [Note("twice")] if len(found["children"]) else []
    notes += [Note("outside", {"points": outside})] if outside else []
    notes += [Note("quarters_points")] if parts_of.shapes else []
    return _demand(found, parts_of, tuple(notes))


def _demand(found: Mapping[str, Points], parts_of: quarters.Quarters, notes: tuple[Note, ...]) -> Demand:
    x, y, amount = (
        np.concatenate([getattr(found[kind], column) for kind in KINDS]) for column in ("x", "y", "amount")
    )
    many = [len(found[kind]) for kind in KINDS]
    detail = [word for kind in KINDS for word in (found[kind].detail or [""] * len(found[kind]))]
    return Demand(
        x=x,
        y=y,
        kind=np.repeat(np.arange(len(KINDS), dtype=np.int8), many),
        amount=amount,
        quarter=parts_of.of(x, y).astype(np.int32),
        worth=np.zeros(len(x)),
        door=np.repeat([kind in AT_THE_DOOR for kind in KINDS], many),
        quarters=parts_of.listed,
        weights={},
        notes=notes,
        detail=np.array(detail, dtype=np.str_),
    )
