"""The database: one base class, one naming rule, one session a request. Knows none of our tables."""

from select import POLLIN, poll
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import InterfaceError, InvalidatePoolError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def is_id(number: int) -> bool:
    """Whether a row can have this number: an address may hold one that is larger than any column."""
    return 0 < number < 2**63


def make_engine(url: str, *, statement_timeout_ms: int, pool_size: int = 5, who: str = "") -> Engine:
    """An engine whose every query is cut off after `statement_timeout_ms`; times are in UTC.

    `who` is who acts, for the trail, where a session does not say it (core/trail/who.py).

    Every connection has `jit` off, since compiling takes longer than the longest query here runs, and plans
    for the values of each query: one plan for any box reads the whole layer for a small one. Both matter to
    maps, streets, search and open data alike.
    """
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c timezone=UTC -c jit=off"
        " -c plan_cache_mode=force_custom_plan -c application_name=athar"
        f"{f' -c athar.who={who}' if who else ''}"
    )
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=5,
        pool_timeout=10,
        connect_args={"options": options, "connect_timeout": 5},
    )
    event.listen(engine, "checkout", _still_there)
    return engine


def _still_there(connection: Any, record: object, fairy: object) -> None:
    """Replace connections that the server ended while they lay in the pool.

    A server says nothing to a connection at rest but its end: whether there is something to read tells what
    a question to the server would, without the way there and back.
    """
    try:
        watch = poll()
        watch.register(connection.fileno(), POLLIN)
        ended = bool(watch.poll(0))
    except Exception as broken:  # of psycopg, for a connection that it knows is closed
        raise InvalidatePoolError from broken
    if ended:
        raise InvalidatePoolError


class Database:
    """Gives a request its session. Views and commands commit; nothing else does."""

    def init_app(self, app: Flask, engine: Engine) -> None:
        """Let the application's requests use `engine`."""
        app.extensions["engine"] = engine
        app.extensions["sessions"] = sessionmaker(engine, expire_on_commit=False)
        app.extensions["readings"] = sessionmaker(engine.execution_options(isolation_level="AUTOCOMMIT"))
        app.teardown_appcontext(self._close)

    @property
    def session(self) -> Session:
        """The request's own session, opened on first use."""
        if "session" not in g:
            g.session = current_app.extensions["sessions"]()
            g.session.info["who"] = g.get("who")  # for the trail (core/trail/who.py)
        session: Session = g.session
        return session

    @property
    def reading(self) -> Session:
        """A session for single questions, each in a transaction of its own: two fewer trips to the server."""
        if "reading" not in g:
            g.reading = current_app.extensions["readings"]()
        session: Session = g.reading
        return session

    @property
    def engine(self) -> Engine:
        """The application's engine, for work outside a request's transaction."""
        engine: Engine = current_app.extensions["engine"]
        return engine

    @staticmethod
    def _close(_: BaseException | None) -> None:
        for name in ("session", "reading"):
            if session := g.pop(name, None):
                session.close()


db = Database()


def session_of(engine: Engine) -> Session:
    """A session of its own, for commands and background work; use it in a `with`."""
    return Session(engine, expire_on_commit=False)


OUTAGES = (OperationalError, InterfaceError, TimeoutError)
"""What SQLAlchemy raises when the database is away, refuses, or a query ran out of its time."""

__all__ = ["OUTAGES", "Base", "Database", "Engine", "Session", "db", "make_engine", "session_of"]
