"""What a proposal tells while it is made, and in which language."""

import sys
from pathlib import Path

from sqlalchemy import text

from core import clock
from core.db import Engine, session_of
from core.settings import Settings
from geo.wifi import scenarios
from geo.wifi.siting import proposals, task
from tests.core.crew import Crew, until
from tests.geo.wifi.proposing import ask, look

_HELD = """
CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;
CREATE TRIGGER held BEFORE UPDATE ON wifi_proposal FOR EACH ROW
  WHEN (OLD.answer IS NOT NULL AND OLD.state = 'running') EXECUTE FUNCTION held();
"""
"""Whoever wants to write more than the first answer has to wait."""


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
    assert "Platz" in names and not any(name.startswith("Place") for name in names)
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
