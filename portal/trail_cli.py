"""The commands `athar audit …`: is the trail what was written, what was published of it, who changed what."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core import clock, cluster
from core.errors import Conflict
from core.settings import PROJECT, Settings
from core.trail import heads, reading, sealing, verifying
from portal.commands import Commands, Group

MOST: Final = 1000


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    command = Group(commands, "audit", "the trail of every change", engine, say).command
    verify = command("verify", "reckon the whole chain again; names what was altered or taken out", _verify)
    verify.add_argument(
        "--head", action="append", default=[], metavar="DAY:NUMBER:HASH",
        help="a head that somebody kept; may be given several times",
    )  # fmt: skip
    command("head", "the ends of the last days, also written to `heads` in FILES_DIR", _head)
    show = command("show", "the last changes, one a line", _show)
    show.add_argument("--about", help="of this table")
    show.add_argument("--key", help="of this row of it")
    show.add_argument("--by", help="by account:N, door:N, command:WORD, …")
    show.add_argument("--limit", type=int, default=50)
    command("seal", "take the trail out of the application's hands, or tell how", _seal)


def _verify(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    given = [*map(heads.read, parsed.head), *heads.kept(_files())]
    verdict = verifying.verify(session, given)
    for fault in verdict.faults:
        say(fault)
    if not verdict.sealed:
        say("The trail is not sealed: the application's own role could change it (athar audit seal).")
    if verdict.faults:
        raise Conflict(f"{len(verdict.faults)} fault(s) in {verdict.entries} entries.")
    say(f"{verdict.entries} entries, {len(given)} head(s): whole. The last is {verdict.last}.")


def _head(_: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    days = reading.heads(session, now=clock.now())
    heads.keep(_files(), days)
    for day in days:
        say(str(day))


def _show(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    limit = min(max(parsed.limit, 1), MOST)
    for entry in reading.page(session, limit=limit, about=parsed.about, key=parsed.key, by=parsed.by):
        told = json.dumps({"from": entry.before, "to": entry.after}, ensure_ascii=False)
        what = f"{entry.who} {entry.act} {entry.about} {entry.key}"
        say(f"{entry.seq} {entry.at:%Y-%m-%d %H:%M:%SZ} {what} {told}")


def _seal(_: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    if sealing.seal(session):
        say("The trail is sealed.")
        return
    say("-- Have the database's administrator run this in it, then say `athar audit seal` again:")
    say(sealing.BY_HAND)


def _files() -> Path:
    return Path(Settings.from_environment().with_secret(cluster.state_directory(PROJECT)).FILES_DIR)
