"""The shipped site as a process of its own, and a town that tests may change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from bench.harness import server
from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database


@pytest.fixture(scope="session")
def live(town_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the shipped commune's site under the real server.

    GDAL holds Python's lock while it reads: in this process it would wait for itself.
    """
    files = tmp_path_factory.mktemp("files")
    url = town_engine.url.render_as_string(hide_password=False)
    with server(url, WORKER="0", FILES_DIR=str(files)) as address:
        yield address


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
