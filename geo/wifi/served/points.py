"""Points at which something is served: where they are, and how much of it stands for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

AT_ONCE: Final = 1_000_000
"""Cells that are looked at together."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Note:
    """Something that a reader of the figures must know: a code of served.notes.NOTES, with its values."""

    code: str
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Points:
    """Points of one kind of demand, in the commune's metric CRS; all arrays have the same length."""

    x: Floats
    y: Floats
    amount: Floats
    """People, metres, square metres, or 1 each."""
    detail: Sequence[str] = ()
    """The kind of place of each, where it has one; else empty."""

    def __len__(self) -> int:
        return len(self.x)

    def within(self, limits: Any) -> "Points":
        """Those inside the commune's limits (a shape in the same CRS; None: no limits are known)."""
        if limits is None or not len(self):
            return self
        inside: Flags = shapely.intersects_xy(limits, self.x, self.y)
        detail = [word for word, kept in zip(self.detail, inside, strict=True) if kept] if self.detail else ()
        return Points(self.x[inside], self.y[inside], self.amount[inside], detail)


NOWHERE: Final = Points(np.empty(0), np.empty(0), np.empty(0))


def joined(parts: Sequence[Points]) -> Points:
    """All of them, in that order; details only where every part has them."""
    there = [part for part in parts if len(part)]
    if not there:
        return NOWHERE
    detail = [word for part in there for word in part.detail] if all(part.detail for part in there) else ()
    x, y, amount = (np.concatenate([getattr(part, name) for part in there]) for name in ("x", "y", "amount"))
    return Points(x, y, amount, detail)


def grid(shape: Any, cell_m: float) -> tuple[Floats, Floats]:
    """Middles of the square cells of `cell_m` metres that lie in the shape; a small shape's own point."""
    west, south, east, north = shapely.bounds(shape)
    columns = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m)) + 0.5
    rows = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m)) + 0.5
    shapely.prepare(shape)
    found = []
    # In bands: a long thin shape has few cells in a large box.
    for band in np.array_split(rows, len(rows) * len(columns) // AT_ONCE + 1):
        x, y = (each.ravel() * cell_m for each in np.meshgrid(columns, band))
        found.append(np.column_stack((x, y))[shapely.contains_xy(shape, x, y)])
    spots = np.concatenate(found)
    if not len(spots):
        spots = shapely.get_coordinates(shapely.point_on_surface(shape))
    return spots[:, 0].copy(), spots[:, 1].copy()
