"""Making a proposal: prepare the question, search, write the answer down, look at other budgets.

The answer is there as soon as the search has ended, and grows by the budgets looked at; it is not the end
while the state says that it runs.

What it tells on the way is written about once a second in transactions of their own, in which it is also read
whether somebody said stop. A proposal that was left in the middle is found as running and begun anew: the
job's lock lets only one of a scenario run.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select, update

from core import clock
from core.db import OUTAGES, Engine, session_of
from core.errors import Invalid, Problem
from geo import published
from geo.vocabulary import N_
from geo.wifi import catalogue as equipment
from geo.wifi.models import Proposal, Scenario
from geo.wifi.siting import obligations, pareto, telling
from geo.wifi.siting.answer import Answer
from geo.wifi.siting.exact import solve
from geo.wifi.siting.obligations import Rules
from geo.wifi.siting.pareto import Step
from geo.wifi.siting.preparing import Prepared, instance_of

log = logging.getLogger("athar.wifi")

WRITTEN_EVERY_S: Final = 1.0
BUDGETS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Of the curve, as parts of the budget."""
CURVE_S: Final = 20.0
"""For each budget of the curve, at most."""


def next_of(engine: Engine, scenario_id: int) -> bool:
    """Make the scenario's oldest proposal that is open; False if there is none. Outages are raised."""
    with session_of(engine) as session:
        query = select(Proposal).where(
            Proposal.scenario_id == scenario_id, Proposal.state.in_(("waiting", "running"))
        )
        proposal = session.scalars(query.order_by(Proposal.id).limit(1).with_for_update()).one_or_none()
        if proposal is None:
            return False
        proposal.state, proposal.begun_at, proposal.progress = "running", clock.now(), {}
        proposal.answer = None  # of somebody who was left in the middle: it is made anew
        number = int(proposal.id)
        session.commit()
    answer: dict[str, Any] | None = None
    try:
        state, answer = _made(engine, number)
    except Halted:
        state = "stopped"
    except Problem as wrong:
        state, answer = "failed", {"problem": {"message": wrong.message, "values": dict(wrong.values)}}
    except OUTAGES:
        raise
    except Exception:
        log.exception("a proposal of sites failed")
        state, answer = "failed", {"problem": {"message": _BROKEN, "values": {}}}
    with session_of(engine) as session:
        values = {"state": state, "answer": answer, "ended_at": clock.now()}
        session.execute(update(Proposal).where(Proposal.id == number).values(values))
        session.commit()
    return True


_BROKEN: Final = N_("The search failed. It is noted in the log: tell the people who run this site.")


class Halted(Exception):
    """Somebody said stop before there was anything to search in."""


class Watch:
    """Tells how far it is, and hears of a stop; an outage ends the search, and is raised after it."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine, self.number = engine, number
        self.written = 0.0
        self.halt = False
        self.outage: Exception | None = None

    def write(self, always: bool = False, **told: Any) -> None:
        """Write the progress, at most once a second unless `always`; and read whether to stop."""
        now = time.monotonic()
        if self.outage or (not always and now - self.written < WRITTEN_EVERY_S):
            return
        self.written = now
        self._change({"progress": told} if told else {"stop": Proposal.stop})

    def keep(self, answer: Mapping[str, Any], **told: Any) -> None:
        """Write the answer as far as it goes, with the progress."""
        if not self.outage:
            self._change({"answer": answer, "progress": told})

    def _change(self, values: Mapping[str, Any]) -> None:
        try:
            with session_of(self.engine) as session:
                change = update(Proposal).where(Proposal.id == self.number).values(values)
                self.halt = bool(session.scalar(change.returning(Proposal.stop))) or self.halt
                session.commit()
        except OUTAGES as outage:
            self.outage, self.halt = outage, True

    def prepare(self, done: int, total: int) -> None:
        """Tell of the sites whose coverage is reckoned. Halted if somebody said stop."""
        self.write(phase="preparing", done=done, total=total)
        self.check()
        if self.halt:
            raise Halted

    def stopped(self) -> bool:
        """Whether somebody said stop."""
        self.write()
        return self.halt

    def check(self) -> None:
        """Raise the outage, if there was one."""
        if self.outage:
            raise self.outage


def _made(engine: Engine, number: int) -> tuple[str, dict[str, Any]]:
    """The end state and the answer."""
    watch = Watch(engine, number)
    prepared, rules = _prepared(engine, number, watch)
    answer = _searched(prepared, rules, watch)
    watch.check()
    told = telling.answer(prepared, answer, [])
    if rules.curve and answer.status != "infeasible" and not watch.halt:
        watch.keep(told, phase="curve", done=0, total=len(BUDGETS) - 1)
        try:
            told = telling.answer(prepared, answer, _curve(prepared, answer, told, watch))
        except Exception:  # what was found stays found
            log.exception("other budgets of a proposal could not be looked at")
    watch.check()
    return answer.status, told


def _prepared(engine: Engine, number: int, watch: Watch) -> tuple[Prepared, Rules]:
    with session_of(engine) as session:
        proposal = session.get_one(Proposal, number)
        scenario = session.get_one(Scenario, proposal.scenario_id)
        asked: Mapping[str, Any] = proposal.asked
        state = published.current(session)
        config = state.commune.wifi if state else None
        if state is None or not config:
            raise Invalid(
                "catalogue", N_("This commune has no catalogue of equipment: nothing can be planned.")
            )
        rules = obligations.checked(asked["rules"])
        found = instance_of(
            session,
            state.commune,
            equipment.from_config(config),
            scenario,
            rules,
            budget_mad=float(asked["budget_mad"]),
            weights=asked["weights"],
            languages=asked.get("languages") or (),
            tell=watch.prepare,
        )
        session.commit()
    return found, rules


def _searched(prepared: Prepared, rules: Rules, watch: Watch) -> Answer:
    def tell(best: float, bound: float, gap: float, seconds: float, sites: Sequence[int]) -> None:
        watch.write(
            phase="searching",
            best=round(best, 6),
            bound=round(bound, 6),
            gap=round(gap, 6) if gap < 1e6 else None,
            seconds=round(seconds, 1),
            sites=[prepared.instance.names[site] for site in sites],
        )

    watch.write(always=True, phase="searching")
    return solve(prepared.instance, seconds=rules.seconds, tell=tell, stopped=watch.stopped)


def _curve(prepared: Prepared, answer: Answer, told: Mapping[str, Any], watch: Watch) -> list[Step]:
    whole = prepared.instance.budget

    def tell(done: int, total: int, steps: Sequence[Step]) -> None:
        so_far = {**told, "curve": telling.curve(prepared, steps)}
        watch.keep(so_far, phase="curve", done=done, total=total)

    return pareto.curve(
        prepared.instance,
        [round(whole * part / 100) * 100 for part in BUDGETS if part != 1.0],
        seconds=CURVE_S,
        known=[Step(whole, answer)],
        tell=tell,
        stopped=watch.stopped,
    )
