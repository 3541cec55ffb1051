"""Connections at rest."""

from sqlalchemy import text

from core.db import Engine, make_engine


def test_a_connection_that_the_server_ended_is_replaced_unnoticed(engine: Engine) -> None:
    mine = make_engine(engine.url.render_as_string(hide_password=False), statement_timeout_ms=5000)
    own = text("SELECT pg_backend_pid()")
    with mine.connect() as connection:
        first = connection.scalar(own)
    with engine.connect() as other:
        assert other.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": first})

    with mine.connect() as connection:
        assert connection.scalar(own) != first
    mine.dispose()


def test_a_connection_at_rest_is_used_again(engine: Engine) -> None:
    mine = make_engine(engine.url.render_as_string(hide_password=False), statement_timeout_ms=5000)
    seen = set()
    for _ in range(3):
        with mine.connect() as connection:
            seen.add(connection.scalar(text("SELECT pg_backend_pid()")))

    assert len(seen) == 1
    mine.dispose()
