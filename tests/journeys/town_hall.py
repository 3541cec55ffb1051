"""A town hall as it is run: a site, a worker of its own beside it, a mail server, and the console command."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from core.db import Engine
from core.settings import PROJECT, Settings
from portal.app import create_app
from tests.journeys.conftest import serving
from tests.journeys.people import PASSWORD
from tests.mailbox import Box, free_port, mail_server

SECRET = "test"
PATIENCE_S = 60


class TownHall:
    """Everything there is of a commune's site; what people do in it they do in their browsers."""

    def __init__(self, base: str, app: Flask, box: Box, environment: dict[str, str]) -> None:
        self.base, self.app = base, app
        self._box, self._environment = box, environment

    def athar(self, *words: str) -> str:
        """What the console command prints; it has to end well."""
        done = subprocess.run(
            (sys.executable, "-m", "portal.cli", *words),
            cwd=PROJECT, env=self._environment, capture_output=True, text=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def letter(self, to: str) -> Any:
        """The letter that the mail server was handed for somebody, as soon as it is there."""
        return self._box.wait_for(to, PATIENCE_S)

    def first_administrator(self, page: Page, address: str) -> None:
        """In, by the address that the console prints."""
        printed = self.athar("user", "invite", address, "--name", "The mayor", "--role", "admin")
        self._take_up(page, printed.strip())

    def invite(self, admin: Page, name: str, address: str, lang: str, *ticked: str) -> None:
        """An administrator, whose pages are English, has somebody written to."""
        admin.locator(".desk-nav").get_by_role("link", name="Accounts").click()
        admin.get_by_role("link", name="Invite somebody").click()
        admin.get_by_label("Name").fill(name)
        admin.get_by_label("E-mail address").fill(address)
        admin.get_by_label("Language of the letter").select_option(lang)
        for box in ticked:
            admin.get_by_label(box, exact=True).check()
        admin.get_by_role("button", name="Invite").click()
        expect(admin.locator("h1")).to_have_text(name)
        expect(admin.locator("a[href='/desk/letters'] + .chip")).to_be_visible()

    def follow_letter(self, page: Page, address: str) -> None:
        """Open the address in the letter, and choose a password."""
        words: list[str] = self.letter(address).get_content().split()
        self._take_up(page, next(word for word in words if word.startswith(f"{self.base}/account/link/")))

    def _take_up(self, page: Page, link: str) -> None:
        page.goto(link)
        for field in page.locator("input[type=password]").all():
            field.fill(PASSWORD)
        page.locator("main form button").click()
        expect(page).to_have_url(re.compile("/account$"))

    def time_passes(self) -> None:
        """What readers get may be a quarter of a second old: as if that had passed."""
        self.app.extensions.pop("published", None)


@contextmanager
def town_hall(engine: Engine, files: Path) -> Iterator[TownHall]:
    """Open as long as the block runs; its address goes by name, since passkeys are for names."""
    with mail_server() as (box, smtp):
        port = free_port()
        base = f"http://localhost:{port}"
        settings = {
            "PUBLIC_URL": base,
            "SECRET_KEY": SECRET,
            "SIGN_KEY": "k",
            "FILES_DIR": str(files),
            "SMTP_URL": smtp,
            "MAIL_FROM": "map@commune.example",
        }
        app = create_app(Settings(**settings), engine)  # type: ignore[arg-type]
        address = engine.url.render_as_string(hide_password=False)
        environment = {**os.environ, **settings, "DATABASE_URL": address, "ATHAR_STATE_DIR": str(files)}
        with serving(app, port), _worker(environment):
            yield TownHall(base, app, box, environment)
        for counter in ("scan_counter", "embed_counter"):
            app.extensions[counter].close()


@contextmanager
def _worker(environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen((sys.executable, "-m", "portal.cli", "work"), cwd=PROJECT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
