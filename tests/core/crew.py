"""Worker processes for tests of background jobs, and a way to wait for what they do."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core import jobs
from core.db import Engine, session_of
from core.settings import PROJECT
from tests.core.job_tasks import GATE


class Crew:
    """Worker processes of one test, and their common log."""

    def __init__(self, engine: Engine, log: Path) -> None:
        self.engine = engine
        self.log = log
        self.processes: list[subprocess.Popen[bytes]] = []

    def hire(self, *command: str) -> subprocess.Popen[bytes]:
        """A worker that is at work."""
        address = self.engine.url.render_as_string(hide_password=False)
        before = len(self.told("worker begins"))
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command or (sys.executable, "-m", "tests.core.job_tasks", address),
                cwd=PROJECT,
                env={**os.environ, "DATABASE_URL": address},
                stdin=subprocess.PIPE,
                stderr=log,
            )
        self.processes.append(process)
        until(lambda: len(self.told("worker begins")) > before)
        return process

    def told(self, message: str) -> list[dict[str, Any]]:
        """What the log tells with these words."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [
            told for line in lines if line.endswith("}") and (told := json.loads(line))["message"] == message
        ]

    def noted(self) -> list[str]:
        """What tasks wrote down, in that order."""
        with self.engine.connect() as connection:
            return list(connection.scalars(text("SELECT word FROM noted ORDER BY ctid")))

    def states(self) -> list[str]:
        """The state of every job that is in line or kept, in the order of their making."""
        with self.engine.connect() as connection:
            rows = connection.scalars(text("SELECT status::text FROM jobs.procrastinate_jobs ORDER BY id"))
            return list(rows)

    def defer(self, name: str, *, lock: str | None = None, **values: object) -> bool:
        """Put a job in line in a transaction of its own."""
        with session_of(self.engine) as session:
            put = jobs.defer(session, name, lock=lock, **values)
            session.commit()
        return put

    @contextmanager
    def gate(self) -> Iterator[None]:
        """As long as it is closed, tasks wait at it in their middle."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:gate)"), {"gate": GATE})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:gate)"), {"gate": GATE})


def until(true: Callable[[], bool], within_s: float = 60) -> None:
    """Return as soon as it is true."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
