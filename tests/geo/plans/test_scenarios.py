"""Plans and their hotspots: made, changed, undone, done again, copied, brought before the council."""

from decimal import Decimal
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound
from geo.wifi import history, hotspots, scenarios, spots
from geo.wifi.models import Edit, Hotspot, Scenario
from tests.geo.plans.planning import NOW, Bench, good, here


def _standing(desk: Bench, plan: Scenario) -> dict[str, str]:
    return {spot.key: spot.values.name for spot in spots.listed(desk.session, plan.id)}


def test_a_plan_gets_a_key_for_addresses_that_no_other_has(desk: Bench) -> None:
    titles = ["Médina, phase 1", "Médina phase 1", "خطة", "خطة أخرى", "x" * 120]

    keys = [desk.plan(title).key for title in titles]

    assert keys == ["medina-phase-1", "medina-phase-1-2", "plan", "plan-2", "x" * 30]


def test_plans_are_listed_in_pages_with_the_number_of_their_hotspots(desk: Bench) -> None:
    first = desk.plan("First")
    for title in ("Second", "Third"):
        desk.plan(title)
    desk.place(first.key)

    page = scenarios.listed(desk.session, limit=2)
    rest = scenarios.listed(desk.session, limit=2, offset=2)

    assert page.total == rest.total == 3
    assert {line.scenario.key: line.hotspots for line in (*page.lines, *rest.lines)} == {
        "first": 1, "second": 0, "third": 0,
    }  # fmt: skip
    assert scenarios.listed(desk.session, limit=9, public=True).total == 0


def test_a_hotspot_is_placed_moved_and_taken_away_and_the_revision_grows(desk: Bench) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key, (10, 20), azimuth_deg=90, channel_24=6)
    assert placed.hotspot is not None
    key = placed.hotspot.key

    moved = desk.change(plan.key, key, seen=placed.revision, lon=here(30, 20)[0])
    same = desk.change(plan.key, key, seen=moved.revision, lon=here(30, 20)[0])
    gone = hotspots.remove(desk.session, plan.key, key, seen=moved.revision, by="Amina", now=NOW)

    assert placed.hotspot.at == pytest.approx(here(10, 20))
    assert moved.hotspot is not None and moved.hotspot.at == pytest.approx(here(30, 20))
    assert moved.hotspot.values.azimuth_deg == 90 and moved.hotspot.values.channel_24 == 6
    assert [placed.revision, moved.revision, same.revision, gone.revision] == [2, 3, 3, 4]
    assert _standing(desk, plan) == {}


def test_what_is_read_is_what_was_placed_to_the_last_digit(desk: Bench) -> None:
    plan = desk.plan()
    given = good((12.345678, 7.654321), height_m=3.7, tilt_deg=-0.1, eirp_5_dbm=20.25, note="On the lamp")

    placed = desk.place(plan.key, (12.345678, 7.654321), **given)

    assert placed.hotspot is not None
    record = spots.as_record(placed.hotspot)
    assert {name: record[name] for name in given} == given
    assert record["status"] == "planned" and record["changed_by"] == "Amina"


def test_everything_can_be_undone_and_done_again_in_order(desk: Bench) -> None:
    plan = desk.plan()
    a, b = desk.place(plan.key, name="A"), desk.place(plan.key, (50, 0), name="B")
    assert a.hotspot is not None and b.hotspot is not None
    desk.change(plan.key, a.hotspot.key, name="A moved", lat=here(0, 9)[1])
    hotspots.remove(desk.session, plan.key, b.hotspot.key, seen=9, by="Amina", now=NOW)
    sites = [good((100, 0), name="P"), good((150, 0), name="Q")]
    _adopt(desk, plan, sites, instead=True)
    states = [sorted(_standing(desk, plan).values())]

    for _ in range(5):
        history.undo(desk.session, plan.key, by="Amina", now=NOW)
        states.append(sorted(_standing(desk, plan).values()))
    with pytest.raises(NotFound):
        history.undo(desk.session, plan.key, by="Amina", now=NOW)
    again = []
    for _ in range(5):
        history.redo(desk.session, plan.key, by="Amina", now=NOW)
        again.append(sorted(_standing(desk, plan).values()))
    with pytest.raises(NotFound):
        history.redo(desk.session, plan.key, by="Amina", now=NOW)

    assert states == [["P", "Q"], ["A moved"], ["A moved", "B"], ["A", "B"], ["A"], []]
    assert again == states[-2::-1]


def test_what_was_undone_cannot_be_done_again_after_something_new(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key)
    history.undo(desk.session, plan.key, by="Amina", now=NOW)
    desk.place(plan.key, (50, 0))

    with pytest.raises(NotFound):
        history.redo(desk.session, plan.key, by="Amina", now=NOW)


def test_a_person_can_undo_their_own_last_edit_past_those_of_others(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key, name="Amina's")
    desk.place(plan.key, (50, 0), by="Brahim", name="Brahim's")

    done = history.undo(desk.session, plan.key, by="Amina", now=NOW, own=True)

    assert done.act == "place" and list(_standing(desk, plan).values()) == ["Brahim's"]
    history.redo(desk.session, plan.key, by="Amina", now=NOW, own=True)
    assert sorted(_standing(desk, plan).values()) == ["Amina's", "Brahim's"]


def test_undoing_what_another_changed_since_is_told_and_changes_nothing(desk: Bench) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key, name="Gate")
    assert placed.hotspot is not None
    key = placed.hotspot.key
    desk.change(plan.key, key, by="Brahim", name="Gate, left")

    with pytest.raises(Conflict, match="Brahim changed “Gate, left”"):
        history.undo(desk.session, plan.key, by="Amina", now=NOW, own=True)
    hotspots.remove(desk.session, plan.key, key, seen=9, by="Driss", now=NOW)
    with pytest.raises(Conflict, match="Driss took “Gate” away"):
        history.undo(desk.session, plan.key, by="Amina", now=NOW, own=True)

    assert _standing(desk, plan) == {}


def test_who_comes_second_is_told_who_was_first(desk: Bench) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key, name="Gate")
    assert placed.hotspot is not None
    key, seen = placed.hotspot.key, placed.revision
    desk.change(plan.key, key, seen=seen, by="Brahim", height_m=6)

    with pytest.raises(Conflict, match="Brahim changed “Gate”"):
        desk.change(plan.key, key, seen=seen, height_m=5)
    with pytest.raises(Conflict, match="Brahim"):
        hotspots.remove(desk.session, plan.key, key, seen=seen, by="Amina", now=NOW)
    assert spots.find(desk.session, plan.id, key).values.height_m == 6
    hotspots.remove(desk.session, plan.key, key, seen=seen + 1, by="Brahim", now=NOW)
    with pytest.raises(Conflict, match="Brahim took this hotspot away"):
        desk.change(plan.key, key, seen=seen + 1, height_m=5)


def test_another_hotspot_is_no_conflict(desk: Bench) -> None:
    plan = desk.plan()
    a, b = desk.place(plan.key), desk.place(plan.key, (50, 0))
    assert a.hotspot is not None and b.hotspot is not None

    desk.change(plan.key, b.hotspot.key, seen=b.revision, by="Brahim", height_m=6)
    desk.change(plan.key, a.hotspot.key, seen=b.revision, height_m=5)

    assert {spot.values.height_m for spot in spots.listed(desk.session, plan.id)} == {5, 6}


def test_settings_are_changed_as_one_edit_and_undone(desk: Bench) -> None:
    plan = desk.plan()
    given: dict[str, Any] = {"title": "Plan B", "budget_mad": 45000.5, "weights": {"residents": 2}}

    scenarios.change(desk.session, plan.key, given, seen=1, by="Amina", now=NOW)
    assert (plan.title, plan.budget_mad, plan.weights) == ("Plan B", Decimal("45000.5"), {"residents": 2})

    with pytest.raises(Conflict, match="Amina changed the settings"):
        scenarios.change(desk.session, plan.key, {"title": "C"}, seen=1, by="Brahim", now=NOW)
    history.undo(desk.session, plan.key, by="Brahim", now=NOW)
    assert (plan.title, plan.budget_mad, plan.weights) == ("Plan A", Decimal("60000"), {})
    with pytest.raises(Conflict, match="Brahim changed the settings"):
        scenarios.change(desk.session, plan.key, {"title": "C"}, seen=2, by="Amina", now=NOW)


def test_moving_a_hotspot_is_no_conflict_for_settings(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key)

    scenarios.change(desk.session, plan.key, {"budget_mad": 1}, seen=1, by="Amina", now=NOW)

    assert plan.budget_mad == 1


def test_a_copy_has_the_same_hotspots_under_the_same_keys_and_goes_its_own_way(desk: Bench) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key, height_m=7)
    assert placed.hotspot is not None

    copied = scenarios.copy(desk.session, plan.key, "Plan A, dearer", by="Brahim", now=NOW)
    desk.change(copied.key, placed.hotspot.key, height_m=9)

    assert copied.status == "draft" and copied.made_by == "Brahim"
    assert spots.find(desk.session, plan.id, placed.hotspot.key).values.height_m == 7
    assert spots.find(desk.session, copied.id, placed.hotspot.key).values.height_m == 9


def test_what_lies_before_the_council_stays_as_it_is(desk: Bench) -> None:
    plan = desk.plan()
    with pytest.raises(Conflict, match="no hotspots"):
        scenarios.submit(desk.session, plan.key, now=NOW)
    desk.session.rollback()


def test_no_edit_reaches_a_plan_that_is_no_draft(desk: Bench) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key)
    assert placed.hotspot is not None
    key = placed.hotspot.key
    scenarios.submit(desk.session, plan.key, now=NOW)

    for refused in (
        lambda: desk.place(plan.key),
        lambda: desk.change(plan.key, key, height_m=5),
        lambda: hotspots.remove(desk.session, plan.key, key, seen=99, by="Amina", now=NOW),
        lambda: _adopt(desk, plan, [good()], instead=True),
        lambda: history.undo(desk.session, plan.key, by="Amina", now=NOW),
        lambda: scenarios.change(desk.session, plan.key, {"title": "x"}, seen=99, by="Amina", now=NOW),
        lambda: scenarios.submit(desk.session, plan.key, now=NOW),
    ):
        with pytest.raises(Conflict):
            refused()

    scenarios.take_back(desk.session, plan.key, now=NOW)
    desk.change(plan.key, key, height_m=5)
    scenarios.withdraw(desk.session, plan.key, by="Amina", now=NOW)
    with pytest.raises(Conflict, match="withdrawn"):
        desk.change(plan.key, key, height_m=6)
    scenarios.reopen(desk.session, plan.key, now=NOW)
    desk.change(plan.key, key, height_m=6)


def test_a_plan_is_opened_for_consultation_and_closed(desk: Bench) -> None:
    plan = desk.plan()
    with pytest.raises(NotFound):
        scenarios.find(desk.session, plan.key, public=True)

    scenarios.consult(desk.session, plan.key, is_open=True, now=NOW)
    assert scenarios.find(desk.session, plan.key, public=True) is plan
    assert scenarios.listed(desk.session, limit=9, public=True).total == 1

    scenarios.withdraw(desk.session, plan.key, by="Amina", now=NOW)
    with pytest.raises(NotFound):
        scenarios.find(desk.session, plan.key, public=True)
    with pytest.raises(Conflict):
        scenarios.consult(desk.session, plan.key, is_open=True, now=NOW)


def test_a_proposal_with_one_bad_site_is_not_taken_over_at_all(desk: Bench) -> None:
    plan = desk.plan()
    desk.place(plan.key, name="Mine")

    with pytest.raises(Invalid):
        _adopt(desk, plan, [good((50, 0)), good((60, 0), height_m=400)], instead=True)
    assert list(_standing(desk, plan).values()) == ["Mine"]

    _adopt(desk, plan, [good((50, 0), name="P")], instead=False)
    assert list(_standing(desk, plan).values()) == ["Mine", "P"]


def test_only_the_last_edits_are_kept(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "KEPT", 3)
    plan = desk.plan()
    for n in range(6):
        desk.place(plan.key, (n * 30, 0), name=f"H{n}")

    edits = history.listed(desk.session, plan.id, limit=99)

    assert [edit.after[0]["name"] for edit in edits] == ["H5", "H4", "H3"]
    assert desk.session.query(Edit).count() == 3 and desk.session.query(Hotspot).count() == 6


def test_plans_and_hotspots_that_are_not_there(desk: Bench) -> None:
    plan = desk.plan()
    for asked in (
        lambda: scenarios.find(desk.session, "nowhere"),
        lambda: desk.place("nowhere"),
        lambda: desk.change(plan.key, "h1", height_m=4),
        lambda: history.undo(desk.session, "nowhere", by="Amina", now=NOW),
        lambda: scenarios.copy(desk.session, "nowhere", "x", by="Amina", now=NOW),
    ):
        with pytest.raises(NotFound):
            asked()


def _adopt(desk: Bench, plan: Scenario, sites: list[dict[str, Any]], *, instead: bool) -> int:
    return hotspots.adopt(
        desk.session, desk.commune, desk.catalogue, plan.key, sites, instead=instead, by="Amina", now=NOW
    )
