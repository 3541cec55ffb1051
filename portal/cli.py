"""The console command `athar`. Exit status 0: done, 1: cannot, 2: bad input."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TextIO

from core import clock, cluster, schema
from core.accounts import GIVEN, Role
from core.backups.errors import BadBackup
from core.db import OUTAGES, Engine, make_engine, session_of
from core.errors import Problem
from core.settings import PROJECT, Settings
from geo.editing import loads
from geo.loading import folder as loading
from geo.loading import recordings as loading_recordings
from geo.loading.records import BadFolder, Counts
from geo.translating import units
from portal import (
    backups_cli,
    embeds_cli,
    folder_cli,
    persons_cli,
    pictures_cli,
    retention_cli,
    signs_cli,
    streets_cli,
    trail_cli,
    user_cli,
    wifi_cli,
)
from qr_signs import signs_file

LONG_MS = 10 * 60 * 1000
"""Time a query of a load may take, in milliseconds."""
_WORD: Final = ContextVar("word", default="")
"""The command that runs, for the trail."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    parsed = _parser().parse_args(arguments)
    _WORD.set(parsed.word)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except BadFolder as bad:
        for problem in bad.problems:
            _say(str(problem), sys.stderr)
        _say(f"{len(bad.problems)} problem(s); nothing was changed.", sys.stderr)
        return 2
    except BadBackup as bad:
        _say(f"athar: {bad} Nothing was changed.", sys.stderr)
        return 2
    except (Problem, cluster.ClusterError, ValueError) as problem:
        _say(f"athar: {problem}", sys.stderr)
        return 1
    except OUTAGES as outage:
        _say(f"athar: the database does not answer: {str(outage).splitlines()[0]}", sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="athar", description="The open heritage map of a commune.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="word")
    up = commands.add_parser("up", help="start the database, migrate, load DIR if it changed, serve")
    up.add_argument("dir", type=Path)
    up.set_defaults(run=_up)
    load = commands.add_parser("load", help="load a commune's folder, in one transaction")
    load.add_argument("dir", type=Path)
    load.set_defaults(run=_load)
    commands.add_parser("serve", help="serve the site").set_defaults(run=_serve)
    work = commands.add_parser("work", help="run background jobs until told to stop")
    work.add_argument("--parent", type=int, help="stop also when this process is not the parent any more")
    work.set_defaults(run=_work)
    database = commands.add_parser("db", help="the database").add_subparsers(required=True, metavar="WHAT")
    database.add_parser("upgrade", help="migrate to the newest schema").set_defaults(run=_upgrade)
    database.add_parser("stop", help="stop the private database").set_defaults(run=_stop)
    backups_cli.add(commands, _engine, _say)
    retention_cli.add(commands, _engine, _say)
    signs_cli.add(commands, _engine, _say)
    streets_cli.add(commands, _engine, _say)
    embeds_cli.add(commands, _engine, _say)
    user_cli.add(commands, _engine, _say)
    pictures_cli.add(commands, _engine, _say)
    persons_cli.add(commands, _engine, _say)
    wifi_cli.add(commands, _engine, _say)
    trail_cli.add(commands, _engine, _say)
    folder_cli.add(commands, _engine, _say)
    desk = commands.add_parser("desk", help="a one-time address with which a person comes in at the desk")
    desk.add_argument("--name", required=True, help="who it is: the name stands behind what they write down")
    desk.add_argument(
        "--role", action="append", choices=GIVEN,
        help="what they may do: staff (the default), planner, …; may be given several times",
    )  # fmt: skip
    desk.set_defaults(run=_desk)
    return parser


@contextmanager
def _engine() -> Iterator[Engine]:
    """An engine for one command, closed after it."""
    settings = Settings.from_environment()
    url = settings.DATABASE_URL or cluster.ensure(PROJECT)
    engine = make_engine(url, statement_timeout_ms=LONG_MS, pool_size=1)
    try:
        yield engine.execution_options(who=f"command:{_WORD.get()}")
    finally:
        engine.dispose()


def _upgrade(_: argparse.Namespace) -> int:
    with _engine() as engine:
        before, after = schema.upgrade(engine)
    _say(f"schema {before or 'empty'} → {after}" if before != after else f"schema {after}: up to date")
    return 0


def _stop(_: argparse.Namespace) -> int:
    cluster.stop(PROJECT)
    return 0


def _load(parsed: argparse.Namespace) -> int:
    with _engine() as engine:
        schema.upgrade(engine)
        loaded = load(engine, parsed.dir)
    for layer, counts in loaded.items():
        _say(
            f"{layer:<11} {counts.added:>6} added {counts.changed:>6} changed"
            f" {counts.unchanged:>6} unchanged {counts.removed:>6} removed"
        )
    return 0


def load(engine: Engine, path: Path, files: Path | None = None) -> dict[str, Counts]:
    """Read a commune's folder, its signs and recordings into the database in one transaction; what changed.

    Recordings are kept under `files`: by default, where the settings say. The answer is by layer.
    Raises BadFolder with every problem found; then the database is as it was.
    """
    read = loading.read(path)
    signs = signs_file.read(path, read.keys)
    recorded = loading_recordings.read(path, read.keys, read.config["languages"])
    if files is None:
        settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
        files = Path(settings.FILES_DIR)
    with session_of(engine) as session:
        counts = dict(loading.apply(session, read, now=clock.now()))
        for field in loads.follow(session, read, now=clock.now()):
            _say(f"The desk's stays, the folder's is in its history: {field}", sys.stderr)
        if any(each.added or each.changed or each.removed for each in counts.values()):
            units.rebuild(session)
        counts["signs"] = signs_file.apply(session, signs, now=clock.now())
        counts["recordings"] = loading_recordings.apply(session, recorded, path, files, now=clock.now())
        session.commit()
    return counts


def _up(parsed: argparse.Namespace) -> int:
    with _engine() as engine:
        schema.upgrade(engine)
        with session_of(engine) as session:
            known = loading.is_loaded(session, parsed.dir)
    if not known:
        _say(f"Loading {parsed.dir} …")
        _load(parsed)
    return _serve(parsed)


def _serve(_: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if not settings.DATABASE_URL:
        # Once, here: the workers inherit the address and need not start anything.
        os.environ["DATABASE_URL"] = cluster.ensure(PROJECT)
    signs_cli.warn(_engine, settings)
    from portal.server import serve

    return serve(settings)


def _work(parsed: argparse.Namespace) -> int:
    from portal.work import work

    work(Settings.from_environment(), parent=parsed.parent)
    return 0


def _desk(parsed: argparse.Namespace) -> int:
    from portal import staff

    settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
    roles = [Role(role) for role in parsed.role or (Role.STAFF,)]
    _say(f"{settings.address()}/desk/enter/{staff.token(settings.SECRET_KEY, parsed.name, roles)}")
    return 0


def _say(line: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(line + "\n")


if __name__ == "__main__":
    logging.basicConfig(level="INFO")
    sys.exit(main())
