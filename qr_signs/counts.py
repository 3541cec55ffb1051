"""Counting scans without delaying or failing a page, and without anything about the person who scans.

Pages only add to a dictionary in memory; a thread of its own writes the sums every few seconds, and a process
that ends writes what it still holds. When the database is away the numbers wait. What a worker holds when it
is killed with -9 is lost: at most a few seconds of counts. A connection that breaks in the very moment of a
commit may make the same sums count twice.
"""

import logging
import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from qr_signs.models import ScanDay

log = logging.getLogger("athar.scans")

MOST_KEYS: Final = 10_000
"""Distinct (code, language, day) that may wait; beyond it scans are dropped and that is logged once."""
LONGEST_PAUSE_S: Final = 300.0
LONGEST_CODE: Final = 12
LONGEST_LANG: Final = 8
"""Characters that the table's columns hold."""

_ADD: Final = text("""
INSERT INTO scan_day (code, lang, day, scans)
SELECT given.code, given.lang, given.day, given.scans
  FROM unnest(CAST(:codes AS text[]), CAST(:langs AS text[]), CAST(:days AS date[]), CAST(:scans AS bigint[]))
       AS given (code, lang, day, scans)
  JOIN sign ON sign.code = given.code
 ORDER BY given.code, given.day, given.lang
ON CONFLICT (code, day, lang) DO UPDATE SET scans = scan_day.scans + excluded.scans
""")
"""One statement, rows in order, so that workers that write at once wait for each other and never in a circle.
"""

Key = tuple[str, str, date]


class ScanCounter:
    """Sums of scans of one process; `note` is called by pages, everything else by its own thread."""

    def __init__(self, engine: Engine, *, every_s: float = 5.0) -> None:
        self._engine = engine
        self._every_s = every_s
        self._begin()
        _counters.add(self)

    def _begin(self) -> None:
        self._waiting: Counter[Key] = Counter()
        self._sent: Counter[Key] = Counter()
        self._lock = Lock()
        """Held for moments: pages wait for it."""
        self._writing = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._at_exit: Any = None
        self._failing = self._full = False

    def note(self, code: str, lang: str, day: date) -> None:
        """One scan more. Takes microseconds, whatever the database does; what cannot be kept is left out."""
        if not (_is_word(code, LONGEST_CODE) and _is_word(lang, LONGEST_LANG)):
            # One value that no column holds would stop all others from being written.
            return
        key = (code, lang, day)
        with self._lock:
            if self._has_room(key):
                self._waiting[key] += 1
                self._start()
            elif not self._full:
                self._full = True
                log.error("too many scans wait to be written; further ones are dropped")

    def _has_room(self, key: Key) -> bool:
        # What is just being written counts too: it comes back if the database does not take it.
        return len(self._waiting) + len(self._sent) < MOST_KEYS or key in self._waiting or key in self._sent

    def _start(self) -> None:
        """Have the thread: here and not before, as threads do not survive the fork that makes a worker."""
        if self._thread is not None:
            return
        self._stop = Event()
        thread = Thread(target=self._run, args=(self._stop,), name="scan-counter", daemon=True)
        if self._at_exit is None:
            # Not atexit: worker processes that multiprocessing forks end without it.
            self._at_exit = Finalize(None, self.flush, exitpriority=0)
        try:
            thread.start()
        except RuntimeError as error:
            # The machine has no thread to spare, or the process is ending: the next scan tries again.
            self._tell(error)
        else:
            self._thread = thread

    def flush(self) -> bool:
        """Write what waits; False if the database did not take it, and then nothing is lost."""
        with self._writing:
            with self._lock:
                self._sent, self._waiting = self._waiting, Counter()
            taken = not self._sent
            try:
                if not taken:
                    self._write(self._sent)
                    taken, self._failing = True, False
            except Exception as error:  # whatever it is: this thread and the numbers outlive it
                self._tell(error)
            finally:
                with self._lock:
                    if taken:
                        self._full = False
                    else:
                        self._waiting.update(self._sent)
                    self._sent = Counter()
            return taken

    def close(self) -> bool:
        """End the thread and write what waits; as `flush`. A later `note` starts anew."""
        with self._lock:
            thread, self._thread = self._thread, None
            self._stop.set()
        if thread is not None:
            thread.join()
        taken = self.flush()
        with self._lock:
            if taken and self._at_exit is not None and self._thread is None:
                self._at_exit.cancel()
                self._at_exit = None
        return taken

    def _tell(self, error: Exception) -> None:
        """Log once an outage. Only the kind of error: its text could hold an address or a password."""
        if not self._failing:
            log.warning("scan counts wait: they could not be written (%s)", type(error).__name__)
        self._failing = True

    def _write(self, sums: Counter[Key]) -> None:
        keys = sorted(sums)
        values = {
            "codes": [code for code, _, _ in keys],
            "langs": [lang for _, lang, _ in keys],
            "days": [day for _, _, day in keys],
            "scans": [sums[key] for key in keys],
        }
        with self._engine.begin() as connection:
            connection.execute(_ADD, values)

    def _run(self, stop: Event) -> None:
        pause = self._every_s
        while not stop.wait(pause):
            pause = self._every_s if self.flush() else min(pause * 2, LONGEST_PAUSE_S)


_counters: Final[WeakSet[ScanCounter]] = WeakSet()


def _begin_in_child() -> None:
    """A forked process has the parent's numbers, which the parent writes, and its locks, perhaps held."""
    for counter in list(_counters):
        counter._begin()


os.register_at_fork(after_in_child=_begin_in_child)


def _is_word(value: str, longest: int) -> bool:
    return 0 < len(value) <= longest and value.isascii() and value.isalnum()


def totals(session: Session, code: str) -> Sequence[tuple[date, str, int]]:
    """Scans of a code by day and language shown, oldest first."""
    query = (
        select(ScanDay.day, ScanDay.lang, ScanDay.scans)
        .where(ScanDay.code == code)
        .order_by(ScanDay.day, ScanDay.lang)
    )
    rows: Any = session.execute(query)
    return [(day, lang, scans) for day, lang, scans in rows]
