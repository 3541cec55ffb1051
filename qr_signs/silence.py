"""Signs whose scans stopped against their own history: a covered or stolen code is silent.

A sign that is scanned at random, r times a day, stays silent for n days with probability exp(-r n) (Poisson).
It is listed when that is below one in a thousand, and only after a week: a sign that few scan is never listed
for being quiet.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

UNLIKELY: Final = 0.001
LEAST_DAYS: Final = 7
HISTORY_DAYS: Final = 56
"""Eight weeks before the last scan tell what is usual."""


@dataclass(frozen=True)
class Silent:
    """A sign, the day it was last scanned, and how often it was in a week before."""

    code: str
    last: date
    a_week: float


def is_unlikely(scans: int, history_days: int, silent_days: int) -> bool:
    """Whether so many silent days are unlikely after so many scans in the history before."""
    if silent_days < LEAST_DAYS or history_days < LEAST_DAYS:
        return False
    return math.exp(-scans / history_days * silent_days) < UNLIKELY


_HISTORY: Final = text("""
SELECT sign.code, last.day, sum(scan_day.scans) AS scans,
       LEAST(CAST(:history AS integer), last.day - min(first.day) + 1) AS days
  FROM sign
  JOIN LATERAL (SELECT max(day) AS day FROM scan_day WHERE code = sign.code) AS last ON last.day IS NOT NULL
  JOIN LATERAL (SELECT min(day) AS day FROM scan_day WHERE code = sign.code) AS first ON true
  JOIN scan_day ON scan_day.code = sign.code AND scan_day.day > last.day - CAST(:history AS integer)
 WHERE sign.state = 'installed'
 GROUP BY sign.code, last.day
 ORDER BY sign.code
""")


def silent(session: Session, today: date, *, limit: int = 200) -> Sequence[Silent]:
    """Installed signs that are unlikely to be silent by chance, longest silence first. One query."""
    found = [
        Silent(row.code, row.day, round(row.scans / row.days * 7, 1))
        for row in session.execute(_HISTORY, {"history": HISTORY_DAYS})
        if is_unlikely(int(row.scans), row.days, (today - row.day).days)
    ]
    return sorted(found, key=lambda each: (each.last, each.code))[:limit]
