"""Tables of accounts: who may come in, how, and who is in."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, LargeBinary, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

Moment = DateTime(timezone=True)


class Account(Base):
    """A person of the commune's. Without `password` and passkeys it is an invitation not yet taken up."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case: how the person is found."""
    name: Mapped[str] = mapped_column(String(80))
    """What stands behind what they write down."""
    lang: Mapped[str] = mapped_column(String(8))
    """Language of letters to them."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(8)))
    """Into which a translator translates."""
    password: Mapped[str | None] = mapped_column(String(200))
    """Argon2id, in PHC's form."""
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Secret of the codes of an app (RFC 6238), sealed with the site's key."""
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    """Time step of the last code used: a code is good once."""
    handle: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """What passkeys know the account by (WebAuthn's user handle): random, tells nobody anything."""
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the one address with which a password may be set now: an invitation's, or a forgotten's."""
    link_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(80))
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)


class SignIn(Base):
    """Somebody who is in, on one device. Without account: who came by a one-time address (`athar desk`)."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_account_id", "account_id"), Index("ix_sign_in_until", "until"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of what the cookie holds: the table opens nothing to who reads it."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    """Of who has no account; an account's own are asked at every request."""
    way: Mapped[str] = mapped_column(String(12))
    """password, totp, recovery, passkey, link or door."""
    device: Mapped[str] = mapped_column(String(60))
    """Browser and system, as words; nothing else of the device, and no address."""
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    """When the person last showed that it is them."""
    until: Mapped[datetime] = mapped_column(Moment)


class Passkey(Base):
    """A public key of a person's device or key store (WebAuthn)."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    credential: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """One of the codes on paper that stand in for the app's; deleted by its use."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class Throttle(Base):
    """How often something was tried in vain; `key` is a keyed hash, so that no e-mail or address is in it."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_last_at", "last_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    free_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)


class AccountEvent(Base):
    """What was done to an account, when and by whom; only ever added to."""

    __tablename__ = "account_event"
    __table_args__ = (Index("ix_account_event_account_id", "account_id", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(80))
    detail: Mapped[str] = mapped_column(String(300))
