"""Rasters of several sites laid over each other, in tiles: empty ground between far sites costs nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.wifi.rasters import Grid

TILE: Final = 256
"""Cells along the side of a tile."""
SURE: Final = 255
"""A probability of 1, as chances are kept."""
Codes = NDArray[np.int8]
Chances = NDArray[np.uint8]


@dataclass(frozen=True)
class Areas:
    """Ground that is served outdoors, in m²: where the best signal of any hotspot reaches a class."""

    voice_m2: float
    browsing_m2: float
    """At least browsing."""
    shared_m2: float
    """Where two hotspots or more reach browsing."""
    voice_expected_m2: float = 0.0
    """Sum of ground × probability: what an estimate from statistics can honestly promise; so below."""
    browsing_expected_m2: float = 0.0

    def as_json(self) -> dict[str, float]:
        """Whole square metres."""
        return {name: round(value) for name, value in vars(self).items()}


NOTHING: Final = Areas(0.0, 0.0, 0.0)


def expected_m2(rasters: Iterable[tuple[Grid, Chances]]) -> float:
    """Ground × the probability of the hotspot that reaches it best, in m²; all grids have one cell size."""
    best: dict[tuple[int, int], Chances] = {}
    cell_m2 = 0.0
    for grid, chances in rasters:
        cell_m2 = grid.cell_m**2
        for tile, here, there in pieces(grid):
            onto = best.setdefault(tile, np.zeros((TILE, TILE), dtype=np.uint8))[here]
            np.maximum(onto, chances[there], out=onto)
    total = sum(int(tile.sum(dtype=np.int64)) for tile in best.values())
    return total / SURE * cell_m2


def areas(rasters: Iterable[tuple[Grid, Codes]]) -> Areas:
    """Areas of classes laid over each other: 0 none, 1 browsing, 2 voice and video; below 0: indoors.

    All grids have one cell size. ValueError otherwise.
    """
    best: dict[tuple[int, int], Codes] = {}
    many: dict[tuple[int, int], NDArray[np.uint16]] = {}
    sizes = set()
    for grid, codes in rasters:
        sizes.add(grid.cell_m)
        for tile, here, there in pieces(grid):
            piece = codes[there]
            onto = best.setdefault(tile, np.zeros((TILE, TILE), dtype=np.int8))[here]
            np.maximum(onto, piece, out=onto)
            many.setdefault(tile, np.zeros((TILE, TILE), dtype=np.uint16))[here] += piece >= 1
    if len(sizes) > 1:
        raise ValueError(f"Cells of {len(sizes)} sizes cannot be laid over each other.")
    cell_m2 = next(iter(sizes), 1.0) ** 2
    return Areas(
        voice_m2=_cells([tile >= 2 for tile in best.values()]) * cell_m2,
        browsing_m2=_cells([tile >= 1 for tile in best.values()]) * cell_m2,
        shared_m2=_cells([tile >= 2 for tile in many.values()]) * cell_m2,
    )


def _cells(masks: Sequence[NDArray[np.bool_]]) -> int:
    return sum(int(np.count_nonzero(mask)) for mask in masks)


def pieces(grid: Grid) -> Iterator[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
    """Each tile that the grid touches, with the part of it that they share: in the tile, and in the grid."""
    row0, column0 = round(grid.south / grid.cell_m), round(grid.west / grid.cell_m)
    for row in range(row0 // TILE, (row0 + grid.rows - 1) // TILE + 1):
        for column in range(column0 // TILE, (column0 + grid.columns - 1) // TILE + 1):
            low, high = max(row0, row * TILE), min(row0 + grid.rows, (row + 1) * TILE)
            left, right = max(column0, column * TILE), min(column0 + grid.columns, (column + 1) * TILE)
            yield (
                (row, column),
                (
                    slice(low - row * TILE, high - row * TILE),
                    slice(left - column * TILE, right - column * TILE),
                ),
                (slice(low - row0, high - row0), slice(left - column0, right - column0)),
            )
