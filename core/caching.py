"""What browsers and proxies may keep of an answer."""

from flask import Response


def unkept(response: Response) -> Response:
    """Nobody keeps it: what it shows depends on who asks, and changes. For `Blueprint.after_request`."""
    response.headers["Cache-Control"] = "no-store"
    return response
