"""What people say of a plan: the public only while it is consulted, shown once let through."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from core.errors import Conflict, Invalid, NotFound, Refused
from geo.wifi import approval, comments, scenarios
from geo.wifi.models import Comment, Scenario
from tests.geo.plans.planning import NOW, Bench


@pytest.fixture
def plan(desk: Bench) -> Scenario:
    """A plan under consultation, with one hotspot."""
    plan = desk.plan()
    desk.place(plan.key)
    return scenarios.consult(desk.session, plan.key, is_open=True, now=NOW)


def _say(desk: Bench, plan: Scenario, said: Any, by: str | None = None, **more: Any) -> Comment:
    return comments.say(desk.session, plan.key, said, by=by, **({"now": NOW} | more))


def _shown(desk: Bench, plan: Scenario, *, staff: bool = False, **more: Any) -> list[str]:
    found = comments.listed(desk.session, plan.id, staff=staff, limit=99, **more)
    return [comment.text for comment in found.comments]


def test_the_publics_comment_is_shown_once_let_through(desk: Bench, plan: Scenario) -> None:
    said = _say(desk, plan, "  More shade   at the square.\n\n\n\nThank you ")
    assert said.text == "More shade at the square.\n\nThank you"
    assert _shown(desk, plan) == []
    assert comments.listed(desk.session, plan.id, staff=True, limit=9).waiting == 1

    comments.show(desk.session, plan.key, said.id, shown=True)
    assert _shown(desk, plan) == [said.text]

    comments.show(desk.session, plan.key, said.id, shown=False)
    assert _shown(desk, plan) == [] and _shown(desk, plan, staff=True, waiting=True) == [said.text]
    comments.delete(desk.session, plan.key, said.id)
    assert _shown(desk, plan, staff=True) == []


def test_nothing_is_kept_of_who_wrote(desk: Bench, plan: Scenario) -> None:
    said = _say(desk, plan, "Good.")

    assert said.by is None
    columns = {column.key for column in inspect(Comment).columns}
    assert columns == {"id", "scenario_id", "hotspot_key", "text", "by", "shown", "at"}
    assert "by" not in comments.as_record(said, staff=False)


def test_planners_comments_are_shown_at_once_with_their_name_to_staff(desk: Bench, plan: Scenario) -> None:
    said = _say(desk, plan, "Ask the school first.", by="Amina")

    assert _shown(desk, plan) == [said.text]
    assert comments.as_record(said, staff=True)["by"] == "Amina"
    assert "by" not in comments.as_record(said, staff=False)


def test_a_comment_can_be_on_one_hotspot(desk: Bench, plan: Scenario) -> None:
    placed = desk.place(plan.key, (50, 0))
    assert placed.hotspot is not None
    _say(desk, plan, "On the plan", by="Amina")
    _say(desk, plan, "On the hotspot", by="Amina", hotspot=placed.hotspot.key)

    assert _shown(desk, plan, hotspot=placed.hotspot.key) == ["On the hotspot"]
    with pytest.raises(NotFound):
        _say(desk, plan, "x", by="Amina", hotspot="h0")


def test_the_public_comments_only_while_the_plan_is_consulted(desk: Bench, plan: Scenario) -> None:
    scenarios.consult(desk.session, plan.key, is_open=False, now=NOW)
    with pytest.raises(NotFound):
        _say(desk, plan, "Too late?")
    _say(desk, plan, "Among us", by="Amina")

    scenarios.consult(desk.session, plan.key, is_open=True, now=NOW)
    scenarios.submit(desk.session, plan.key, now=NOW)
    _say(desk, plan, "In time")
    approval.approve(desk.session, plan.key, seen=plan.revision, instead_of=None, by="Council", now=NOW)
    with pytest.raises(Refused, match="ended"):
        _say(desk, plan, "Too late")

    assert _shown(desk, plan, staff=True) == ["In time", "Among us"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "something"),
        (" \n ", "something"),
        (None, "text"),
        (["x"], "text"),
        ("x" * 2001, "2000"),
        ("a\x00b", "cannot be kept"),
        ("Write to me: amina.b@example.org", "Leave out"),
        ("Call 0528-85 12 34 56", "Leave out"),
        ("Call +212 (0) 661 23 45 67.", "Leave out"),
    ],
)
def test_a_comment_that_cannot_be_is_told_and_not_stored(
    desk: Bench, plan: Scenario, said: Any, told: str
) -> None:
    with pytest.raises(Invalid, match=told):
        _say(desk, plan, said)

    assert _shown(desk, plan, staff=True) == []


@pytest.mark.parametrize("said", ["For 60 000 MAD?", "In 1528-1530, 12.5 m", "Rue 14, 3 lamps", "@ the gate"])
def test_figures_are_no_telephone_numbers(desk: Bench, plan: Scenario, said: str) -> None:
    assert _say(desk, plan, said).text == said


def test_the_public_has_a_bound_by_the_hour_and_planners_have_none(
    desk: Bench, plan: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "MOST_AN_HOUR", 2)
    for n in range(2):
        _say(desk, plan, f"Comment {n}")

    with pytest.raises(Conflict, match="later"):
        _say(desk, plan, "One more")
    _say(desk, plan, "From the desk", by="Amina")
    _say(desk, plan, "Later", now=NOW + timedelta(hours=1, seconds=1))

    assert len(_shown(desk, plan, staff=True)) == 4


def test_comments_come_in_pages(desk: Bench, plan: Scenario) -> None:
    for n in range(5):
        _say(desk, plan, f"{n}", by="Amina")

    page = comments.listed(desk.session, plan.id, staff=False, limit=2, offset=2)

    assert ([comment.text for comment in page.comments], page.total) == (["2", "1"], 5)


def test_a_comment_of_another_plan_is_not_there(desk: Bench, plan: Scenario) -> None:
    other = desk.plan("Other")
    said = _say(desk, plan, "x", by="Amina")

    for asked in (said.id, 0, 2**63):
        with pytest.raises(NotFound):
            comments.show(desk.session, other.key, asked, shown=True)
