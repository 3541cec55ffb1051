"""Against ray tracing of a made medina, which knows nothing of our ways and laws.

tests/geo/wifi/reference holds the medina and the path gains that Sionna RT found (bench/ray_tracing.py).
No constant of ours is fitted to them: all are those of the recommendations and papers that are named.
"""

import json
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon, affinity

from core.settings import PROJECT
from geo.wifi.radio.p2040 import wall_db
from geo.wifi.rasters import Grid
from geo.wifi.streetscape import scenes, signal
from geo.wifi.streetscape.outlines import Box, Outline
from geo.wifi.streetscape.paths import INDOORS
from geo.wifi.streetscape.scenes import Scene
from geo.wifi.streetscape.ways import ways
from tests.geo.wifi.equipment import catalogue

HERE: Final = PROJECT / "tests" / "geo" / "wifi" / "reference"
THICK_M: Final = 0.3
MARGIN_M: Final = 20.0
SIGNAL_DB: Final = 130.0
"""Rays that lose more are no signal: 20 dBm would come to -110 dBm, which no telephone hears."""
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def medina() -> dict[str, Any]:
    """Houses and antennas."""
    found: dict[str, Any] = json.loads((HERE / "medina.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def scene(medina: dict[str, Any]) -> Scene:
    return scene_of(medina)


def scene_of(medina: dict[str, Any]) -> Scene:
    """The same houses as ours."""
    outlines = [
        Outline(
            affinity.translate(Polygon(each["rings"][0], each["rings"][1:]), MARGIN_M, MARGIN_M),
            each["height_m"],
            each["material"],
        )
        for each in medina["buildings"]
    ]
    return scenes.made(outlines, Box(-MARGIN_M, -MARGIN_M, 260, 240), catalogue())


def both(scene: Scene, medina: dict[str, Any], antenna: str, mhz: int) -> tuple[Floats, Floats]:
    """Our losses and those of ray tracing, outdoors where it has signal."""
    x, y, height = medina["antennas"][antenna]
    with np.load(HERE / "traced.npz") as kept:
        traced = -kept[f"{antenna}_{mhz}"].astype(np.float64)
        west, south = float(kept["west"]), float(kept["south"])
    grid = Grid(west, south, traced.shape[1], traced.shape[0])
    table = [
        [round(100 * wall_db(key, THICK_M, each)) for each in (2437.0, 5500.0)] for key in scene.materials
    ]
    found = ways(scene, grid, x, y, height, 1.5, np.array(table, np.int64), signal.bending(mhz))
    east = west + 2.0 * np.arange(grid.columns) + 1 - x
    north = (south + 2.0 * np.arange(grid.rows) + 1 - y)[:, None]
    metres = np.sqrt(east**2 + north**2 + (height - 1.5) ** 2)
    heard = (found.ground != INDOORS) & (traced < SIGNAL_DB)
    ours = signal.combined(found, heard, mhz, int(mhz > 3000), height, 1.5, metres[heard])
    return ours, traced[heard]


@pytest.mark.parametrize("mhz", [2437, 5500])
@pytest.mark.parametrize("antenna", ["square", "crossing", "lane"])
def test_it_comes_near_to_ray_tracing(scene: Scene, medina: dict[str, Any], antenna: str, mhz: int) -> None:
    ours, traced = both(scene, medina, antenna, mhz)

    assert len(ours) > 2000
    assert np.median(np.abs(ours - traced)) <= 6.0
    assert np.corrcoef(ours, traced)[0, 1] >= 0.8
