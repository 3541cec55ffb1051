"""What the command lines of the house share: a group of commands, each of which runs in one session."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from core.db import session_of

Commands = Any
"""What argparse calls a group of subcommands; it has no public type."""
Run = Callable[[argparse.Namespace, Any, Callable[[str], None]], None]
"""Does what a command says with what was typed, a session, and who writes a line."""


class Group:
    """The commands under one word. `engine` opens a database for one of them; `say` writes a line."""

    def __init__(
        self,
        commands: Commands,
        word: str,
        words: str,
        engine: Callable[[], Any],
        say: Callable[[str], None],
    ) -> None:
        self._parsers = commands.add_parser(word, help=words).add_subparsers(required=True, metavar="WHAT")
        self._engine, self._say = engine, say

    def command(self, name: str, words: str, run: Run, arguments: Sequence[str] = ()) -> Any:
        """Add a command; what `run` did is committed when it comes back. Its parser takes further options."""
        parser = self._parsers.add_parser(name, help=words)
        for argument in arguments:
            parser.add_argument(argument.lower(), metavar=argument)
        parser.set_defaults(run=lambda parsed: self._in_session(run, parsed))
        return parser

    def _in_session(self, run: Run, parsed: argparse.Namespace) -> int:
        with self._engine() as opened, session_of(opened) as session:
            run(parsed, session, self._say)
            session.commit()
        return 0
