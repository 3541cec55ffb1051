"""A question with obligations, by HiGHS: rule sites out, solve the program, prove it or say what conflicts.

Before HiGHS sees it, sites are left out that no choice better than a known one can have (bounds.py): that
holds with any obligation, since obligations only take choices away.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import highspy
import numpy as np
from highspy import HighsModelStatus as Ended

from geo.wifi.siting import bounds, branching, checking, conflicts, starting
from geo.wifi.siting.answer import Answer, Status, Stopped, Tell
from geo.wifi.siting.instance import Flags, Floats, Instance
from geo.wifi.siting.model import Model, solver

PROVEN: Final = 1e-6
"""Greatest gap of an answer that is called optimal."""
POLL_S: Final = 0.1
RELAXED: Final = 0.25
"""Of the time, for the question without its obligations."""
TOLD_EVERY_S: Final = 0.5


def answer(
    instance: Instance,
    status: Status,
    sites: Sequence[int],
    roots: Sequence[int],
    served: float,
    bound: float,
    began: float,
) -> Answer:
    """With its cost; "optimal" only if the bound proves it. RuntimeError for a choice that breaks a rule."""
    if wrong := checking.broken(instance, sites, roots):
        raise RuntimeError(f"The solver's choice breaks a rule: {', '.join(wrong)}")
    found = Answer(
        status,
        tuple(sorted(sites)),
        tuple(sorted(roots)),
        served,
        max(bound, served),
        checking.cost(instance, sites, roots),
        time.monotonic() - began,
    )
    return replace(found, status="limit") if status == "optimal" and found.gap > PROVEN else found


class Program:
    """One run of HiGHS, watched from outside."""

    def __init__(self, instance: Instance, seconds: float, tell: Tell, stopped: Stopped) -> None:
        self.instance = instance
        self.seconds, self.tell, self.stopped = seconds, tell, stopped
        self.began = self.polled = self.told = time.monotonic()
        self.best, self.bound = 0.0, float(instance.weights.sum())
        self.sites: tuple[int, ...] = ()
        self.roots: tuple[int, ...] = ()
        self.known = self.halted = False

    def run(self, start: Sequence[int]) -> Answer:
        """The answer; an infeasible one with its conflict if nothing can be built by the rules."""
        for sites in (list(start), starting.first(self.instance)):
            if sites:
                self._within(sites)
        if self._relaxed():
            return self._end("optimal", self.bound)
        model = Model(self.instance, self._open())
        ended = self._solve(model, watched=True)
        if ended == Ended.kInfeasible and not self.known:
            return conflicts.answer(self.instance, self.seconds - self._spent(), self.began, self.stopped)
        if ended in (Ended.kOptimal, Ended.kInfeasible):
            bound = self.best if ended == Ended.kInfeasible else self.bound
            return self._end("optimal", bound)
        return self._end("stopped" if self.halted else "limit", self.bound)

    def _end(self, status: Status, bound: float) -> Answer:
        if not self.known:
            # Nothing was found in time that keeps the rules: no sites are better than sites that break them.
            return Answer(status, bound=self.bound, seconds=self._spent())
        self._say(always=True)
        return answer(self.instance, status, self.sites, self.roots, self.best, bound, self.began)

    def _spent(self) -> float:
        return time.monotonic() - self.began

    def _within(self, sites: Sequence[int]) -> None:
        """Take the best choice among these sites for known, if there is one."""
        only = np.zeros(self.instance.sites, bool)
        only[list(sites)] = True
        self._solve(Model(self.instance, only), watched=False)

    def _relaxed(self) -> bool:
        """Ask for nothing but the budget first: what is best then is best, if it happens to keep the rules,
        and is the bound for what does.
        """

        def tell(best: float, bound: float, gap: float, seconds: float, sites: Sequence[int]) -> None:
            self.bound = min(self.bound, max(bound, self.best))
            self._say()

        given = starting.cover(self.instance)
        search = branching.Search(given, RELAXED * self.seconds, tell, self._stop)
        search.run()
        self.bound = min(self.bound, max(search.bound, self.best))
        if search.sites:
            self._within(search.sites)
        return self.known and self.bound <= self.best * (1 + PROVEN / 2)

    def _stop(self) -> bool:
        self.halted = self.halted or self.stopped()
        return self.halted

    def _open(self) -> Flags:
        """Sites that a better choice than the known one could have, and those of the known one."""
        keep = np.ones(self.instance.sites, bool)
        if self.known and self.best > 0:
            given = starting.cover(self.instance)
            found = bounds.lowest(given, self.best)
            never, _ = bounds.settled(given, found, self.best)
            self.bound = min(self.bound, max(found.whole, self.best))
            keep = ~never
            keep[list(self.sites)] = True
        return keep

    def _solve(self, model: Model, *, watched: bool) -> Ended:
        """Run it; what it found is taken if it is better than what is known."""
        highs = solver(max(0.1, self.seconds - self._spent()))
        model.load(highs)
        if watched:
            if self.known:
                model.start_from(highs, self.sites, self.roots)
            highs.cbMipInterrupt += self._poll
            highs.cbSimplexInterrupt += self._poll
            highs.cbMipLogging += self._hear
            highs.cbMipImprovingSolution += lambda event: self._improve(model, event)
        highs.run()
        ended = highs.getModelStatus()
        info = highs.getInfo()
        if watched and ended == Ended.kOptimal:
            self.bound = min(self.bound, max(float(info.mip_dual_bound), self.best))
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            values = np.array(highs.getSolution().col_value)
            self._take(model, values, float(info.objective_function_value))
        return ended

    def _take(self, model: Model, values: Floats, served: float) -> None:
        if self.known and served <= self.best:
            return
        sites, roots = model.read(values)
        if not self.instance.limited:
            served = float(self.instance.weights[checking.reached(self.instance, sites)].sum())
        if not checking.broken(self.instance, sites, roots):
            self.known, self.best, self.sites, self.roots = True, served, sites, roots

    def _improve(self, model: Model, event: highspy.HighsCallbackEvent) -> None:
        self._take(model, np.array(event.data_out.mip_solution), float(event.data_out.mip_primal_bound))
        self._say()

    def _hear(self, event: highspy.HighsCallbackEvent) -> None:
        if np.isfinite(event.data_out.mip_dual_bound):
            self.bound = min(self.bound, max(float(event.data_out.mip_dual_bound), self.best))
        self._say()

    def _poll(self, event: highspy.HighsCallbackEvent) -> None:
        now = time.monotonic()
        if not self.halted and now - self.polled > POLL_S:
            self.polled = now
            self._stop()
        if self.halted:
            event.interrupt()
        self._say()

    def _say(self, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self.told > TOLD_EVERY_S:
            self.told = now
            gap = (self.bound - self.best) / self.best if self.best else float("inf")
            self.tell(self.best, self.bound, gap, now - self.began, self.sites)
