"""A real Chromium on a real server with the shipped commune; nothing may ask anybody else."""

import contextlib
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from core.accounts import Role
from core.db import Engine
from core.settings import PROJECT, Settings
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
QUIET = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"


class _Silent(WSGIRequestHandler):
    """Logs nothing, and keeps connections open as the real server does."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class _Busy:
    """An application that knows how many answers are under way: none may outlive the database."""

    def __init__(self, app: Flask) -> None:
        self._app, self._many, self._changed = app, 0, threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self._count(1)
        try:
            answer = self._app(environ, start_response)
        except BaseException:
            self._count(-1)
            raise
        return ClosingIterator(answer, [lambda: self._count(-1)])

    def _count(self, more: int) -> None:
        with self._changed:
            self._many += more
            self._changed.notify_all()

    def rest(self) -> None:
        """Wait until all are given."""
        with self._changed:
            self._changed.wait_for(lambda: self._many == 0, timeout=10)


@contextlib.contextmanager
def serving(app: Flask, port: int = 0) -> Iterator[str]:
    """Address of a server of the app, for as long as the block runs; port 0: any free one."""
    busy = _Busy(app)
    server = make_server("127.0.0.1", port, busy, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        busy.rest()
        server.server_close()


@pytest.fixture(scope="session")
def site(town_engine: Engine) -> Iterator[str]:
    """Address of the shipped commune's site."""
    app = create_app(Settings(SECRET_KEY="test"), town_engine)
    with serving(app) as address:
        yield address
    app.extensions["scan_counter"].flush()
    app.extensions["embed_counter"].flush()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; CHROMIUM names another."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        pytest.fail("chromium is missing: run make setup-test")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield browser
        browser.close()


OURS = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:")
"""This machine by both its names: passkeys are for names, not for numbers."""
STATUSES = (403, 409, 410, 422, 429)
EXPECTED = (
    "404",
    "net::ERR_FAILED",
    "net::ERR_INTERNET_DISCONNECTED",
    *(f"status of {status}" for status in STATUSES),
)
"""What the browser says of answers and failures that tests bring about."""
Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """Open a path of the site; after the test nothing may have been asked of others or refused by the CSP."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []

    def open_(path: str, *, size: dict[str, int] | None = None, base: str = site, **options: object) -> Page:
        context = browser.new_context(viewport=size or PHONE, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(base + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    outside = [url for url in asked if not url.startswith(OURS)]
    assert outside == []
    assert [text for text in complaints if not any(known in text for known in EXPECTED)] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source."""
    return Path(AXE).read_text(encoding="utf-8")


class Town:
    """A site of its own that a test may stop, or have answer nobody for a while."""

    def __init__(self, app: Flask) -> None:
        self._answers = threading.Event()
        self._answers.set()
        self._stack = contextlib.ExitStack()
        site = Flask(__name__)
        site.wsgi_app = self._held(app.wsgi_app)  # type: ignore[method-assign]
        self.base = self._stack.enter_context(serving(site))

    def _held(self, wsgi: Any) -> Any:
        def held(environ: Any, start_response: Any) -> Any:
            self._answers.wait()
            return wsgi(environ, start_response)

        return held

    def hold(self) -> None:
        """Take requests and say nothing, like a network that is there and carries nothing."""
        self._answers.clear()

    def stop(self) -> None:
        """The server is gone: nobody answers any more."""
        self._answers.set()
        self._stack.close()


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """A database whose texts these tests may change."""
    with _database("offline") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="module")
def own_app(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on it."""
    files = str(tmp_path_factory.mktemp("offline"))
    app = create_app(Settings(SECRET_KEY="test", SIGN_KEY="k", FILES_DIR=files), own_engine)
    yield app
    app.extensions["scan_counter"].close()


@pytest.fixture
def town(own_app: Flask) -> Iterator[Town]:
    """A site of the shipped commune that the test may stop."""
    town = Town(own_app)
    yield town
    town.stop()


Come = Callable[..., Page]


@pytest.fixture(scope="module")
def desk_town(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site whose things these tests may change, and its application."""
    with _database("ground") as engine:
        load(engine, shipped)
        files = str(tmp_path_factory.mktemp("ground"))
        app = create_app(Settings(SECRET_KEY="test", SIGN_KEY="k", FILES_DIR=files), engine)
        with serving(app) as address:
            yield address, app
        app.extensions["scan_counter"].close()
        app.extensions["embed_counter"].close()


@pytest.fixture
def come(open_page: Open, desk_town: tuple[str, Flask]) -> Come:
    """A person comes to the desk, in English unless told otherwise, and opens a page of it."""
    base, _ = desk_town

    def come(path: str, name: str = "F. Amzil", *roles: Role, locale: str = "en", **options: object) -> Page:
        size = options.pop("size", PHONE)
        page = open_page("/", base=base, size=size, locale=locale, **options)
        token = staff.token("test", name, list(roles or (Role.EDITOR,)))
        page.goto(f"{base}/desk/enter/{token}")
        page.locator("main button").click()
        page.goto(base + path)
        return page

    return come
