"""The best sites for the money, proven: by branch and bound where only money counts, else by HiGHS."""

from collections.abc import Sequence

from geo.wifi.siting import branching, program, starting
from geo.wifi.siting.answer import Answer, Stopped, Tell
from geo.wifi.siting.instance import Instance


def solve(
    instance: Instance,
    *,
    seconds: float,
    tell: Tell = lambda best, bound, gap, seconds, sites: None,
    stopped: Stopped = lambda: False,
    start: Sequence[int] = (),
) -> Answer:
    """The best choice of sites, or the best found until the time is over or `stopped` says so.

    `start` is a choice to begin with, if it keeps every rule. Where obligations cannot be met, the answer is
    "infeasible" and names those that conflict.
    """
    if instance.plain:
        search = branching.Search(starting.cover(instance), seconds, tell, stopped)
        search.run(start)
        sites = search.sites
        return program.answer(instance, search.status, sites, sites, search.best, search.bound, search.began)
    return program.Program(instance, seconds, tell, stopped).run(start)
