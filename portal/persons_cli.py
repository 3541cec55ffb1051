"""The commands `athar person …`: what is held about one person, and erasing them."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from core import clock, cluster
from core.persons import erasing, exporting
from core.settings import PROJECT, Settings
from portal.commands import Commands, Group
from portal.user_cli import ONE, named


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    command = Group(commands, "person", "what is held about one person", engine, say).command
    export = command("export", "everything that is held about a person, as JSON", _export, ONE)
    export.add_argument("--out", type=Path, metavar="FILE", help="write it there, readable for oneself alone")
    erase = command("erase", "delete the account; acts stay under another name", _erase, ONE)
    erase.add_argument("--yes", action="store_true", help="do not ask")


def _export(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    held = exporting.export(session, named(session, parsed.email), now=clock.now())
    written = json.dumps(held, ensure_ascii=False, indent=1)
    if parsed.out is None:
        say(written)
        return
    with open(parsed.out, "w", encoding="utf-8", opener=partial(os.open, mode=0o600)) as file:
        file.write(written + "\n")
    say(f"{parsed.out}: {sum(map(len, held['rows'].values()))} rows")


def _erase(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    account = named(session, parsed.email)
    if not parsed.yes:
        say(f"{account.email} ({account.name}) is erased for good. Write the e-mail address to go on:")
        if sys.stdin.readline().strip().lower() != account.email:
            raise ValueError("That is not the address. Nothing was changed.")
    settings = Settings.from_environment().with_files(cluster.state_directory(PROJECT))
    done = erasing.erase(session, settings, account, now=clock.now())
    for table, rows in done.changed.items():
        say(f"{table:<26} {rows:>6} rows under another name")
    if done.name_stays:
        say("somebody else has an account under the same name: what stands under it keeps it")
    say(f"{parsed.email}: erased, with {done.letters} letters; now {done.instead}")
