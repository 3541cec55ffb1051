"""A town whose pictures tests may change, and an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import store
from core.db import Engine, session_of
from core.store import Store
from geo.pictures.models import Picture
from portal.cli import load
from tests.conftest import _database


@pytest.fixture(scope="module")
def gallery(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database of its own."""
    with _database("gallery") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def files(tmp_path: Path) -> Store:
    """A folder without files."""
    return store.Disk(tmp_path)


@pytest.fixture
def session(gallery: Engine) -> Iterator[Session]:
    """No picture is there before a test."""
    with session_of(gallery) as session:
        session.execute(delete(Picture))
        session.commit()
        yield session
