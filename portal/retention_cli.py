"""The command `athar retention`: what goes because its time is over."""

import argparse
from collections.abc import Callable
from typing import Any

from core import clock, cluster, retention
from core.db import session_of
from core.settings import PROJECT, Settings
from portal.commands import Commands


def add(commands: Commands, engine: Callable[[], Any], say: Callable[..., None]) -> None:
    """Add the command. `engine` opens a database for it; `say` writes a line."""
    command = commands.add_parser(
        "retention", help="how many rows of each table go now; --apply deletes them"
    )
    command.add_argument("--apply", action="store_true", help="delete them, as the worker does once a day")
    command.set_defaults(run=lambda parsed: _retention(parsed, engine, say))


def _retention(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[..., None]) -> int:
    settings, now = Settings.from_environment().with_files(cluster.state_directory(PROJECT)), clock.now()
    with engine() as opened:
        for rule in retention.RULES:
            if parsed.apply:
                number = retention.follow(opened, settings, rule, now=now)
            else:
                with session_of(opened) as session:
                    number = retention.due(session, rule, now=now)
            word = "deleted" if parsed.apply else "would go"
            say(f"{rule.table:<26} {number:>8} {word}: {rule.what}, kept {rule.kept.days} days")
    return 0
