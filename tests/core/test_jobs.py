"""Background jobs, with real worker processes on the real database."""

import hashlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from core import jobs, queue, schema
from core.db import Engine, make_engine, session_of
from tests.core.crew import Crew, until

SHIPPED = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
"""Hash of the package's schema that migration 0003 was written for."""


@pytest.fixture
def crew(jobs_engine: Engine, tmp_path: Path) -> Iterator[Crew]:
    """An empty queue, nobody at work yet."""
    with jobs_engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS noted"))
        connection.execute(text("CREATE TABLE noted (word text)"))
        connection.execute(
            text("TRUNCATE jobs.procrastinate_jobs, jobs.procrastinate_workers RESTART IDENTITY CASCADE")
        )
    crew = Crew(jobs_engine, tmp_path / "log")
    yield crew
    for process in crew.processes:
        process.kill()
        process.communicate()


def test_a_committed_job_runs_and_one_taken_back_does_not_exist(crew: Crew) -> None:
    crew.hire()
    with session_of(crew.engine) as session:
        assert jobs.defer(session, "tests.note", word="taken back")
        session.rollback()
    assert crew.defer("tests.note", word="committed")
    assert crew.defer("tests.told")

    until(lambda: len(crew.noted()) == 3 and crew.states() == [])

    assert crew.noted() == ["committed", "10min", '"$user", public']


def test_a_job_waits_once_for_each_lock(crew: Crew) -> None:
    with session_of(crew.engine) as session:
        assert jobs.defer(session, "tests.note", lock="a", word="first")
        assert not jobs.defer(session, "tests.note", lock="a", word="second")
        assert jobs.defer(session, "tests.note", lock="b", word="other")
        session.commit()
    assert not crew.defer("tests.note", lock="a", word="third")
    crew.hire()
    until(lambda: crew.states() == [])

    assert crew.noted() == ["first", "other"]
    assert crew.defer("tests.note", lock="a", word="after")


def test_a_task_that_nobody_declared_is_refused(crew: Crew) -> None:
    with pytest.raises(LookupError):
        crew.defer("tests.nothing")
    with pytest.raises(ValueError, match="two tasks"):
        jobs.task("tests.note")(lambda engine, settings: None)


def test_the_job_of_a_killed_worker_is_run_again_by_another(crew: Crew) -> None:
    first = crew.hire()
    with crew.gate():
        crew.defer("tests.gate", lock="one", word="A")
        until(lambda: crew.noted() == ["A began"])
        first.kill()
        first.wait()
        killed = time.monotonic()
        crew.hire()
        until(lambda: crew.noted() == ["A began", "A began"])
        assert time.monotonic() - killed < 10
    until(lambda: crew.states() == [])

    assert crew.noted() == ["A began", "A began", "A ended"]
    assert [told["status"] for told in crew.told("job was left in the middle")] == ["todo"]


def test_one_that_waits_does_for_the_job_of_a_killed_worker(crew: Crew) -> None:
    first = crew.hire()
    with crew.gate():
        crew.defer("tests.gate", lock="one", word="A")
        until(lambda: crew.noted() == ["A began"])
        assert crew.defer("tests.gate", lock="one", word="B")
        first.kill()
    crew.hire()
    until(lambda: crew.states() == ["aborted"])

    assert crew.noted() == ["A began", "B began", "B ended"]


@pytest.mark.parametrize(("times", "tried", "left"), [(2, 3, []), (99, 4, ["failed"])])
def test_outages_are_tried_again_but_not_for_ever(
    crew: Crew, times: int, tried: int, left: list[str]
) -> None:
    crew.defer("tests.outage", times=times)
    crew.hire()

    until(lambda: crew.states() == left)

    assert crew.noted() == ["tried"] * tried + ["ended"] * (not left)
    assert len(crew.told("job met an outage")) == tried - (not left)


def test_what_is_away_outside_is_tried_again(crew: Crew) -> None:
    crew.defer("tests.away", times=1)
    crew.hire()

    until(lambda: crew.states() == [])

    assert crew.noted() == ["tried", "tried", "ended"]
    assert len(crew.told("job is tried again")) == 1 and crew.told("job failed") == []


def test_a_mistake_is_logged_and_not_tried_again(crew: Crew) -> None:
    crew.defer("tests.broken")
    crew.hire()
    until(lambda: crew.states() == ["failed"])
    crew.defer("tests.note", word="next")
    until(lambda: crew.states() == ["failed"] and len(crew.noted()) == 2)

    assert crew.noted() == ["tried", "next"]
    [told] = crew.told("job failed")
    assert told["task"] == "tests.broken"
    assert "ZeroDivisionError: a mistake" in told["trace"]


def _cut(connection: Connection, name: str) -> int:
    """End every connection of ours to the database; how many there were."""
    return len(
        connection.scalars(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = :name AND usename = current_user AND backend_type = 'client backend'"
            ),
            {"name": name},
        ).all()
    )


def test_a_worker_comes_back_after_the_database_was_away(crew: Crew) -> None:
    worker = crew.hire()
    name = crew.engine.url.database or ""
    outside = make_engine(
        crew.engine.url.set(database="postgres").render_as_string(hide_password=False),
        statement_timeout_ms=5000,
    ).execution_options(isolation_level="AUTOCOMMIT")
    crew.defer("tests.note", word="before")
    until(lambda: crew.noted() == ["before"] and crew.states() == [])
    crew.engine.dispose()
    with outside.connect() as connection:
        assert _cut(connection, name) >= 2
        crew.defer("tests.note", word="between")
        until(lambda: crew.states() == [])
        crew.engine.dispose()
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        _cut(connection, name)
        until(lambda: len(crew.told("the queue does not answer")) >= 2)
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    outside.dispose()
    crew.defer("tests.note", word="after")
    until(lambda: crew.states() == [])

    assert crew.noted() == ["before", "between", "after"]
    assert worker.poll() is None
    assert len(crew.told("worker begins")) == 1


def test_a_worker_that_is_told_to_stop_ends_its_job_first(crew: Crew) -> None:
    worker = crew.hire()
    with crew.gate():
        crew.defer("tests.gate", word="A")
        until(lambda: crew.noted() == ["A began"])
        worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0

    assert crew.noted() == ["A began", "A ended"]
    assert crew.states() == []
    assert len(crew.told("worker ends")) == 1


def test_a_job_that_does_not_end_in_time_is_given_back(crew: Crew) -> None:
    worker = crew.hire()
    with crew.gate():
        crew.defer("tests.gate", word="A")
        until(lambda: crew.noted() == ["A began"])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(5) == 0
        assert crew.states() == ["todo"]
    crew.hire()
    until(lambda: crew.states() == [])

    assert crew.noted() == ["A began", "A began", "A ended"]


BESIDE = "from portal.work import beside\nwith beside(1, pause_s=0.1):\n    input()\n"


def test_a_worker_beside_the_server_is_started_again_and_ends_with_it(crew: Crew) -> None:
    server = crew.hire(sys.executable, "-c", BESIDE)
    [first] = crew.told("worker begins")
    os.kill(first["pid"], signal.SIGKILL)
    until(lambda: len(crew.told("worker begins")) == 2)
    second = crew.told("worker begins")[1]
    assert server.stdin
    server.stdin.write(b"\n")
    server.stdin.flush()

    server.wait(10)

    assert first["pid"] != second["pid"]
    assert not Path(f"/proc/{second['pid']}").exists()


def test_a_worker_beside_the_server_ends_when_that_is_killed(crew: Crew) -> None:
    server = crew.hire(sys.executable, "-c", BESIDE)
    [told] = crew.told("worker begins")

    server.kill()
    server.wait()

    until(lambda: len(crew.told("worker ends")) == 1, within_s=5)
    until(lambda: _is_gone(told["pid"]), within_s=5)


def _is_gone(pid: int) -> bool:
    """Whether the process has ended, even if nobody has asked how."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_queue_is_made_and_dropped_by_its_migration(empty_databases: tuple[Engine, Engine]) -> None:
    engine, _ = empty_databases
    schema.upgrade(engine)
    with session_of(engine) as session:
        jobs.defer(session, "tests.note", word="dropped")
        session.commit()

    schema.downgrade(engine, "0002")

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT to_regnamespace('jobs')")) is None
    schema.upgrade(engine)


def test_the_queue_is_that_of_the_package_that_was_looked_at() -> None:
    assert hashlib.sha256(queue.tables().encode()).hexdigest() == SHIPPED, "see migration 0003"
