"""A worker with a task for every day: python -m tests.core.daily_tasks ADDRESS."""

import sys

from sqlalchemy import text

from core import jobs, worker
from core.db import Engine
from core.settings import Settings
from portal import logs
from tests.core.job_tasks import PACE


@jobs.task("tests.daily", daily=True)
def daily(engine: Engine, settings: Settings, *, timestamp: int) -> None:
    """Write the day down."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO noted VALUES (:word)"), {"word": str(timestamp)})


if __name__ == "__main__":
    logs.configure("INFO")
    worker.work(sys.argv[1], Settings(), pace=PACE)
