"""Counting scans without delaying or failing a page, and without anything about the person who scans.

Pages only add to a dictionary in memory; a thread of its own writes the sums every few seconds. When the
database is away the numbers wait. What a worker holds when it is killed with -9 is lost: at most a few
seconds of counts.
"""

import atexit
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import date
from threading import Event, Lock, Thread
from typing import Any, Final

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from qr_signs.models import ScanDay

log = logging.getLogger("athar.scans")

MOST_KEYS: Final = 10_000
"""Distinct (code, language, day) that may wait; beyond it scans are dropped and that is logged once."""
LONGEST_PAUSE_S: Final = 300.0

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
        self._waiting: Counter[Key] = Counter()
        self._lock = Lock()
        self._writing = Lock()
        self._wake = Event()
        self._thread: Thread | None = None
        self._failing = False
        self._full = False

    def note(self, code: str, lang: str, day: date) -> None:
        """One scan more. Takes microseconds, whatever the database does."""
        key = (code, lang, day)
        with self._lock:
            if len(self._waiting) >= MOST_KEYS and key not in self._waiting:
                if not self._full:
                    log.error("too many scans wait to be written; further ones are dropped")
                self._full = True
                return
            self._waiting[key] += 1
            if self._thread is None:
                # Here and not at the start: a thread does not survive the fork that makes a worker.
                self._thread = Thread(target=self._run, name="scan-counter", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def flush(self) -> bool:
        """Write what waits; False if the database did not take it, and then nothing is lost."""
        with self._writing:
            with self._lock:
                sums, self._waiting = self._waiting, Counter()
            if not sums:
                return True
            try:
                self._write(sums)
            except SQLAlchemyError as error:
                with self._lock:
                    self._waiting.update(sums)
                if not self._failing:
                    log.warning("scan counts wait: the database did not take them (%s)", type(error).__name__)
                self._failing = True
                return False
            self._failing = self._full = False
            return True

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

    def _run(self) -> None:
        pause = self._every_s
        while not self._wake.wait(pause):
            pause = self._every_s if self.flush() else min(pause * 2, LONGEST_PAUSE_S)


def totals(session: Session, code: str) -> Sequence[tuple[date, str, int]]:
    """Scans of a code by day and language shown, oldest first."""
    query = (
        select(ScanDay.day, ScanDay.lang, ScanDay.scans)
        .where(ScanDay.code == code)
        .order_by(ScanDay.day, ScanDay.lang)
    )
    rows: Any = session.execute(query)
    return [(day, lang, scans) for day, lang, scans in rows]
