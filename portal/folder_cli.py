"""The command `athar export DIR`: what the desk published, back into the commune's folder."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.db import session_of
from geo.editing import exporting
from portal.commands import Commands


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the command. `engine` opens a database for it; `say` writes a line."""
    export = commands.add_parser("export", help="write what the desk published into a commune's folder")
    export.add_argument("dir", type=Path)
    export.set_defaults(run=lambda parsed: _export(parsed, engine, say))


def _export(parsed: argparse.Namespace, engine: Callable[[], Any], say: Callable[[str], None]) -> int:
    with engine() as opened, session_of(opened) as session:
        written = exporting.export(session, parsed.dir)
        session.commit()
    say(f"{written} line(s) written into {parsed.dir}. Signs: athar signs export {parsed.dir}")
    return 0
