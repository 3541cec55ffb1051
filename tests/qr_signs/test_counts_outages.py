"""The database goes away, a connection is cut, a process ends: no scan is lost, and no page learns of it."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event, text

from core import tallies
from core.db import Engine
from core.settings import PROJECT
from qr_signs.counts import ScanCounter
from tests.qr_signs.tallies import CODES, DAY, total

PATIENCE_S = 30


class Line:
    """The way from a counter to the database, which a test cuts and mends."""

    def __init__(self, database: Engine) -> None:
        self.open = True
        self.tried = 0
        self._database = database
        # No ping before use: the counter itself must get over a connection that was cut.
        self.engine = create_engine(database.url, connect_args={"application_name": "scans-under-test"})
        event.listen(self.engine, "do_connect", self._connecting)

    def _connecting(self, *_: Any) -> None:
        self.tried += 1
        if not self.open:
            raise psycopg.OperationalError("no route to db.example, password hunter2")

    def cut(self) -> None:
        """End the open sessions, as a restart of the server does."""
        self._ask("SELECT pg_terminate_backend(pid) FROM", "")

    def is_held_up(self) -> bool:
        """Whether a session waits for a lock."""
        return bool(self._ask("SELECT 1 FROM", "AND wait_event_type = 'Lock'"))

    def _ask(self, what: str, which: str) -> object:
        query = f"{what} pg_stat_activity WHERE application_name = 'scans-under-test' {which}"
        with self._database.connect() as connection:
            return connection.scalar(text(query))


@pytest.fixture
def line(signs: Engine) -> Iterator[Line]:
    """A line to the database with two signs."""
    line = Line(signs)
    yield line
    line.engine.dispose()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline


def test_numbers_wait_while_the_database_is_away(signs: Engine, line: Line) -> None:
    counter = ScanCounter(line.engine, every_s=3600)
    line.open = False
    for _ in range(5):
        counter.note(CODES[0], "ar", DAY)
    assert not counter.flush()
    counter.note(CODES[0], "ar", DAY)
    assert not counter.flush()
    line.open = True

    assert counter.close()
    assert total(signs, CODES[0]) == 6


def test_the_thread_tries_again_by_itself(signs: Engine, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "LONGEST_PAUSE_S", 0.02)
    counter = ScanCounter(line.engine, every_s=0.01)
    line.open = False
    counter.note(CODES[0], "ar", DAY)
    _until(lambda: line.tried >= 4)
    line.open = True
    _until(lambda: total(signs, CODES[0]) == 1)
    counter.close()

    assert total(signs, CODES[0]) == 1


def test_pauses_grow_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stop(threading.Event):
        """Ends the thread's loop after seven turns, without waiting."""

        pauses: list[float] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.pauses.append(timeout or 0)
            return len(self.pauses) > 7

    counter = ScanCounter(create_engine("postgresql+psycopg://"), every_s=5)
    answers = iter([True, False, False, False, True, False, True])
    monkeypatch.setattr(counter, "flush", lambda: next(answers))
    monkeypatch.setattr(tallies, "LONGEST_PAUSE_S", 30)
    stop = Stop()
    counter._run(stop)

    assert stop.pauses == [5, 5, 10, 20, 30, 5, 10, 5]


def test_an_outage_is_logged_once_and_tells_nothing_private(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    counter = ScanCounter(line.engine, every_s=3600)
    with caplog.at_level(logging.INFO, "athar.scans"):
        for is_open in (False, False, True, False, False):
            line.open = is_open
            line.engine.dispose()
            counter.note(CODES[0], "ar", DAY)
            assert counter.flush() is is_open
    line.open = True
    counter.close()

    said = [record.getMessage() for record in caplog.records]
    assert said == ["scan counts wait: they could not be written (OperationalError)"] * 2


def test_a_cut_connection_loses_nothing(signs: Engine, line: Line) -> None:
    counter = ScanCounter(line.engine, every_s=3600)
    for _ in range(3):
        counter.note(CODES[0], "ar", DAY)
        counter.flush()
        line.cut()

    assert counter.close() or counter.close()
    assert total(signs, CODES[0]) == 3


def test_a_connection_that_is_cut_while_it_writes_loses_nothing_and_counts_nothing_twice(
    signs: Engine, line: Line
) -> None:
    counter = ScanCounter(line.engine, every_s=3600)
    counter.note(CODES[0], "ar", DAY)
    assert counter.flush()
    counter.note(CODES[0], "ar", DAY)
    counter.note(CODES[1], "ar", DAY)
    answers: list[bool] = []
    writing = threading.Thread(target=lambda: answers.append(counter.flush()))
    with signs.begin() as other:
        other.execute(text("SELECT 1 FROM scan_day FOR UPDATE"))
        writing.start()
        _until(line.is_held_up)
        started = time.monotonic()
        counter.note(CODES[0], "ar", DAY)
        noted_s = time.monotonic() - started
        line.cut()
        writing.join(PATIENCE_S)

    assert answers == [False]
    assert noted_s < 0.5
    assert counter.close()
    assert [total(signs, code) for code in CODES] == [3, 1]


def test_an_error_nobody_thought_of_stops_neither_the_thread_nor_the_numbers(
    signs: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = ScanCounter(signs, every_s=0.01)
    failed = threading.Event()

    def broken(_: object) -> None:
        failed.set()
        raise RuntimeError("surprise")

    with monkeypatch.context() as patch:
        patch.setattr(counter, "_write", broken)
        counter.note(CODES[0], "ar", DAY)
        assert failed.wait(PATIENCE_S)
    _until(lambda: total(signs, CODES[0]) == 1)
    counter.close()

    assert total(signs, CODES[0]) == 1


def test_memory_is_bounded_however_long_the_outage(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in during a write and what comes back from it are bounded together."""
    monkeypatch.setattr(tallies, "MOST_KEYS", 3)
    counter = ScanCounter(line.engine, every_s=3600)
    most = []

    def refuse(*_: object) -> None:
        for number in range(10):
            counter.note(f"{turn}{number}", "ar", DAY)
        raise RuntimeError("away")

    with monkeypatch.context() as patch:
        patch.setattr(counter, "_write", refuse)
        for turn in range(5):
            counter.note(f"{turn}x", "ar", DAY)
            counter.flush()
            most.append(len(counter._waiting))

    assert most == [3, 3, 3, 3, 3]
    counter.close()


def test_a_machine_without_a_thread_to_spare_counts_later(
    signs: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    counter = ScanCounter(signs, every_s=3600)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        counter.note(CODES[0], "ar", DAY)
    counter.note(CODES[0], "ar", DAY)

    assert counter._thread is not None
    assert counter.close()
    assert total(signs, CODES[0]) == 2


@pytest.mark.parametrize(("how", "scans"), [("plain", 1), ("fork", 1), ("spawn", 1), ("after", 2)])
def test_a_process_that_ends_writes_what_it_holds(signs: Engine, how: str, scans: int) -> None:
    """Ends as the server's workers do: with fork, Python skips what is registered with atexit."""
    url = signs.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.qr_signs.tallies", how, url]
    ended = subprocess.run(command, cwd=PROJECT, timeout=60, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    assert total(signs, CODES[0]) == scans
