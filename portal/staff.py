"""The emergency door: a one-time address, for who has no account or cannot come in with it.

`athar desk --name NAME [--role ROLE]` prints the address; who may run commands on the server may let people
in. Its token is signed, good for 15 minutes and for one use; opening the address shows a button, so that a
chat program that looks at links uses nothing up.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core import clock, signin
from core.accounts import GIVEN, Role, open_to
from core.db import db
from core.errors import Refused
from core.people import sessions
from geo.vocabulary import N_
from portal import signedin
from portal.accounts import ways

blueprint = Blueprint("staff", __name__)

GOOD_FOR: Final = timedelta(minutes=15)
LONGEST_NAME: Final = 80
_SALT: Final = "athar desk sign-in"


def token(secret: str, name: str, roles: Collection[Role] = (Role.STAFF,)) -> str:
    """A new one-time token for a person with these roles.

    ValueError for a name that is empty, too long or has odd signs.
    """
    person = " ".join(name.split())
    if not 2 <= len(person) <= LONGEST_NAME or not person.isprintable():
        raise ValueError(f"a name of 2 to {LONGEST_NAME} letters is needed")
    return _signer(secret).dumps([secrets.token_urlsafe(16), person, sorted(roles)])


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_SALT)


def _read(secret: str, given: str) -> tuple[str, str, list[Role]]:
    try:
        token_id, person, roles = _signer(secret).loads(given, max_age=int(GOOD_FOR.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        raise Refused(N_("This sign-in address is not good any more. Ask for a new one.")) from None
    return str(token_id), str(person), [role for role in GIVEN if role in roles]


@blueprint.get("/desk/enter/<token>")
@open_to(Role.PUBLIC)
def door(token: str) -> ResponseReturnValue:
    """A button to come in."""
    _, person, _ = _read(_secret(), token)
    return render_template("staff_enter.html", person=person, token=token), {"Cache-Control": "no-store"}


@blueprint.post("/desk/enter/<token>")
@open_to(Role.PUBLIC)
def enter(token: str) -> ResponseReturnValue:
    """Come in, once."""
    token_id, person, roles = _read(_secret(), token)
    now = clock.now()
    if not signin.use(db.session, token_id, now=now, kept=GOOD_FOR):
        raise Refused(N_("This sign-in address is not good any more. Ask for a new one."))
    agent = request.headers.get("User-Agent", "")
    given = sessions.begin_without(db.session, person, roles, agent, now=now)
    db.session.commit()
    signedin.let_in(given)
    return redirect(ways.home(frozenset(roles)), 303)


@blueprint.post("/desk/leave")
@open_to(Role.PUBLIC)
def leave() -> ResponseReturnValue:
    """Sign out."""
    signedin.let_out()
    return redirect(url_for("root.door"), 303)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
