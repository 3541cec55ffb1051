"""A town of its own for tests that make rules and count."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """A database with the shipped commune that a module may change."""
    with _database("own") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="module")
def own_app(own_engine: Engine) -> Iterator[Flask]:
    """The application on it."""
    app = create_app(Settings(SECRET_KEY="test", PUBLIC_URL="https://athar.example"), own_engine)
    app.testing = True
    yield app
    for counter in ("scan_counter", "embed_counter"):
        app.extensions[counter].close()
