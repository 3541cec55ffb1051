"""Which obligations cannot all be met: a set that can be, as soon as any one of it is given up.

The deletion filter of Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear
programs", ORSA Journal on Computing 3 (1991), over whole obligations: each is left out in turn, and stays out
if the others still conflict.
"""

import math
import time

from highspy import HighsModelStatus as Ended

from geo.wifi.siting.answer import Answer, Stopped
from geo.wifi.siting.instance import Instance
from geo.wifi.siting.model import Group, Model, solver


def answer(instance: Instance, seconds: float, began: float, stopped: Stopped) -> Answer:
    """The infeasible answer, with the conflict and the money that would be needed, if money is short."""
    ends = time.monotonic() + max(seconds, 1.0)
    groups = of(instance)
    conflict, sure = list(groups), True
    for group in groups:
        if len(conflict) == 1:
            break
        left = ends - time.monotonic()
        if left <= 0 or stopped():
            sure = False
            break
        smaller = [other for other in conflict if other != group]
        ended, _ = _tried(instance, groups, smaller, left)
        if ended == Ended.kInfeasible:
            conflict = smaller
        elif ended != Ended.kOptimal:
            sure = False
    return Answer(
        "infeasible",
        seconds=time.monotonic() - began,
        conflict=tuple(conflict),
        irreducible=sure,
        needed=_needed(instance, groups, conflict, max(1.0, ends - time.monotonic())),
    )


def of(instance: Instance) -> list[Group]:
    """All that is asked for; what is given up first stands first, so that money is told of if it counts."""
    found: list[Group] = []
    if instance.limited:
        found.append(("capacity", ""))
    if not instance.roots.all() or instance.backhauls.any():
        found.append(("backhaul", ""))
    found += [("share", share.name) for share in instance.shares]
    found += [("must", must.name) for must in instance.musts]
    return [*found, ("budget", "")]


def _tried(
    instance: Instance, groups: list[Group], kept: list[Group], seconds: float, cheapest: bool = False
) -> tuple[Ended, float]:
    """How it ends with these obligations only, and the cost of what was found."""
    without = [group for group in groups if group not in kept]
    highs = solver(seconds)
    Model(instance, without=without).load(highs, "cost" if cheapest else "any")
    highs.run()
    return highs.getModelStatus(), float(highs.getInfo().objective_function_value)


def _needed(instance: Instance, groups: list[Group], conflict: list[Group], seconds: float) -> int | None:
    """The least that the other obligations of the conflict cost together, in centimes."""
    if ("budget", "") not in conflict:
        return None
    others = [group for group in conflict if group != ("budget", "")]
    if ("backhaul", "") in groups and ("backhaul", "") not in others:
        others.append(("backhaul", ""))  # what is built has to be connected, whoever is to blame
    ended, cost = _tried(instance, groups, others, seconds, cheapest=True)
    return math.ceil(cost - 1e-3) if ended == Ended.kOptimal else None
