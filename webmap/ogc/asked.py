"""What a client of the open data asked for, checked: each parameter once, known, bounded, well-formed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from core.errors import Invalid
from geo.opendata import crs as systems
from geo.opendata.collections import Collection, Property, queryables
from geo.opendata.crs import CRS84, Crs
from geo.opendata.items import Interval

Args = Mapping[str, Sequence[str]]

LONGEST_QUERY: Final = 8_000
"""Bytes of a query string; longer ones are not read."""
LIMIT: Final = 100
"""Features in an answer if nothing is said."""
MOST: Final = 5_000
"""Features in an answer at the most: a larger limit counts as this one."""
FURTHEST: Final = 100_000_000
"""Largest offset."""
LONGEST_VALUE: Final = 200

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def only(args: Args, allowed: Iterable[str], query: bytes) -> dict[str, str]:
    """The parameters, each with its one value. Invalid for one that is unknown, doubled, or no plain text."""
    if len(query) > LONGEST_QUERY:
        raise Invalid("query", "The query is too long: at most %(most)s bytes.", most=LONGEST_QUERY)
    known = set(allowed)
    for name, values in args.items():
        if name not in known:
            raise Invalid(name[:40], "There is no parameter “%(name)s” here.", name=_shown(name))
        if len(values) != 1:
            raise Invalid(name, "%(name)s was given more than once.", name=name)
        if "\0" in values[0]:
            raise Invalid(name, "%(name)s holds a character that no text has.", name=name)
    return {name: values[0] for name, values in args.items()}


def _shown(name: str) -> str:
    return "".join(sign for sign in name[:40] if sign.isprintable())


def language(given: str | None, offered: Sequence[str]) -> None:
    """Invalid for a `lang` that the commune does not speak."""
    if given is not None and given not in offered:
        raise Invalid("lang", "lang must be one of: %(all)s.", all=", ".join(offered))


def whole(text: str | None, field: str, default: int, *, least: int, most: int) -> int:
    """A whole number from `least` on; above `most` it counts as `most`."""
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or int(text[:12] or 0) < least:
        raise Invalid(field, "%(name)s must be a whole number from %(least)s.", name=field, least=least)
    return most if len(text.lstrip("0")) > 12 else min(int(text), most)


def crs(given: Mapping[str, str], field: str, metric_srid: int) -> Crs:
    """The reference system that a parameter names; longitude and latitude if it is absent."""
    return systems.named(given.get(field, CRS84), field, metric_srid)


def interval(text: str | None) -> Interval | None:
    """An instant, a day, or an interval with `/`; `..` or nothing is an open end (RFC 3339)."""
    if text is None:
        return None
    start, slash, end = text.partition("/")
    if not slash:
        first, last = _moment(start)
        return Interval(first, last)
    since = None if start in ("", "..") else _moment(start)[0]
    until = None if end in ("", "..") else _moment(end)[1]
    if since is not None and until is not None and since > until:
        raise Invalid("datetime", "datetime must give the earlier end first.")
    return Interval(since, until)


def _moment(text: str) -> tuple[datetime, datetime]:
    """The first and last instant that a day or a second stands for."""
    try:
        if _DATE.fullmatch(text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day, day + timedelta(days=1, microseconds=-1)
        if _TIME.fullmatch(text):
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return moment, moment if "." in text else moment + timedelta(seconds=1, microseconds=-1)
    except (ValueError, OverflowError):
        pass
    raise Invalid(
        "datetime", "datetime must be a date-time such as 2026-01-31T12:00:00Z, or an interval start/end."
    )


def filters(given: Mapping[str, str], collection: Collection) -> dict[str, object]:
    """The values that features must have, by property."""
    known = queryables(collection)
    return {name: _typed(given[name], name, known[name]) for name in known if name in given}


def _typed(text: str, name: str, one: Property) -> object:
    if one.kind == "boolean":
        if text not in ("true", "false"):
            raise Invalid(name, "%(name)s must be true or false.", name=name)
        return text == "true"
    if len(text) > LONGEST_VALUE:
        raise Invalid(
            name, "%(name)s is too long: at most %(most)s characters.", name=name, most=LONGEST_VALUE
        )
    return text
