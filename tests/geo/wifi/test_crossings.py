"""Walls that rays cross, counted exactly: as shapely counts them."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo.wifi.streetscape import crossings, edges, shadows
from geo.wifi.streetscape.edges import MM, Edges, Walls
from geo.wifi.streetscape.paths import ENCLOSED, INDOORS, OPEN
from geo.wifi.streetscape.shadows import Frame
from tests.geo.wifi import towns

Integers = NDArray[np.int64]
LOSSES = np.array([[800, 900], [2000, 3500]])


@pytest.fixture(scope="module")
def walls() -> Walls:
    return towns.scene(*towns.lots(14)).walls


def by_shapely(rays: Integers, walls: Walls) -> Integers:
    """How many walls each ray meets, by shapely's own predicate on the same coordinates."""
    all_ = walls.edges
    starts, ends = np.stack((all_.ax, all_.ay), 1), np.stack((all_.bx, all_.by), 1)
    tree = shapely.STRtree(shapely.linestrings(np.stack((starts, ends), 1) / MM))
    found, _ = tree.query(shapely.linestrings(rays.reshape(-1, 2, 2) / MM), predicate="intersects")
    return np.bincount(found, minlength=len(rays))


def of_corners(*corners: tuple[int, int]) -> Walls:
    """The walls of one house with these corners, in millimetres, against the clock."""
    ring = np.array([*corners, corners[0]])
    zero = np.zeros(len(corners), np.int64)
    columns = [np.ascontiguousarray(each) for each in (*ring[:-1].T, *ring[1:].T)]
    return edges.walls(Edges(columns[0], columns[1], columns[2], columns[3], zero + 6000, zero))


def count(walls: Walls, px: int, py: int, qx: int, qy: int) -> int:
    """Walls that one ray crosses."""
    return int(crossings.counts(np.array([[px, py, qx, qy]]), len(walls), walls.buckets)[0])


def test_ten_thousand_rays_cross_what_shapely_says(walls: Walls) -> None:
    rays = np.random.default_rng(7).integers(-20 * MM, 220 * MM, (10_000, 4))
    found = crossings.counts(rays, len(walls), walls.buckets)

    np.testing.assert_array_equal(found, by_shapely(rays, walls))
    assert found.max() > 20


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=4, max_size=4),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_through_corners_and_along_walls_a_ray_is_the_one_just_left_of_it(
    points: list[tuple[int, int]], wide: int, deep: int
) -> None:
    """On a lattice of whole metres nearly every ray meets a corner or runs along a wall."""
    walls = of_corners((0, 0), (wide * MM, 0), (wide * MM, deep * MM), (0, deep * MM))
    (px, py), (qx, qy), _, _ = points
    ray = np.array([px, py, qx, qy]) * MM
    if (px, py) == (qx, qy) or on_wall(px, py, wide, deep) or on_wall(qx, qy, wide, deep):
        return
    aside = 1e-9 * np.array([-(qy - py), qx - px, -(qy - py), qx - px])
    tree = shapely.linestrings([[(0, 0), (wide, 0)], [(wide, 0), (wide, deep)], [(wide, deep), (0, deep)],
                                [(0, deep), (0, 0)]])  # fmt: skip
    beside = shapely.linestrings((ray / MM + aside).reshape(2, 2))

    assert count(walls, *ray.tolist()) == int(shapely.intersects(beside, tree).sum())


def on_wall(x: int, y: int, wide: int, deep: int) -> bool:
    """Whether a place is on the wall of the house from (0, 0)."""
    return 0 <= x <= wide and 0 <= y <= deep and (x in (0, wide) or y in (0, deep))


def test_a_ray_sees_past_a_corner_and_along_a_wall_but_not_through_a_house() -> None:
    walls = of_corners((0, 0), (10 * MM, 0), (10 * MM, 10 * MM), (0, 10 * MM))

    def sees(px: int, py: int, qx: int, qy: int) -> bool:
        return bool(crossings.sees(px * MM, py * MM, qx * MM, qy * MM, walls.buckets))

    assert sees(-5, 5, 5, 15)
    assert sees(-5, 0, 20, 0)
    assert not sees(-5, -5, 15, 15)
    assert not sees(-5, 1, 20, 1)


def test_no_ray_slips_between_houses_that_touch_at_a_corner() -> None:
    made = towns.scene(towns.house(0, 0, 10, 10), towns.house(10, 10, 20, 20))

    assert not crossings.sees(5 * MM, 15 * MM, 15 * MM, 5 * MM, made.walls.buckets)


def test_shadows_say_of_every_cell_what_its_ray_says(walls: Walls) -> None:
    frame = Frame(1000, 1000, 2000, 100, 100)
    for px, py in ((98_765, 101_001), (20_000, 13_000), (-7_000, 55_555)):
        found = shadows.nothing_between(frame)
        shadows.between(px, py, 4000, 1500, walls.edges, LOSSES, frame, 400_000, 0, 100, found)
        row, column = np.divmod(np.arange(100 * 100), 100)
        ends = (np.full(len(row), px), np.full(len(row), py), 1000 + 2000 * column, 1000 + 2000 * row)
        rays = np.stack(ends, 1)

        np.testing.assert_array_equal(found.walls.ravel(), crossings.counts(rays, len(walls), walls.buckets))


def test_a_low_house_is_passed_over_by_a_ray_that_is_higher_there() -> None:
    frame = Frame(0, 0, 1000, 60, 1)
    made = towns.scene(towns.house(10, -5, 12, 5, top_m=3.0), side=60, margin=10)
    x, y = made.millimetres(0, 0)
    frame = Frame(x, y, 1000, 60, 1)
    found = shadows.nothing_between(frame)
    shadows.between(x, y, 5000, 1500, made.walls.edges, LOSSES, frame, 100_000, 0, 1, found)

    # The ray to 12 m and a bit ends below the roof; far away it is still at nearly 5 m where the house is.
    assert found.walls[0, 13:].tolist() == [2] * 47
    assert found.loss[0, 0, 13] > 0
    assert found.loss[0, 0, 40:].tolist() == [0] * 20
    assert (found.near[0, 40:] == 0).all()


def test_what_is_indoors_and_in_courtyards_is_as_shapely_says() -> None:
    outlines = towns.lots(14, seed=3)
    made = towns.scene(*outlines)
    row, column = np.divmod(np.arange(made.frame.rows * made.frame.columns), made.frame.columns)
    town = shapely.union_all([shapely.set_precision(each.shape, 0.001) for each in outlines], grid_size=0.001)
    cells = shapely.points(made.frame.x / MM + 2.0 * column, made.frame.y / MM + 2.0 * row)
    shapely.prepare(town)
    filled = shapely.union_all([shapely.Polygon(each.exterior) for each in shapely.get_parts(town)])
    shapely.prepare(filled)
    said = np.where(
        shapely.intersects(town, cells), INDOORS, np.where(shapely.intersects(filled, cells), ENCLOSED, OPEN)
    )

    np.testing.assert_array_equal(made.ground.ravel(), said)
    assert set(np.unique(said)) == {OPEN, INDOORS, ENCLOSED}
