"""What must hold of any signal among houses, whatever the town."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.wifi.links import link
from geo.wifi.rasters import Grid, Site
from geo.wifi.streetscape import signal
from geo.wifi.streetscape.paths import OPEN
from geo.wifi.streetscape.scenes import Scene, inside
from tests.geo.wifi import towns
from tests.geo.wifi.equipment import catalogue, radio

CATALOGUE = catalogue()
GRID = Grid(0, 0, 60, 60)
Floats = NDArray[np.float64]


def losses(scene: Scene, x: float, y: float, height: float = 4.0, other: float = 1.5) -> Floats:
    """Loss to the cells of a square of 120 m."""
    site = Site(x, y, height, "omni")
    client = replace(CATALOGUE.clients["2.4"], height_m=other)
    made = link(CATALOGUE, site, radio("2.4"), client, GRID)
    return signal.losses(scene, CATALOGUE, site, radio("2.4"), client, GRID, made.metres)[0]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return towns.scene(*towns.lots(8, seed=4), side=120)


@settings(max_examples=25, deadline=None)
@given(st.floats(2, 118), st.floats(2, 118), st.floats(2, 100), st.floats(2, 100), st.floats(3, 12))
def test_a_new_house_never_raises_the_signal_that_passes_walls_or_roofs(
    x: float, y: float, west: float, south: float, top: float
) -> None:
    """Around corners a longer path may have gentler bends: there what holds is that no path gets shorter."""
    outlines = towns.lots(5, seed=6, lot=24.0)
    more = [*outlines, towns.house(west, south, west + 9, south + 7, top_m=top)]
    before, after = towns.scene(*outlines, side=120), towns.scene(*more, side=120)
    if inside(after, x, y):
        return
    grid, table = GRID, np.array([[800, 900], [2000, 3500]])
    one = signal.kept(before, grid, x, y, 4.0, 1.5, table)
    other = signal.kept(after, grid, x, y, 4.0, 1.5, table)
    still = other.ground == OPEN

    assert (other.between.near >= one.between.near - 1)[still].all()
    assert (other.between.far >= one.between.far - 1)[still].all()
    assert (other.fields.metres >= one.fields.metres - 2.0)[still].all()
    rise = (losses(before, x, y) - losses(after, x, y))[still]
    assert np.quantile(rise, 0.99) < 0.5
    print(rise.max(), (other.between.loss - one.between.loss).min())


def test_the_loss_is_the_same_both_ways_at_equal_heights(scene: Scene) -> None:
    chance = np.random.default_rng(2)
    cells = np.argwhere(scene.ground[:60, :60] == OPEN)
    for (r, c), (row, column) in chance.choice(cells, (12, 2)).tolist():
        there = losses(scene, 2 * c + 1, 2 * r + 1, 1.5, 1.5)[row, column]
        back = losses(scene, 2 * column + 1, 2 * row + 1, 1.5, 1.5)[r, c]
        assert there == pytest.approx(back, abs=0.5)


def test_a_step_of_the_antenna_is_a_small_step_of_the_signal(scene: Scene) -> None:
    """No checkerboard: where the antenna moves by a cell, what is far away changes little in most places."""
    here, there = losses(scene, 41.5, 57.0), losses(scene, 43.5, 57.0)
    change = np.abs(here - there)[np.isfinite(here)]
    across = np.abs(np.diff(here, axis=1))

    assert not inside(scene, 41.5, 57.0) and not inside(scene, 43.5, 57.0)
    assert np.median(change) < 1.5 and np.quantile(change, 0.9) < 8
    assert np.nanmedian(across) < 2


def test_nothing_gets_weaker_with_fewer_walls_or_stronger_with_distance_in_the_open() -> None:
    empty = towns.scene(side=120)
    loss = losses(empty, 60, 60)
    assert np.isfinite(loss).all()
    assert (np.diff(loss[30, 31:]) > 0).all()
