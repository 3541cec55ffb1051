"""Shortest outdoor paths, against a search over everything that sees everything."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from shapely import Polygon

from geo.wifi.rasters import Grid
from geo.wifi.streetscape.bends import STRAIGHT
from geo.wifi.streetscape.edges import MM
from geo.wifi.streetscape.outlines import Outline
from geo.wifi.streetscape.paths import DIRECT, ENCLOSED, INDOORS, OPEN, UNREACHED
from geo.wifi.streetscape.scenes import Scene, inside
from geo.wifi.streetscape.ways import Ways, ways
from tests.geo.wifi import towns

LOSSES = np.array([[800, 900], [2000, 3500]])
Floats = NDArray[np.float64]


def ways_of(scene: Scene, x: float, y: float, side: int = 120) -> Ways:
    """From a place to the cells of a square whose corner is (0, 0)."""
    return ways(scene, Grid(0, 0, side // 2, side // 2), x, y, 4.0, 1.5, LOSSES, STRAIGHT)


def exact(outlines: list[Outline], place: tuple[float, float], cells: Floats) -> Floats:
    """Lengths of shortest paths from a place to cells: shapely is asked of every pair whether it is free."""
    town = shapely.union_all([shapely.set_precision(each.shape, 0.001) for each in outlines], grid_size=0.001)
    shapely.prepare(town)
    corners = np.unique(shapely.get_coordinates(town), axis=0)
    nodes = np.vstack(([place], corners, cells))
    turning = 1 + len(corners)
    pairs = [(one, other) for one in range(turning) for other in range(one + 1, len(nodes))]
    one, other = np.array(pairs).T
    lines = shapely.linestrings(np.stack((nodes[one], nodes[other]), 1))
    free = ~shapely.relate_pattern(town, lines, "T********")
    lengths = np.zeros((len(nodes), len(nodes)))
    lengths[one[free], other[free]] = shapely.length(lines[free])
    return np.asarray(dijkstra(lengths, directed=False, indices=0)[turning:])


def test_paths_are_the_shortest_there_are() -> None:
    outlines = towns.lots(6, seed=5)
    scene = towns.scene(*outlines, side=120)
    place = (41.5, 11.25)
    assert not inside(scene, *place)
    found = ways_of(scene, *place)
    rows, columns = np.nonzero(found.ground == OPEN)
    chosen = np.random.default_rng(1).choice(len(rows), 250, replace=False)
    rows, columns = rows[chosen], columns[chosen]

    truth = exact(outlines, place, np.stack((1.0 + 2 * columns, 1.0 + 2 * rows), 1))
    ours = found.fields.metres[rows, columns]

    assert (ours >= truth - 1e-6).all()
    assert np.max(ours - truth) < 0.05


def test_the_front_finds_what_asking_every_corner_about_every_cell_finds() -> None:
    """In a whole quarter with narrow lanes, where cells are larger than what some corners serve."""
    from geo.wifi.streetscape.crossings import sees

    scene = towns.scene(*towns.lots(14, seed=2, lot=12.0))
    place = (100.3, 83.1)
    assert not inside(scene, *place)
    found = ways_of(scene, *place, side=200)
    rows, columns = np.nonzero((found.ground == OPEN) & (found.fields.last != DIRECT))
    chosen = np.random.default_rng(3).choice(len(rows), 400, replace=False)
    worse = []
    for row, column in zip(rows[chosen].tolist(), columns[chosen].tolist(), strict=True):
        x, y = 1000 + 2000 * column, 1000 + 2000 * row
        rest = np.hypot(scene.corners.x - x, scene.corners.y - y) / MM
        best = np.inf
        for corner in np.argsort(found.reached.metres + rest):
            if sees(int(scene.corners.x[corner]), int(scene.corners.y[corner]), x, y, scene.walls.buckets):
                best = float(found.reached.metres[corner] + rest[corner])
                break
        worse.append(found.fields.metres[row, column] - best)

    assert min(worse) > -1e-6
    assert np.quantile(worse, 0.97) < 0.01
    assert max(worse) < 10.0


def test_a_courtyard_is_outdoors_and_no_path_leads_there() -> None:
    yard = Polygon([(40, 40), (80, 40), (80, 80), (40, 80)], [[(50, 50), (70, 50), (70, 70), (50, 70)]])
    scene = towns.scene(Outline(yard, 6.0, None), side=120)
    from_street, from_yard = ways_of(scene, 20, 60), ways_of(scene, 60, 60)

    assert from_street.ground[30, 30] == ENCLOSED and from_street.ground[22, 22] == INDOORS
    assert from_street.fields.last[30, 30] == UNREACHED
    assert from_street.between.walls[30, 30] == 2
    assert from_yard.fields.last[30, 33] == DIRECT and from_yard.fields.last[30, 10] == UNREACHED
    around = np.hypot(20, 20) + 40 + np.hypot(21, 19)
    assert from_street.fields.metres[30, 50] == pytest.approx(around, abs=1e-6)


def test_buildings_that_touch_are_one_block() -> None:
    apart = towns.scene(towns.house(20, 20, 40, 40), towns.house(41, 20, 60, 40), side=120)
    together = towns.scene(towns.house(20, 20, 40, 40), towns.house(40, 20, 60, 40), side=120)

    assert ways_of(apart, 5, 31).between.walls[15, 40] == 4
    assert ways_of(together, 5, 31).between.walls[15, 40] == 2


def test_a_wall_keeps_height_and_material_of_its_house() -> None:
    low = towns.house(20, 20, 40, 40, top_m=3.0, material="concrete")
    high = towns.house(40, 20, 60, 40, top_m=9.0, material="adobe")
    walls = towns.scene(low, high, side=120).walls.edges
    west, east = walls.ax + walls.bx == 40 * MM, walls.ax + walls.bx == 120 * MM

    assert walls.top[west].tolist() == [3000] and walls.material[west].tolist() == [1]
    assert walls.top[east].tolist() == [9000] and walls.material[east].tolist() == [0]


def test_an_outline_that_crosses_itself_is_two_houses() -> None:
    bow = towns.polygon((20, 20), (60, 60), (60, 20), (20, 60))
    scene = towns.scene(Outline(bow, 6.0, None), side=120)

    assert scene.ground[20, 12] == INDOORS and scene.ground[20, 28] == INDOORS
    assert scene.ground[12, 20] == OPEN
