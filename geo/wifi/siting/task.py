"""Proposals as background jobs."""

from typing import Final

from core import jobs
from core.db import Engine
from core.settings import Settings

JOB: Final = "wifi.propose"


@jobs.task(JOB)
def propose(engine: Engine, settings: Settings, *, scenario_id: int) -> None:
    """Make the proposals of a scenario that wait, one by one. One left in the middle is made anew."""
    # Here, not above: the web server knows this task too, and has no use for the libraries behind it.
    from geo.wifi.siting import running

    while running.next_of(engine, scenario_id):
        pass
