"""Areas of chance: the best of several hotspots, on common ground only where they are near."""

import numpy as np
import pytest

from geo.wifi.catalogue import Demands
from geo.wifi.exports import areas
from geo.wifi.exports.plan import Area
from geo.wifi.rasters import Coverage, Grid

DEMANDS = Demands(voice_dbm=-65.0, browsing_dbm=-80.0, source="made up")
MANY = 100


def cover(west: float, south: float, *, power: float = 0.0, wall: bool = False) -> Coverage:
    """A site in the middle of 200 m square, 20 dB less every tenfold; with a house of 20 m beside it."""
    middle = (np.arange(MANY) + 0.5) * 2.0 - MANY
    metres = np.hypot(middle[None, :], middle[:, None])
    down = (power - 40 - 20 * np.log10(np.maximum(metres, 1))).astype(np.float32)
    if wall:
        down[55:65, 55:65] = np.nan
    return Coverage(Grid(west, south, MANY, MANY), "5", down, down - 3, np.full_like(down, 6.0), "statistics")


def metres(found: list[Area]) -> dict[tuple[str, float], float]:
    """Square metres by service and chance."""
    return {(area.service, area.chance): area.square_metres for area in found}


def test_more_chance_is_less_ground_and_voice_less_than_browsing() -> None:
    found = metres(areas.of([cover(0, 0)], DEMANDS, "5"))

    assert found["browsing", 0.1] > found["browsing", 0.5] > found["browsing", 0.9] > 0
    assert all(found["voice", chance] < found["browsing", chance] for chance in (0.1, 0.5, 0.9))


def test_the_half_chance_lies_where_the_median_meets_the_demand() -> None:
    (half,) = [
        area
        for area in areas.of([cover(0, 0, power=-3)], DEMANDS, "5")
        if (area.service, area.chance) == ("browsing", 0.5)
    ]
    ring = np.array(half.polygons[0][0])
    radius = np.hypot(*(ring - [MANY, MANY]).T)

    # -3 - 40 - 20 log r - 3 (the weaker end) = -80 gives r = 50 m.
    assert radius.mean() == pytest.approx(10 ** (34 / 20), rel=0.03)


def test_a_house_is_a_hole() -> None:
    (area,) = [
        each
        for each in areas.of([cover(0, 0, power=20, wall=True)], DEMANDS, "5")
        if (each.service, each.chance) == ("voice", 0.9)
    ]

    assert len(area.polygons) == 1 and len(area.polygons[0]) == 2


def test_far_sites_share_no_grid_and_near_ones_count_once() -> None:
    one = metres(areas.of([cover(0, 0)], DEMANDS, "5"))
    far = metres(areas.of([cover(0, 0), cover(1_000_000, 2_000_000)], DEMANDS, "5"))
    same = metres(areas.of([cover(0, 0), cover(0, 0)], DEMANDS, "5"))
    chain = areas._groups([cover(0, 0), cover(400, 0), cover(200, 0)])

    assert far == {key: 2 * value for key, value in one.items()}
    assert same == one
    assert len(chain) == 1 and len(chain[0]) == 3


def test_nothing_reached_is_no_area() -> None:
    assert areas.of([cover(0, 0, power=-90)], DEMANDS, "5") == []
    assert areas.of([], DEMANDS, "5") == []
