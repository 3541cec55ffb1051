"""Databases for a test or a measurement: made empty, dropped afterwards."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from core.db import Engine, make_engine

PATIENCE_S = 10
"""How long a database may be held by PostgreSQL's own housekeeping before dropping it is given up."""


@contextmanager
def scratch(server: str, label: str) -> Iterator[Engine]:
    """An engine on a database of its own, on the server that `server` is an address of.

    The database has the extensions if the server is a private one (its template has them); tables are up to
    the caller.
    """
    base = make_url(server)
    name = f"athar_{label}_{os.getpid()}"
    admin = make_engine(server, statement_timeout_ms=0)
    plainly = admin.execution_options(isolation_level="AUTOCOMMIT")
    with plainly.connect() as connection:
        template = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = 'athar_template'"))
        connection.execute(text(f"CREATE DATABASE {name}" + (" TEMPLATE athar_template" if template else "")))
    engine = make_engine(
        base.set(database=name).render_as_string(hide_password=False),
        statement_timeout_ms=20_000,
        pool_size=10,
    )
    try:
        yield engine
    finally:
        engine.dispose()
        with plainly.connect() as connection:
            _drop(connection, name)
        admin.dispose()


def _drop(connection: Connection, name: str) -> None:
    """Drop it; only a superuser may end an autovacuum that is at work in it, so that is waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            return
        except DBAPIError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
