"""Counting scans: sums by code, language and day, nothing about the person who scans (core/tallies.py)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.tallies import Key, Tally, is_word
from qr_signs.models import ScanDay

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


class ScanCounter(Tally):
    """Sums of scans of one process; `note` is called by pages."""

    WHAT = "scan"
    LOG = "athar.scans"

    def note(self, code: str, lang: str, day: date) -> None:
        """One scan more. Takes microseconds, whatever the database does; what cannot be kept is left out."""
        if is_word(code, LONGEST_CODE) and is_word(lang, LONGEST_LANG):
            self.add((code, lang, day))

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


def totals(session: Session, code: str) -> Sequence[tuple[date, str, int]]:
    """Scans of a code by day and language shown, oldest first."""
    query = (
        select(ScanDay.day, ScanDay.lang, ScanDay.scans)
        .where(ScanDay.code == code)
        .order_by(ScanDay.day, ScanDay.lang)
    )
    rows: Any = session.execute(query)
    return [(day, lang, scans) for day, lang, scans in rows]
