"""Somebody else's site, on an origin of its own, with a strict policy of its own."""

import contextlib
import threading
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Partner</title></head>
<body><h1>Partner</h1>{body}</body></html>"""


class Partner:
    """A site whose pages are what a test puts into `body`."""

    def __init__(self, base: str, trusted: str) -> None:
        self.base = base
        self.trusted = trusted
        self.lang = "en"
        self.body = ""

    @property
    def policy(self) -> str:
        """Nothing but the map's own origin: no inline style, no inline script."""
        rules = ("script-src", "frame-src", "img-src")
        return "; ".join(["default-src 'none'", *(f"{rule} {self.trusted}" for rule in rules)])

    def frame(self, path: str, more: str = "") -> None:
        """A page with one frame."""
        source = escape(self.trusted + path)
        self.body = f'<iframe src="{source}" title="Map" width="800" height="560" {more}></iframe>'


@contextlib.contextmanager
def partner_site(trusted: str) -> Iterator[Partner]:
    """A partner's server for a while; `trusted` is the origin of the map."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = PAGE.format(lang=partner.lang, body=partner.body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", partner.policy)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Another name for this machine: to the browser it is another site, not only another port.
    partner = Partner(f"http://localhost:{server.server_port}", trusted)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
