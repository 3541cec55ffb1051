"""The commands `athar user …`: the first administrator, and what else who runs the server may need."""

import argparse
from collections.abc import Callable
from typing import Any, Final

from core import clock, cluster
from core.accounts import GIVEN
from core.errors import NotFound
from core.people import register, sessions
from core.people.models import Account
from core.settings import PROJECT, Settings
from geo import published
from portal.accounts import letters
from portal.commands import Commands, Group

BY = "athar user"
"""Who stands behind what is done here: somebody who may run commands on the server."""
MOST = 100_000
ONE: Final = ("EMAIL",)
"""What a command about one person is told first."""


def add(commands: Commands, engine: Callable[[], Any], say: Callable[[str], None]) -> None:
    """Add the commands. `engine` opens a database for one of them; `say` writes a line."""
    command = Group(commands, "user", "accounts of the commune's people", engine, say).command
    invite = command(
        "invite", "make an account; prints the address with which its person comes in", _invite, ONE
    )
    invite.add_argument("--name", required=True, help="stands behind what the person writes down")
    invite.add_argument("--lang", default="fr", help="language of letters to them (default: fr)")
    _roles(invite)
    invite.add_argument("--send", action="store_true", help="write to the person instead")
    command("list", "every account: e-mail, name, state, roles", _list)
    roles = command("roles", "what the person may do from now on; without --role: nothing", _allow, ONE)
    _roles(roles)
    command("link", "an address for a new password, good for an hour", _link, ONE)
    command("shut", "let the person in no more, and sign them out", _shut, ONE)
    command("open", "let the person in again", _open, ONE)
    out = command("sign-out", "sign a person out everywhere, or everybody", _sign_out)
    which = out.add_mutually_exclusive_group(required=True)
    which.add_argument("email", nargs="?", metavar="EMAIL")
    which.add_argument("--everybody", action="store_true", help="those with one-time addresses too")


def _roles(parser: Any) -> None:
    parser.add_argument(
        "--role", action="append", default=[], choices=GIVEN, help="may be given several times"
    )
    parser.add_argument("--language", action="append", default=[], help="into which a translator translates")


def _invite(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    account, token = register.invite(
        session,
        parsed.email,
        parsed.name,
        lang=parsed.lang,
        roles=parsed.role,
        languages=parsed.language,
        by=BY,
        now=clock.now(),
    )
    base = _base(session)
    if parsed.send:
        settings = Settings.from_environment().with_secret(cluster.state_directory(PROJECT))
        letter = letters.invite(session, settings, account, token, BY, base)
        say(f"letter {letter.state}: {account.email}")
    else:
        say(letters.address(base, token))


def _list(_: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    for account in register.listed(session, limit=MOST)[1]:
        state = "shut" if account.disabled_at else "in use" if account.password else "invited"
        may = ", ".join((*account.roles, *account.languages))
        say(f"{account.email:<40} {account.name:<30} {state:<8} {may}")


def _allow(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    account = named(session, parsed.email)
    register.allow(session, account, parsed.role, parsed.language, by=BY, now=clock.now())
    say(f"{account.email}: {', '.join((*account.roles, *account.languages)) or 'no role'}")


def _link(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    account, now = named(session, parsed.email), clock.now()
    token = register.link(session, account, register.FORGOTTEN, now=now)
    register.note(session, account, "letter", BY, "", now=now)
    say(letters.address(_base(session), token))


def _shut(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    register.shut(session, named(session, parsed.email), by=BY, now=clock.now())
    say(f"{parsed.email}: shut")


def _open(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    register.open_again(session, named(session, parsed.email), by=BY, now=clock.now())
    say(f"{parsed.email}: open")


def _sign_out(parsed: argparse.Namespace, session: Any, say: Callable[[str], None]) -> None:
    if parsed.everybody:
        ended = sessions.end_everybody(session)
    else:
        ended = register.sign_out(session, named(session, parsed.email), by=BY, now=clock.now())
    say(f"signed out on {ended} device(s)")


def named(session: Any, email: str) -> Account:
    """The account of an address; NotFound if there is none."""
    account = register.by_email(session, email)
    if account is None:
        raise NotFound("There is no account of %(email)s.", email=email[:100])
    return account


def _base(session: Any) -> str:
    """Address the public uses."""
    state = published.current(session)
    loaded = state.commune.public_url if state else ""
    return Settings.from_environment().address(loaded)
