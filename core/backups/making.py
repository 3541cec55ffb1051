"""Making a backup: rows, digests and dump of one moment, the files, and the keys if it is sealed.

One snapshot of the database is exported; the digests are made in it and pg_dump dumps it, so that they tell
of the same rows however long it takes. Files are read after that moment: they are never overwritten, so each
that a row names is there. One piece of it all is in memory at a time; nothing unsealed is written to disk.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, Engine

from core.backups import manifest, programs, rows, shelf
from core.backups.errors import NotDone
from core.backups.manifest import Manifest
from core.backups.sealed import Sealing
from core.backups.tape import Sink, TapeWriter
from core.settings import Settings

PART: Final = 8 * 1024 * 1024
"""Bytes of the dump in one member: its length must be known before its content."""
SHORTEST_KEY: Final = 12
"""Letters of a BACKUP_KEY that something is sealed with."""
KEYS: Final = ("secret", "sign_key")
"""Names of the keys, as files of the state directory and in a backup."""


@dataclass(frozen=True)
class Holdings:
    """What is to be backed up, and where what is restored goes."""

    engine: Engine
    settings: Settings
    state: Path
    """The state directory: keys and files that no setting names are in it."""

    @property
    def files(self) -> Path:
        """The folder of pictures, recordings, artworks and letters that nobody sent."""
        return Path(self.settings.with_files(self.state).FILES_DIR)

    def key(self, name: str) -> str | None:
        """A key as it is used now; None if there is none yet. Nothing is made."""
        given = self.settings.SECRET_KEY if name == "secret" else self.settings.SIGN_KEY
        path = self.state / name
        return given or (path.read_text(encoding="ascii").strip() if path.is_file() else None)


@dataclass
class Made:
    """A backup that was made."""

    file: Path
    manifest: Manifest
    left_out: list[str] = field(default_factory=list)
    """Keys that are not in it, since it is not sealed."""


def make(holdings: Holdings, target: Path, *, now: datetime) -> Made:
    """Make a backup into a file, or into a folder under a name with the date: whole, or not at all.

    Raises NotDone for a folder that is not there, if pg_dump is missing or fails, for a database that nobody
    has migrated, and for a file that changes while it is read.
    """
    passphrase = holdings.settings.BACKUP_KEY
    if 0 < len(passphrase) < SHORTEST_KEY:
        raise NotDone("BACKUP_KEY is guessed early: it needs %(least)s signs or more.", least=SHORTEST_KEY)
    file = shelf.file_for(target, sealed=bool(passphrase), now=now)
    with shelf.draft(file) as out:
        sealing = Sealing(out, passphrase) if passphrase else None
        tape = _Tape(sealing or out)
        with _moment(holdings.engine, now) as (told, snapshot):
            if sealing:
                tape.keys(holdings)
            _dump(holdings.engine, told.postgresql, snapshot, tape)
            tape.folder(holdings.files)
        told = replace(told, members=tape.members)
        tape.end(told)
        if sealing:
            sealing.close()
    left_out = [] if sealing else [name for name in KEYS if holdings.key(name)]
    return Made(file, told, left_out)


@contextmanager
def _moment(engine: Engine, now: datetime) -> Iterator[tuple[Manifest, str]]:
    """What the database holds at one moment, and the snapshot's name, good as long as the block runs."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        for statement in rows.AS_TEXT:
            connection.exec_driver_sql(statement)
        tables = rows.tables(connection)
        if not any(table.name == "alembic_version" for table in tables):
            raise NotDone("There is nothing to back up: the database is empty.")
        snapshot = str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
        yield _told(connection, tables, now), snapshot
        connection.rollback()


def _told(connection: Connection, tables: list[rows.Table], now: datetime) -> Manifest:
    revision = connection.exec_driver_sql("SELECT version_num FROM public.alembic_version").scalar_one()
    postgis = connection.exec_driver_sql("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")
    return Manifest(
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        schema=str(revision),
        postgresql=programs.major(connection),
        postgis=str(postgis.scalar_one()),
        tables=[
            {
                "schema": table.schema,
                "name": table.name,
                "columns": list(table.columns),
                "holds": rows.digest(connection, table),
            }
            for table in tables
        ],
        sequences=rows.sequences(connection),
    )


class _Tape:
    """Puts things on the tape, and remembers each member's size and digest."""

    def __init__(self, out: Sink) -> None:
        self._tape = TapeWriter(out)
        self.members: dict[str, tuple[int, str]] = {}

    def put(self, name: str, data: bytes) -> None:
        """A member that is in memory."""
        self.members[name] = len(data), self._tape.add(name, len(data), BytesIO(data))

    def keys(self, holdings: Holdings) -> None:
        """The keys that there are."""
        for name in KEYS:
            if key := holdings.key(name):
                self.put(f"keys/{name}", key.encode())

    def folder(self, folder: Path) -> None:
        """Every file of the folder, but drafts: hidden ones. One that is deleted meanwhile is left out."""
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if any(part.startswith(".") for part in inside.parts) or path.is_symlink() or not path.is_file():
                continue
            try:
                with open(path, "rb") as content:
                    self._file(f"files/{inside}", content)
            except FileNotFoundError:
                continue

    def _file(self, name: str, content: IO[bytes]) -> None:
        found = os.fstat(content.fileno())
        digest = self._tape.add(
            name, found.st_size, content, mode=found.st_mode & 0o777, at=int(found.st_mtime)
        )
        self.members[name] = found.st_size, digest

    def end(self, told: Manifest) -> None:
        """The manifest, and the checksum of all."""
        data = told.written()
        self._tape.add(manifest.NAME, len(data), BytesIO(data))
        self._tape.close()


def _dump(engine: Engine, release: int, snapshot: str, tape: _Tape) -> None:
    where, environment = programs.address(engine)
    command = [
        programs.directory(release) / "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
        "--no-comments", "--exclude-table-data=public.spatial_ref_sys",
        f"--snapshot={snapshot}", *(f"--schema={name}" for name in rows.SCHEMAS),
        f"--dbname={where}",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as errors:
        dumping = programs.start(
            command, environment, errors, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        try:
            number = 0
            while part := dumping.stdout.read(PART):
                tape.put(f"database/{number:06}", part)
                number += 1
            status = dumping.wait()
        finally:
            dumping.kill()
            dumping.stdout.close()
            dumping.wait()
        if status:
            raise NotDone("pg_dump failed: %(why)s", why=programs.complaint(errors))
