"""What every answer says to the browser about safety: CSP with nonces, and the other headers.

The nonce of a page is derived from the page itself: HMAC(secret, body). Whoever plants markup in a page
changes the body and so the nonce, and cannot know the new one without the secret; and since equal bodies get
equal nonces, pages can be kept, compressed once, and carry ETags that are equal in every worker
(docs/decisions/0002-nonces.md).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

STATIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}

ASSET_HEADERS = {**STATIC_HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}
"""Of files under /static/: an embed in a sandboxed frame has an origin of its own, and needs them too."""


def nonce() -> str:
    """For templates: stands for the nonce until the page is complete."""
    if "nonce_place" not in g:
        g.nonce_place = f"nonce-{secrets.token_hex(12)}"
    place: str = g.nonce_place
    return place


def init_app(app: Flask, *, https: bool, tile_url: str) -> None:
    """Add the headers to every answer."""
    app.extensions["tile_origin"] = tile_origin(tile_url)
    app.extensions["https"] = https
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(_secure)


def tile_origin(tile_url: str) -> str:
    """The origin that pictures of an outside basemap come from, for the CSP; "" without one.

    `{s}` in a host stands for any subdomain. ValueError for what is no http(s) address.
    """
    if not tile_url:
        return ""
    parts = urlsplit(tile_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c in tile_url for c in " ;,'\""):
        raise ValueError("TILE_URL must be an address such as https://tiles.example/{z}/{x}/{y}.png")
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"


def _secure(response: Response) -> Response:
    if "body" in g:
        # A kept answer has its headers, and may be one that others frame.
        return response
    framed = "frame-ancestors" in g.get("csp", {})
    there = {name.lower() for name, _ in response.headers}
    for name, value in STATIC_HEADERS.items():
        if name.lower() not in there and not (framed and name == "X-Frame-Options"):
            response.headers.add(name, value)
    if current_app.extensions["https"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.direct_passthrough or response.is_streamed:
        return response
    token = _settle(response)
    response.headers.setdefault("Content-Security-Policy", policy(token))
    return response


def _settle(response: Response) -> str:
    """Put the real nonce where the template left room for it; "" if the answer has no script or style."""
    place = g.get("nonce_place", "")
    if not place:
        return ""
    body = response.get_data().replace(place.encode(), b"")
    secret = current_app.config["SECRET_KEY"].encode()
    seed = f"{request.path}\n{request.query_string.decode('latin-1')}\n".encode() + body
    token = base64.b64encode(hmac.digest(secret, seed, hashlib.sha256)[:16]).decode().rstrip("=")
    response.set_data(response.get_data().replace(place.encode(), token.encode()))
    return token


def policy(token: str) -> str:
    """The Content-Security-Policy of an answer whose nonce is `token`.

    A view that needs another rule puts it into `g.csp`, by directive: `{"frame-ancestors": "*"}`.
    """
    tiles = current_app.extensions["tile_origin"]
    own = g.get("csp", {})
    return _policy(token, tiles, tuple(own.items())) if token or own else _plain(tiles)


@lru_cache(maxsize=4)
def _plain(tiles: str) -> str:
    """The policy of an answer without script, style or rules of its own: data."""
    return _policy("", tiles, ())


def _policy(token: str, tiles: str, own: Iterable[tuple[str, str]]) -> str:
    allowed = f"'nonce-{token}'" if token else "'none'"
    rules = {
        "default-src": "'none'",
        "script-src": allowed,
        "style-src": f"'self' {allowed}" if token else "'self'",
        "img-src": f"'self' data: {tiles}".rstrip(),
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "media-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in {**rules, **dict(own)}.items())
