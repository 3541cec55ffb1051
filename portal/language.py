"""The reader's language, and the state of the data they see: settled before any view runs."""

import contextlib
import time
from functools import lru_cache
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, request
from werkzeug.routing import BaseConverter, ValidationError

from core.db import OUTAGES, db
from core.errors import NotFound, Unavailable
from core.languages import LANGUAGES, accepted, choose, fallback
from geo import published
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
    state = _state()
    if state is None:
        raise Unavailable("No commune has been loaded yet. Its staff can run: athar load DIR")
    _speak(state)
    return bodies.kept()


class _Known(NamedTuple):
    asked_at: float
    state: published.Published | None


def _state() -> published.Published | None:
    """What is published, asked anew after FRESH_S; in an outage what was last known, if anything was."""
    asked_at, state = _Known(*current_app.extensions.get("published", (-FRESH_S, None)))
    now = time.monotonic()
    if state is None or now - asked_at >= FRESH_S:
        try:
            state = published.current(db.reading)
        except OUTAGES as outage:
            state = published.last_known(db.reading.get_bind())
            if state is None:
                raise Unavailable("The map is being put in order. Please try again in a minute.") from outage
        current_app.extensions["published"] = (now, state)
    return state


def _nobodys_page() -> None:
    """An address that is nobody's still gets a page in the commune's frame, if the database answers."""
    if request.endpoint is None:
        with contextlib.suppress(Unavailable):
            if (state := _state()) is not None:
                _speak(state)


def _speak(state: published.Published) -> None:
    g.published = state
    g.commune = state.commune
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
