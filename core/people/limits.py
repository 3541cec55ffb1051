"""How often something may be tried in vain, counted in the database: by all processes together.

A try is counted before it is checked, so that a thousand at once are a thousand; success forgets the count.
After the first few, each try must wait longer than the last, up to an hour: ten thousand passwords take more
than a year. Keys are keyed hashes and forgotten after a day.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from core.errors import TooMany
from core.people.models import Throttle

FIRST_WAIT_S: Final = 30
LONGEST_WAIT_S: Final = 3600
FORGOTTEN: Final = timedelta(days=1)

_COUNT = text(
    "INSERT INTO throttle (key, tries, free_at, last_at) VALUES (:key, 1, :now, :now)"
    " ON CONFLICT (key) DO UPDATE SET last_at = :now,"
    " tries = CASE WHEN throttle.last_at < :old THEN 1 ELSE throttle.tries + 1 END,"
    " free_at = CASE WHEN throttle.last_at < :old OR throttle.tries + 1 < :free"
    " THEN CAST(:now AS timestamptz)"
    " ELSE CAST(:now AS timestamptz)"
    " + make_interval(secs => LEAST(:first * power(2, LEAST(throttle.tries + 1 - :free, 20)), :longest)) END"
    " WHERE throttle.free_at <= :now RETURNING tries"
)


def key(secret: str, what: str, who: str) -> str:
    """The key under which tries of `what` on `who` are counted."""
    return hmac.new(secret.encode(), f"{what}\n{who}".encode(), hashlib.sha256).hexdigest()


def count(session: Session, key: str, *, free: int, now: datetime) -> None:
    """Count one try; TooMany if it comes before its time, and then it is not counted. Commits.

    The first `free` tries need no waiting between them.
    """
    values = {"key": key, "now": now, "old": now - FORGOTTEN, "free": free}
    waits = {"first": FIRST_WAIT_S, "longest": LONGEST_WAIT_S}
    tries = session.scalar(_COUNT, values | waits)
    session.commit()
    if tries is None:
        until = session.scalar(select(Throttle.free_at).where(Throttle.key == key)) or now
        minutes = max(1, -int((now - until).total_seconds() // 60))
        raise TooMany("Too many tries. Please wait %(minutes)s min.", minutes=minutes)


def forget(session: Session, key: str, *, now: datetime) -> None:
    """It went well: the count begins anew. Counts of long ago go too. The caller commits."""
    session.execute(delete(Throttle).where((Throttle.key == key) | (Throttle.last_at < now - FORGOTTEN)))


def take_back(session: Session, key: str, *, now: datetime) -> None:
    """One of the tries was none after all: it went well. The caller commits."""
    session.execute(
        update(Throttle)
        .where(Throttle.key == key, Throttle.tries > 0)
        .values(tries=Throttle.tries - 1, free_at=now)
    )


def network(address: str) -> str | None:
    """What tries from an Internet address are counted under: itself, or its /64 for IPv6.

    None for addresses of a local network: behind a proxy that is not set up (PROXIES), everybody has the
    proxy's, and nobody shall be locked out by another.
    """
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(there, ipaddress.IPv6Address) and there.ipv4_mapped:
        there = there.ipv4_mapped
    if not there.is_global:
        return None
    prefix = 32 if there.version == 4 else 64
    return str(ipaddress.ip_network((there, prefix), strict=False))
