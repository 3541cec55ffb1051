"""Where service is how likely: the best of all hotspots of a plan, cell by cell, as polygons."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.wifi import classes
from geo.wifi.catalogue import Band, Demands, Service
from geo.wifi.exports.plan import CHANCES, Area, Ring
from geo.wifi.rasters import Coverage, Grid

SMOOTH_M: Final = 1.0
"""Bends smaller than this are not kept: cells are larger."""
SMALLEST_M2: Final = 12.0
"""Specks and holes below three cells say nothing."""
_SERVICES: Final[tuple[Service, ...]] = ("browsing", "voice")

Floats = NDArray[np.float32]


def of(covers: Sequence[Coverage], demands: Demands, band: Band) -> list[Area]:
    """The areas of CHANCES in a band, for each class of service; none where nothing is reached."""
    boards = [_laid(group, demands) for group in _groups(covers)]
    found = []
    for number, service in enumerate(_SERVICES):
        for chance in CHANCES:
            metres = sum(
                float((np.nan_to_num(board[number]) >= chance).sum()) * grid.cell_m**2
                for grid, board in boards
            )
            shapes = [shape for grid, board in boards for shape in _shapes(grid, board[number], chance)]
            if metres:
                found.append(Area(band, service, chance, metres, [_rings(shape) for shape in shapes]))
    return found


def _groups(covers: Iterable[Coverage]) -> list[list[Coverage]]:
    """Coverages whose grids touch, directly or by others: far sites need no common ground."""
    groups: list[list[Coverage]] = []
    for cover in covers:
        near = [group for group in groups if any(_touch(cover.grid, each.grid) for each in group)]
        groups = [group for group in groups if group not in near]
        groups.append([cover, *(each for group in near for each in group)])
    return groups


def _touch(one: Grid, other: Grid) -> bool:
    return (
        one.west <= other.west + other.columns * other.cell_m
        and other.west <= one.west + one.columns * one.cell_m
        and one.south <= other.south + other.rows * other.cell_m
        and other.south <= one.south + one.rows * one.cell_m
    )


def _laid(group: Sequence[Coverage], demands: Demands) -> tuple[Grid, tuple[Floats, Floats]]:
    """The best chances of a group, each class on one grid with a rim of nothing; NaN: in a building."""
    cell = group[0].grid.cell_m
    west = min(each.grid.west for each in group) - cell
    south = min(each.grid.south for each in group) - cell
    east = max(each.grid.west + each.grid.columns * cell for each in group) + cell
    north = max(each.grid.south + each.grid.rows * cell for each in group) + cell
    grid = Grid(west, south, round((east - west) / cell), round((north - south) / cell), cell)
    boards = tuple(np.full((grid.rows, grid.columns), np.nan, dtype=np.float32) for _ in _SERVICES)
    for cover in group:
        column, row = round((cover.grid.west - west) / cell), round((cover.grid.south - south) / cell)
        here = slice(row, row + cover.grid.rows), slice(column, column + cover.grid.columns)
        for board, chance in zip(
            boards, classes.chances(cover.down_dbm, cover.up_dbm, cover.sd_db, demands), strict=True
        ):
            known = np.where(np.isnan(cover.down_dbm), np.nan, chance).astype(np.float32)
            board[here] = np.fmax(board[here], known)
    return grid, (boards[0], boards[1])


def _shapes(grid: Grid, board: Floats, chance: float) -> list[Any]:
    """The polygons within which the chance is reached. Where nothing is known (in a building, too far) it is
    not.
    """
    values = np.nan_to_num(board)
    if not (values >= chance).any():
        return []
    from contourpy import FillType, contour_generator

    x = grid.west + (np.arange(grid.columns) + 0.5) * grid.cell_m
    y = grid.south + (np.arange(grid.rows) + 0.5) * grid.cell_m
    drawn: Any = contour_generator(x, y, values, fill_type=FillType.OuterOffset).filled(chance, 2.0)
    found = []
    for ring, cuts in zip(*drawn, strict=True):
        rings = [ring[start:end] for start, end in pairwise(cuts)]
        shape = shapely.simplify(shapely.make_valid(shapely.Polygon(rings[0], rings[1:])), SMOOTH_M)
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
        found += [part for part in parts if part.area >= SMALLEST_M2]
    return found


def _rings(shape: Any) -> list[Ring]:
    inner = [ring for ring in shape.interiors if shapely.Polygon(ring).area >= SMALLEST_M2]
    return [[(float(x), float(y)) for x, y in ring.coords] for ring in (shape.exterior, *inner)]
