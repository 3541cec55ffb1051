"""A commune that is lived in, and a new machine to restore it on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from core.backups.making import Holdings
from core.db import Engine
from tests.core.lived import holdings, live

Databases = Callable[..., AbstractContextManager[Engine]]


@pytest.fixture(scope="module")
def lived(
    databases: Databases, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Holdings]:
    """The commune that is lived in, with keys."""
    folder = tmp_path_factory.mktemp("lived")
    with databases("lived") as engine:
        held = holdings(engine, folder)
        (held.state / "sign_key").write_text("5" * 64)
        (held.state / "secret").write_text("7" * 64)
        live(engine, shipped, held.settings)
        (held.files / "builds" / "1").mkdir(parents=True)
        (held.files / "builds" / "1" / "list of signs.pdf").write_bytes(b"%PDF" * 300_000)
        yield held


@pytest.fixture
def empty(databases: Databases, tmp_path: Path) -> Iterator[Holdings]:
    """A new machine: a database with the extensions alone, no files, no keys."""
    with databases("drill", migrate=False) as engine:
        yield holdings(engine, tmp_path / "new")


@pytest.fixture
def trailed(databases: Databases) -> Iterator[Engine]:
    """A database of a test's own, for a trail that a test breaks."""
    with databases("trail") as engine:
        yield engine
