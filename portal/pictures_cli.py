"""`athar pictures`: files of the store."""

import argparse
from collections.abc import Callable
from typing import Any

from core import clock, cluster, store
from core.settings import PROJECT, Settings
from geo.pictures import tidying
from portal.commands import Commands, Group


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the group of commands."""
    group = Group(commands, "pictures", "pictures of monuments, places and walks", engine, say)
    group.command("tidy", "delete files that no picture needs any more", _tidy)


def _tidy(_: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
    done = tidying.tidy(session, store.of(settings), now=clock.now())
    say(f"{done.pictures} withdrawn pictures and {done.files} files of no picture deleted")
