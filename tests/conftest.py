"""One PostGIS a run, one database a worker, one transaction a test, and the shipped commune to read."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from bench.databases import scratch
from core import cluster, schema
from core.db import Engine
from core.settings import PROJECT, Settings
from portal.app import create_app
from portal.cli import load


def _test_url() -> str:
    """Address of the server that tests may make databases on: DATABASE_URL, else a private throw-away
    cluster.
    """
    return os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="test", durable=False)


@contextmanager
def _database(label: str, *, migrate: bool = True) -> Iterator[Engine]:
    """A database of its own at the newest schema, dropped afterwards."""
    with scratch(_test_url(), label) as engine:
        if migrate:
            schema.upgrade(engine)
        yield engine


@pytest.fixture(scope="session")
def databases() -> Callable[..., AbstractContextManager[Engine]]:
    """What makes databases of a test's own, in a `with`; without tables if so asked."""
    return _database


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """An engine on an empty database of the run."""
    with _database("empty") as engine:
        yield engine


@pytest.fixture(scope="module")
def jobs_engine() -> Iterator[Engine]:
    """An engine on a database of a module's own, for what has to be committed."""
    with _database("jobs") as engine:
        yield engine


@pytest.fixture
def empty_databases() -> Iterator[tuple[Engine, Engine]]:
    """Two databases without any table."""
    with _database("bare_a", migrate=False) as first, _database("bare_b", migrate=False) as second:
        yield first, second


@pytest.fixture(scope="session")
def shipped() -> Path:
    """The folder of the commune that the project ships."""
    return next(path.parent for path in sorted((PROJECT / "data").glob("*/commune.toml")))


@pytest.fixture(scope="session")
def town_engine(shipped: Path) -> Iterator[Engine]:
    """A database with the shipped commune, loaded once; tests read it and leave it as it is."""
    with _database("town") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="session")
def app(town_engine: Engine) -> Iterator[Flask]:
    """The application on the shipped commune."""
    app = create_app(Settings(SECRET_KEY="test", PUBLIC_URL="https://athar.example"), town_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].flush()
    app.extensions["embed_counter"].flush()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader without cookies."""
    return app.test_client()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is taken back after the test, whatever is committed in it."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """A session whose commits end with the test."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        yield session
