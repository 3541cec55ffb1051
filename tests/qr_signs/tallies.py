"""What the tests of scan counts share: two codes, a day, a sum; run as a program, a process that scans once.

    python -m tests.qr_signs.tallies HOW URL

HOW is plain (this process scans), fork or spawn (one made by multiprocessing does), or after (this process
scans, is forked, and both go on).
"""

import multiprocessing
import os
import sys
from datetime import date
from typing import Final

from core.db import Engine, make_engine, session_of
from qr_signs.counts import ScanCounter, totals

DAY: Final = date(2026, 1, 2)
CODES: Final = ("0000011", "0000022")
"""Valid codes: values 1 and 2, which are their own check symbols."""


def total(engine: Engine, code: str) -> int:
    """Scans of a code as written."""
    with session_of(engine) as session:
        return sum(scans for _, _, scans in totals(session, code))


def scan_once(url: str) -> ScanCounter:
    """Note one scan that only the end of the process will write."""
    counter = ScanCounter(make_engine(url, statement_timeout_ms=5000), every_s=3600)
    counter.note(CODES[0], "ar", DAY)
    return counter


def _scan_around_a_fork(url: str) -> None:
    counter = scan_once(url)
    # As if a page were in the middle of a scan in the moment of the fork.
    with counter._lock:
        child = os.fork()
    if child:
        os.waitpid(child, 0)
    else:
        counter.note(CODES[0], "fr", DAY)


def main(how: str, url: str) -> None:
    """Scan as `how` tells, and end in the ordinary way."""
    if how == "plain":
        scan_once(url)
    elif how == "after":
        _scan_around_a_fork(url)
    else:
        process = multiprocessing.get_context(how).Process(target=scan_once, args=(url,))  # type: ignore[attr-defined]
        process.start()
        process.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
