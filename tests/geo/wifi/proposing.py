"""Asking for proposals, and looking at them, in tests."""

from typing import Any

from core import clock
from core.db import Engine, session_of
from core.settings import Settings
from geo.wifi import scenarios
from geo.wifi.siting import proposals, task


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
