"""Proposals of a scenario: asked for, looked at while they are made, stopped. The caller commits."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core import jobs
from core.db import is_id
from core.errors import Conflict, Invalid, NotFound
from geo.vocabulary import N_
from geo.wifi import checks
from geo.wifi.models import Proposal, Scenario
from geo.wifi.siting import obligations, task

OPEN: Final = ("waiting", "running")
MOST_OPEN: Final = 5
"""Proposals of one scenario that wait or run at once."""

STATES: Final[Mapping[str, str]] = {
    "waiting": N_("Waiting"),
    "running": N_("Searching"),
    "optimal": N_("Proven best"),
    "limit": N_("Best found in the time"),
    "stopped": N_("Stopped"),
    "infeasible": N_("Obligations conflict"),
    "failed": N_("Failed"),
}


def ask(
    session: Session,
    scenario: Scenario,
    *,
    by: str,
    now: datetime,
    budget_mad: Any = None,
    rules: Mapping[str, Any] | None = None,
    languages: Sequence[str] = (),
) -> Proposal:
    """Have the best sites looked for; budget and rules are the scenario's where none are given.

    Sites are named in the first of `languages` that there is, else in the commune's.

    Invalid for what cannot be asked, Conflict while too many of this scenario's wait.
    """
    budget = checks.budget(scenario.budget_mad if budget_mad is None else budget_mad)
    wanted = obligations.checked({**scenario.rules, **(rules or {})})
    waiting = select(func.count()).where(Proposal.scenario_id == scenario.id, Proposal.state.in_(OPEN))
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Conflict(N_("%(most)s proposals of this plan are being made. Stop one first."), most=MOST_OPEN)
    proposal = Proposal(
        scenario_id=scenario.id,
        state="waiting",
        asked={
            "budget_mad": float(budget),
            "weights": dict(scenario.weights),
            "rules": wanted.as_json(),
            "languages": list(languages),
        },
        progress={},
        stop=False,
        by=by,
        asked_at=now,
    )
    session.add(proposal)
    session.flush()
    jobs.defer(session, task.JOB, lock=f"{task.JOB}:{scenario.id}", scenario_id=scenario.id)
    return proposal


def find(session: Session, scenario_id: int, proposal_id: int) -> Proposal:
    """A proposal of the scenario. NotFound."""
    query = select(Proposal).where(Proposal.id == proposal_id, Proposal.scenario_id == scenario_id)
    proposal = session.scalars(query).one_or_none() if is_id(proposal_id) else None
    if proposal is None:
        raise NotFound(N_("This plan has no such proposal."))
    return proposal


def progress(session: Session, scenario_id: int, proposal_id: int) -> dict[str, Any]:
    """How far it is, as plain values: its state, and what the search tells. NotFound."""
    return as_record(find(session, scenario_id, proposal_id))


def as_record(proposal: Proposal) -> dict[str, Any]:
    """A proposal, ready for JSON."""
    times = ("asked_at", "begun_at", "ended_at")
    told = {name: value.isoformat() if (value := getattr(proposal, name)) else None for name in times}
    plain = ("id", "state", "asked", "progress", "stop", "answer", "by")
    return {**{name: getattr(proposal, name) for name in plain}, **told}


def listed(session: Session, scenario_id: int, *, limit: int, offset: int = 0) -> Sequence[Proposal]:
    """The scenario's proposals, newest first."""
    query = select(Proposal).where(Proposal.scenario_id == scenario_id).order_by(Proposal.id.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def stop(session: Session, scenario_id: int, proposal_id: int, *, now: datetime) -> Proposal:
    """End it with the best so far; one that waits ends at once. NotFound, Conflict if it has ended."""
    proposal = find(session, scenario_id, proposal_id)
    waits = update(Proposal).where(Proposal.id == proposal_id, Proposal.state == "waiting")
    session.execute(waits.values(state="stopped", stop=True, ended_at=now))
    runs = update(Proposal).where(Proposal.id == proposal_id, Proposal.state == "running")
    session.execute(runs.values(stop=True))
    session.refresh(proposal)
    if not proposal.stop:
        raise Conflict(N_("This proposal has ended already."))
    return proposal


def sites(proposal: Proposal) -> list[dict[str, Any]]:
    """The sites of its answer as geo.wifi.hotspots.adopt takes them. Invalid if it has none."""
    chosen = (proposal.answer or {}).get("sites") or []
    if not chosen:
        raise Invalid("sites", N_("This proposal has no sites to take over."))
    return [dict(site["hotspot"]) for site in chosen]
