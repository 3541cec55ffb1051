"""A site of the shipped commune with made-up zones, and its time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from core import clock
from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.risky import folder

BASE = "https://athar.example"


class Watch:
    """The time of a test."""

    def __init__(self, app: Flask) -> None:
        self.app, self.time = app, datetime.now(UTC)

    def now(self) -> datetime:
        """The moment."""
        return self.time

    def later(self, **by: float) -> None:
        """Let time pass, and the site look again."""
        self.time += timedelta(**by)
        self.app.extensions.pop("published", None)


@pytest.fixture(scope="module")
def risky_engine(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The shipped commune with made-up zones, in a database of its own."""
    with _database("risky") as engine:
        load(engine, folder(shipped, tmp_path_factory.mktemp("risky") / "town"))
        yield engine


@pytest.fixture
def site(risky_engine: Engine) -> Iterator[Flask]:
    """The application on it; warnings of a test are gone after it."""
    app = create_app(Settings(SECRET_KEY="test", PUBLIC_URL=BASE), risky_engine)
    app.testing = True
    yield app
    for counter in ("scan_counter", "embed_counter"):
        app.extensions[counter].close()
    with risky_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alert SET refers_to = NULL, kind = 'Alert'")
        connection.exec_driver_sql("DELETE FROM alert")


@pytest.fixture
def watch(site: Flask, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Stands in for the time."""
    watch = Watch(site)
    monkeypatch.setattr(clock, "now", watch.now)
    return watch
