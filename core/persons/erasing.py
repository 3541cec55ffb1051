"""Erasing a person: the account and letters to them go; behind acts that stay, their name does.

It becomes "erased person 12", by the number of the account, in every table, in the caller's transaction: what
one person did can still be told from what another did, and nobody tells who it was. Backups that were made
before still hold them (docs/backups.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from core import mail
from core.db import Base, Engine, Session, session_of
from core.errors import Conflict
from core.people import register
from core.people.models import Account
from core.persons import columns, finding
from core.persons.models import ErasedPerson
from core.settings import Settings

INSTEAD: Final = "erased person {}"


@dataclass
class Erased:
    """What became of a person."""

    instead: str
    """What stands in place of the name."""
    letters: int
    changed: dict[str, int] = field(default_factory=dict)
    """Table → rows in which something was replaced."""
    name_stays: bool = False
    """Somebody else has an account under the same name: acts under it cannot be told apart, and keep it."""


def erase(session: Session, settings: Settings, account: Account, *, now: datetime) -> Erased:
    """Erase the person of an account; the caller commits. Files of letters in the spool folder go at once.

    Raises Conflict for the last administrator.
    """
    register.leave_an_administrator(session, account)
    whose = finding.person(session, account)
    instead = INSTEAD.format(account.id)
    letters = session.execute(
        text("DELETE FROM letter WHERE recipient = :email RETURNING file"), {"email": whose.email}
    ).all()
    session.merge(ErasedPerson(account_id=account.id, made_at=account.created_at, at=now))
    session.delete(account)
    session.flush()
    done = Erased(instead, len(letters), name_stays=not whose.alone)
    for table in columns.tables():
        if number := _replace(session, table, whose, instead):
            done.changed[table] = number
    for (name,) in letters:
        if name:
            (mail.spool(settings) / name).unlink(missing_ok=True)
    return done


def remembered(connection: Connection) -> list[tuple[int, datetime, datetime]]:
    """Who was erased in a database: number, when the account was made, when it went; whatever its schema."""
    if connection.scalar(text("SELECT to_regclass('public.erased_person')")) is None:
        return []
    rows = connection.execute(text("SELECT account_id, made_at, at FROM public.erased_person ORDER BY 1, 2"))
    return [(int(number), made, at) for number, made, at in rows]


def again(engine: Engine, settings: Settings, gone: Sequence[tuple[int, datetime, datetime]]) -> list[str]:
    """Erase those whom a backup of before brought back; what was done, and what could not be."""
    told = []
    for number, made, at in gone:
        with session_of(engine) as session:
            account = session.get(Account, number)
            try:
                if account is None or account.created_at != made:
                    session.merge(ErasedPerson(account_id=number, made_at=made, at=at))
                else:
                    erase(session, settings, account, now=at)
                    told.append(f"{INSTEAD.format(number)} was in the backup, and is erased again")
                session.commit()
            except Conflict as refused:
                session.rollback()
                told.append(f"account {number} was erased since, and could not be erased again: {refused}")
    return told


def _replace(session: Session, table: str, whose: finding.Person, instead: str) -> int:
    """Put the other name into every column of a table; into how many rows."""
    said = [
        f"{column} = CASE WHEN lower({column}) = lower(CAST(:name AS text)) THEN :instead ELSE {column} END"
        for column in columns.NAMES.get(table, ())
    ]
    said += [
        f"{column} = left(regexp_replace({column}, :words, :instead, 'gi'), {_longest(table, column)})"
        for column in columns.WORDS.get(table, ())
    ]
    said += [
        f"{column} = regexp_replace({column}::text, :recorded, :instead, 'gi')::jsonb"
        for column in columns.RECORDS.get(table, ())
    ]
    if not said:
        return 0
    query = text(
        f"WITH changed AS (UPDATE {table} AS each SET {', '.join(said)}"  # noqa: S608 - our constants
        f" WHERE {finding.is_in(table)} RETURNING 1) SELECT count(*) FROM changed"
    )
    return session.scalar(query, {**whose.values, "instead": instead}) or 0


def _longest(table: str, column: str) -> int:
    """Letters that a column holds: what is put in may be longer than what was there."""
    known = Base.metadata.tables.get(table)
    length = None if known is None else getattr(known.c[column].type, "length", None)
    return length or 2**31 - 1
