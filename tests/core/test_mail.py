"""Letters: to a real server, into the spool folder, refused, tried again."""

import email
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core import clock, jobs, mail
from core.db import Engine, session_of
from core.errors import NotFound
from core.settings import Settings
from tests.mailbox import Box, mail_server


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    """A mail server of this machine, and its address."""
    with mail_server() as there:
        yield there


def _put(engine: Engine, settings: Settings, subject: str = "ⴰⵣⵓⵍ · سلام") -> int:
    with session_of(engine) as session:
        body = "مرحبا\nhttps://athar.example/account/link/secret\n"
        letter = mail.put(session, settings, "f.amzil@commune.example", subject, body, "ar", now=clock.now())
        session.commit()
        return letter.id


def _row(engine: Engine, letter_id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(text("SELECT * FROM letter WHERE id = :id"), {"id": letter_id}).one()


def test_a_letter_reaches_the_server(jobs_engine: Engine, box: tuple[Box, str]) -> None:
    server, address = box
    settings = Settings(SMTP_URL=address, MAIL_FROM="map@commune.example")
    letter_id = _put(jobs_engine, settings)
    assert _row(jobs_engine, letter_id).state == "waiting" and server.letters == []

    mail.send(jobs_engine, settings, letter_id=letter_id)
    mail.send(jobs_engine, settings, letter_id=letter_id)

    (arrived,) = server.letters
    assert arrived["From"] == "map@commune.example" and arrived["To"] == "f.amzil@commune.example"
    assert arrived["Subject"] == "ⴰⵣⵓⵍ · سلام" and arrived["Content-Language"] == "ar"
    assert "مرحبا" in arrived.get_content()
    row = _row(jobs_engine, letter_id)
    assert (row.state, row.body, row.error) == ("sent", None, "")


def test_a_letter_waits_while_the_server_is_away(jobs_engine: Engine, box: tuple[Box, str]) -> None:
    server, address = box
    away = Settings(SMTP_URL="smtp://127.0.0.1:9")
    letter_id = _put(jobs_engine, away)

    with pytest.raises(jobs.Again):
        mail.send(jobs_engine, away, letter_id=letter_id)
    row = _row(jobs_engine, letter_id)
    assert row.state == "waiting" and "efused" in row.error and row.body

    server.refuses = "451 try later"
    with pytest.raises(jobs.Again):
        mail.send(jobs_engine, Settings(SMTP_URL=address), letter_id=letter_id)
    server.refuses = ""
    mail.send(jobs_engine, Settings(SMTP_URL=address), letter_id=letter_id)
    assert _row(jobs_engine, letter_id).state == "sent"


def test_a_refused_letter_is_told_and_can_be_tried_again(jobs_engine: Engine, box: tuple[Box, str]) -> None:
    server, address = box
    settings = Settings(SMTP_URL=address)
    letter_id = _put(jobs_engine, settings)
    server.refuses = "550 no such mailbox"
    mail.send(jobs_engine, settings, letter_id=letter_id)
    row = _row(jobs_engine, letter_id)
    assert row.state == "failed" and "no such mailbox" in row.error and server.letters == []

    server.refuses = ""
    with session_of(jobs_engine) as session:
        mail.again(session, settings, letter_id, now=clock.now())
        session.commit()
    mail.send(jobs_engine, settings, letter_id=letter_id)

    assert _row(jobs_engine, letter_id).state == "sent" and len(server.letters) == 1
    with session_of(jobs_engine) as session, pytest.raises(NotFound):
        mail.again(session, settings, letter_id, now=clock.now())


def test_without_a_server_it_lies_in_the_spool_folder(jobs_engine: Engine, tmp_path: Path) -> None:
    settings = Settings(FILES_DIR=str(tmp_path), PUBLIC_URL="https://athar.example")
    letter_id = _put(jobs_engine, settings)

    row = _row(jobs_engine, letter_id)
    assert (row.state, row.body) == ("spooled", None)
    with session_of(jobs_engine) as session:
        file = mail.spooled(session, settings, letter_id)
    assert file.parent == tmp_path / "spool" and file.stat().st_mode & 0o077 == 0
    read = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert read["From"] == "athar@athar.example" and "account/link/secret" in read.get_content()


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@evil.example", "a\nb", "a\x00b"])
def test_a_subject_holds_no_second_header(jobs_engine: Engine, tmp_path: Path, subject: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        _put(jobs_engine, Settings(FILES_DIR=str(tmp_path)), subject)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp+tls://x"])
def test_a_server_that_is_none_is_told_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        mail.check(Settings(SMTP_URL=url))
