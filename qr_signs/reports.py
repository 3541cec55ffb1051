"""What passers-by tell of signs: kept without anything about them, and no more than can be read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import Invalid, NotFound
from geo.vocabulary import N_
from qr_signs.models import Sign, SignReport
from qr_signs.vocabulary import REPORTS

LONGEST_NOTE: Final = 500
MOST_OPEN: Final = 20
"""Open reports of one sign; a further one tells nothing new."""
MOST_A_DAY: Final = 200
"""Of all signs: who floods the list fills it to here."""
_LOCK: Final = 0x5245504F


def file(session: Session, sign: Sign, kind: str, note: str, *, now: datetime) -> bool:
    """Keep a report; False where the sign or the day has enough already. The caller commits.

    Invalid for a kind that is none of REPORTS, or a note that is too long.
    """
    if kind not in REPORTS:
        raise Invalid("kind", N_("Choose what is wrong."))
    plain = " ".join(note.split())
    if len(plain) > LONGEST_NOTE:
        raise Invalid("note", N_("At most %(most)s characters."), most=LONGEST_NOTE)
    # One at a time, so that two at once do not both find the last place free.
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    of_sign = select(func.count()).where(SignReport.code == sign.code, SignReport.settled_at.is_(None))
    of_day = select(func.count()).where(SignReport.at > now - timedelta(days=1))
    if (session.scalar(of_sign) or 0) >= MOST_OPEN or (session.scalar(of_day) or 0) >= MOST_A_DAY:
        return False
    session.add(SignReport(code=sign.code, kind=kind, note=plain or None, at=now))
    return True


def open_ones(session: Session, *, limit: int, code: str | None = None) -> Sequence[SignReport]:
    """Reports that nobody settled, oldest first; of one sign if `code` is given."""
    query = select(SignReport).where(SignReport.settled_at.is_(None))
    if code is not None:
        query = query.where(SignReport.code == code)
    return session.scalars(query.order_by(SignReport.at, SignReport.id).limit(limit)).all()


def settle(session: Session, report_id: int, *, by: str, now: datetime) -> SignReport:
    """Close a report; twice is no error. The caller commits."""
    report = session.get(SignReport, report_id) if is_id(report_id) else None
    if report is None:
        raise NotFound(N_("There is no such report."))
    if report.settled_at is None:
        report.settled_at, report.settled_by = now, by
    return report
