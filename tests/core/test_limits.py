"""How often something may be tried in vain."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Engine, session_of
from core.errors import TooMany
from core.people import limits
from core.people.models import Throttle

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_ten_thousand_tries_take_more_than_a_year(session: Session) -> None:
    """The fastest who tries: always again in the first moment that is free."""
    now, waits = NOW, []
    for _ in range(40):
        limits.count(session, "k", free=5, now=now)
        free_at = session.scalar(select(Throttle.free_at).where(Throttle.key == "k"))
        assert free_at is not None
        waits.append((free_at - now).total_seconds())
        now = free_at

    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:12] == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert set(waits[12:]) == {3600}
    assert sum(waits) + (10_000 - 40) * waits[-1] > 365 * 24 * 3600


def test_who_comes_early_is_told_how_long_and_not_counted(session: Session) -> None:
    for _ in range(7):
        now = NOW + timedelta(minutes=10 * _)
        limits.count(session, "k", free=5, now=now)

    for early in (0, 1, 119):
        with pytest.raises(TooMany) as told:
            limits.count(session, "k", free=5, now=now + timedelta(seconds=early))
        assert told.value.minutes == (2 if early < 60 else 1)
    assert session.scalar(select(Throttle.tries).where(Throttle.key == "k")) == 7


def test_rest_of_a_day_begins_anew(session: Session) -> None:
    for _ in range(20):
        limits.count(session, "k", free=50, now=NOW)

    limits.count(session, "k", free=5, now=NOW + timedelta(days=1, seconds=1))

    assert session.scalar(select(Throttle.tries).where(Throttle.key == "k")) == 1


def test_tries_at_the_same_time_are_all_counted(jobs_engine: Engine) -> None:
    """None is checked before it is counted: of thirty at once, five get through."""
    begin, through = Barrier(10), []

    def some() -> None:
        with session_of(jobs_engine) as session:
            begin.wait()
            for _ in range(3):
                try:
                    limits.count(session, "at once", free=5, now=NOW)
                except TooMany:
                    continue
                through.append(1)

    threads = [Thread(target=some) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(through) == 5


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.41.0.4", "198.41.0.4/32"),
        ("::ffff:198.41.0.4", "198.41.0.4/32"),
        ("2a00:1450:4007:80e::200e", "2a00:1450:4007:80e::/64"),
        ("127.0.0.1", None),
        ("10.1.2.3", None),
        ("fe80::1", None),
        ("", None),
        ("198.41.0.4, 1.1.1.1", None),
        ("<script>", None),
    ],
)
def test_networks(address: str, counted: str | None) -> None:
    assert limits.network(address) == counted


def test_keys_hold_nobody_s_address() -> None:
    key = limits.key("secret", "password", "f.amzil@commune.example")

    assert len(key) == 64 and "amzil" not in key
    assert key != limits.key("other", "password", "f.amzil@commune.example")
    assert key != limits.key("secret", "letter", "f.amzil@commune.example")
