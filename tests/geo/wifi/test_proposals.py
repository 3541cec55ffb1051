"""Proposals for a small town: asked for, made in the background, stopped, taken over."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core import clock
from core.db import Engine, session_of
from core.errors import Conflict, Invalid, NotFound
from core.settings import PROJECT, Settings
from geo import published
from geo.wifi import catalogue, hotspots, scenarios
from geo.wifi.models import Proposal
from geo.wifi.siting import proposals, task, wording
from tests.core.crew import Crew, until
from tests.geo.plans.planning import CONFIG
from tests.geo.wifi.proposing import ask, look, made


def test_a_proposal_is_made_and_taken_over(office: Engine) -> None:
    found = made(office)

    answer = found["answer"]
    assert (found["state"], answer["status"], found["progress"]["phase"]) == ("optimal", "optimal", "curve")
    assert answer["sites"] and answer["cost_mad"] <= 20_000 == answer["budget_mad"]
    assert answer["worth"] == pytest.approx(answer["bound"], rel=1e-5)
    assert answer["worth"] == pytest.approx(answer["figures"]["worth"], abs=1e-3)
    assert "statistics" in [told["code"] for told in answer["assumptions"]]
    budgets = [step["budget_mad"] for step in answer["curve"]]
    worths = [step["worth"] for step in answer["curve"]]
    assert budgets == sorted(budgets) and worths == sorted(worths) and worths[0] < worths[-1]
    with session_of(office) as session:
        state = published.current(session)
        assert state is not None
        plan = scenarios.find(session, "a")
        sites = proposals.sites(proposals.find(session, plan.id, found["id"]))
        hotspots.adopt(
            session, state.commune, catalogue.from_config(CONFIG), "a", sites, instead=False, by="Amina",
            now=clock.now(),
        )  # fmt: skip
        money = sum(site["cost_mad"] for site in answer["sites"])
        assert money == answer["cost_mad"]


def test_a_place_that_must_be_served_is(office: Engine) -> None:
    free = made(office, budget_mad=8_000, curve=False)["answer"]
    bound = made(office, budget_mad=8_000, curve=False, must_serve=["square-4"])["answer"]

    (site,) = bound["sites"]
    assert (site["hotspot"]["backhaul"], site["cost_mad"]) == ("powered", 6_000)
    assert bound["status"] == "optimal" and bound["worth"] < free["worth"]


def test_a_quarter_gets_its_share(office: Engine) -> None:
    found = made(office, budget_mad=15_500, curve=False, shares={"north": 0.01})["answer"]

    shares = {quarter["key"]: quarter["share"] for quarter in found["figures"]["quarters"]}
    assert found["status"] == "optimal" and shares["north"] >= 0.01


def test_obligations_that_conflict_are_told_by_name(office: Engine) -> None:
    found = made(office, budget_mad=8_000, must_serve=["square-4", "square-0"], shares={"south": 0.01})

    answer = found["answer"]
    assert found["state"] == "infeasible" and answer["irreducible"] and not answer["sites"]
    told = [(each["kind"], each["values"].get("name")) for each in answer["conflict"]]
    assert ("must", "Place 4") in told and told[-1] == ("budget", None) and len(told) == 3
    assert answer["needed_mad"] == 13_500
    sentences = [wording.CONFLICTS[each["kind"]] % each["values"] for each in answer["conflict"]]
    assert "serve or build “Place 4”" in sentences and sentences[-1] == "the budget of 8000 MAD"
    with session_of(office) as session, pytest.raises(Invalid, match="no sites"):
        proposals.sites(proposals.find(session, scenarios.find(session, "a").id, found["id"]))


def test_without_hops_sites_far_from_fibre_are_left_out(office: Engine) -> None:
    near = made(office, hops=0, curve=False)["answer"]
    far = made(office, hops=0, must_build=["p-square-2"], curve=False)["answer"]

    assert "mesh" not in {site["hotspot"]["backhaul"] for site in near["sites"]}
    assert "mesh_needed" in [told["code"] for told in near["assumptions"]]
    assert [(each["kind"], each["values"]) for each in far["conflict"]] == [
        ("backhaul", {}),
        ("must", {"name": "Place 2"}),
    ]
    assert far["needed_mad"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("must_serve", ["nowhere"]),
        ("shares", {"nowhere": 0.5}),
        ("models", ["nothing"]),
    ],
)
def test_what_there_is_not_fails_with_a_reason(office: Engine, field: str, value: Any) -> None:
    found = made(office, **{field: value})

    assert found["state"] == "failed" and "%" in found["answer"]["problem"]["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hops", 9), ("hops", "two"), ("shares", {"north": 1.5}), ("shares", ["north"]),
        ("online", float("nan")),
        ("must_serve", "square-1"), ("must_serve", [7]), ("seconds", 1e9), ("service", "television"),
        ("unheard", 1), ("budget_mad", -1),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_and_nothing_stored(office: Engine, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        ask(office, **{field: value})

    assert refused.value.field == field
    with session_of(office) as session:
        assert not proposals.listed(session, scenarios.find(session, "a").id, limit=9)


def test_proposals_of_a_plan_come_one_after_the_other(office: Engine) -> None:
    first, second = ask(office, curve=False), ask(office, budget_mad=8_000, curve=False)
    with session_of(office) as session:
        plan = scenarios.find(session, "a").id
        jobs = session.scalars(text("SELECT args FROM jobs.procrastinate_jobs")).all()

    task.propose(office, Settings(), scenario_id=plan)

    assert jobs == [{"scenario_id": plan}]
    found = [look(office, number) for number in (first, second)]
    assert [each["state"] for each in found] == ["optimal", "optimal"]
    assert found[0]["ended_at"] <= found[1]["begun_at"]


def test_one_that_was_left_in_the_middle_is_made_anew(office: Engine) -> None:
    number = ask(office, curve=False)
    with session_of(office) as session:
        session.get_one(Proposal, number).state = "running"
        session.commit()
        plan = scenarios.find(session, "a").id

    task.propose(office, Settings(), scenario_id=plan)

    assert look(office, number)["state"] == "optimal"


def test_one_that_waits_is_stopped_at_once_and_one_that_ended_is_not(office: Engine) -> None:
    number = ask(office)
    with session_of(office) as session:
        plan = scenarios.find(session, "a").id
        proposals.stop(session, plan, number, now=clock.now())
        session.commit()
        assert look(office, number)["state"] == "stopped"
        task.propose(office, Settings(), scenario_id=plan)
        assert look(office, number)["answer"] is None
        done = made(office, curve=False)["id"]
        with pytest.raises(Conflict):
            proposals.stop(session, plan, done, now=clock.now())
        with pytest.raises(NotFound):
            proposals.stop(session, plan, 10**30, now=clock.now())


def test_a_stop_is_heard_while_it_is_prepared(office: Engine) -> None:
    number = ask(office)
    with session_of(office) as session:
        session.get_one(Proposal, number).stop = True
        session.commit()
        plan = scenarios.find(session, "a").id

    task.propose(office, Settings(), scenario_id=plan)

    found = look(office, number)
    assert found["state"] == "stopped" and found["answer"] is None


def test_too_many_at_once_are_refused(office: Engine) -> None:
    for _ in range(proposals.MOST_OPEN):
        ask(office)
    with pytest.raises(Conflict):
        ask(office)


def test_who_asks_for_a_proposal_does_not_load_the_search() -> None:
    heavy = (
        "import sys, geo.wifi.siting.proposals, geo.wifi.siting.wording\n"
        "print({'numba', 'highspy'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", heavy], capture_output=True, text=True, check=True, cwd=PROJECT
    )

    assert ran.stdout.strip() == "set()"


def test_a_worker_makes_it(office: Engine, tmp_path: Path) -> None:
    number = ask(office, curve=False)
    crew = Crew(office, tmp_path / "log")
    try:
        crew.hire(sys.executable, "-m", "portal.cli", "work")
        until(lambda: look(office, number)["state"] == "optimal")
    finally:
        for process in crew.processes:
            process.kill()
            process.communicate()
