"""Letters by e-mail: put in line with the transaction that causes them, sent by a background job.

With no mail server set, a letter becomes a file of the spool folder, which whoever administers accounts reads
and passes on by hand. What is shown as sent was taken by a server. The text of a letter that went out is not
kept: it may hold an address that lets somebody in.
"""

import smtplib
import ssl
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import BigInteger, DateTime, Identity, Index, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, jobs
from core.db import Base, Engine, is_id, session_of
from core.errors import NotFound
from core.settings import Settings

JOB: Final = "mail.send"
WAITING, SENT, SPOOLED, FAILED = "waiting", "sent", "spooled", "failed"
PATIENCE_S: Final = 20
KEPT: Final = timedelta(days=90)
"""How long it is remembered that a letter went out; files of the spool folder go with it."""
PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class Letter(Base):
    """A letter to one person."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    lang: Mapped[str] = mapped_column(String(8))
    body: Mapped[str | None] = mapped_column(Text)
    """None once it is out of our hands."""
    state: Mapped[str] = mapped_column(String(8))
    """waiting, sent, spooled or failed."""
    file: Mapped[str | None] = mapped_column(String(60))
    """Its name in the spool folder."""
    error: Mapped[str] = mapped_column(String(300))
    """What the mail server said the last time."""
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def put(
    session: Session, settings: Settings, recipient: str, subject: str, body: str, lang: str, *, now: datetime
) -> Letter:
    """Put a letter in line, or into the spool folder if no mail server is set. The caller commits.

    `recipient` is an address that core.people.checks found good. ValueError for a subject of several lines.
    """
    if not subject.isprintable():
        raise ValueError("a subject is one line")
    _forget(session, settings, now)
    letter = Letter(
        recipient=recipient,
        subject=subject[:200],
        lang=lang,
        body=body,
        state=WAITING,
        error="",
        created_at=now,
    )
    session.add(letter)
    session.flush()
    if settings.SMTP_URL:
        jobs.defer(session, JOB, lock=f"{JOB}:{letter.id}", letter_id=letter.id)
    else:
        _spool(letter, settings, now)
    return letter


def again(session: Session, settings: Settings, letter_id: int, *, now: datetime) -> None:
    """Try once more with a letter that did not go out. The caller commits; NotFound if there is no such."""
    known = is_id(letter_id)
    letter = session.get(Letter, letter_id, with_for_update=True) if known else None
    if letter is None or letter.state not in (WAITING, FAILED) or letter.body is None:
        raise NotFound("There is no such letter that waits.")
    if settings.SMTP_URL:
        letter.state = WAITING
        jobs.defer(session, JOB, lock=f"{JOB}:{letter.id}", letter_id=letter.id)
    else:
        _spool(letter, settings, now)


def listed(session: Session, *, limit: int, offset: int = 0) -> tuple[int, Sequence[Letter]]:
    """How many letters are remembered, and a page of them, the newest first."""
    total = session.scalar(select(func.count()).select_from(Letter)) or 0
    page = select(Letter).order_by(Letter.created_at.desc(), Letter.id.desc()).limit(limit).offset(offset)
    return total, session.scalars(page).all()


def newest(session: Session, recipient: str) -> Letter | None:
    """The newest letter to somebody that is remembered."""
    sent = select(Letter).where(Letter.recipient == recipient)
    return session.scalar(sent.order_by(Letter.created_at.desc(), Letter.id.desc()).limit(1))


def spooled(session: Session, settings: Settings, letter_id: int) -> Path:
    """The file of a letter in the spool folder; NotFound if there is none."""
    letter = session.get(Letter, letter_id) if is_id(letter_id) else None
    path = spool(settings) / letter.file if letter and letter.file else None
    if path is None or not path.is_file():
        raise NotFound("There is no such file.")
    return path


def spool(settings: Settings) -> Path:
    """The folder of letters that nobody sent."""
    return Path(settings.FILES_DIR) / "spool"


@jobs.task(JOB)
def send(engine: Engine, settings: Settings, *, letter_id: int) -> None:
    """Hand a letter to the mail server. What it will never take is failed; anything else is tried again."""
    with session_of(engine) as session:
        letter = session.get(Letter, letter_id, with_for_update=True)
        if letter is None or letter.state != WAITING or letter.body is None:
            return
        wrong = _handed_over(letter, settings)
        if wrong is None:
            letter.state, letter.body, letter.error, letter.done_at = SENT, None, "", clock.now()
        else:
            letter.error = str(wrong)[:300]
            letter.state = FAILED if _is_final(wrong) else WAITING
        session.commit()
        if letter.state == WAITING:
            raise jobs.Again(letter.error)


def message(letter: Letter, settings: Settings, *, now: datetime) -> EmailMessage:
    """The letter as RFC 5322 wants it."""
    sender = settings.MAIL_FROM or f"athar@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"
    built = EmailMessage(policy=SMTP)
    built["From"], built["To"], built["Subject"] = sender, letter.recipient, letter.subject
    built["Date"] = format_datetime(now)
    built["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(letter.body or "", cte="base64")
    built["Content-Language"] = letter.lang
    return built


def check(settings: Settings) -> None:
    """ValueError for settings that name no mail server or sender."""
    if settings.SMTP_URL:
        parts = urlsplit(settings.SMTP_URL)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL must be smtp://, smtp+starttls:// or smtps:// and a host")
    if settings.MAIL_FROM and ("@" not in settings.MAIL_FROM or not settings.MAIL_FROM.isprintable()):
        raise ValueError("MAIL_FROM must be an e-mail address")


def _handed_over(letter: Letter, settings: Settings) -> Exception | None:
    try:
        with _server(urlsplit(settings.SMTP_URL)) as server:
            server.send_message(message(letter, settings, now=clock.now()))
    except (OSError, smtplib.SMTPException) as wrong:
        return wrong
    return None


@contextmanager
def _server(parts: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    trust = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=PATIENCE_S, context=trust)
        if parts.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=PATIENCE_S)
    )
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=trust)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _is_final(wrong: Exception) -> bool:
    """Whether the server will never take it: 5xx of RFC 5321."""
    if isinstance(wrong, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in wrong.recipients.values())
    return isinstance(wrong, smtplib.SMTPResponseException) and wrong.smtp_code >= 500


def _spool(letter: Letter, settings: Settings, now: datetime) -> None:
    """Before the transaction ends: if it is taken back, a file is left with an address that opens nothing."""
    folder = spool(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:12]}.eml"
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(message(letter, settings, now=now).as_bytes())
    letter.state, letter.file, letter.body, letter.done_at = SPOOLED, name, None, now


def _forget(session: Session, settings: Settings, now: datetime) -> None:
    old = delete(Letter).where(Letter.created_at < now - KEPT).returning(Letter.file)
    for name in session.scalars(old).all():
        if name:
            (spool(settings) / name).unlink(missing_ok=True)
