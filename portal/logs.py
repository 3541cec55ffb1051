"""One JSON object a line on standard error: what was asked, what was answered, how long it took. No person's
data.
"""

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request

access = logging.getLogger("athar.access")
log = logging.getLogger("athar")
LETTING_IN = ("/desk/enter/", "/account/link/")
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class JsonLines(logging.Formatter):
    """time, level, logger, message; request fields where there are any; the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure(level: str) -> None:
    """Send everything that is logged to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def init_app(app: Flask) -> None:
    """Give each request an id, say it in the answer, and log the answer."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    if access.isEnabledFor(logging.INFO):
        fields = {
            "request_id": g.request_id,
            "method": request.method,
            "path": _path()[:300],
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.began) * 1000, 1),
        }
        access.info("answered", extra={"fields": fields})
    return response


def _path() -> str:
    """The path asked for, without the token of an address that lets somebody in."""
    token = str((request.view_args or {}).get("token", ""))
    if token and request.path.startswith(LETTING_IN):
        return request.path.replace(token, "…")
    return request.path
