"""Signs that fell silent against their own history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from qr_signs import silence

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("scans", "history", "silent", "unlikely"),
    [
        (56, 56, 7, True),  # one a day, a week of silence: exp(-7) is 0.0009
        (56, 56, 6, False),  # less than a week is never listed
        (50, 56, 7, False),
        (8, 56, 40, False),  # one a week: 40 days may pass
        (8, 56, 60, True),
        (3, 3, 30, False),  # three days are no history
        (0, 56, 365, False),
    ],
)
def test_the_rule_follows_chance(scans: int, history: int, silent: int, unlikely: bool) -> None:
    assert silence.is_unlikely(scans, history, silent) is unlikely


def _scanned(session: Session, code: str, state: str, days: range, scans: int) -> None:
    session.execute(
        text("INSERT INTO sign (code, reason, state) VALUES (:code, '{}', :state)"),
        {"code": code, "state": state},
    )
    for ago in days:
        session.execute(
            text("INSERT INTO scan_day (code, lang, day, scans) VALUES (:code, 'fr', :day, :scans)"),
            {"code": code, "day": TODAY - timedelta(days=ago), "scans": scans},
        )


def test_only_installed_signs_that_stopped_are_listed(session: Session) -> None:
    _scanned(session, "0000011", "installed", range(10, 60), 4)
    _scanned(session, "0000022", "installed", range(0, 60), 4)
    _scanned(session, "0000033", "withdrawn", range(10, 60), 4)
    _scanned(session, "0000044", "installed", range(30, 32), 1)
    _scanned(session, "0000055", "installed", range(0, 0), 0)

    found = silence.silent(session, TODAY)

    assert [each.code for each in found] == ["0000011"]
    assert found[0].last == TODAY - timedelta(days=10)
    assert found[0].a_week == pytest.approx(28)


def test_old_history_does_not_count(session: Session) -> None:
    _scanned(session, "0000011", "installed", range(200, 260), 50)
    session.execute(
        text("INSERT INTO scan_day (code, lang, day, scans) VALUES ('0000011', 'fr', :day, 1)"),
        {"day": TODAY - timedelta(days=20)},
    )

    assert silence.silent(session, TODAY) == []
