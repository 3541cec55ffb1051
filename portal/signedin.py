"""Who asks: known by the cookie, anew at every request, so that what is taken away is taken away at once."""

from datetime import datetime
from typing import Final

from flask import Flask, Response, current_app, g, request, session

from core import clock
from core.db import OUTAGES, db
from core.people import limits, sessions
from core.trail import who as trail

COOKIE: Final = "staff"
_PLACE: Final = "in"
"""Under which the cookie holds the token."""


def init_app(app: Flask, *, https: bool) -> None:
    """Know the commune's people by their cookie."""
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=sessions.STAYS,
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.before_request(_know)
    app.after_request(_keep_apart)


def let_in(token: str) -> None:
    """Give the browser its token. Whatever it had before is gone: nobody chooses the token of another."""
    session.clear()
    session[_PLACE] = token
    session.permanent = True


def let_out() -> None:
    """Sign out here."""
    if "known" in g:
        sessions.leave(db.session, g.known.id)
        db.session.commit()
    session.clear()


def address() -> str | None:
    """What tries are counted under: where the request comes from, past our own proxies."""
    proxies = current_app.config["SETTINGS"].PROXIES
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    there = said[-proxies] if 0 < proxies <= len(said) else request.remote_addr or ""
    return limits.network(there)


def _know() -> None:
    # The session is only touched where there is a cookie: pages of everybody stay free of it.
    token = session.get(_PLACE) if COOKIE in request.cookies else None
    if isinstance(token, str):
        try:
            _ask(token, clock.now())
        except OUTAGES:
            view = current_app.view_functions.get(request.endpoint or "")
            if not getattr(view, "same_for_all", False):
                raise


def _ask(token: str, now: datetime) -> None:
    who = sessions.known(db.reading, token, now=now)
    if who is None:
        return
    g.who = trail.of(who.account_id, who.id)
    if sessions.touch(db.session, who, now=now):
        db.session.commit()
    g.known = who
    g.roles, g.translates, g.staff_name = who.roles, who.languages, who.name
    g.confirmed = who.is_confirmed(now)


def _keep_apart(response: Response) -> Response:
    """What somebody is shown who is in has their name on it: no proxy keeps it for others.

    Files that say themselves that everybody may have them are named by what is in them.
    """
    if "known" in g and not (response.cache_control.no_store or response.cache_control.public):
        response.headers["Cache-Control"] = "private, no-cache"
    return response
