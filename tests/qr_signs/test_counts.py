"""Scans are counted in sums, exactly, however many readers and workers, and nothing else is kept."""

import logging
import threading
import time

import pytest

from core import tallies
from core.db import Engine, session_of
from qr_signs.counts import ScanCounter, totals
from tests.qr_signs.tallies import CODES, DAY, total


def test_sums_are_added_to_what_is_there(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=3600)
    for lang in ("ar", "fr", "ar"):
        counter.note(CODES[0], lang, DAY)
    assert counter.flush()
    counter.note(CODES[0], "ar", DAY)
    assert counter.close()

    with session_of(signs) as session:
        assert list(totals(session, CODES[0])) == [(DAY, "ar", 3), (DAY, "fr", 1)]


def test_it_writes_by_itself(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=0.01)
    counter.note(CODES[0], "ar", DAY)
    deadline = time.monotonic() + 30
    while total(signs, CODES[0]) < 1 and time.monotonic() < deadline:
        pass
    counter.close()

    assert total(signs, CODES[0]) == 1


def test_a_code_that_is_no_sign_does_not_spoil_the_others(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=3600)
    counter.note("ZZZZZZZ", "ar", DAY)
    counter.note(CODES[1], "ar", DAY)

    assert counter.close()
    assert total(signs, CODES[1]) == 1


@pytest.mark.parametrize(
    ("code", "lang"),
    [(CODES[0], "ar\0"), (CODES[0], "\ud800"), (CODES[0], "x" * 9), (f"{CODES[0]}\0", "ar"), ("", "ar")],
)
def test_what_no_column_holds_does_not_spoil_the_others(signs: Engine, code: str, lang: str) -> None:
    counter = ScanCounter(signs, every_s=3600)
    counter.note(code, lang, DAY)
    counter.note(CODES[1], "ar", DAY)

    assert counter.close()
    assert total(signs, CODES[0]) == 0
    assert total(signs, CODES[1]) == 1


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
        assert worker.close()

    assert [total(signs, code) for code in CODES] == [2000, 2000]


def test_workers_that_write_the_same_sums_at_once_do_not_block_each_other(signs: Engine) -> None:
    """Rows in another order in each worker are soon a deadlock, which PostgreSQL ends with an error.

    Many more rows than languages: the longer a statement, the surer it meets the other worker's.
    """
    keys = [(CODES[0], f"l{number}") for number in range(1000)]
    workers = [ScanCounter(signs, every_s=3600) for _ in range(2)]
    together = threading.Barrier(2)
    taken: list[bool] = []

    def write(counter: ScanCounter, order: list[tuple[str, str]]) -> None:
        for _ in range(10):
            for code, lang in order:
                counter.note(code, lang, DAY)
            together.wait(30)
            taken.append(counter.flush())

    threads = [
        threading.Thread(target=write, args=(workers[0], keys)),
        threading.Thread(target=write, args=(workers[1], keys[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.close()

    assert taken == [True] * 20
    assert total(signs, CODES[0]) == 20_000


def test_memory_is_bounded_and_that_is_logged_once(
    signs: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tallies, "MOST_KEYS", 3)
    counter = ScanCounter(signs, every_s=3600)
    with caplog.at_level(logging.ERROR, "athar.scans"):
        for number in range(10):
            counter.note(f"{number}", "ar", DAY)
        counter.note("0", "ar", DAY)

    assert dict(counter._waiting) == {("0", "ar", DAY): 2, ("1", "ar", DAY): 1, ("2", "ar", DAY): 1}
    assert len(caplog.records) == 1
    counter.close()


def test_no_more_threads_than_one(signs: Engine) -> None:
    before = threading.active_count()
    counter = ScanCounter(signs, every_s=3600)
    assert threading.active_count() == before
    for _ in range(100):
        counter.note(CODES[0], "ar", DAY)
    assert threading.active_count() == before + 1
    counter.close()

    assert threading.active_count() == before


def test_it_counts_on_after_it_was_closed(signs: Engine) -> None:
    counter = ScanCounter(signs, every_s=3600)
    for _ in range(2):
        counter.note(CODES[0], "ar", DAY)
        assert counter.close()

    assert total(signs, CODES[0]) == 2
