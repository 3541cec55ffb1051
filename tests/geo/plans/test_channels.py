"""Channels that disturb least: proven against trying everything; where two hotspots disturb each other."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from geo.wifi import catalogue, channels, history, outlook, scenarios, spots, tuning
from geo.wifi.channels import Weights
from geo.wifi.models import Scenario
from geo.wifi.outlook import Outlook
from geo.wifi.rasters import Coverage, Grid
from tests.geo.plans.planning import CONFIG, NOW, Bench


def _symmetric(values: list[int], many: int) -> Weights:
    disturbing = np.zeros((many, many))
    disturbing[np.triu_indices(many, 1)] = values
    return disturbing + disturbing.T


_graphs = st.integers(1, 7).flatmap(
    lambda many: st.lists(
        st.sampled_from([0, 0, 1, 2, 5, 16]), min_size=many * (many - 1) // 2, max_size=many * (many - 1) // 2
    ).map(lambda values: _symmetric(values, many))
)


@settings(deadline=None, max_examples=40)
@given(_graphs, st.integers(1, 3))
def test_no_other_choice_of_channels_disturbs_less(disturbing: Weights, many: int) -> None:
    numbers = (1, 6, 11)[:many]

    found = channels.choose(disturbing, numbers)

    def cost(taken: tuple[int, ...]) -> float:
        return float((disturbing * np.equal.outer(taken, taken)).sum() / 2)

    assert found.proven and set(found.channels) <= set(numbers)
    assert found.disturbed_m2 == cost(found.channels)
    assert found.disturbed_m2 == min(cost(taken) for taken in product(numbers, repeat=len(disturbing)))


def test_what_takes_too_long_is_not_called_proven() -> None:
    many = 14
    disturbing = _symmetric([1 + n % 7 for n in range(many * (many - 1) // 2)], many)

    found = channels.choose(disturbing, (1, 6, 11), most_steps=50)

    assert not found.proven and len(found.channels) == many
    assert channels.choose(disturbing, (1, 6, 11)).disturbed_m2 <= found.disturbed_m2
    with pytest.raises(ValueError, match="no channel"):
        channels.choose(disturbing, ())


def test_twenty_hotspots_in_a_row_get_channels_that_nobody_shares() -> None:
    places = np.arange(20) * 60.0
    disturbing = np.maximum(0, 150 - np.abs(np.subtract.outer(places, places)))
    np.fill_diagonal(disturbing, 0)

    found = channels.choose(disturbing, (1, 6, 11))

    assert (found.disturbed_m2, found.proven) == (0, True)


def test_hotspots_that_do_not_disturb_each_other_are_spread_over_the_channels() -> None:
    found = channels.choose(np.zeros((6, 6)), (1, 6, 11))

    assert sorted(found.channels) == [1, 1, 6, 6, 11, 11]


def _cover(west: float, dbm: float, side: int = 10) -> Coverage:
    down = np.full((side * 4, side * 4), dbm, dtype=np.float32)
    return Coverage(Grid(west, 0, side * 4, side * 4), "2.4", down, down, down * 0, "statistics")


def test_two_hotspots_disturb_where_one_serves_and_the_other_is_heard() -> None:
    served = np.ones((40, 40), dtype=np.int8)
    here = channels.reach(_cover(0, -70), served)
    beside = channels.reach(_cover(40, -70), served)
    faint = channels.reach(_cover(40, -83), served)
    far = channels.reach(_cover(80, -70), served)

    assert channels.disturbed_m2(here, beside) == 2 * 40 * 80
    assert channels.disturbed_m2(here, faint) == channels.disturbed_m2(faint, here) == 40 * 80
    assert channels.disturbed_m2(here, far) == 0
    assert channels.weights([here, beside, far])[0].tolist() == [0, 6400, 0]


def test_only_channels_that_do_not_overlap_are_chosen() -> None:
    limits = [{**limit} for limit in CONFIG["limits"]]
    limits[0]["channels"] = tuple(range(1, 14))
    known = catalogue.from_config({**CONFIG, "limits": limits})

    assert channels.usable(known, "2.4") == (1, 6, 11)
    assert channels.usable(known, "5") == (36, 40, 44, 48)
    assert channels.overlap("2.4", 1, 5) and not channels.overlap("2.4", 1, 6)


def test_channels_of_a_plan_are_chosen_as_one_edit_and_undone(desk: Bench) -> None:
    plan = desk.plan()
    for n in range(4):
        desk.place(plan.key, (n * 30, 0), backhaul="fibre")
    desk.place(plan.key, (0, 30), model="sector")
    before = _look(desk, plan)
    assert (before.untuned, before.clashes) == (9, ())

    tuned = tuning.tune(desk.session, desk.commune, desk.catalogue, plan.key, by="Amina", now=NOW)

    after = _look(desk, plan)
    standing = spots.listed(desk.session, plan.id)
    assert after.untuned == 0 and all(choice.proven for choice in tuned.choices.values())
    assert sorted({spot.values.channel_24 for spot in standing[:4]}) == [1, 6, 11]  # type: ignore[type-var]
    assert standing[4].values.channel_24 is None and standing[4].values.channel_5 is not None
    for band, choice in tuned.choices.items():
        clashes = [clash.disturbed_m2 for clash in after.clashes if clash.band == band]
        assert sum(clashes) == choice.disturbed_m2
    assert [edit.act for edit in history.listed(desk.session, plan.id, limit=1)] == ["channels"]
    again = tuning.tune(desk.session, desk.commune, desk.catalogue, plan.key, by="Amina", now=NOW)
    assert again.revision == tuned.revision == plan.revision

    history.undo(desk.session, plan.key, by="Amina", now=NOW)
    assert _look(desk, plan).untuned == 9


def test_neighbours_on_one_channel_are_told_of(desk: Bench) -> None:
    plan = desk.plan()
    keys = []
    for where, channel in (((0, 0), 1), ((30, 0), 1), ((0, 30), 6)):
        placed = desk.place(plan.key, where, channel_24=channel)
        assert placed.hotspot is not None
        keys.append(placed.hotspot.key)

    (clash,) = _look(desk, plan).clashes

    assert (clash.one, clash.other, clash.band) == (keys[0], keys[1], "2.4") and clash.disturbed_m2 > 0


def test_channels_of_a_plan_that_is_no_draft_stay_as_they_are(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key)
    scenarios.submit(desk.session, plan.key, now=NOW)

    with pytest.raises(Conflict):
        tuning.tune(desk.session, desk.commune, desk.catalogue, plan.key, by="Amina", now=NOW)

    assert _look(desk, plan).untuned == 2


def _look(desk: Bench, plan: Scenario) -> Outlook:
    return outlook.of(desk.session, desk.commune, desk.catalogue, plan)
