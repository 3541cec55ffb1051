"""All ways from one site to every cell around it, as geometry alone: the same for every power and beam."""

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from geo.wifi.rasters import RADIUS_M, Grid
from geo.wifi.streetscape import paths, shadows
from geo.wifi.streetscape.bends import Bending
from geo.wifi.streetscape.edges import MM, Integers
from geo.wifi.streetscape.paths import DIRECT, INDOORS, UNREACHED, Fields, Flags, Reached
from geo.wifi.streetscape.scenes import Scene
from geo.wifi.streetscape.shadows import Between, Frame

FURTHEST_M: Final = 3e3
"""Paths that count for more are not followed: from the highest antenna they lose 124 dB and more, too much to
be heard of the loudest that any country allows.
"""
MOST_KEPT: Final = 8
_kept: OrderedDict[tuple[object, ...], "Ways"] = OrderedDict()
_lock: Final = Lock()


@dataclass(frozen=True)
class Ways:
    """From a site to the cells of a grid."""

    scene: Scene
    grid: Grid
    place: tuple[int, int]
    frame: Frame
    ground: Flags
    between: Between
    reached: Reached
    fields: Fields


def ways(
    scene: Scene,
    grid: Grid,
    x: float,
    y: float,
    height_m: float,
    other_m: float,
    losses: Integers,
    bending: Bending,
) -> Ways:
    """Everything between (x, y) at `height_m` above ground and the cells at `other_m`.

    `losses` are hundredths of a decibel by material of the scene and band.
    """
    px, py = scene.millimetres(x, y)
    reach = round(RADIUS_M * MM)
    frame, rows, columns = scene.frame_of(grid)
    ground = np.ascontiguousarray(scene.ground[rows, columns])
    walls = scene.walls
    between = shadows.nothing_between(frame)
    heights = (round(height_m * MM), round(other_m * MM))
    with ThreadPoolExecutor(2) as threads:
        waiting = [
            threads.submit(
                shadows.between, px, py, *heights, walls.edges, losses, frame, reach, first, last, between
            )
            for first, last in ((0, frame.rows // 2), (frame.rows // 2, frame.rows))
        ]
        reached = paths.to_corners(
            px, py, FURTHEST_M, scene.corners, scene.graph, walls.buckets, reach, bending
        )
        for each in waiting:
            each.result()
    east = frame.x - px + frame.step * np.arange(frame.columns)
    north = (frame.y - py + frame.step * np.arange(frame.rows))[:, None]
    metres = np.hypot(east, north) / MM
    seen = (between.walls == 0) & (ground != INDOORS) & (metres <= RADIUS_M)
    fields = Fields(
        np.where(seen, metres, np.inf), np.where(seen, 1.0, np.inf), np.where(seen, DIRECT, UNREACHED)
    )
    for fill in (paths.spread, paths.left_over):
        fill(px, py, reach, reached, scene.corners, walls.buckets, bending, frame, ground, fields)
    return Ways(scene, grid, (px, py), frame, ground, between, reached, fields)


def kept(
    scene: Scene,
    grid: Grid,
    x: float,
    y: float,
    height_m: float,
    other_m: float,
    losses: Integers,
    bending: Bending,
) -> Ways:
    """As `ways`; the last ones are kept: a beam that is turned asks for the same."""
    key = (id(scene), grid, x, y, height_m, other_m, losses.tobytes(), bending)
    with _lock:
        found = _kept.get(key)
    if found is None or found.scene is not scene:
        found = ways(scene, grid, x, y, height_m, other_m, losses, bending)
        with _lock:
            _kept[key] = found
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found
