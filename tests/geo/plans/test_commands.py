"""The commands `athar wifi …`, as an operator types them."""

import pytest

from core.db import Engine, session_of
from geo.wifi import approval, comments, scenarios
from portal.cli import main
from tests.geo.plans.planning import NOW, bench


@pytest.fixture(autouse=True)
def database(office: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands work on the tiny town."""
    monkeypatch.setenv("DATABASE_URL", office.url.render_as_string(hide_password=False))


def _approved(office: Engine) -> str:
    """An approved plan with one hotspot, whose key is the answer."""
    with session_of(office) as session:
        desk = bench(session)
        plan = desk.plan()
        placed = desk.place(plan.key)
        assert placed.hotspot is not None
        scenarios.consult(session, plan.key, is_open=True, now=NOW)
        comments.say(session, plan.key, "More shade, please.", by=None, now=NOW)
        scenarios.submit(session, plan.key, now=NOW)
        approval.approve(session, plan.key, seen=plan.revision, instead_of=None, by="C", now=NOW)
        session.commit()
        return placed.hotspot.key


def test_plans_and_hotspots_are_listed(office: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    key = _approved(office)

    assert main(["wifi", "plans"]) == main(["wifi", "hotspots"]) == main(["wifi", "hotspots", "plan-a"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["plan-a", "approved", "1"]
    assert lines[0].endswith("60,000 MAD  open to all  1 comment(s) wait")
    assert lines[1] == "1 of 1 plan(s)."
    assert lines[2] == lines[3] and lines[2].startswith(key) and "approved" in lines[2]


def test_a_status_is_noted_and_a_wrong_one_refused(
    office: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    key = _approved(office)
    note = ["--name", "Team", "--note", "Order 12"]

    assert main(["wifi", "status", key, "ordered", *note]) == 0
    assert main(["wifi", "status", key, "on_air", *note]) == 1
    assert main(["wifi", "status", "h0", "ordered", *note]) == 1

    told = capsys.readouterr()
    assert told.out == f"{key}: ordered\n"
    assert "“Ordered” becomes “Installed” or “Removed” next" in told.err and "no such hotspot" in told.err


def test_without_an_approved_plan_commands_say_so(office: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wifi", "hotspots"]) == main(["wifi", "status", "h1", "ordered", "--name", "T"]) == 1
    assert main(["wifi", "hotspots", "nowhere"]) == 1

    assert capsys.readouterr().err.count("athar: No plan is approved yet") == 2
