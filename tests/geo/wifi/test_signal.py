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
from geo.wifi.streetscape.bends import STRAIGHT
from geo.wifi.streetscape.paths import OPEN
from geo.wifi.streetscape.scenes import Scene, inside
from geo.wifi.streetscape.ways import ways
from tests.geo.wifi import towns
from tests.geo.wifi.equipment import catalogue, radio

CATALOGUE = catalogue()
GRID = Grid(0, 0, 60, 60)
X, Y = 12.4, 30.0
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


HOUSES = towns.lots(5, seed=6, lot=24.0)
BEFORE = towns.scene(*HOUSES, side=120)


@settings(max_examples=20, deadline=None)
@given(st.floats(2, 118), st.floats(2, 118), st.floats(2, 100), st.floats(2, 100), st.floats(3, 12))
def test_a_new_house_makes_no_way_better(x: float, y: float, west: float, south: float, top: float) -> None:
    """Neither through walls, nor over roofs; and no path around corners gets shorter."""
    new = towns.house(west, south, west + 3, south + 7, top_m=top)
    if any(new.shape.distance(each.shape) < 0.01 for each in HOUSES):
        return
    after = towns.scene(*HOUSES, new, side=120)
    if inside(after, x, y):
        return
    table = np.array([[800, 900], [2000, 3500]])
    one = ways(BEFORE, GRID, x, y, 4.0, 1.5, table, STRAIGHT)
    other = ways(after, GRID, x, y, 4.0, 1.5, table, STRAIGHT)
    still = other.ground == OPEN

    assert (other.between.loss >= one.between.loss)[:, still].all()
    assert (other.between.near >= one.between.near)[still].all()
    assert (other.between.far >= one.between.far)[still].all()
    # Where no path leads, or none that could be heard, its length is infinite: long enough here.
    long, longer = (np.minimum(each.fields.metres[still], 1e6) for each in (one, other))
    assert np.quantile(long - longer, 0.99) < 1.0
    rise = (losses(BEFORE, x, y) - losses(after, x, y))[still]
    assert np.quantile(rise, 0.99) < 0.5


def test_the_loss_is_the_same_both_ways_at_equal_heights(scene: Scene) -> None:
    """Of two paths to a corner only the one that counts for less so far is kept: among ever so many bends it
    is not always the better one further on, and then the other end finds another path.
    """
    chance = np.random.default_rng(2)
    cells = np.argwhere(scene.ground[:60, :60] == OPEN)
    apart = []
    for (r, c), (row, column) in chance.choice(cells, (24, 2)).tolist():
        there = losses(scene, 2 * c + 1, 2 * r + 1, 1.5, 1.5)[row, column]
        back = losses(scene, 2 * column + 1, 2 * row + 1, 1.5, 1.5)[r, c]
        apart.append(abs(there - back))

    assert np.median(apart) < 0.1
    assert np.mean(np.array(apart) < 3.0) >= 0.8


def test_a_step_of_the_antenna_is_a_small_step_of_the_signal(scene: Scene) -> None:
    """No checkerboard: where the antenna moves by half a metre, most of the field hardly changes."""
    here, there = losses(scene, X, Y), losses(scene, X, Y + 0.5)
    change = np.abs(here - there)[np.isfinite(here)]

    assert not inside(scene, X, Y) and not inside(scene, X, Y + 0.5)
    assert np.median(change) < 1.0 and np.quantile(change, 0.9) < 5
    assert np.nanmedian(np.abs(np.diff(here, axis=1))) < 2


def test_nothing_gets_weaker_with_fewer_walls_or_stronger_with_distance_in_the_open() -> None:
    empty = towns.scene(side=120)
    loss = losses(empty, 60, 60)
    assert np.isfinite(loss).all()
    assert (np.diff(loss[30, 31:]) > 0).all()
