"""Statements that are asked for often: their text is worked out once, and goes to the driver as it is."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Dialect, text
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.orm import Session

_DIALECT: Final[Dialect] = psycopg.dialect()  # type: ignore[no-untyped-call]


class Statement(NamedTuple):
    """SQL as the driver takes it, and the names of what is bound in it."""

    sql: str
    places: tuple[str, ...]


def statement(sql: str) -> Statement:
    """The statement of SQL in which values are named as in `:limit`."""
    compiled = text(sql).compile(dialect=_DIALECT)
    return Statement(str(compiled), tuple(compiled.params))


def ask(session: Session, asked: Statement, values: Mapping[str, Any]) -> Any:
    """The one row of a statement, with those of the values that it has places for."""
    places = {name: values[name] for name in asked.places}
    return session.connection().exec_driver_sql(asked.sql, places).one()
