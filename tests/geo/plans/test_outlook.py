"""What a plan will do, in numbers; one hotspot moved, and nothing stored; plans side by side."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import Invalid, NotFound
from geo.wifi import (
    catalogue,
    comparing,
    contributions,
    coverage,
    history,
    hotspots,
    keeping,
    outlook,
    scenarios,
    spots,
    tuning,
)
from geo.wifi.models import KeptCoverage, Scenario
from geo.wifi.outlook import Outlook
from tests.geo.plans.planning import CONFIG, NOW, Bench, building, good, here


def _look(desk: Bench, plan: Scenario) -> Outlook:
    return outlook.of(desk.session, desk.commune, desk.catalogue, plan)


def _moved(desk: Bench, plan: Scenario, key: str, **values: object) -> Outlook:
    return outlook.moved(desk.session, desk.commune, desk.catalogue, plan, key, values)


def _placed(desk: Bench, plan: Scenario, where: tuple[float, float], **values: Any) -> str:
    values.setdefault("backhaul", "fibre")
    placed = desk.place(plan.key, where, **values)
    assert placed.hotspot is not None
    return placed.hotspot.key


def test_a_plan_without_hotspots_serves_nobody_and_costs_nothing(desk: Bench) -> None:
    seen = _look(desk, desk.plan())

    assert (seen.money.total_mad, seen.areas.browsing_m2, seen.figures.worth) == (0, 0, 0)
    assert seen.figures.kinds["places"].total == 1 and seen.warnings == () and seen.bases == frozenset()


def test_a_hotspot_serves_what_is_near_and_less_of_what_is_far(desk: Bench) -> None:
    near, far = desk.plan("Near"), desk.plan("Far")
    _placed(desk, near, (-290, 0))
    _placed(desk, far, (-100, 0))

    close, away = _look(desk, near), _look(desk, far)

    assert close.figures.kinds["places"].browsing == 1
    assert 0 <= away.figures.worth < close.figures.worth <= close.figures.worth_total
    assert close.bases == {"statistics"}


def test_money_areas_and_warnings_belong_to_the_plan(desk: Bench) -> None:
    plan = desk.plan(budget=10_000)
    first, second = _placed(desk, plan, (0, 0)), _placed(desk, plan, (15, 0))

    seen = _look(desk, plan)

    assert seen.money.total_mad == 15_000
    assert [warning.code for warning in seen.warnings] == ["over_budget", "near"]
    assert 0 < seen.areas.voice_m2 < seen.areas.browsing_m2
    assert 0 < seen.areas.voice_expected_m2 < seen.areas.browsing_expected_m2
    assert seen.areas.shared_m2 <= min(seen.alone[key].areas.browsing_m2 for key in (first, second))


def test_what_a_hotspot_adds_is_what_would_be_lost_without_it(desk: Bench) -> None:
    plan = desk.plan()
    keys = [_placed(desk, plan, (-280 + 40 * n, 10 * n)) for n in range(3)]
    whole = _look(desk, plan)

    for key in keys:
        hotspots.remove(desk.session, plan.key, key, seen=10**6, by="Amina", now=NOW)
        without = _look(desk, plan)
        history.undo(desk.session, plan.key, by="Amina", now=NOW)
        assert whole.alone[key].adds == pytest.approx(whole.figures.worth - without.figures.worth, abs=1e-9)


def test_a_move_tells_what_storing_it_would_give_and_stores_nothing(desk: Bench) -> None:
    plan = desk.plan()
    _placed(desk, plan, (0, 0))
    key = _placed(desk, plan, (200, 0))
    before = spots.listed(desk.session, plan.id)
    lon, lat = here(-280, 5)

    tried = _moved(desk, plan, key, lon=lon, lat=lat, height_m=5)

    assert spots.listed(desk.session, plan.id) == before and plan.revision == 3
    desk.change(plan.key, key, lon=lon, lat=lat, height_m=5)
    kept = _look(desk, plan)
    assert tried.as_json(["fr"]) == kept.as_json(["fr"])
    assert tried.figures.worth > 0


def test_a_move_computes_only_the_hotspot_that_moves(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = desk.plan()
    keys = [_placed(desk, plan, (n * 40, 0)) for n in range(5)]
    _look(desk, plan)
    asked: list[float] = []
    real = coverage.of

    def counting(*given: object, **more: object) -> object:
        asked.append(given[3].x)  # type: ignore[attr-defined]
        return real(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(coverage, "of", counting)
    lon, lat = here(60, 60)
    _moved(desk, plan, keys[2], lon=lon, lat=lat)
    assert len(set(asked)) == 1 and len(asked) == 2
    _moved(desk, plan, keys[2], lon=lon, lat=lat)
    assert len(asked) == 2


def test_a_move_onto_a_monument_is_told_and_one_out_of_the_world_refused(desk: Bench) -> None:
    plan = desk.plan()
    key = _placed(desk, plan, (0, 0))
    lon, lat = here(-300, 0)

    (finding,) = _moved(desk, plan, key, lon=lon, lat=lat).findings[key]
    assert (finding.code, finding.forbids) == ("on_monument", True)

    with pytest.raises(Invalid, match="swapped"):
        _moved(desk, plan, key, lon=lat, lat=lon)
    with pytest.raises(Invalid, match="outside"):
        _moved(desk, plan, key, lon=180, lat=90)
    with pytest.raises(Invalid):
        _moved(desk, plan, key, height_m=400)
    with pytest.raises(NotFound):
        _moved(desk, plan, "h0", height_m=4)


def test_one_more_hotspot_can_be_tried(desk: Bench) -> None:
    plan = desk.plan()

    seen = outlook.tried(desk.session, desk.commune, desk.catalogue, plan, good((-280, 0)))

    assert seen.figures.worth > 0 and seen.money.items[0].many == 1
    assert spots.count(desk.session, plan.id) == 0


def test_weights_change_what_a_plan_is_worth(desk: Bench) -> None:
    plan = desk.plan()
    _placed(desk, plan, (-280, 0))
    before = _look(desk, plan)

    scenarios.change(desk.session, plan.key, {"weights": {"places": 0}}, seen=9, by="Amina", now=NOW)
    without = _look(desk, plan)
    scenarios.change(desk.session, plan.key, {"weights": {"places": 5}}, seen=9, by="Amina", now=NOW)
    more = _look(desk, plan)

    assert without.figures.worth < before.figures.worth < more.figures.worth
    assert "places" not in without.figures.kinds


def test_a_measured_offset_moves_every_signal(desk: Bench) -> None:
    plan = desk.plan()
    _placed(desk, plan, (0, 0))
    before = _look(desk, plan)
    plan.offset_db = -6.0

    assert _look(desk, plan).areas.browsing_m2 < before.areas.browsing_m2


def test_among_buildings_the_signal_rests_on_them(desk: Bench) -> None:
    building(desk, [(20, -60), (40, -60), (40, 60), (20, 60)])
    plan = desk.plan()
    key = _placed(desk, plan, (10, 0))

    seen = _look(desk, plan)

    assert seen.bases == {"buildings"} and seen.alone[key].basis == "buildings"
    assert 0 < seen.areas.voice_m2 < seen.areas.browsing_m2


def test_among_buildings_a_signal_is_kept_for_other_processes(desk: Bench) -> None:
    building(desk, [(20, -60), (40, -60), (40, 60), (20, 60)])
    plan = desk.plan()
    key = _placed(desk, plan, (10, 0))
    lon, lat = here(10, 5)
    _moved(desk, plan, key, lon=lon, lat=lat)
    kept = select(func.count()).select_from(KeptCoverage)
    assert desk.session.scalar(kept) == 2

    desk.change(plan.key, key, lon=lon, lat=lat)
    before = _look(desk, plan).areas
    assert desk.session.scalar(kept) == 4

    keeping.forget()
    contributions.forget()
    assert _look(desk, plan).areas.browsing_m2 == pytest.approx(before.browsing_m2, rel=0.01)


def test_a_hotspot_around_which_somebody_built_serves_nobody_and_says_why(desk: Bench) -> None:
    plan = desk.plan()
    key = _placed(desk, plan, (0, 0))
    building(desk, [(-30, -30), (30, -30), (30, 30), (-30, 30)])

    seen = _look(desk, plan)

    assert [finding.code for finding in seen.findings[key]] == ["in_building"]
    assert "NaN" not in json.dumps(seen.as_json(["fr"]))


def test_a_catalogue_of_one_band_plans_in_that_band(desk: Bench) -> None:
    one_band = {
        **CONFIG,
        "models": [{**CONFIG["models"][0], "radios": CONFIG["models"][0]["radios"][:1]}],
        **{name: CONFIG[name][:1] for name in ("limits", "clients")},
    }
    desk.catalogue = catalogue.from_config(one_band)
    plan = desk.plan()
    key = _placed(desk, plan, (-280, 0), channel_24=6)
    tuning.tune(desk.session, desk.commune, desk.catalogue, plan.key, by="Amina", now=NOW)

    seen = _look(desk, plan)

    assert set(seen.parts[key].reaches) == {"2.4"} and seen.figures.worth > 0
    with pytest.raises(Invalid, match="no radio for 5 GHz"):
        desk.change(plan.key, key, channel_5=36)
    with pytest.raises(Invalid, match="no radio for 5 GHz"):
        desk.change(plan.key, key, eirp_5_dbm=15)


def test_everything_is_ready_for_json(desk: Bench) -> None:
    plan = desk.plan(budget=0)
    _placed(desk, plan, (-294, 0), model="sector", backhaul="mesh")

    told = json.loads(json.dumps(_look(desk, plan).as_json(["ar", "fr"])))

    assert {each["code"] for each in told["warnings"]} == {"over_budget", "mesh_far"}
    (findings,) = told["findings"].values()
    assert findings[0]["code"] == "near_monument" and findings[0]["thing"]
    assert set(told["figures"]["kinds"]) == {"residents", "places", "walks", "stops", "open_area", "children"}


def test_plans_stand_side_by_side_with_differences_to_the_first(desk: Bench) -> None:
    small, large = desk.plan("Small"), desk.plan("Large")
    _placed(desk, small, (-200, 0))
    for n in range(2):
        _placed(desk, large, (-290 + 60 * n, 0))

    rows = {row.key: row for row in comparing.rows([_look(desk, small), _look(desk, large)])}

    assert rows["hotspots"].values == (1, 2) and rows["hotspots"].differences == (0, 1)
    assert rows["total_mad"].values == (7500, 15000) and rows["total_mad"].best == (True, False)
    assert rows["places"].best == (False, True)
    assert rows["residents"].values == (None, None) and rows["residents"].best == (False, False)
    assert rows["mad_per_person"].differences == (None, None)
    assert json.dumps([row.as_json() for row in rows.values()])


def test_one_plan_alone_or_five_are_not_compared(desk: Bench) -> None:
    seen = _look(desk, desk.plan())

    for many in (0, 1, 5):
        with pytest.raises(Invalid):
            comparing.rows([seen] * many)
