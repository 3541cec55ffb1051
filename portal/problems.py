"""Errors as pages in the reader's language: what happened, and what they can do. Each has a request id."""

import logging

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from core.db import OUTAGES
from core.errors import Conflict, Gone, Invalid, NotFound, Problem, Refused, TooMany, Unavailable, Unconfirmed
from core.languages import LANGUAGES, fallback
from core.translation import translate
from geo.vocabulary import N_
from portal.accounts import ways

log = logging.getLogger("athar")

STATUS: dict[type[Problem], int] = {
    NotFound: 404,
    Gone: 410,
    Invalid: 422,
    Refused: 403,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}

TITLES = {
    400: N_("This request cannot be read"),
    403: N_("Not open to you"),
    404: N_("Nothing here"),
    405: N_("Not possible here"),
    409: N_("Somebody was faster"),
    410: N_("No longer here"),
    413: N_("Too large"),
    422: N_("Please check what you sent"),
    429: N_("Too many tries"),
    500: N_("Something broke on our side"),
    503: N_("Back in a moment"),
}

ADVICE = {
    400: N_("Check the address, or start again from the home page."),
    404: N_("Check the address, or look for the place in the list of monuments."),
    500: N_("It has been noted. Please try again; if it stays, tell the commune the number below."),
    503: N_("Please try again in a minute."),
}

FOR_MACHINES = ("/layers/", "/health", "/ogc", "/tiles/", "/data/", "/catalogue", "/account/passkeys/")
"""Addresses whose errors are told as JSON: in the words of OGC API, code and description."""


def init_app(app: Flask) -> None:
    """Answer every error with a page (or JSON, for map data)."""
    app.register_error_handler(Problem, _told)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    for outage in OUTAGES:
        app.register_error_handler(outage, _away)


def _told(problem: Problem) -> ResponseReturnValue:
    if isinstance(problem, Unconfirmed) and not request.path.startswith(FOR_MACHINES):
        return redirect(url_for("own.confirming", next=ways.back()), 303)
    status = next((STATUS[kind] for kind in type(problem).__mro__ if kind in STATUS), 500)
    response = answer(status, problem.message, problem.values)
    if isinstance(problem, TooMany):
        response.headers["Retry-After"] = str(60 * problem.minutes)
    return response


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    response = answer(error.code, ADVICE.get(error.code, ""))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error", exc_info=error, extra={"fields": {"request_id": g.get("request_id")}})
    if current_app.testing and not isinstance(error, InternalServerError):
        raise error
    return answer(500, ADVICE[500])


def _away(error: Exception) -> ResponseReturnValue:
    log.error("database", extra={"fields": {"request_id": g.get("request_id"), "error": str(error)[:500]}})
    return answer(503, ADVICE[503])


def answer(status: int, message: str, values: dict[str, object] | None = None) -> Response:
    """The page of an error, never kept by anybody."""
    if "lang" not in g:
        g.lang = next(iter(LANGUAGES))
        g.order = fallback(g.lang, list(LANGUAGES))
    said = translate(message, values=values)
    if request.path.startswith(FOR_MACHINES):
        response = jsonify(
            code=TITLES.get(status, TITLES[400]),
            description=said,
            error=said,
            status=status,
            request_id=g.get("request_id"),
        )
    elif request.is_json or request.accept_mimetypes.best == "application/json":
        # A page's own script, which shows the message where the reader is.
        response = jsonify(message=said, field=None, request_id=g.get("request_id"))
    else:
        title = TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
        following = ways.inside(request.full_path.rstrip("?")) if request.method == "GET" else None
        page = render_template(
            "error.html", status=status, title=translate(title), message=said, following=following or ""
        )
        response = make_response(page)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response
