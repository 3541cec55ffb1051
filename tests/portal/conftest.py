"""A site whose accounts tests may make and change; a clock that they may set."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from core import clock
from core.accounts import GIVEN
from core.db import Engine
from core.people import passwords
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.portal.people import BASE, SECRET, Browser, signed_in


@pytest.fixture(scope="session")
def people_engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database of its own; nobody there has a number that walks of addresses try."""
    with _database("people") as engine:
        load(engine, shipped)
        with engine.begin() as connection:
            for table in ("account", "sign_in"):
                connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH 1000"))
        yield engine


@pytest.fixture(scope="module")
def everybody(people_engine: Engine) -> Iterator[tuple[Flask, tuple[Browser, Browser]]]:
    """The application, with the browsers of nobody known and of somebody with every role."""
    app = create_app(Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE), people_engine)
    with pytest.MonkeyPatch.context() as patch:
        at_least_cost(patch)
        yield app, (Browser(app), signed_in(app, *GIVEN)[0])
    app.extensions["scan_counter"].close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords kept at the least cost, where the cost is not what is tested."""
    at_least_cost(monkeypatch)


def at_least_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """For fixtures that live longer than a test."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", hasher)
    monkeypatch.setattr(passwords, "NOBODYS", hasher.hash("thrown away"))


@pytest.fixture
def people(people_engine: Engine, tmp_path: Path, quick: None) -> Iterator[Flask]:
    """The application on it; tests take different e-mail addresses, and nobody tried anything before."""
    with people_engine.begin() as connection:
        connection.execute(text("DELETE FROM throttle"))
    settings = Settings(SECRET_KEY=SECRET, PUBLIC_URL=BASE, FILES_DIR=str(tmp_path))
    app = create_app(settings, people_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].close()


class Clock:
    """The time of a test."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def now(self) -> datetime:
        """The present moment of the test."""
        return self.time

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.time += timedelta(**by)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands in for the time everywhere."""
    watch = Clock()
    monkeypatch.setattr(clock, "now", watch.now)
    return watch
