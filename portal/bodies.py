"""Ready-made answers: a public page is rendered and compressed once, kept, and told apart by a strong ETag.

A body depends on address, language and the state of the published data alone (`same_for_all` in core.accounts
promises it), so two workers make the same bytes and the same ETag. An edit changes the state's stamp, and
with it the key: nothing has to be thrown away by hand.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import brotli
from flask import Flask, Response, current_app, g, request

LONGEST_QUERY: Final = 200
"""Longer query strings are answered but not kept: nobody fills the memory with made-up ones."""
SMALLEST: Final = 400
"""Bytes below which compression gains nothing."""
COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=6),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
COMPRESS_ONCE: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=1),
    "gzip": lambda body: gzip.compress(body, compresslevel=1, mtime=0),
}
"""For an answer that is given once: a tenth of the time for a fifth more bytes."""
CONDITIONS: Final = frozenset(
    f"HTTP_{name}"
    for name in ("IF_NONE_MATCH", "IF_MATCH", "IF_MODIFIED_SINCE", "IF_UNMODIFIED_SINCE", "IF_RANGE", "RANGE")
)
"""Headers by which a reader says what it has already, as WSGI names them."""
TEXTUAL: Final = (
    "text/",
    "application/json",
    "application/geo+json",
    "application/xml",
    "application/ld+json",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.oai.openapi+json",
    "application/atom+xml",
    "application/rdf+xml",
    "application/gpx+xml",
    "application/cap+xml",
    "image/svg+xml",
)


@dataclass
class Body:
    """One answer in every encoding asked for so far."""

    plain: bytes
    headers: list[tuple[str, str]]
    digest: str
    packed: dict[str, bytes] = field(default_factory=dict)
    once: bool = False
    """Whether it is given to one reader only, and not kept."""

    def in_encoding(self, encoding: str) -> bytes:
        """The bytes in `encoding` ("": as they are), compressed on first use."""
        if not encoding:
            return self.plain
        if encoding not in self.packed:
            self.packed[encoding] = (COMPRESS_ONCE if self.once else COMPRESS)[encoding](self.plain)
        return self.packed[encoding]

    @property
    def size(self) -> int:
        """Bytes it takes up now, with room for one packed form."""
        return len(self.plain) + max(len(self.plain) // 3, sum(map(len, self.packed.values())))


class Shelf:
    """Bodies by key, the least recently used thrown out first; bounded in bytes. Safe between threads."""

    def __init__(self, most_bytes: int) -> None:
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._most = most_bytes
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: str) -> Body | None:
        """The body, now the most recently used."""
        with self._lock:
            body = self._bodies.get(key)
            if body is not None:
                self._bodies.move_to_end(key)
            return body

    def put(self, key: str, body: Body) -> None:
        """Keep a body; one that is larger than a tenth of the shelf is not kept."""
        if body.size > self._most // 10:
            return
        with self._lock:
            if (old := self._bodies.pop(key, None)) is not None:
                self._bytes -= old.size
            self._bodies[key] = body
            self._bytes += body.size
            while self._bytes > self._most:
                self._bytes -= self._bodies.popitem(last=False)[1].size


def init_app(app: Flask, most_mb: int) -> None:
    """Answer from the shelf before views run, and fill it after."""
    app.extensions["shelf"] = Shelf(most_mb * 1024 * 1024)
    app.after_request(_finish)


def kept() -> Response | None:
    """The kept answer to this request, if there is one; called once language and data state are known."""
    key = _key()
    body = current_app.extensions["shelf"].get(key) if key else None
    if body is None:
        return None
    g.body = body
    return Response(b"", headers=body.headers)


def _key() -> str | None:
    """What the answer depends on; None for what is not kept: staff see more on some pages than others do."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in ("GET", "HEAD") or not getattr(view, "same_for_all", False):
        return None
    if len(request.query_string) > LONGEST_QUERY or "published" not in g or "roles" in g:
        return None
    return "\n".join((g.published.stamp, request.path, request.query_string.decode("latin-1"), g.lang))


def _finish(response: Response) -> Response:
    """Compress, tag and answer conditionally. Streams and files pass as they are."""
    body: Body | None = g.get("body")
    if body is None:
        if response.direct_passthrough or response.is_streamed or response.status_code in (204, 304):
            return response
        body = _made(response)
    response.vary.add("Accept-Encoding")
    encoding = _encoding(body)
    if encoding or "body" in g:
        response.set_data(body.in_encoding(encoding))
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if response.status_code == 200:
        # Browsers keep it and ask each time: an unchanged page costs 200 bytes, a changed one is seen.
        response.headers.setdefault("Cache-Control", "no-cache")
        if "ETag" not in response.headers:
            response.set_etag(f"{body.digest}-{encoding}" if encoding else body.digest)
        if not CONDITIONS.isdisjoint(request.environ):
            response.make_conditional(request)
    return response


def _made(response: Response) -> Body:
    plain = response.get_data()
    key = _key()
    digest = "" if "ETag" in response.headers else hashlib.sha256(plain).hexdigest()[:24]
    body = Body(plain, list(response.headers), digest, once=key is None)
    if key and response.status_code == 200:
        unset = {"set-cookie", "content-length", "x-request-id"}
        body.headers = [(name, value) for name, value in body.headers if name.lower() not in unset]
        current_app.extensions["shelf"].put(key, body)
    return body


def _encoding(body: Body) -> str:
    """The best encoding that the reader takes; brotli first, as it is the smallest."""
    if len(body.plain) < SMALLEST:
        return ""
    content_type = next((value for name, value in body.headers if name.lower() == "content-type"), "")
    if not content_type.startswith(TEXTUAL):
        return ""
    wanted = request.accept_encodings
    return next((name for name in COMPRESS if wanted.quality(name) > 0), "")
