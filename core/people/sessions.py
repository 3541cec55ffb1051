"""Who is in: one row a device, ended at once from anywhere. The cookie holds a token, the row its hash."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.accounts import Role
from core.db import is_id
from core.errors import NotFound
from core.people import tokens
from core.people.models import Account, SignIn
from core.trail.who import TrailPerson

STAYS: Final = timedelta(hours=12)
"""A working day: then everybody signs in anew."""
IDLE: Final = timedelta(hours=4)
"""Without a request for so long, somebody is out."""
CONFIRMED: Final = timedelta(minutes=10)
"""How long it is believed that it is still the person, for dangerous acts."""
TOUCHED: Final = timedelta(minutes=1)
"""How exactly it is known when somebody was last seen."""
MOST: Final = 20
"""Devices on which one person is in at the same time: the oldest goes."""
_BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Known:
    """Who asks, as the database knows them now."""

    id: int
    account_id: int | None
    name: str
    roles: frozenset[Role]
    languages: frozenset[str]
    seen_at: datetime
    confirmed_at: datetime

    def is_confirmed(self, now: datetime) -> bool:
        """Whether the person showed lately that it is them."""
        return now - self.confirmed_at < CONFIRMED


def begin(session: Session, account: Account, way: str, agent: str, *, now: datetime) -> str:
    """Let a person in; what the cookie is to hold. The caller commits."""
    token = _begin(session, account.name, [], way, agent, now, account.id)
    session.flush()
    kept = select(SignIn.id).where(SignIn.account_id == account.id).order_by(SignIn.id.desc()).limit(MOST)
    session.execute(delete(SignIn).where(SignIn.account_id == account.id, SignIn.id.not_in(kept)))
    return token


def begin_without(session: Session, name: str, roles: Sequence[Role], agent: str, *, now: datetime) -> str:
    """Let somebody in who has no account; what the cookie is to hold. The caller commits."""
    token = _begin(session, name, list(roles), "door", agent, now, None)
    session.flush()
    number = session.scalar(select(SignIn.id).where(SignIn.token_hash == tokens.hashed(token)))
    session.add(TrailPerson(id=number, name=name))
    return token


def _begin(
    session: Session,
    name: str,
    roles: Sequence[Role],
    way: str,
    agent: str,
    now: datetime,
    account: int | None,
) -> str:
    token = tokens.new()
    session.execute(delete(SignIn).where(SignIn.until < now))
    session.add(
        SignIn(
            token_hash=tokens.hashed(token),
            account_id=account,
            name=name,
            roles=[str(role) for role in roles],
            way=way,
            device=device(agent),
            began_at=now,
            seen_at=now,
            confirmed_at=now,
            until=now + STAYS,
        )
    )
    return token


def known(session: Session, token: str, *, now: datetime) -> Known | None:
    """Whose token it is; None if it is nobody's, or not any more. Roles are those of this moment."""
    row = session.execute(
        select(SignIn, Account)
        .outerjoin(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_hash == tokens.hashed(token), SignIn.until > now, SignIn.seen_at > now - IDLE)
    ).one_or_none()
    if row is None:
        return None
    there, account = row
    if account is None:
        return _known(there, there.name, there.roles, [], set())
    if account.disabled_at is not None:
        return None
    return _known(there, account.name, account.roles, account.languages, {Role.MEMBER})


def _known(there: SignIn, name: str, roles: list[str], languages: list[str], more: set[Role]) -> Known:
    held = {Role(role) for role in roles if role in set(Role)} | more
    spoken = frozenset(languages)
    last = there.seen_at, there.confirmed_at
    return Known(there.id, there.account_id, name, frozenset(held), spoken, *last)


def touch(session: Session, who: Known, *, now: datetime) -> bool:
    """Write down, at most once a minute, that somebody was seen; whether it was. The caller commits."""
    if now - who.seen_at < TOUCHED:
        return False
    session.execute(update(SignIn).where(SignIn.id == who.id).values(seen_at=now))
    return True


def confirm(session: Session, sign_in_id: int, *, now: datetime) -> None:
    """The person has just shown that it is them. The caller commits."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(confirmed_at=now))


def listed(session: Session, account_id: int, *, now: datetime) -> Sequence[SignIn]:
    """Where a person is in, the latest seen first; at most `MOST`."""
    mine = select(SignIn).where(
        SignIn.account_id == account_id, SignIn.until > now, SignIn.seen_at > now - IDLE
    )
    return session.scalars(mine.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def end(session: Session, account_id: int, sign_in_id: int) -> None:
    """Sign a person out on one of their own devices; NotFound for another's. The caller commits."""
    mine = delete(SignIn).where(SignIn.id == sign_in_id, SignIn.account_id == account_id)
    if not is_id(sign_in_id) or session.scalar(mine.returning(SignIn.id)) is None:
        raise NotFound("You are not signed in there any more.")


def end_all(session: Session, account_id: int, *, but: int | None = None) -> int:
    """Sign a person out everywhere, `but` on one device; on how many. The caller commits."""
    mine = delete(SignIn).where(SignIn.account_id == account_id, SignIn.id != (but or 0))
    return len(session.scalars(mine.returning(SignIn.id)).all())


def leave(session: Session, sign_in_id: int) -> None:
    """Sign out here. The caller commits."""
    session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def end_everybody(session: Session) -> int:
    """Sign out everybody, by accounts and by one-time addresses; how many. The caller commits."""
    return len(session.scalars(delete(SignIn).returning(SignIn.id)).all())


def device(agent: str) -> str:
    """Browser and system out of what a browser says of itself: two words of our own lists, "" if neither."""
    said = re.sub(r"[^\x20-\x7e]", "", agent[:500])
    words = (next((word for sign, word in names if sign in said), "") for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(word for word in words if word)
