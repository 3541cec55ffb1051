"""What letters of accounts say, in the language of who gets them."""

from typing import Final

from core import clock, jobs, mail
from core.db import Engine, Session, session_of
from core.people import register
from core.people.models import Account
from core.settings import Settings
from core.translation import translate
from geo.vocabulary import N_

FORGOT: Final = "accounts.forgot"
INVITED: Final = N_(
    "Hello %(name)s,\n\n%(by)s invites you to work on the heritage map of the commune. Open this address"
    " within %(days)s days, and choose a password:\n\n%(address)s\n\nIf you do not expect this letter, leave"
    " it be."
)
INVITED_SUBJECT: Final = N_("Your account at the commune's heritage map")
FORGOTTEN: Final = N_(
    "Hello %(name)s,\n\nsomebody, probably you, wants to set a new password for your account at the heritage"
    " map of the commune. Open this address within an hour:\n\n%(address)s\n\nIf it was not you, leave this"
    " letter be: nothing changes."
)
FORGOTTEN_SUBJECT: Final = N_("A new password for the commune's heritage map")


def invite(
    session: Session, settings: Settings, account: Account, token: str, by: str, base: str
) -> mail.Letter:
    """Put an invitation in line. The caller commits."""
    values = {
        "name": account.name,
        "by": by,
        "days": register.INVITED.days,
        "address": address(base, token),
    }
    body = translate(INVITED, account.lang, values)
    return _put(session, settings, account, INVITED_SUBJECT, body)


def address(base: str, token: str) -> str:
    """Where a person sets a password."""
    return f"{base}/account/link/{token}"


def renew(session: Session, settings: Settings, account: Account, token: str, base: str) -> mail.Letter:
    """Put a letter in line with which a person sets another password. The caller commits."""
    values = {"name": account.name, "address": address(base, token)}
    return _put(session, settings, account, FORGOTTEN_SUBJECT, translate(FORGOTTEN, account.lang, values))


@jobs.task(FORGOT)
def forgot(engine: Engine, settings: Settings, *, email: str, base: str) -> None:
    """Write to who forgot the password; nobody is written to at an address without account."""
    with session_of(engine) as session:
        account = register.by_email(session, email)
        if account is None or account.disabled_at is not None:
            return
        token = register.link(session, account, register.FORGOTTEN, now=clock.now())
        renew(session, settings, account, token, base)
        session.commit()


def _put(session: Session, settings: Settings, account: Account, subject: str, body: str) -> mail.Letter:
    said = translate(subject, account.lang)
    return mail.put(session, settings, account.email, said, body + "\n", account.lang, now=clock.now())
