"""What tests of backups look at: all rows, all files, what a backup says of itself."""

from pathlib import Path

from core.backups import checking, making, programs, rows
from core.backups.manifest import Manifest
from core.db import Engine
from core.settings import Settings

KEY = "a key of the tests, long and random"


def contents(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, as text, in order."""
    with engine.connect() as connection:
        for statement in rows.AS_TEXT:
            connection.exec_driver_sql(statement)
        return {
            table.title: sorted(
                connection.exec_driver_sql(
                    f'SELECT r::text FROM "{table.schema}"."{table.name}" AS r'
                ).scalars()
            )
            for table in rows.tables(connection)
        }


def same(lived: Engine, restored: Engine) -> bool:
    """Whether every row is as it was. The trail of the restored goes on: it tells of the restore itself."""
    before, after = contents(lived), contents(restored)
    before.pop("trail.entry")
    trail = after.pop("trail.entry")
    return before == after and any('""act"": ""restored""' in entry for entry in trail)


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file of a folder, with its content and mode."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def keyed(held: making.Holdings, key: str) -> making.Holdings:
    """The same with a key for backups."""
    return making.Holdings(held.engine, Settings(BACKUP_KEY=key, FILES_DIR=str(held.files)), held.state)


def checked(held: making.Holdings, file: Path, key: str = "") -> Manifest:
    """What a backup says of itself, once all of it was read."""
    with held.engine.connect() as connection:
        release = programs.major(connection)
    with checking.opened(file) as opened:
        return checking.check(opened, key, release)
