"""What tests of the trail share: entries, a verdict on them, and a superuser who breaks them."""

from datetime import UTC, datetime

import psycopg

from core.db import Engine, session_of
from core.people.models import Account
from core.trail.reading import Head
from core.trail.verifying import Verdict, verify

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def account(name: str) -> Account:
    made = {"lang": "fr", "roles": [], "languages": [], "created_at": NOW, "created_by": "test"}
    return Account(email=f"{name}@commune.example", name=name, handle=name.encode(), **made)


def written(engine: Engine, number: int) -> None:
    """So many entries: accounts, each in a transaction of its own."""
    with session_of(engine) as session:
        for each in range(number):
            session.add(account(f"p{each}"))
            session.commit()


def verdict(engine: Engine, given: list[Head] | None = None) -> Verdict:
    with session_of(engine) as session:
        return verify(session, given or [])


def break_(engine: Engine, *statements: str) -> None:
    """What only the server's superuser can do, against all guards."""
    with psycopg.connect(
        host=str(engine.url.query["host"]), dbname=engine.url.database, user="postgres"
    ) as forger:
        forger.execute("SET session_replication_role = replica")
        for statement in statements:
            forger.execute(statement)
