"""Checks of single values: words, texts per language, numbers. Each says what is wrong and returns what is
right.
"""

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from core.errors import Word
from geo.loading.records import At, quoted, shown
from geo.vocabulary import N_, STATES

KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
LONGEST: Final[Mapping[str, int]] = {"name": 300, "text": 20_000, "word": 2_000}
"""Characters that a name, a told text and any other string may have."""
HUGE: Final = 1e15
"""No figure of a commune is larger; further integers would not survive a browser's JSON either."""
_UNSEEN: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
"""Controls, halves of surrogate pairs, and what turns the direction of writing: in a name the last could make
it read as another one.
"""
_REFUSED: Final[Mapping[str, re.Pattern[str]]] = {
    "name": re.compile(rf"[\t\n{_UNSEEN}]"),
    "text": re.compile(f"[{_UNSEEN}]"),
    "word": re.compile(f"[{_UNSEEN}]"),
}


def word(at: At, where: str, value: Any, known: Iterable[str], what: str) -> str | None:
    """`value` if it is one of the `known` words; else a problem that names the nearest.

    `what` is a gettext id: what the word stands for.
    """
    listed = list(known)
    if isinstance(value, str) and value in listed:
        return value
    near = difflib.get_close_matches(shown(value)[:80], listed, n=1)
    said = {"what": Word(what), "value": quoted(value)}
    if near:
        at.wrong(where, N_("unknown %(what)s %(value)s; did you mean %(near)s?"), **said, near=near[0])
    else:
        known_ = ", ".join(listed[:20])
        at.wrong(where, N_("unknown %(what)s %(value)s; known: %(known)s"), **said, known=known_)
    return None


def known_members(at: At, where: str | None, value: Mapping[str, Any], known: Iterable[str]) -> None:
    """A problem for every member that the format does not have: a misspelt one would be lost silently."""
    listed = set(known)
    for name in value:
        if name not in listed:
            word(at, f"{where}.{name}" if where else name, name, sorted(listed), N_("property"))


def plain(at: At, where: str, value: Any, size: str = "word", *, may_be_empty: bool = False) -> str | None:
    """A string of bounded length without control or direction-turning characters."""
    if not isinstance(value, str):
        at.wrong(where, N_("must be text, not %(kind)s"), kind=_kind(value))
        return None
    if len(value) > LONGEST[size]:
        at.wrong(
            where,
            N_("is %(number)s characters long; at most %(most)s are allowed"),
            number=len(value),
            most=LONGEST[size],
        )
        return None
    if refused := _REFUSED[size].search(value):
        sign = f"U+{ord(refused[0]):04X}"
        at.wrong(where, N_("holds the invisible character %(sign)s; remove it"), sign=sign)
        return None
    if not may_be_empty and not _is_seen(value):
        at.wrong(where, N_("is empty; leave it out instead"))
        return None
    return value.strip()


def _is_seen(value: str) -> bool:
    """Whether anything of the text shows: a zero-width space alone does not."""
    return any(unicodedata.category(sign)[0] not in "ZC" for sign in value)


def optional(at: At, value: Mapping[str, Any], name: str) -> str | None:
    """A string member that may be missing, null or empty."""
    given = value.get(name)
    return (plain(at, name, given, may_be_empty=True) or None) if given is not None else None


def number(
    at: At, where: str, value: Any, *, least: float = -math.inf, most: float = math.inf
) -> float | None:
    """A finite number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        at.wrong(where, N_("must be a number, not %(kind)s"), kind=_kind(value))
        return None
    # JSON's 1e999 is read as infinity, and a whole number may be too long for any column.
    if not abs(value) < HUGE:
        at.wrong(
            where, N_("is %(value)s; it must be finite and below %(most)s"), value=quoted(value), most=HUGE
        )
        return None
    if not least <= value <= most:
        at.wrong(
            where,
            N_("is %(value)s; it must lie between %(least)s and %(most)s"),
            value=float(value),
            least=float(least),
            most=float(most),
        )
        return None
    return float(value)


def flag(at: At, where: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        at.wrong(where, N_("must be true or false, not %(kind)s"), kind=_kind(value))
    return value is True


def members(at: At, where: str, value: Any) -> dict[str, Any]:
    """An object; {} and a problem for anything else, {} for null."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        at.wrong(where, N_("must be an object, not %(kind)s"), kind=_kind(value))
        return {}
    return value


def per_language(at: At, where: str, value: Any, langs: Iterable[str], size: str) -> dict[str, str]:
    """Texts by language; a language that the commune does not have is a problem. Null texts are left out."""
    texts: dict[str, str] = {}
    for lang, text in members(at, where, value).items():
        if word(at, f"{where}.{lang[:20]}", lang, langs, N_("language")) is None or text is None:
            continue
        if (said := plain(at, f"{where}.{lang}", text, size)) is not None:
            texts[lang] = unicodedata.normalize("NFC", said)
    return texts


def states(at: At, where: str, value: Any, langs: Iterable[str]) -> dict[str, str]:
    """Review states by language."""
    found: dict[str, str] = {}
    for lang, state in members(at, where, value).items():
        known = word(at, f"{where}.{lang[:20]}", lang, langs, N_("language"))
        if known and word(at, f"{where}.{lang}", state, STATES, N_("state")):
            found[lang] = state
    return found


def _kind(value: Any) -> Word:
    names = {
        dict: N_("an object"),
        list: N_("a list"),
        str: N_("text"),
        bool: N_("true or false"),
        int: N_("a number"),
        float: N_("a number"),
    }
    return Word("null" if value is None else names.get(type(value), N_("something else")))
