"""The register of accounts: who is invited, finds in, what they may do, who is shut out. Callers commit."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.accounts import Role
from core.db import is_id
from core.errors import Conflict, NotFound, Refused
from core.people import checks, passwords, sessions, tokens
from core.people.models import Account, AccountEvent

INVITED: Final = timedelta(days=7)
FORGOTTEN: Final = timedelta(hours=1)
"""How long an address is good with which a person sets a password: the first, or another."""


def invite(
    session: Session,
    email: str,
    name: str,
    *,
    lang: str,
    roles: Iterable[str],
    languages: Iterable[str] = (),
    by: str,
    now: datetime,
) -> tuple[Account, str]:
    """A new account, and the token of the address with which its person comes in the first time.

    Raises Invalid for what is no name, address, role or language, Conflict if the address has an account.
    """
    given = checks.roles(roles)
    account = Account(
        email=checks.email(email),
        name=checks.name(name),
        lang=checks.lang(lang),
        roles=[str(role) for role in given],
        languages=checks.languages(languages, given),
        handle=secrets.token_bytes(32),
        created_at=now,
        created_by=by,
    )
    if by_email(session, account.email) is not None:
        raise Conflict("%(email)s has an account already.", email=account.email)
    session.add(account)
    session.flush()
    note(session, account, "invited", by, ", ".join(account.roles), now=now)
    return account, link(session, account, INVITED, now=now)


def by_email(session: Session, email: str) -> Account | None:
    """The account of an address, shut or not."""
    return session.scalar(select(Account).where(Account.email == checks.sought(email)))


def by_id(session: Session, account_id: int) -> Account:
    """An account; NotFound if there is none."""
    account = session.get(Account, account_id) if is_id(account_id) else None
    if account is None:
        raise NotFound("There is no such account.")
    return account


def listed(session: Session, *, limit: int, offset: int = 0) -> tuple[int, Sequence[Account]]:
    """How many accounts there are, and a page of them by name."""
    total = session.scalar(select(func.count()).select_from(Account)) or 0
    page = select(Account).order_by(func.lower(Account.name), Account.id).limit(limit).offset(offset)
    return total, session.scalars(page).all()


def link(session: Session, account: Account, good_for: timedelta, *, now: datetime) -> str:
    """A new token with which the person sets a password; the one before is good for nothing from now on."""
    token = tokens.new()
    account.link_hash = tokens.hashed(token)
    account.link_until = now + good_for
    return token


def behind(session: Session, token: str, *, now: datetime) -> Account:
    """Whose token it is; Refused if it is nobody's, used, too old, or of a shut account."""
    account = session.scalar(
        select(Account).where(Account.link_hash == tokens.hashed(token)).with_for_update()
    )
    if account is None or account.link_until is None or account.link_until <= now or account.disabled_at:
        raise Refused("This address is not good any more. Ask for a new one.")
    return account


def take_up(session: Session, token: str, password: str, *, now: datetime) -> Account:
    """Set a password with a token, once; whoever was in with the old one is out. Raises Refused, Invalid."""
    account = behind(session, token, now=now)
    first = account.password is None
    _set(session, account, password)
    note(session, account, "taken_up" if first else "password", account.name, "", now=now)
    return account


def change_password(session: Session, account: Account, password: str, *, here: int, now: datetime) -> None:
    """A new password; whoever is in elsewhere is out. Raises Invalid."""
    _set(session, account, password, here=here)
    note(session, account, "password", account.name, "", now=now)


def _set(session: Session, account: Account, password: str, here: int | None = None) -> None:
    account.password = passwords.keep(checks.password(password, account.email, account.name))
    account.link_hash = account.link_until = None
    sessions.end_all(session, account.id, but=here)


def allow(
    session: Session,
    account: Account,
    roles: Iterable[str],
    languages: Iterable[str] = (),
    *,
    by: str,
    now: datetime,
) -> None:
    """What the person may do from now on, everywhere they are in.

    Raises Invalid for unknown roles, Conflict if nobody were left to administer accounts.
    """
    given = checks.roles(roles)
    spoken = checks.languages(languages, given)
    if Role.ADMIN not in given:
        leave_an_administrator(session, account)
    account.roles = [str(role) for role in given]
    account.languages = spoken
    note(session, account, "roles", by, ", ".join((*account.roles, *spoken)), now=now)


def shut(session: Session, account: Account, *, by: str, now: datetime) -> None:
    """The person comes in no more, and is out at once. Conflict for the last administrator."""
    leave_an_administrator(session, account)
    account.disabled_at = now
    account.link_hash = account.link_until = None
    sessions.end_all(session, account.id)
    note(session, account, "shut", by, "", now=now)


def open_again(session: Session, account: Account, *, by: str, now: datetime) -> None:
    """The person may come in again, as before."""
    account.disabled_at = None
    note(session, account, "opened", by, "", now=now)


def sign_out(session: Session, account: Account, *, by: str, now: datetime) -> int:
    """Sign the person out everywhere; on how many devices."""
    ended = sessions.end_all(session, account.id)
    note(session, account, "signed_out", by, "", now=now)
    return ended


def events(session: Session, account_id: int, *, limit: int) -> Sequence[AccountEvent]:
    """What was done to an account, the newest first."""
    of = select(AccountEvent).where(AccountEvent.account_id == account_id)
    return session.scalars(of.order_by(AccountEvent.at.desc(), AccountEvent.id.desc()).limit(limit)).all()


def note(session: Session, account: Account, kind: str, by: str, detail: str, *, now: datetime) -> None:
    """Write down what was done to an account."""
    session.add(AccountEvent(account_id=account.id, at=now, kind=kind, by=by[:80], detail=detail[:300]))


def leave_an_administrator(session: Session, account: Account) -> None:
    """Conflict if nobody were left to administer accounts without this one.

    Two administrators that shut each other out at the same time: the lock lets one of them find out.
    """
    if Role.ADMIN not in account.roles or account.disabled_at is not None:
        return
    active = select(Account.id).where(
        Account.roles.contains([str(Role.ADMIN)]), Account.disabled_at.is_(None)
    )
    if set(session.scalars(active.order_by(Account.id).with_for_update()).all()) <= {account.id}:
        raise Conflict("This is the last administrator. Make somebody else one first.")
