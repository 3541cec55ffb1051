"""What each further dirham buys: the best for several budgets, each begun with the one before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from geo.wifi.siting.answer import Answer, Stopped
from geo.wifi.siting.exact import solve
from geo.wifi.siting.instance import Instance


@dataclass(frozen=True)
class Step:
    """A budget in centimes, and the best that was found for it."""

    budget: int
    answer: Answer


Tell = Callable[[int, int, Sequence[Step]], None]
"""Hears how many budgets of how many are done, and the steps so far."""


def curve(
    instance: Instance,
    budgets: Sequence[int],
    *,
    seconds: float,
    known: Sequence[Step] = (),
    tell: Tell = lambda done, total, steps: None,
    stopped: Stopped = lambda: False,
) -> list[Step]:
    """The steps for these budgets, growing, with those that are `known`; each takes so many seconds at most.

    What is served never falls: an answer for less money is one for more. Nor does the bound: none for more
    money is too low for less. Those that were not begun when somebody said stop are left out.
    """
    answers = {step.budget: step.answer for step in known}
    wanted = sorted(set(budgets) - set(answers))
    best: tuple[int, ...] = ()
    for done, budget in enumerate(wanted):
        if stopped():
            break
        tell(done, len(wanted), _steps(answers))
        less = [answers[other] for other in answers if other < budget and answers[other].sites]
        best = max(less, key=lambda answer: answer.served).sites if less else ()
        answers[budget] = solve(
            replace(instance, budget=budget), seconds=seconds, stopped=stopped, start=best
        )
    return _steps(answers)


def _steps(answers: Mapping[int, Answer]) -> list[Step]:
    return _rising([Step(budget, answers[budget]) for budget in sorted(answers)])


def _rising(steps: Sequence[Step]) -> list[Step]:
    """With what holds for one budget said of the others, too."""
    found: list[Step] = []
    for step in steps:
        before = found[-1].answer if found else None
        answer = step.answer
        if before is not None and before.sites and answer.served < before.served:
            kept = ("sites", "roots", "served", "cost")
            answer = replace(answer, status="limit", **{name: getattr(before, name) for name in kept})
        found.append(Step(step.budget, answer))
    lowest = float("inf")
    for at in range(len(found) - 1, -1, -1):
        answer = found[at].answer
        if answer.status != "infeasible":
            lowest = min(lowest, answer.bound)
            found[at] = replace(found[at], answer=replace(answer, bound=max(lowest, answer.served)))
    return found
