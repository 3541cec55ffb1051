"""Approving plans, and the life of hotspots after it."""

from itertools import product

import pytest

from core.errors import Conflict, Invalid, NotFound
from geo import published
from geo.wifi import approval, lifecycle, scenarios, spots
from geo.wifi.approval import Approval
from geo.wifi.models import Scenario
from geo.wifi.spots import Spot
from geo.wifi.vocabulary import NEXT, STATUSES
from tests.geo.plans.planning import NOW, Bench

ROAD = {
    "planned": (),
    "approved": (),
    "ordered": ("ordered",),
    "installed": ("ordered", "installed"),
    "on_air": ("ordered", "installed", "on_air"),
    "faulty": ("ordered", "installed", "faulty"),
    "removed": ("removed",),
}
"""How an approved hotspot comes to a status."""


def _approve(desk: Bench, plan: Scenario, instead_of: str | None = None) -> Approval:
    scenarios.submit(desk.session, plan.key, now=NOW)
    return approval.approve(
        desk.session, plan.key, seen=plan.revision, instead_of=instead_of, by="Council", now=NOW
    )


def _step(desk: Bench, plan: Scenario, key: str, status: str, **more: str) -> Spot:
    return lifecycle.step(desk.session, plan.key, key, status, seen=plan.revision, by="Team", now=NOW, **more)


def _placed(desk: Bench, plan: Scenario, *wheres: tuple[float, float]) -> list[str]:
    placed = [desk.place(plan.key, where, name=f"at {where}").hotspot for where in wheres]
    return [each.key for each in placed if each]


def _statuses(desk: Bench, plan: Scenario) -> dict[str, str]:
    return {spot.key: spot.status for spot in spots.listed(desk.session, plan.id)}


def test_approving_makes_the_plan_the_network_and_pages_follow(desk: Bench) -> None:
    plan = desk.plan()
    (key,) = _placed(desk, plan, (0, 0))
    before = published.current(desk.session)
    assert before is not None

    _approve(desk, plan)

    after = published.current(desk.session)
    assert after is not None and after.stamp != before.stamp
    assert scenarios.approved(desk.session) is plan
    assert (plan.approved_by, plan.approved_at) == ("Council", NOW)
    assert _statuses(desk, plan) == {key: "approved"}
    (step,) = lifecycle.steps(desk.session, spots.find(desk.session, plan.id, key).id, limit=9)
    assert (step.before, step.after, step.by) == ("planned", "approved", "Council")


def test_a_draft_is_not_approved_and_a_plan_not_twice(desk: Bench) -> None:
    plan = desk.plan()
    _placed(desk, plan, (0, 0))

    with pytest.raises(Conflict, match="lies before the council"):
        approval.approve(desk.session, plan.key, seen=plan.revision, instead_of=None, by="C", now=NOW)
    _approve(desk, plan)
    with pytest.raises(Conflict, match="Council approved this plan already"):
        approval.approve(desk.session, plan.key, seen=plan.revision, instead_of=plan.key, by="C", now=NOW)


def test_who_approves_has_to_have_seen_the_plan_as_it_is(desk: Bench) -> None:
    plan = desk.plan()
    _placed(desk, plan, (0, 0))
    seen = scenarios.submit(desk.session, plan.key, now=NOW).revision
    scenarios.take_back(desk.session, plan.key, now=NOW)
    _placed(desk, plan, (50, 0))
    scenarios.submit(desk.session, plan.key, now=NOW)

    with pytest.raises(Conflict, match="changed meanwhile"):
        approval.approve(desk.session, plan.key, seen=seen, instead_of=None, by="C", now=NOW)

    assert plan.status == "submitted"


def test_hotspots_that_are_ordered_or_hang_move_into_the_next_plan(desk: Bench) -> None:
    first = desk.plan("First")
    keys = _placed(desk, first, *((n * 50, 0) for n in range(len(ROAD))))
    _approve(desk, first)
    for key, (status, road) in zip(keys, ROAD.items(), strict=True):
        for each in road:
            _step(desk, first, key, each)
        del status
    second = desk.plan("Second")
    (new,) = _placed(desk, second, (0, 90))

    done = _approve(desk, second, "first")

    planned, approved_, ordered, installed, on_air, faulty, removed = keys
    assert list(done.carried) == [ordered, installed, on_air, faulty] and done.renamed == {}
    assert _statuses(desk, second) == {
        new: "approved", ordered: "ordered", installed: "installed", on_air: "on_air", faulty: "faulty",
    }  # fmt: skip
    assert _statuses(desk, first) == {planned: "planned", approved_: "planned", removed: "removed"}
    assert first.status == "withdrawn" and scenarios.approved(desk.session) is second
    history = lifecycle.steps(desk.session, spots.find(desk.session, second.id, on_air).id, limit=9)
    assert [step.after for step in history] == ["on_air", "installed", "ordered", "approved"]


def test_a_hotspot_that_hangs_is_one_with_the_same_one_in_a_copy(desk: Bench) -> None:
    first = desk.plan("First")
    same, moved = _placed(desk, first, (0, 0), (50, 0))
    _approve(desk, first)
    for key in (same, moved):
        for status in ROAD["on_air"]:
            _step(desk, first, key, status)
    second = scenarios.copy(desk.session, "first", "Second", by="Amina", now=NOW)
    desk.change(second.key, same, name="Renamed", azimuth_deg=45)
    desk.change(second.key, moved, height_m=9)

    done = _approve(desk, second, "first")

    standing = {spot.key: spot for spot in spots.listed(desk.session, second.id)}
    assert sorted(done.carried) == sorted([same, moved])
    assert (standing[same].status, standing[same].values.name) == ("on_air", "Renamed")
    assert standing[same].values.azimuth_deg == 45
    assert (standing[moved].status, standing[moved].values.height_m) == ("on_air", 4)
    other = standing[done.renamed[moved]]
    assert (other.status, other.values.height_m) == ("approved", 9)
    assert len(standing) == 3 and _statuses(desk, first) == {}


def test_a_plan_with_hotspots_that_hang_is_not_withdrawn(desk: Bench) -> None:
    plan = desk.plan()
    hanging, *_ = _placed(desk, plan, (0, 0), (50, 0))
    _approve(desk, plan)
    _step(desk, plan, hanging, "ordered")

    with pytest.raises(Conflict, match="1 hotspot"):
        scenarios.withdraw(desk.session, plan.key, by="Amina", now=NOW)
    desk.session.rollback()


def test_a_withdrawn_plan_plans_again(desk: Bench) -> None:
    plan = desk.plan()
    hung, not_yet = _placed(desk, plan, (0, 0), (50, 0))
    _approve(desk, plan)
    _step(desk, plan, hung, "ordered")
    _step(desk, plan, hung, "removed", note="The wall is private.")

    scenarios.withdraw(desk.session, plan.key, by="Amina", now=NOW)

    assert scenarios.approved(desk.session) is None
    assert _statuses(desk, plan) == {hung: "removed", not_yet: "planned"}


@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
def test_a_hotspot_takes_the_steps_of_its_life_and_no_others(desk: Bench, before: str, after: str) -> None:
    plan = desk.plan()
    (key,) = _placed(desk, plan, (0, 0))
    if before != "planned":
        _approve(desk, plan)
    for each in ROAD[before]:
        _step(desk, plan, key, each)

    if before != "planned" and after in NEXT[before]:
        assert _step(desk, plan, key, after, note="Seen").status == after
        step = lifecycle.steps(desk.session, spots.find(desk.session, plan.id, key).id, limit=1)[0]
        assert (step.before, step.after, step.by, step.at, step.note) == (before, after, "Team", NOW, "Seen")
        return
    revision = plan.revision
    with pytest.raises(Conflict) as told:
        _step(desk, plan, key, after)
    assert spots.find(desk.session, plan.id, key).status == before and plan.revision == revision
    if before != "planned":
        assert all(STATUSES[each] in str(told.value) for each in NEXT[before])


def test_a_step_is_told_to_pages_and_to_who_comes_second(desk: Bench) -> None:
    plan = desk.plan()
    (key,) = _placed(desk, plan, (0, 0))
    _approve(desk, plan)
    seen = plan.revision
    before = published.current(desk.session)

    _step(desk, plan, key, "ordered")

    after = published.current(desk.session)
    assert before is not None and after is not None and before.stamp != after.stamp
    with pytest.raises(Conflict, match="Team changed"):
        lifecycle.step(desk.session, plan.key, key, "removed", seen=seen, by="Other", now=NOW)


def test_steps_that_nobody_can_take(desk: Bench) -> None:
    plan = desk.plan()
    (key,) = _placed(desk, plan, (0, 0))
    _approve(desk, plan)

    with pytest.raises(Invalid):
        _step(desk, plan, key, "exploded")
    with pytest.raises(Invalid):
        _step(desk, plan, key, "ordered", note="x" * 501)
    with pytest.raises(NotFound):
        _step(desk, plan, "h0", "ordered")
    assert _statuses(desk, plan) == {key: "approved"}
