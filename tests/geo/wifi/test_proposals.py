"""Proposals for a small town: asked for, made in the background, stopped, taken over."""

import json
import subprocess
import sys
from collections.abc import Iterator
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
from tests.conftest import _database
from tests.core.crew import Crew, until
from tests.geo.made_streets import area
from tests.geo.plans.planning import CONFIG
from tests.geo.wifi_town import WifiTown

QUARTERS = ("north", "south")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A town of two quarters with squares to serve, fibre in the south, power in the north."""
    place = WifiTown(tmp_path_factory.mktemp("siting") / "tiny")
    for number, (east, north) in enumerate([(300, 300), (500, 300), (300, 900), (600, 900), (900, 900)]):
        place.add("places", f"square-{number}", "square", east, north, name=f"Place {number}")
    for key, north in zip(QUARTERS, (900, 300), strict=True):
        shape = area((0, north - 300), (1200, north - 300), (1200, north + 300), (0, north + 300))
        place.add("quarters", key, "quarter", shape=shape)
    place.add("infrastructure", "fibre", "fibre_point", 320, 300)
    place.add("infrastructure", "power", "powered_building", 890, 900)
    with _database("siting") as engine:
        with session_of(engine) as session:
            place.load(session)
            session.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(CONFIG)},
            )
            published.touch(session)
            session.commit()
        yield engine


@pytest.fixture
def office(town: Engine) -> Iterator[Engine]:
    """The town without plans, with a plan called A."""
    with session_of(town) as session:
        scenarios.create(session, "A", budget_mad=20_000, by="Amina", now=clock.now())
        session.commit()
    yield town
    with town.begin() as connection:
        connection.execute(text("TRUNCATE wifi_scenario CASCADE"))
        connection.execute(text("TRUNCATE jobs.procrastinate_jobs CASCADE"))


def ask(office: Engine, **rules: Any) -> int:
    budget = rules.pop("budget_mad", None)
    with session_of(office) as session:
        plan = scenarios.find(session, "a")
        made = proposals.ask(session, plan, by="Amina", now=clock.now(), budget_mad=budget, rules=rules)
        session.commit()
        return int(made.id)


def look(office: Engine, number: int) -> dict[str, Any]:
    with session_of(office) as session:
        return proposals.progress(session, scenarios.find(session, "a").id, number)


def made(office: Engine, **rules: Any) -> dict[str, Any]:
    """The record of a proposal after the job ran."""
    number = ask(office, **rules)
    with session_of(office) as session:
        plan = scenarios.find(session, "a").id
    task.propose(office, Settings(), scenario_id=plan)
    return look(office, number)


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


def test_sites_are_named_in_the_language_of_who_asked(office: Engine) -> None:
    with office.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO feature_text (feature_id, field, lang, text, state)"
                " SELECT id, 'name', 'de', 'Platz', 'checked' FROM feature WHERE key LIKE 'square-%'"
            )
        )
    with session_of(office) as session:
        plan = scenarios.find(session, "a")
        asked = proposals.ask(
            session, plan, by="Amina", now=clock.now(), rules={"curve": False}, languages=["de", "fr"]
        )
        session.commit()
        number, scenario = int(asked.id), plan.id
    task.propose(office, Settings(), scenario_id=scenario)

    names = [site["hotspot"]["name"] for site in look(office, number)["answer"]["sites"]]
    assert names and all(name.startswith("Platz") for name in names)
    with office.begin() as connection:
        connection.execute(text("DELETE FROM feature_text WHERE lang = 'de' AND text = 'Platz'"))


def test_the_answer_is_there_before_other_budgets_and_a_kill_there_loses_nothing(
    office: Engine, tmp_path: Path
) -> None:
    number = ask(office)
    crew = Crew(office, tmp_path / "log")
    with office.connect() as gate, office.begin() as connection:
        connection.execute(text(_HELD))
        connection.commit()
        gate.execute(text("SELECT pg_advisory_lock(4711)"))
        try:
            crew.hire(sys.executable, "-m", "portal.cli", "work")
            until(lambda: look(office, number)["answer"] is not None)
            found = look(office, number)
            assert (found["state"], found["ended_at"]) == ("running", None)
            assert found["answer"]["status"] == "optimal" and found["answer"]["sites"]
        finally:
            for process in crew.processes:
                process.kill()
                process.communicate()
            gate.execute(text("SELECT pg_advisory_unlock(4711)"))
    with office.begin() as connection:
        connection.execute(text("DROP TRIGGER held ON wifi_proposal; DROP FUNCTION held()"))
    with session_of(office) as session:
        plan = scenarios.find(session, "a").id
    task.propose(office, Settings(), scenario_id=plan)

    after = look(office, number)
    assert (after["state"], after["answer"]["worth"]) == ("optimal", found["answer"]["worth"])
    assert len(after["answer"]["curve"]) > len(found["answer"]["curve"])


_HELD = """
CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;
CREATE TRIGGER held BEFORE UPDATE ON wifi_proposal FOR EACH ROW
  WHEN (OLD.answer IS NOT NULL AND OLD.state = 'running') EXECUTE FUNCTION held();
"""
"""Whoever wants to write more than the first answer has to wait."""


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
