"""One PostGIS a run, one database a worker, one transaction a test; a tiny town of made-up names to stand in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, make_url, text
from sqlalchemy.orm import Session

from core import cluster, schema
from core.db import Engine, make_engine
from core.settings import PROJECT, Settings


def _test_url() -> str:
    """Address of the server that tests may make databases on: DATABASE_URL, else a private throw-away cluster."""
    return os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="test", durable=False)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """An empty database with the schema, dropped after the run."""
    base = make_url(_test_url())
    name = f"athar_test_{os.getpid()}"
    admin = make_engine(base.render_as_string(hide_password=False), statement_timeout_ms=0)
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        template = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = 'athar_template'"))
        connection.execute(text(f"CREATE DATABASE {name}" + (" TEMPLATE athar_template" if template else "")))
    yield base.set(database=name).render_as_string(hide_password=False)
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on the run's database, at the newest schema."""
    engine = make_engine(database_url, statement_timeout_ms=20_000, pool_size=10)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


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
