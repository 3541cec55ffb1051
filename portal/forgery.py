"""Requests that other sites make our visitors' browsers send: refused (docs/decisions/0004).

Browsers say where a request comes from: Sec-Fetch-Site, and Origin with every unsafe request. Pages then need
no tokens in their forms and can be kept for everybody.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, g, request

from core.errors import Refused
from geo.vocabulary import N_

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
OURS = frozenset(("same-origin", "none"))


def init_app(app: Flask) -> None:
    """Look at every unsafe request before its view runs."""
    app.before_request(_check)


def _check() -> None:
    if request.method not in SAFE and not _is_ours():
        raise Refused(N_("This form was sent from another site. Open the page here and send it again."))


def _is_ours() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OURS
    origin = request.headers.get("Origin")
    if origin is None:
        # No browser of the last years leaves both out: a program of somebody's own, which has no cookies of
        # ours unless it means to.
        return "roles" not in g
    host = urlsplit(origin).netloc
    public = urlsplit(current_app.config["SETTINGS"].PUBLIC_URL).netloc
    return bool(host) and host in (request.host, public)
