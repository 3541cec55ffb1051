"""Lists in pages: which page an address asks for, and whether there is such a page."""

from typing import Final

from flask import request

from core.errors import NotFound

FURTHEST: Final = 10_000
"""Nobody turns further; what is looked for is found by its name."""
DIGITS: Final = 5


def asked(furthest: int = FURTHEST) -> int:
    """The page that `?page=` asks for, from 1; NotFound for what is no page."""
    typed = request.args.get("page", "1")
    if not (typed.isascii() and typed.isdigit()) or len(typed) > DIGITS or not 1 <= int(typed) <= furthest:
        raise NotFound("This list has no such page.")
    return int(typed)


def of(page: int, total: int, per_page: int) -> tuple[int, int]:
    """The page and how many there are, one at least; NotFound beyond the last."""
    pages = max(1, -(-total // per_page))
    if page > pages:
        raise NotFound("This list has no such page.")
    return page, pages
