"""A scene: all that reckoning with buildings needs of a piece of town, made once for all sites in it."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from geo.wifi.catalogue import Catalogue
from geo.wifi.rasters import CELL_M, RADIUS_M, Grid
from geo.wifi.streetscape import blocks, corners, edges, indoors, outlines
from geo.wifi.streetscape.corners import Corners, Graph
from geo.wifi.streetscape.edges import MM, Walls
from geo.wifi.streetscape.outlines import Box, Outline
from geo.wifi.streetscape.paths import INDOORS, Flags
from geo.wifi.streetscape.shadows import Frame

SYNONYMS: Final[Mapping[str, str]] = {
    "cement_block": "concrete", "reinforced_concrete": "concrete", "bricks": "brick", "stone": "stone",
    "adobe": "earth", "mud": "earth", "clay": "earth", "rammed_earth": "earth", "pise": "earth",
    "timber_framing": "wood", "glass_curtain": "glass",
}  # fmt: skip
"""Values of OpenStreetMap's `building:material` that are a material of catalogues by another name."""

TILE_M: Final = 240.0
"""Sites in one square of that side share a scene, which reaches RADIUS_M further on all sides."""
MOST_KEPT: Final = 6
_kept: OrderedDict[tuple[object, ...], "Scene"] = OrderedDict()
_lock: Final = Lock()


@dataclass(frozen=True)
class Scene:
    """A piece of town. Millimetres are counted from `west` and `south`, whole metres of the metric CRS."""

    west: float
    south: float
    walls: Walls
    corners: Corners
    graph: Graph
    frame: Frame
    """The cells of the whole piece."""
    ground: Flags
    """By cell of `frame`: open, indoors or enclosed."""
    materials: tuple[str, ...]
    """Keys of the catalogue's materials, as walls name them."""

    def millimetres(self, x: float, y: float) -> tuple[int, int]:
        """A place of the metric CRS on the scene's lattice."""
        return round((x - self.west) * MM), round((y - self.south) * MM)

    def frame_of(self, grid: Grid) -> tuple[Frame, slice, slice]:
        """A grid's cells on the lattice, and the rows and columns of the scene's own cells that they are."""
        step = round(grid.cell_m * MM)
        x, y = self.millimetres(grid.west + grid.cell_m / 2, grid.south + grid.cell_m / 2)
        column, row = (x - self.frame.x) // step, (y - self.frame.y) // step
        frame = Frame(x, y, step, grid.columns, grid.rows)
        return frame, slice(row, row + grid.rows), slice(column, column + grid.columns)


def made(outlines: Sequence[Outline], box: Box, catalogue: Catalogue) -> Scene:
    """The scene of these outlines, whose coordinates are metres from the box's south-west corner."""
    keys = tuple(sorted(catalogue.materials))
    return of(outlines, box, keys, keys.index(catalogue.default_material))


def of(outlines: Sequence[Outline], box: Box, keys: tuple[str, ...], default: int) -> Scene:
    """The same of materials by these keys; walls of others count as the one at place `default`.

    The box's sides are whole multiples of the cell.
    """
    index = {key: n for n, key in enumerate(keys)}
    index |= {tag: index[key] for tag, key in SYNONYMS.items() if key in index and tag not in index}
    found, outer = blocks.edges(outlines, index, default)
    walls = edges.walls(found)
    sticking = corners.corners(found)
    step = round(CELL_M * MM)
    frame = Frame(
        step // 2,
        step // 2,
        step,
        round((box.east - box.west) / CELL_M),
        round((box.north - box.south) / CELL_M),
    )
    return Scene(
        box.west,
        box.south,
        walls,
        sticking,
        corners.graph(sticking, walls.buckets),
        frame,
        indoors.ground(found, outer, frame),
        keys,
    )


def around(session: Session, crs: int, catalogue: Catalogue, extract: str, x: float, y: float) -> Scene:
    """The scene around a place of the metric CRS, of the extract's buildings; made once, then kept."""
    west, south = (np.floor(each / TILE_M) * TILE_M - RADIUS_M - CELL_M for each in (x, y))
    side = TILE_M + 2 * (RADIUS_M + CELL_M)
    box = Box(float(west), float(south), float(west + side), float(south + side))
    key = (extract, crs, box, catalogue.default_material, *sorted(catalogue.materials))
    # One at a time: two who ask for the same scene shall not both make it.
    with _lock:
        if key not in _kept:
            _kept[key] = made(outlines.within(session, crs, box), box, catalogue)
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return _kept[key]


def any_within(scene: Scene, x: float, y: float, reach_m: float) -> bool:
    """Whether any wall stands within so many metres, east-west and north-south, of a place."""
    px, py = scene.millimetres(x, y)
    reach, walls = round(reach_m * MM), scene.walls.edges
    east = (np.minimum(walls.ax, walls.bx) <= px + reach) & (np.maximum(walls.ax, walls.bx) >= px - reach)
    north = (np.minimum(walls.ay, walls.by) <= py + reach) & (np.maximum(walls.ay, walls.by) >= py - reach)
    return bool((east & north).any())


def inside(scene: Scene, x: float, y: float) -> bool:
    """Whether a place of the metric CRS lies in a building or on its wall, exactly."""
    px, py = scene.millimetres(x, y)
    here = Frame(px, py, 1, 1, 1)
    outer = np.zeros(len(scene.walls), np.uint8)
    return bool(indoors.ground(scene.walls.edges, outer, here)[0, 0] == INDOORS)
