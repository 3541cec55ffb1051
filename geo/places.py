"""What may be asked about public places: squares, libraries, schools, baths."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from geo import search


def listed(
    session: Session,
    *,
    order: Sequence[str],
    query: str = "",
    kind: str = "",
    limit: int,
    offset: int = 0,
) -> search.Page:
    """Public places by kind or by name (geo/search.py), a page of them."""
    return search.found(session, "places", query=query, kind=kind, order=order, limit=limit, offset=offset)


def kinds(session: Session) -> list[tuple[str, int]]:
    """The kinds there are, each with how many places it has."""
    return search.kinds(session, "places")


def count(session: Session) -> int:
    """How many public places are published."""
    return sum(number for _, number in kinds(session))
