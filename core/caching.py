"""What browsers and proxies may keep of an answer, and the language that browsers remember for readers."""

from typing import Final

from flask import Response, current_app, g, request

REMEMBER_SECONDS: Final = 365 * 24 * 3600


def unkept(response: Response) -> Response:
    """Nobody keeps a page of the desk: what it shows depends on who asks, and changes. A language that was
    chosen in its address is remembered. For `Blueprint.after_request`.
    """
    response.headers["Cache-Control"] = "no-store"
    if request.args.get("lang"):
        remember_language(response)
    return response


def remember_language(response: Response) -> None:
    """The language of this page is the reader's for a year. The page's own script says so as well."""
    response.set_cookie(
        "lang", g.lang, max_age=REMEMBER_SECONDS, samesite="Lax", path="/",
        secure=current_app.extensions["https"],
    )  # fmt: skip
