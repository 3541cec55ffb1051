"""Tasks for tests, and a worker that is quick about it: python -m tests.core.job_tasks ADDRESS."""

import sys

from sqlalchemy import text

from core import jobs, worker
from core.db import Engine
from core.settings import Settings
from portal import logs

GATE = 4711
"""Advisory lock that a test holds to keep a task in its middle."""
PACE = worker.Pace(
    beat=0.2,
    stalled=1.5,
    check=0.2,
    poll=0.2,
    pauses=(0.05, 0.1, 0.2),
    connect=1,
    reconnect=0.1,
    grace=1,
    parent=0.1,
)


@jobs.task("tests.note")
def note(engine: Engine, settings: Settings, *, word: str) -> None:
    """Write a word down."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO noted VALUES (:word)"), {"word": word})


@jobs.task("tests.gate")
def gate(engine: Engine, settings: Settings, *, word: str) -> None:
    """Tell that it began, wait at the gate, tell that it ended."""
    note(engine, settings, word=f"{word} began")
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:gate)"), {"gate": GATE})
    note(engine, settings, word=f"{word} ended")


@jobs.task("tests.outage")
def outage(engine: Engine, settings: Settings, *, times: int) -> None:
    """Lose the database so many times."""
    note(engine, settings, word="tried")
    with engine.begin() as connection:
        if (connection.scalar(text("SELECT count(*) FROM noted")) or 0) <= times:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    note(engine, settings, word="ended")


@jobs.task("tests.away")
def away(engine: Engine, settings: Settings, *, times: int) -> None:
    """Find something outside away so many times."""
    note(engine, settings, word="tried")
    with engine.begin() as connection:
        if (connection.scalar(text("SELECT count(*) FROM noted")) or 0) <= times:
            raise jobs.Again("the mail server is away")
    note(engine, settings, word="ended")


@jobs.task("tests.broken")
def broken(engine: Engine, settings: Settings) -> None:
    """Fail as a mistake in the code does."""
    note(engine, settings, word="tried")
    raise ZeroDivisionError("a mistake")


@jobs.task("tests.told")
def told(engine: Engine, settings: Settings) -> None:
    """Write down how long a query may take here, and in which schema a job works."""
    with engine.begin() as connection:
        for name in ("statement_timeout", "search_path"):
            note(engine, settings, word=str(connection.scalar(text(f"SHOW {name}"))))


if __name__ == "__main__":
    logs.configure("INFO")
    worker.work(sys.argv[1], Settings(), pace=PACE)
