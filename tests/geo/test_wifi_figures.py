"""What a plan serves, how fairly, at what price; and what a raster says at a point."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from geo.wifi import figures, sampling, serving
from geo.wifi.demand import AT_THE_DOOR, KINDS, Demand, weighted
from geo.wifi.rasters import Coverage, Grid
from geo.wifi.served.quarters import Quarter
from geo.wifi.serving import Serving


def made(*points: tuple[str, float, int], quarters: int = 2, **weights: float) -> Demand:
    """Demand of (kind, amount, quarter), all at one place."""
    kind = np.array([KINDS.index(name) for name, _, _ in points], dtype=np.int8)
    nothing = np.zeros(len(points))
    demand = Demand(
        x=nothing,
        y=nothing,
        kind=kind,
        amount=np.array([amount for _, amount, _ in points], dtype=np.float64),
        quarter=np.array([quarter for _, _, quarter in points], dtype=np.int32),
        worth=nothing,
        door=np.array([name in AT_THE_DOOR for name, _, _ in points], dtype=bool),
        quarters=tuple(Quarter(f"q{n}", "quarter", {}) for n in range(quarters)),
        weights={},
        notes=(),
        detail=np.full(len(points), ""),
    )
    return weighted(demand, weights)


def classes(*service: int) -> Serving:
    """Certain service."""
    return serving.of(np.array(service))


def test_kinds_are_figures_of_their_own_by_class() -> None:
    demand = made(("residents", 300, 0), ("residents", 100, 1), ("places", 1, 0), ("walks", 5.5, 1))
    found = figures.of(demand, classes(2, 1, 0, 1), money_mad=60_000)

    assert found.kinds["residents"].total == 400
    assert (found.kinds["residents"].voice, found.kinds["residents"].browsing) == (300, 400)
    assert (found.kinds["places"].voice, found.kinds["places"].browsing) == (0, 0)
    assert (found.kinds["walks"].voice, found.kinds["walks"].browsing) == (0, 5.5)
    assert (found.kinds["stops"].total, found.kinds["stops"].share) == (0, None)
    assert found.mad_per_person == 150
    assert found.worth == pytest.approx(2) and found.worth_total == pytest.approx(3)


def test_where_it_is_a_matter_of_chance_people_are_expected() -> None:
    demand = made(("residents", 100, 0), ("residents", 100, 1))
    found = figures.of(
        demand, serving.of(np.array([2, 0]), np.array([0.9, 0.25]), np.array([0.6, np.nan])), money_mad=1150
    )
    residents = found.kinds["residents"]

    assert (residents.browsing, residents.voice) == (100, 100)
    assert (residents.browsing_expected, residents.voice_expected) == (115, 60)
    assert found.mad_per_person == 10


@pytest.mark.parametrize(
    ("people", "service", "gini", "ratio", "least"),
    [
        ((100, 100), (1, 1), 0.0, 1.0, "q0"),
        ((100, 100), (1, 0), 0.5, 0.0, "q1"),
        ((300, 100), (0, 1), 0.75, 0.0, "q0"),
        ((100, 300), (0, 0), None, None, "q1"),
    ],
)
def test_fairness_of_towns_whose_answer_is_known(
    people: tuple[int, int], service: tuple[int, int], gini: float | None, ratio: float | None, least: str
) -> None:
    demand = made(("residents", people[0], 0), ("residents", people[1], 1))
    found = figures.of(demand, classes(*service))

    assert found.gini == (None if gini is None else pytest.approx(gini))
    assert (found.ratio, found.least) == (ratio, least)


def test_fairness_goes_by_places_where_residents_are_not_known() -> None:
    found = figures.of(made(("places", 1, 0), ("places", 1, 1)), classes(0, 1))

    assert found.least == "q0"
    assert found.gini == pytest.approx(0.5)


def test_the_gini_coefficient_is_that_of_single_people() -> None:
    chance = np.random.default_rng(1)
    shares, people = chance.random(7), chance.integers(1, 9, 7)
    each = np.sort(np.repeat(shares, people))
    ranks = np.arange(1, len(each) + 1)
    known = 2 * (ranks * each).sum() / (len(each) * each.sum()) - (len(each) + 1) / len(each)

    assert figures.gini(shares, people.astype(float)) == pytest.approx(known)


def test_without_quarters_or_without_anything_there_are_figures_still() -> None:
    nowhere = figures.of(made(("residents", 5, -1), quarters=0), classes(1))
    nothing = figures.of(made(), classes(), money_mad=100)

    assert (nowhere.kinds["residents"].browsing, nowhere.gini, nowhere.least) == (5, None, None)
    assert (nothing.mad_per_person, nothing.kinds["residents"].total) == (None, 0)
    for found in (nowhere, nothing):
        json.dumps(found.as_json(), allow_nan=False)


def test_a_kind_without_weight_has_no_figure() -> None:
    found = figures.of(made(("residents", 5, 0), ("places", 1, 0), places=0), classes(1))

    assert "places" not in found.kinds and "places" not in found.quarters[0].kinds


def test_service_of_another_demand_is_refused() -> None:
    with pytest.raises(ValueError, match="1 classes for 2 demand points"):
        figures.of(made(("places", 1, 0), ("places", 1, 1)), classes(1))


CHANCES = some.floats(0, 1)
POINT = some.tuples(
    some.sampled_from(KINDS), some.floats(0.01, 1e5), some.integers(-1, 1), *[some.integers(0, 2)] * 2,
    *[CHANCES] * 4,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(some.lists(POINT, max_size=12))
def test_one_more_hotspot_never_lowers_what_is_served(points: list[Any]) -> None:
    demand = made(*[point[:3] for point in points])
    columns = [np.array([point[n] for point in points]) for n in range(3, 9)]
    first = serving.of(columns[0], columns[2], columns[3])
    both = serving.together([first, serving.of(columns[1], columns[4], columns[5])], len(demand))
    before, after = figures.of(demand, first), figures.of(demand, both)

    for kind in KINDS:
        for name in ("browsing", "voice", "browsing_expected", "voice_expected"):
            assert getattr(before.kinds[kind], name) <= getattr(after.kinds[kind], name)
            assert getattr(after.kinds[kind], name) <= after.kinds[kind].total + 1e-6
    assert before.worth <= after.worth <= after.worth_total + 1e-9


def coverage(down: list[list[float]], basis: Any = "buildings") -> Coverage:
    """Cells of 2 m from (100, 200) on; the first row is the southernmost."""
    values = np.array(down, dtype=np.float32)
    grid = Grid(100.0, 200.0, values.shape[1], values.shape[0])
    return Coverage(grid, "2.4", values, values - 5, np.full_like(values, 6), basis)


NAN = float("nan")


def test_a_point_has_the_signal_of_its_cell_and_none_outside() -> None:
    down, up, sd = sampling.sample(
        coverage([[-50, -60], [-70, NAN]]),
        np.array([100.0, 103.9, 101, 103, 99.9, 104.0]),
        np.array([200.0, 200, 203, 203, 201, 201]),
    )

    assert down.tolist()[:3] == [-50, -60, -70] and up.tolist()[:3] == [-55, -65, -75]
    assert np.isnan(down[3:]).all() and np.isnan(sd[4:]).all()


def test_a_house_is_served_at_its_door_where_buildings_are_known() -> None:
    house = [[-90, NAN, NAN, NAN, -60], [-90, NAN, NAN, NAN, NAN], [-90, NAN, NAN, NAN, NAN]]
    x, y, door = (
        np.array([103.0, 105.0, 105.0]),
        np.array([203.0, 203.0, 203.0]),
        np.array([True, True, False]),
    )

    assert sampling.sample(coverage(house), x, y, door)[0].tolist()[:2] == [-90, -60]
    assert np.isnan(sampling.sample(coverage(house), x, y, door)[0][2])
    assert np.isnan(sampling.sample(coverage(house, "statistics"), x, y, door)[0]).all()


def test_deep_in_a_block_there_is_no_door() -> None:
    block = np.full((61, 61), np.nan).tolist()
    block[0][0] = -40.0
    found = sampling.sample(coverage(block), np.array([161.0]), np.array([261.0]), np.array([True]))

    assert np.isnan(found[0]).all()
