"""Restoring a backup: it is all checked before anything is touched; what was there stays until it is done.

Order: read and check everything; lay the files beside those that are there; restore and compare the database
in one transaction; put files in place where none are, which changes none of the old; commit; exchange the
keys; put the other files in place, and take away what only the old rows named. Killed before the commit, it
has changed nothing; after it, the same command once more ends what was begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Final

from core import schema
from core.backups import checking, keys, placing, programs, replacing, rows
from core.backups.errors import NotDone
from core.backups.making import KEYS, Holdings
from core.backups.manifest import Manifest
from core.db import Engine, session_of
from core.persons import erasing
from core.trail import sealing
from core.trail.who import say

LONGEST_KEY: Final = 4096


@dataclass
class Restored:
    """What was restored, and what its reader should know."""

    manifest: Manifest
    files: int
    schema: str
    """Revision that the database has now."""
    notes: list[str] = field(default_factory=list)


def restore(holdings: Holdings, path: Path, *, replace: bool, now: datetime) -> Restored:
    """Restore the backup in that file into the database, the files' folder and the keys of `holdings`.

    Raises BadBackup for a file that is no whole backup that fits, NotDone for a database that is not empty
    unless `replace` is said, or is in use, and if it fails later. In all these cases nothing changed.
    """
    passphrase = holdings.settings.BACKUP_KEY
    with holdings.engine.connect() as connection:
        release = programs.major(connection)
        there = rows.tables(connection)
        full = any(table.schema != rows.TRAIL for table in there)
        trailed = any(table.schema == rows.TRAIL for table in there)
        gone = erasing.remembered(connection)
    with checking.opened(path) as file:
        told = checking.check(file, passphrase, release)
        if full and not replace:
            raise NotDone(
                "The database is not empty. Say --replace if what it holds is to go, or restore into an empty"
                " one."
            )
        with placing.laid(holdings.files) as laying:
            kept = _lay(file, passphrase, told, laying)
            with holdings.engine.begin() as connection:
                schema.ensure_extensions(connection)
            dump = partial(_dump, path, passphrase)
            with laying.taken_back_unless_done():
                replacing.replace(holdings.engine, told, release, dump, laying.place_new, trailed=trailed)
            notes = keys.exchange(holdings, kept, now=now)
            laying.place_rest(alone=full)
    holdings.engine.dispose()
    _, after = schema.upgrade(holdings.engine)
    _note(holdings.engine, told)
    notes += erasing.again(holdings.engine, holdings.settings.with_files(holdings.state), gone)
    return Restored(told, len(laying.names), after, notes)


def _note(engine: Engine, told: Manifest) -> None:
    """Seal the trail, if it came with the backup, and tell it that what follows is of a backup."""
    with session_of(engine) as session:
        sealing.seal(session)
        say(session, "restored", "database", {"schema": told.schema})
        session.commit()


def _lay(file: IO[bytes], passphrase: str, told: Manifest, laying: placing.Laying) -> dict[str, str]:
    """Lay every file beside its place; the keys, which stay in memory."""
    kept = {}
    for member in checking.members(file, passphrase):
        if member.name.startswith("files/"):
            laying.lay(member, told.members[member.name][1])
        elif member.name.startswith("keys/") and member.size <= LONGEST_KEY:
            name = member.name.removeprefix("keys/")
            kept[name] = b"".join(member.chunks()).decode("ascii")
    return {name: kept[name] for name in KEYS if name in kept}


def _dump(path: Path, passphrase: str) -> Iterator[bytes]:
    """The bytes of the dump, read anew."""
    with checking.opened(path) as file:
        begun = False
        for member in checking.members(file, passphrase):
            if member.name.startswith(checking.DATABASE):
                begun = True
                yield from member.chunks()
            elif begun:
                return
