"""The reader's language, and the state of the data they see: settled before any view runs."""

import contextlib
import time
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, request
from werkzeug.routing import BaseConverter, ValidationError

from core import clock
from core.db import OUTAGES, db
from core.errors import NotFound, Unavailable
from core.languages import LANGUAGES, accepted, choose, fallback
from geo import published
from geo.alerts import tide
from geo.alerts.tide import Tide
from portal import bodies

SHORT = {"a": "ar", "z": "zgh", "f": "fr", "e": "en", "s": "es", "d": "de"}
"""One-letter languages, for the addresses that a sign prints beside its code."""
COOKIE = "lang"
"""Remembers a language that the reader chose by hand; a function of the site, not a means to count people."""
FRESH_S = 0.25
"""How long, in seconds, a process trusts what it knows of the published state: an edit shows within it."""
LONGEST_WISH = 4000
"""Characters of a browser's list of languages that are read."""
STATELESS = frozenset({"root.health", "root.robots", "offline_root.worker"})
"""Views that answer without a commune and without the database."""


class Spoken(BaseConverter):
    """A language as a step of a path, in any case; any other step is a 404."""

    def to_python(self, value: str) -> str:
        """The language's tag."""
        if value.lower() not in LANGUAGES:
            raise ValidationError
        return value.lower()


class Tongue(Spoken):
    """A language chosen on a sign: its tag, or the one letter that is printed beside the code."""

    def to_python(self, value: str) -> str:
        """The language's tag."""
        return super().to_python(SHORT.get(value.lower(), value))


def init_app(app: Flask) -> None:
    """Take the language out of addresses and put it back in."""
    app.url_map.converters["lang"] = Spoken
    app.url_map.converters["tongue"] = Tongue
    app.url_value_preprocessor(_take)
    app.url_defaults(_keep)
    app.before_request(_settle)
    app.after_request(_tell)


def _take(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.asked_lang = (values or {}).pop("lang", None)


def _keep(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" in g and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values.setdefault("lang", g.lang)


def _settle() -> Response | None:
    """Choose the language; read the state of the data; answer from the shelf if the page is ready."""
    _choose(list(LANGUAGES))
    if "\0" in request.path:
        # The database takes no such character, and nothing here is called so.
        raise NotFound("Check the address, or look for the place in the list of monuments.")
    if request.endpoint in STATELESS or request.endpoint is None:
        _nobodys_page()
        return None
    known = _state()
    if known.state is None:
        raise Unavailable("No commune has been loaded yet. Its staff can run: athar load DIR")
    _speak(known)
    return bodies.kept()


class _Known(NamedTuple):
    asked_at: float
    state: published.Published | None
    tide: Tide | None


def _state() -> _Known:
    """What is published, and what holds now, asked anew after FRESH_S; in an outage what was last known, if
    anything was.
    """
    known = _Known(*current_app.extensions.get("published", (-FRESH_S, None, None)))
    now = time.monotonic()
    if known.state is None or now - known.asked_at >= FRESH_S:
        known = _Known(now, *_asked(known.tide))
        current_app.extensions["published"] = known
    return known


def _asked(before: Tide | None) -> tuple[published.Published | None, Tide | None]:
    moment = clock.now()
    try:
        state = published.current(db.reading)
        if state is None:
            return None, None
        if state.checked_on != state.commune.day(moment):
            state = _caught_up(state, moment)
        return state, tide.at(db.reading, state, now=moment)
    except OUTAGES as outage:
        state = published.last_known(db.reading.get_bind())
        if state is None:
            raise Unavailable("The map is being put in order. Please try again in a minute.") from outage
        return state, before or Tide(state.commune.day(moment))


def _caught_up(state: published.Published, now: datetime) -> published.Published:
    """The state after the walks were checked for a day that has begun."""
    if not published.catch_up(db.session, state, now=now):
        db.session.rollback()
        return state
    db.session.commit()
    return published.current(db.reading) or state


def _nobodys_page() -> None:
    """An address that is nobody's still gets a page in the commune's frame, if the database answers."""
    if request.endpoint is None:
        with contextlib.suppress(Unavailable):
            if (known := _state()).state is not None:
                _speak(known)


def _speak(known: _Known) -> None:
    state, tide_now = known.state, known.tide
    assert state is not None and tide_now is not None  # noqa: S101 - both or none are known
    g.published = replace(state, stamp=tide_now.stamped(state.stamp))
    g.commune = state.commune
    g.today, g.alerts, g.zones = tide_now.today, tide_now.alerts, tide_now.zones
    _choose(state.commune.languages)


def _choose(offered: Any) -> None:
    """Explicit choice (path, then remembered), then the browser's wishes, then the commune's order."""
    first_step = request.path.split("/")[1] if request.endpoint is None else None
    explicit = g.get("asked_lang") or first_step or request.args.get("lang")
    known = explicit, request.cookies.get(COOKIE), request.headers.get("Accept-Language", "")[:LONGEST_WISH]
    g.lang, order = _chosen(*known, tuple(offered))
    g.order = list(order)


@lru_cache(maxsize=256)
def _chosen(
    explicit: str | None, remembered: str | None, browser: str, offered: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    lang = choose([explicit, remembered, *accepted(browser)], offered)
    return lang, tuple(fallback(lang, offered))


def _tell(response: Response) -> Response:
    if response.mimetype == "text/html" and "lang" in g:
        response.headers.setdefault("Content-Language", g.lang)
    if not g.get("asked_lang") and not request.path.startswith(("/static/", "/pictures/")):
        response.vary.update(("Accept-Language", "Cookie"))
    return response
