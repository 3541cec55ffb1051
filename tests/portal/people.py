"""People with accounts, as tests need them: made in the database, and their browsers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import clock
from core.accounts import Role
from core.db import Engine, session_of
from core.people import register, sessions

BASE = "https://athar.example"
HERE = {"Sec-Fetch-Site": "same-origin"}
SECRET = "test"
PASSWORD = "palm walls seven donkeys"
_numbers = count(1)


def somebody(
    engine: Engine, *roles: Role, languages: Sequence[str] = ("fr",), password: str | None = PASSWORD
) -> tuple[int, str]:
    """A new account: its number and e-mail address; with password None an invitation not taken up."""
    email = f"somebody{next(_numbers)}@commune.example"
    with session_of(engine) as session:
        account, token = register.invite(
            session,
            email,
            "F. Amzil",
            lang="fr",
            roles=roles,
            languages=languages,
            by="test",
            now=clock.now(),
        )
        if password is not None:
            register.take_up(session, token, password, now=clock.now())
        session.commit()
        return account.id, email


def invitation(engine: Engine, *roles: Role) -> tuple[str, str]:
    """The e-mail address of a new account, and the path of the address in its letter."""
    with session_of(engine) as session:
        email = f"invited{next(_numbers)}@commune.example"
        _, token = register.invite(
            session, email, "F. Amzil", lang="fr", roles=roles, by="test", now=clock.now()
        )
        session.commit()
        return email, f"/account/link/{token}"


class Browser:
    """A person's browser at the site's public address."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **more: object) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=BASE, **more)

    def post(self, path: str, data: object = None, **more: object) -> TestResponse:
        """Send a form of a page of ours."""
        return self.client.post(path, base_url=BASE, headers=HERE, data=data, **more)

    def enter(self, email: str, password: str = PASSWORD, **more: str) -> TestResponse:
        """Send the form of e-mail and password."""
        return self.post("/account/enter", {"email": email, "password": password, **more})

    @property
    def cookie(self) -> str | None:
        """What the browser keeps."""
        there = self.client.get_cookie("staff", domain="athar.example")
        return there.value if there else None


def signed_in(app: Flask, *roles: Role) -> tuple[Browser, int]:
    """The browser of a new person with these roles who is in, and their account's number."""
    engine: Engine = app.extensions["engine"]
    account_id, email = somebody(engine, *roles)
    browser = Browser(app)
    assert browser.enter(email).status_code == 303
    return browser, account_id


def present(engine: Engine, account_id: int) -> int:
    """On how many devices a person is in."""
    with session_of(engine) as session:
        return len(sessions.listed(session, account_id, now=clock.now()))
