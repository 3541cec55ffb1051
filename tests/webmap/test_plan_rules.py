"""What a proposal has to keep to: by a plain form, in the reader's language, whole or not at all."""

from typing import Any

import pytest
from flask import Flask

from geo.wifi import scenarios
from geo.wifi.models import Scenario
from tests.webmap.test_planner import HERE, _planner, office  # noqa: F401 - a fixture

FORM = {
    "rules": "1",
    "share": "5",
    "online": "2,5",
    "hops": "1",
    "seconds": "30",
    "service": "voice",
    "known_only": "1",
    "must_serve": "school",
    "models": "round",
}


def _plan(app: Flask) -> Scenario:
    with app.extensions["sessions"]() as session:
        return scenarios.find(session, "plan-a")


def _sent(app: Flask, **form: Any) -> Any:
    values = {**FORM, "seen": str(_plan(app).revision), **form}
    return _planner(app).post("/fr/planner/plan-a/settings", data=values, headers=HERE)


def test_obligations_are_kept_and_said_in_words(office: Flask) -> None:  # noqa: F811
    assert _sent(office).status_code == 303

    rules = _plan(office).rules
    assert rules["shares"] == {"*": 0.05} and rules["online"] == 0.025 and rules["hops"] == 1
    assert rules["must_serve"] == ["school"] and rules["models"] == ["round"]
    assert (rules["service"], rules["unknown_backhaul"], rules["risk_zones"]) == (
        "voice",
        "excluded",
        "excluded",
    )
    page = _planner(office).get("/en/planner/plan-a").get_data(as_text=True)
    assert "Every quarter: at least 5 % served" in page
    assert "Capacity for 2.5 % of residents online at once" in page


def test_what_the_form_does_not_speak_of_stays(office: Flask) -> None:  # noqa: F811
    body = {"rules": {"must_build": ["p-school"], "shares": {"q": 0.2}}, "seen": _plan(office).revision}
    answer = _planner(office).post("/fr/planner/plan-a/settings", json=body, headers=HERE)
    assert answer.status_code == 200

    assert _sent(office, share="0").status_code == 303
    rules = _plan(office).rules
    assert rules["must_build"] == ["p-school"] and rules["shares"] == {"q": 0.2}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("share", "101"),
        ("share", "many"),
        ("online", "-1"),
        ("hops", "9"),
        ("seconds", "100000"),
        ("service", "all"),
    ],
)
def test_an_obligation_that_cannot_be_is_told_and_nothing_is_kept(
    office: Flask,  # noqa: F811
    field: str,
    typed: str,
) -> None:
    before = _plan(office)
    answer = _sent(office, **{field: typed})

    assert answer.status_code == 422
    assert 'role="alert" data-wrong>' in answer.get_data(as_text=True)
    assert _plan(office).rules == before.rules and _plan(office).revision == before.revision
