"""Where a person goes after coming in, never to another site."""

from urllib.parse import urlsplit

from flask import request, url_for

from core.accounts import Role
from geo.editing import rights

LONGEST = 300


def inside(target: str | None) -> str | None:
    """The target if it is a path of this site, written plainly; None for anything else, such as `//evil`.

    Browsers read a backslash as a slash and drop tabs and line ends: no such sign is let through.
    """
    if not target or len(target) > LONGEST or not target.isascii() or not target.isprintable():
        return None
    if not target.startswith("/") or target.startswith("//") or "\\" in target or " " in target:
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or parts.path.startswith("//") else target


def home(roles: frozenset[Role]) -> str:
    """The desk that is theirs."""
    if Role.STAFF in roles:
        return url_for("desk.listed")
    if Role.RISK in roles:
        return url_for("alerts_desk.listed")
    if Role.ADMIN in roles:
        return url_for("people.listed")
    if Role.PLANNER in roles:
        return url_for("planner.listed")
    if set(roles) & set(rights.SEES):
        return url_for("ground.overview")
    return url_for("own.account") if Role.MEMBER in roles else url_for("root.door")


def back() -> str:
    """Where to go on after an act that had to be confirmed: the page that was asked for, or held its form."""
    if request.method in ("GET", "HEAD"):
        return inside(request.full_path.rstrip("?")) or url_for("own.account")
    came = urlsplit(request.headers.get("Referer", ""))
    here = came.path if came.netloc == request.host else ""
    return inside(here) or url_for("own.account")
