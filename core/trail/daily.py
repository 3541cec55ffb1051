"""Once a day the worker keeps the end of the day before, beside the database."""

from pathlib import Path

from core import clock, jobs
from core.db import Engine, session_of
from core.settings import Settings
from core.trail import heads, reading


@jobs.task("trail.heads", daily=True)
def keep(engine: Engine, settings: Settings, *, timestamp: int = 0) -> None:
    """Add the days that are over to the file of heads."""
    with session_of(engine) as session:
        heads.keep(Path(settings.FILES_DIR), reading.heads(session, now=clock.now()))
