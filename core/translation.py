"""Interface strings in the reader's language: the .po catalogues, read at start, behind Jinja's gettext.

Catalogues are read as they are edited (no compiled file to forget); six of them take well under a tenth of a
second.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from babel.units import format_unit
from flask import Flask, g

from core.errors import Word
from core.languages import LANGUAGES
from core.settings import PROJECT

CATALOGUES = PROJECT / "portal" / "translations"


@cache
def catalogue(lang: str) -> NullTranslations:
    """The translations of `lang`; English source strings where there is no catalogue."""
    file = CATALOGUES / lang / "LC_MESSAGES" / "messages.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as opened:
        read = read_po(opened, locale=LANGUAGES[lang].locale)
    compiled = io.BytesIO()
    write_mo(compiled, read)
    compiled.seek(0)
    return Translations(compiled)


def translate(message: str, lang: str | None = None, values: Mapping[str, object] | None = None) -> str:
    """`message` in `lang` (the request's by default), its named places filled."""
    said = catalogue(lang or g.lang).ugettext(message) if message else ""
    if not values:
        return said
    return said % {
        name: translate(value, lang) if isinstance(value, Word) else value for name, value in values.items()
    }


class Told(Protocol):
    """What is to be said: a message id, and values for its places, in which numbers are numbers."""

    @property
    def template(self) -> str:
        """The message id."""

    @property
    def values(self) -> Mapping[str, object]:
        """What stands in its places."""


def told(problem: Told, lang: str | None = None) -> str:
    """The sentence in `lang` (the request's by default), its numbers as the reader writes them."""
    spoken = locale(lang or g.lang)
    values = {name: _amount(value, spoken) for name, value in problem.values.items()}
    return translate(problem.template, lang, values)


def _amount(value: object, spoken: Locale) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # Six digits, as the English sentence has: places on the map need more than the usual three decimals.
    exact = value if isinstance(value, int) else float(f"{value:g}")
    return format_decimal(exact, locale=spoken, decimal_quantization=False)


def plural(one: str, many: str, count: int, lang: str | None = None) -> str:
    """The form that `count` takes in the language."""
    return catalogue(lang or g.lang).ungettext(one, many, count)


@cache
def locale(lang: str) -> Locale:
    """Babel's locale of a language: how its numbers, units and dates are written."""
    return Locale.parse(LANGUAGES[lang].locale)


def number(value: float) -> str:
    """A number as the reader writes it."""
    return format_decimal(value, locale=locale(g.lang))


def metres(value: float, lang: str | None = None) -> str:
    """A distance that claims no more than we know: to 10 m below a kilometre, to 100 m above."""
    spoken = locale(lang or g.lang)
    if value < 1000:
        return format_unit(max(10, round(value, -1)), "length-meter", "short", locale=spoken)
    return format_unit(round(value / 1000, 1), "length-kilometer", "short", locale=spoken)


def minutes(value: int) -> str:
    """A duration in minutes, or in hours and minutes."""
    parts = [(value // 60, "duration-hour"), (value % 60, "duration-minute")]
    return " ".join(
        format_unit(amount, unit, "short", locale=locale(g.lang))
        for amount, unit in parts
        if amount or (unit == "duration-minute" and value < 60)
    )


def day(value: Any) -> str:
    """A date, in words."""
    return format_date(value, "long", locale=locale(g.lang))


def iso_day(value: str) -> str:
    """A date written as 2026-11-24, in words."""
    return day(date.fromisoformat(value))


def moment(value: Any) -> str:
    """A moment, in Universal Time and saying so."""
    return f"{format_datetime(value, 'd MMM y HH:mm', locale=locale(g.lang))} UTC"


def day_known(value: str) -> str:
    """A day, month or year as far as it is known: 2014-11-28, 2014-11 or 2014."""
    if len(value) == len("2014"):
        return value
    if len(value) == len("2014-11"):
        return format_date(date.fromisoformat(f"{value}-01"), "LLLL y", locale=locale(g.lang))
    return format_date(date.fromisoformat(value), "long", locale=locale(g.lang))


def wall_clock(value: datetime) -> str:
    """A moment as it is given: on the clock of its own time zone."""
    return format_datetime(value, "d MMM y, HH:mm", locale=locale(g.lang))


def init_app(app: Flask) -> None:
    """Give templates `_`, `ngettext` and the filters of quantities."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        translate, lambda one, many, n: plural(one, many, n), newstyle=True
    )
    env.filters.update(number=number, metres=metres, minutes=minutes)
    env.filters.update(day=day, iso_day=iso_day, day_known=day_known, moment=moment, told=told)
    for lang in LANGUAGES:
        catalogue(lang)
