"""Bring a database to the current schema: extensions, then Alembic migrations, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from core.errors import Unavailable

LOCK = 0x61746861
"""Advisory lock that migrations hold, so that processes that start together do not migrate twice."""
EXTENSIONS = ("postgis", "pg_trgm")
MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def is_known(revision: str) -> bool:
    """Whether this code has that revision: it is the newest, or can be brought to it."""
    script = ScriptDirectory.from_config(_config())
    return revision in {each.revision for each in script.walk_revisions()}


def upgrade(engine: Engine, revision: str = "head") -> tuple[str, str]:
    """Migrate to `revision` in one transaction; the revisions before and after ("" for an empty database)."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        ensure_extensions(connection)
        before = _revision(connection)
        if before != (newest() if revision == "head" else revision):
            command.upgrade(_config(connection), revision)
        return before, _revision(connection)


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back to `revision` ("base": all of them); for tests and emergencies."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        command.downgrade(_config(connection), revision)


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def ensure_extensions(connection: Connection) -> None:
    """Have the extensions in the database. Unavailable if this account may not make one that is missing."""
    present = set(connection.scalars(text("SELECT extname FROM pg_extension")).all())
    for name in EXTENSIONS:
        if name in present:
            continue
        try:
            with connection.begin_nested():
                connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
        except ProgrammingError as refused:
            raise Unavailable(
                "The database lacks the extension %(name)s and this account may not create it. "
                "Ask its administrator to run: CREATE EXTENSION %(name)s;",
                name=name,
            ) from refused
