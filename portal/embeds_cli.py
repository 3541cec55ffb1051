"""The commands `athar embeds …`: who may frame an embed, and how often each is seen where."""

import argparse
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core import clock
from core.settings import Settings
from geo import published
from portal.commands import Commands, Group
from webmap.embeds import counts, partners


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    command = Group(commands, "embeds", "walks and maps in other sites", engine, say).command
    allow = command("allow", "an embed of a partner's own, for these sites alone", _allow, ["TARGET"])
    allow.add_argument("origins", nargs="+", metavar="ORIGIN", help="such as https://partner.example")
    allow.add_argument("--name", default="", help="the partner: an organisation")
    only = command("only", "the open embed for these sites alone; none: for nobody", _only, ["TARGET"])
    only.add_argument("origins", nargs="*", metavar="ORIGIN")
    command("open", "the embed of TARGET for any site again", _open, ["TARGET"])
    command("end", "take a partner's embed back", _end, ["TOKEN"])
    command("list", "rules that hold", _list)
    views = command("views", "how often embeds were seen, by site", _views)
    views.add_argument("--days", type=int, default=30, help="days up to today (default: 30)")


def _allow(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    token = partners.allow(session, parsed.target, parsed.origins, parsed.name)
    state = published.current(session)
    base = Settings.from_environment().PUBLIC_URL or (state.commune.public_url if state else "")
    say(f"{base.rstrip('/')}/embed/{parsed.target}?e={token}")


def _only(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    partners.restrict(session, parsed.target, parsed.origins, now=clock.now())
    say(f"{parsed.target}: {', '.join(parsed.origins) or 'no site'} alone")


def _open(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    partners.reopen(session, parsed.target, now=clock.now())
    say(f"{parsed.target}: any site")


def _end(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    partners.end(session, parsed.token, now=clock.now())
    say(f"{parsed.token}: ended")


def _list(_: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    for rule in partners.listed(session):
        sites = " ".join(rule.origins) or "no site"
        say(f"{rule.target:<30} {rule.token or '-':<22} {sites}  {rule.name or ''}".rstrip())


def _views(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    since = clock.today() - timedelta(days=max(0, min(parsed.days, 36_500)))
    for target, host, views in counts.totals(session, since):
        say(f"{views:>8}  {target:<30} {host}")
