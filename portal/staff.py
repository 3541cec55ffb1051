"""Signing in at the desk with a one-time address, until there are accounts with passkeys.

`athar desk --name NAME [--role ROLE]` prints the address; who may run commands on the server may let people
in. Its token is signed, good for 15 minutes and for one use; opening the address shows a button, so that a
chat program that looks at links uses nothing up.
"""

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

from core import clock, signin
from core.accounts import Role, open_to
from core.db import db
from core.errors import Refused
from geo.vocabulary import N_

blueprint = Blueprint("staff", __name__)

GOOD_FOR: Final = timedelta(minutes=15)
STAYS: Final = timedelta(hours=12)
COOKIE: Final = "staff"
LONGEST_NAME: Final = 80
_SALT: Final = "athar desk sign-in"


def init_app(app: Flask, *, https: bool) -> None:
    """Know staff by their cookie."""
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=STAYS,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.before_request(_known)


def _known() -> None:
    # The session is only touched where there is a cookie: pages of everybody stay free of it.
    if COOKIE in request.cookies and (name := session.get("name")):
        g.roles = frozenset(Role(role) for role in session.get("roles", ()) if role in set(Role))
        g.staff_name = str(name)


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


def _read(secret: str, given: str) -> tuple[str, str, list[str]]:
    try:
        token_id, person, roles = _signer(secret).loads(given, max_age=int(GOOD_FOR.total_seconds()))
    except (BadSignature, ValueError, TypeError):
        raise Refused(N_("This sign-in address is not good any more. Ask for a new one.")) from None
    return str(token_id), str(person), [str(role) for role in roles]


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
    if not signin.use(db.session, token_id, now=clock.now(), kept=GOOD_FOR):
        raise Refused(N_("This sign-in address is not good any more. Ask for a new one."))
    db.session.commit()
    session.clear()
    session["name"], session["roles"] = person, roles
    session.permanent = True
    if Role.STAFF not in roles:
        where = url_for("planner.listed", lang=g.lang) if Role.PLANNER in roles else url_for("root.door")
        return redirect(where, 303)
    return redirect(url_for("desk.listed"), 303)


@blueprint.post("/desk/leave")
@open_to(Role.PUBLIC)
def leave() -> ResponseReturnValue:
    """Sign out."""
    session.clear()
    return redirect(url_for("root.door"), 303)


def _secret() -> str:
    from flask import current_app

    return str(current_app.config["SECRET_KEY"])
