"""The second step after a password: codes of an app (TOTP, RFC 6238), or codes on paper. Callers commit."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.errors import Invalid
from core.people import tokens
from core.people.models import Account, RecoveryCode

STEP_S: Final = 30
EARLIER_OR_LATER: Final = 1
"""Steps by which a telephone's clock may be wrong."""
CODES: Final = 10
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no i, l, o, u that are read as other signs."""
CODE_LENGTH: Final = 12
"""Letters of a code on paper: 60 bits."""


def new_secret() -> str:
    """A secret for an app, in base32."""
    return pyotp.random_base32()


def address(secret: str, email: str, issuer: str) -> str:
    """What the app reads from the QR symbol."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def set_up(
    session: Session, account: Account, secret: str, code: str, key: str, *, now: datetime
) -> list[str]:
    """Begin asking for codes; codes on paper, shown this once. Invalid if the app's code is not right."""
    step = _step(secret, code, now)
    if step is None:
        raise Invalid("code", "This is not the code that the app shows now.")
    account.totp = _seal(secret, key)
    account.totp_step = step
    return new_codes(session, account)


def take_away(session: Session, account: Account) -> None:
    """Ask for codes no more."""
    account.totp = account.totp_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def new_codes(session: Session, account: Account) -> list[str]:
    """New codes on paper; the ones before are good for nothing."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    session.add_all(RecoveryCode(account_id=account.id, hash=tokens.hashed(code)) for code in codes)
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def left(session: Session, account_id: int) -> int:
    """How many codes on paper are left."""
    of = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.account_id == account_id)
    return session.scalar(of) or 0


def fits(session: Session, account: Account, typed: str, key: str, *, now: datetime) -> str | None:
    """How the code is right: "totp", "recovery", or None. A right one is used up, even between processes."""
    plain = "".join(typed.split()).replace("-", "").lower()
    if plain.isascii() and plain.isdigit() and len(plain) == 6:
        return "totp" if _use_step(session, account, plain, key, now) else None
    used = delete(RecoveryCode).where(
        RecoveryCode.account_id == account.id, RecoveryCode.hash == tokens.hashed(plain)
    )
    return "recovery" if session.scalar(used.returning(RecoveryCode.hash)) else None


def _use_step(session: Session, account: Account, code: str, key: str, now: datetime) -> bool:
    secret = _unseal(account.totp, key)
    step = _step(secret, code, now) if secret else None
    if step is None:
        return False
    later = update(Account).where(Account.id == account.id, func.coalesce(Account.totp_step, 0) < step)
    return session.scalar(later.values(totp_step=step).returning(Account.id)) is not None


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code it is."""
    totp = pyotp.TOTP(secret, interval=STEP_S)
    at = int(now.timestamp()) // STEP_S
    plain = "".join(code.split())
    if not plain.isascii():
        return None
    near = range(at - EARLIER_OR_LATER, at + EARLIER_OR_LATER + 1)
    right = [step for step in near if hmac.compare_digest(totp.generate_otp(step), plain)]
    return max(right, default=None)


def _seal(secret: str, key: str) -> bytes:
    from cryptography.fernet import Fernet

    return Fernet(_derived(key)).encrypt(secret.encode())


def _unseal(sealed: bytes | None, key: str) -> str | None:
    """The secret; None if there is none, or the site has another key by now."""
    from cryptography.fernet import Fernet, InvalidToken

    if sealed is None:
        return None
    try:
        return Fernet(_derived(key)).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.new(key.encode(), b"athar totp", hashlib.sha256).digest())
