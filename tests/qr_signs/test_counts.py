"""Scans are counted in sums, whatever the database does, and nothing else is kept."""

import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text

from core.db import Engine, make_engine, session_of
from qr_signs import counts
from qr_signs.counts import ScanCounter, totals

DAY = date(2026, 1, 2)
CODES = ("0000011", "0000022")


@pytest.fixture
def signs(engine: Engine) -> Iterator[Engine]:
    """A database with two signs that lead nowhere."""
    with engine.begin() as connection:
        for code in CODES:
            connection.execute(text("INSERT INTO sign (code, reason) VALUES (:code, '{}')"), {"code": code})
    yield engine
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sign CASCADE"))


def _total(engine: Engine, code: str) -> int:
    with session_of(engine) as session:
        return sum(scans for _, _, scans in totals(session, code))


def test_sums_are_added_to_what_is_there(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=3600)
    for lang in ("ar", "fr", "ar"):
        counter.note(CODES[0], lang, DAY)
    assert counter.flush()
    counter.note(CODES[0], "ar", DAY)
    assert counter.flush()

    with session_of(signs) as session:
        assert list(totals(session, CODES[0])) == [(DAY, "ar", 3), (DAY, "fr", 1)]


def test_it_writes_by_itself(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=0.01)
    counter.note(CODES[0], "ar", DAY)
    deadline = time.monotonic() + 30
    while _total(signs, CODES[0]) < 1 and time.monotonic() < deadline:
        pass

    assert _total(signs, CODES[0]) == 1


def test_numbers_wait_while_the_database_is_away(signs: Engine) -> None:
    away = make_engine("postgresql+psycopg://nobody@/none?host=/nonexistent", statement_timeout_ms=1000)
    counter = ScanCounter(away, every_s=3600)
    for _ in range(5):
        counter.note(CODES[0], "ar", DAY)
    assert not counter.flush()
    counter.note(CODES[0], "ar", DAY)
    counter._engine = signs

    assert counter.flush()
    assert _total(signs, CODES[0]) == 6


def test_a_code_that_is_no_sign_does_not_spoil_the_others(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=3600)
    counter.note("ZZZZZZZ", "ar", DAY)
    counter.note(CODES[1], "ar", DAY)

    assert counter.flush()
    assert _total(signs, CODES[1]) == 1


def test_many_readers_at_once_are_all_counted(signs: Engine) -> None:
    workers = [ScanCounter(signs, every_s=0.005) for _ in range(2)]

    def read(counter: ScanCounter) -> None:
        for number in range(500):
            counter.note(CODES[number % 2], ("ar", "fr")[number % 3 % 2], DAY)

    threads = [threading.Thread(target=read, args=(workers[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        assert worker.flush()

    assert _total(signs, CODES[0]) + _total(signs, CODES[1]) == 4000


def test_memory_is_bounded(signs: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_KEYS", 3)
    counter = ScanCounter(signs, every_s=3600)
    for number in range(10):
        counter.note(f"{number}", "ar", DAY)

    assert len(counter._waiting) == 3
    counter.flush()
