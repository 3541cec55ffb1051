"""Orders as background jobs."""

from core import jobs
from core.db import Engine
from core.errors import Unavailable
from core.settings import Settings
from qr_signs.builds.orders import JOB

TRIES = 3
"""How often an order goes on after one of its drawing processes was killed."""


@jobs.task(JOB)
def build(engine: Engine, settings: Settings, *, build_id: int) -> None:
    """Run an order. What it made before it was killed stays made."""
    # Here, not above: the web server knows this task too, and has no use for the libraries behind it.
    from qr_signs.builds import running

    for left in reversed(range(TRIES)):
        try:
            running.run(running.Shop(engine, settings), build_id)
        except Unavailable:
            if not left:
                raise
        else:
            return
