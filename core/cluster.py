"""The embedded default database: a private PostgreSQL with PostGIS, made from the system's own programs.

`ensure()` may be called by any number of processes at any time, and again after any of them was killed: it
takes a lock, repairs what it finds half done, and returns the same address. It listens on a Unix socket only.
Where DATABASE_URL is set nothing is started. Operators: `python -m core.cluster --help`.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from core.postgres import Server
from core.state import ClusterError, locked, owner, socket_directory, state_directory
from core.trail import sealing

__all__ = ["ClusterError", "destroy", "ensure", "main", "state_directory", "stop", "url"]

ROLE = "athar"
TEMPLATE = "athar_template"
EXTENSIONS = ("postgis", "pg_trgm")
MADE = "3"
"""What the databases were made with: grows when `_make_databases` does more."""
KEPT = frozenset({"secret", "sign_key", "files"})
"""What of the state directory is not the database's (core/settings.py)."""


def ensure(project: Path, *, name: str = "main", durable: bool = True) -> str:
    """SQLAlchemy address of the project's database, started and made if it has to be.

    `name` tells several clusters of a project apart; `durable=False` trades safety for speed, for tests.

    Raises ClusterError with one sentence that says what to do.
    """
    if given := _given():
        return given
    server = _server(project, name, durable)
    with _told():
        if _is_ready(server) and server.answers(ROLE, ROLE):
            return _url(server)
        with _locked(server) as lock:
            if not server.data.exists():
                (server.root / "ready").unlink(missing_ok=True)
                server.make(lock)
            server.start()
            if not _is_ready(server):
                _make_databases(server)
                (server.root / "ready").write_text(MADE, encoding="ascii")
    return _url(server)


def stop(project: Path, *, name: str = "main") -> None:
    """Stop the cluster if it runs; its data stay. Raises ClusterError."""
    server = _server(project, name)
    with _told():
        if server.data.exists():
            with _locked(server):
                server.stop()


def destroy(project: Path, *, name: str = "main") -> None:
    """Stop the cluster and delete all its data. Raises ClusterError."""
    server = _server(project, name)
    with _told():
        if server.root.exists():
            with _locked(server):
                server.stop()
                _delete(server)


def url(project: Path, *, name: str = "main") -> str:
    """The address that `ensure` gives, without starting anything."""
    return _given() or _url(_server(project, name))


def _given() -> str:
    """The address of a database of one's own, with the driver that we use."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", os.environ.get("DATABASE_URL", "").strip())


def _server(project: Path, name: str, durable: bool = True) -> Server:
    root = state_directory(project, name)
    account = owner()
    return Server(root, socket_directory(root, account), account, durable)


def _url(server: Server) -> str:
    return f"postgresql+psycopg://{ROLE}@/{ROLE}?host={quote(str(server.sockets))}"


def _is_ready(server: Server) -> bool:
    ready = server.root / "ready"
    return ready.exists() and ready.read_text(encoding="ascii") == MADE and server.data.exists()


@contextmanager
def _locked(server: Server) -> Iterator[IO[str]]:
    with locked(server.root, server.sockets, server.owner) as lock:
        yield lock


@contextmanager
def _told() -> Iterator[None]:
    """What the system or the server refuses, as a sentence."""
    try:
        yield
    except PermissionError as refused:
        raise ClusterError(
            f"{refused.filename} may not be used: run as the user who made it, or set ATHAR_STATE_DIR."
        ) from refused
    except OSError as failed:
        raise ClusterError(
            f"The private database cannot be kept: {failed.strerror} ({failed.filename or 'no file named'})."
        ) from failed
    except psycopg.Error as failed:
        raise ClusterError(
            f"The private database failed: {str(failed).strip()}. Try again, or set DATABASE_URL."
        ) from failed


def _delete(server: Server) -> None:
    """All but keys and files; the lock last, so that who waits for it sees a whole state or none."""
    for path in sorted(server.root.iterdir(), key=lambda path: path.name == "lock"):
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if server.sockets.parent != server.root:
        shutil.rmtree(server.sockets)
    if not any(server.root.iterdir()):
        server.root.rmdir()


def _make_databases(server: Server) -> None:
    """The role, its database, and a template with the extensions; each step may have been done before."""
    with server.connect("postgres") as connection:
        # What a killed predecessor began may still run: two that make the same extension would both fail.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE usename = 'postgres' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        _unless(
            connection,
            f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'",
            f"CREATE ROLE {ROLE} LOGIN CREATEDB",
        )
        _unless(connection, sealing.HAS_KEEPER, sealing.MAKE_KEEPER)
        _database(server, connection, TEMPLATE, "template1")
        connection.execute(f"ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")
        _database(server, connection, ROLE, TEMPLATE)


def _database(server: Server, connection: psycopg.Connection, name: str, template: str) -> None:
    _unless(
        connection,
        f"SELECT 1 FROM pg_database WHERE datname = '{name}'",
        f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}",
    )
    with server.connect(name) as inside:
        inside.execute("SET client_min_messages = error")
        inside.execute(f"ALTER SCHEMA public OWNER TO {ROLE}")
        for extension in EXTENSIONS:
            inside.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
        inside.execute(sealing.SEAL)


def _unless(connection: psycopg.Connection, question: str, statement: str) -> None:
    if connection.execute(question).fetchone() is None:
        connection.execute(statement)


def main(arguments: Sequence[str] | None = None) -> int:
    """The operators' command line: 0 done, 1 cannot."""
    import argparse

    from core.settings import PROJECT

    parser = argparse.ArgumentParser(prog="python -m core.cluster", description="The private database.")
    parser.add_argument("what", choices=["ensure", "stop", "destroy", "url"], nargs="?", default="ensure")
    parser.add_argument("--name", default="main", help="which of the project's clusters (main, test, bench)")
    parser.add_argument("--yes", action="store_true", help="destroy: delete all data without a way back")
    parsed = parser.parse_args(arguments)
    if parsed.what == "destroy" and not parsed.yes:
        parser.error("destroy deletes all data of this database; add --yes if that is what you want")
    commands: dict[str, Callable[..., str | None]] = {
        "ensure": ensure,
        "stop": stop,
        "destroy": destroy,
        "url": url,
    }
    try:
        said = commands[parsed.what](PROJECT, name=parsed.name)
    except ClusterError as error:
        sys.stderr.write(f"athar: {error}\n")
        return 1
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
