"""The commands `athar backup` and `athar restore`."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core import clock, cluster
from core.backups import checking, making, programs, restoring, shelf
from core.backups.errors import NotDone
from core.settings import PROJECT, Settings
from portal.commands import Commands


def add(commands: Commands, engine: Callable[[], Any], say: Callable[..., None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    backup = commands.add_parser(
        "backup",
        usage="athar backup FILE|DIR [--keep N]\n       athar backup verify FILE",
        help="database and files into one file; `backup verify FILE` checks one",
    )
    backup.add_argument("what", nargs="+", metavar="FILE|DIR", help="a folder: a new file in it")
    backup.add_argument(
        "--keep", type=int, metavar="N", help="then delete all but the N newest of the folder"
    )
    backup.set_defaults(run=lambda parsed: _backup(parsed, engine, say))
    restore = commands.add_parser("restore", help="a backup into an empty database, checked first")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--replace", action="store_true", help="what the database and the folder of files hold now goes"
    )
    restore.set_defaults(run=lambda parsed: _restore(parsed, engine, say))


@contextmanager
def _told() -> Iterator[None]:
    """What the disk refuses, as a sentence: it is full, or may not be written to."""
    try:
        yield
    except OSError as refused:
        where = refused.filename or "the disk"
        raise NotDone("%(where)s: %(why)s", where=where, why=refused.strerror) from refused


def _holdings(engine: Any) -> making.Holdings:
    return making.Holdings(engine, Settings.from_environment(), cluster.state_directory(PROJECT))


def _backup(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[..., None]) -> int:
    verb, *rest = parsed.what
    if verb == "verify" and len(rest) == 1:
        return _verify(Path(rest[0]), engine, say)
    target = Path(verb)
    if rest:
        raise NotDone("One file or folder, please.")
    if parsed.keep is not None and (parsed.keep < 1 or not target.is_dir()):
        raise NotDone("--keep wants a folder, and a number from 1.")
    with _told(), engine() as opened:
        made = making.make(_holdings(opened), target, now=clock.now())
    if made.left_out:
        say(
            f"athar: BACKUP_KEY is not set, so the backup is not sealed and these keys are not in it:"
            f" {', '.join(made.left_out)}. Keep copies of them elsewhere.",
            sys.stderr,
        )
    size = made.file.stat().st_size
    say(f"{made.file}: {made.manifest.rows} rows, {_files(made.manifest.members)} files, {size} bytes")
    if parsed.keep is not None:
        for old in shelf.keep(target, parsed.keep):
            say(f"deleted {old}")
    return 0


def _verify(path: Path, engine: Callable[[], Any], say: Callable[..., None]) -> int:
    with engine() as opened, opened.connect() as connection:
        release = programs.major(connection)
    with checking.opened(path) as file:
        told = checking.check(file, Settings.from_environment().BACKUP_KEY, release)
    say(
        f"{path}: whole; made {told.made_at}, schema {told.schema}, PostgreSQL {told.postgresql},"
        f" PostGIS {told.postgis}, {told.rows} rows, {_files(told.members)} files"
    )
    return 0


def _restore(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[..., None]) -> int:
    with _told(), engine() as opened:
        done = restoring.restore(_holdings(opened), parsed.file, replace=parsed.replace, now=clock.now())
    for note in done.notes:
        say(f"athar: {note}", sys.stderr)
    told = done.manifest
    say(
        f"restored what was there on {told.made_at}: {len(told.tables)} tables with {told.rows} rows, each"
        f" as it was, {done.files} files; schema {done.schema}"
    )
    return 0


def _files(members: Any) -> int:
    return sum(name.startswith("files/") for name in members)
