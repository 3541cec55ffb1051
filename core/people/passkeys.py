"""Passkeys (WebAuthn level 3) by py_webauthn: keeping a new one, and knowing a person by one. Callers commit.

A challenge is a token that the server signed and nobody used before: none is stored until it is used.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import signin
from core.db import is_id
from core.errors import Conflict, Invalid, NotFound, Refused
from core.people.models import Account, Passkey

GOOD_FOR: Final = timedelta(minutes=5)
KEPT: Final = timedelta(minutes=15)
"""For how long used challenges are remembered: as one-time addresses are, since they share a table."""
MOST: Final = 20
LONGEST_NAME: Final = 60
_SALT: Final = "athar passkey"


@dataclass(frozen=True)
class Site:
    """Whom passkeys are for."""

    host: str
    """Without port: WebAuthn's RP ID."""
    origin: str
    """`https://athar.example`, as browsers say it."""
    name: str
    key: str
    """The site's secret."""

    def challenge(self, purpose: str) -> bytes:
        """A new challenge, good for five minutes and one use."""
        return self._signer.dumps([secrets.token_urlsafe(16), purpose]).encode()

    def used(self, session: Session, given: bytes, purpose: str, *, now: datetime) -> None:
        """Use a challenge up; Refused if it is not ours, too old, of another purpose, or was used."""
        try:
            token, said = self._signer.loads(given.decode(), max_age=int(GOOD_FOR.total_seconds()))
        except (BadSignature, ValueError, TypeError):
            raise Refused("This passkey could not be checked. Please try again.") from None
        if said != purpose or not signin.use(session, str(token)[:43], now=now, kept=KEPT):
            raise Refused("This passkey could not be checked. Please try again.")

    @property
    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.key, salt=_SALT)


def offer(session: Session, account: Account, site: Site) -> dict[str, Any]:
    """What a browser needs to make a new passkey for the account (PublicKeyCredentialCreationOptionsJSON)."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    options = generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=account.handle,
        user_name=account.email,
        user_display_name=account.name,
        challenge=site.challenge(f"keep {account.id}"),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=each.credential) for each in listed(session, account.id)
        ],
    )
    return _plain(options_to_json(options))


def keep(
    session: Session, account: Account, site: Site, given: dict[str, Any], name: str, *, now: datetime
) -> Passkey:
    """Keep what the browser made. Raises Refused, or Conflict for a passkey that is kept already."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge(given)
    site.used(session, challenge, f"keep {account.id}", now=now)
    try:
        made = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as wrong:
        raise Refused("This passkey could not be checked. Please try again.") from wrong
    if session.scalar(select(Passkey.id).where(Passkey.credential == made.credential_id)) is not None:
        raise Conflict("This passkey is kept already.")
    number = session.scalar(select(func.count()).where(Passkey.account_id == account.id)) or 0
    if number >= MOST:
        raise Conflict("An account has at most %(most)s passkeys. Remove one first.", most=MOST)
    said = " ".join(name.split())[:LONGEST_NAME]
    kept = Passkey(
        account_id=account.id,
        credential=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=said if said and said.isprintable() else f"{number + 1}",
        created_at=now,
    )
    session.add(kept)
    return kept


def ask(site: Site) -> dict[str, Any]:
    """What a browser needs to let a person choose one of their passkeys for this site."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.host,
        challenge=site.challenge("come in"),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options_to_json(options))


def whose(session: Session, site: Site, given: dict[str, Any], *, now: datetime) -> Account:
    """The person whose passkey answered; Refused if it is nobody's, of a shut account, or signs wrongly."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge(given)
    site.used(session, challenge, "come in", now=now)
    try:
        credential = base64url_to_bytes(str(given.get("rawId", "")))
    except ValueError:
        raise Refused("This passkey could not be checked. Please try again.") from None
    row = session.execute(
        select(Passkey, Account)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential == credential, Account.disabled_at.is_(None))
        .with_for_update(of=Passkey)
    ).one_or_none()
    if row is None:
        raise Refused("This passkey belongs to no account here. Come in with e-mail and password.")
    kept, account = row
    try:
        shown = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as wrong:
        raise Refused("This passkey could not be checked. Please try again.") from wrong
    kept.sign_count = shown.new_sign_count
    kept.used_at = now
    return account


def listed(session: Session, account_id: int) -> Sequence[Passkey]:
    """A person's passkeys, the oldest first."""
    return session.scalars(select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.id)).all()


def remove(session: Session, account_id: int, passkey_id: int) -> str:
    """Forget one of a person's own passkeys; its name. NotFound for another's."""
    mine = delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
    name: str | None = session.scalar(mine.returning(Passkey.name)) if is_id(passkey_id) else None
    if name is None:
        raise NotFound("There is no such passkey any more.")
    return name


def _challenge(given: dict[str, Any]) -> bytes:
    """Which challenge the browser says that it answers; whether it does is checked with the signature."""
    from webauthn.helpers import base64url_to_bytes

    try:
        said = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
        return base64url_to_bytes(said["challenge"])
    except (ValueError, KeyError, TypeError):
        raise Invalid("passkey", "This passkey could not be checked. Please try again.") from None


def _plain(options: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(options)
    return plain
