"""Names as search compares them: one form for the spellings that people use for the same name. Pure.

Arabic is written with and without vowel signs, hamza and the dots of ta marbuta; Moroccan g has several
letters. French spellings of Moroccan names double letters, end in a mute e, write u as ou, gh or r for ghayn,
kh or h for kha. Standard Tamazight writes its schwa and its labial sign only where they are needed (IRCAM),
many people elsewhere too. What folding does not bring together, trigrams of the folded forms do
(geo/search.py).
"""

import re
import unicodedata
from typing import Final

_ARABIC: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئیې", "ي"),
        **dict.fromkeys("ةھہە", "ه"),
        "ؤ": "و",
        **dict.fromkeys("گڭݣکڨ", "ك"),
        **dict.fromkeys("ءـ", ""),
    }
)
_OPTIONAL: Final = str.maketrans("", "", "\u2d6f\u2d7f\u2d3b\u02bb\u02bc\u02bd\u02be\u02bf")
"""Tifinagh's labialisation mark, joiner and schwa, and the half rings and apostrophes that scholars write for
ayn and hamza: written or left out. Taken out before NFKD, which makes a letter of the first.
"""
_APART: Final = re.compile(r"[\W_]+")
_ARTICLE: Final = re.compile(r"\b(?:ال)+(?=\w{2})")
_DOUBLE: Final = re.compile(r"([^\W\d_])\1+")
_MUTE_E: Final = re.compile(r"(?<=[^\W\d_aeiou])es?\b")
_LATIN: Final = (
    ("œ", "oe"),
    ("æ", "ae"),
    ("ph", "f"),
    ("ou", "u"),
    ("oo", "u"),
    ("gh", "r"),
    ("kh", "h"),
    ("ck", "k"),
    ("q", "k"),
    ("y", "i"),
)


class _Signs(dict[int, str]):
    """What each sign becomes: marks vanish, digits of every script become European. Worked out once each."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        digit = unicodedata.decimal(sign, None)
        plain = "" if unicodedata.combining(sign) else sign if digit is None else str(digit)
        self[code] = plain
        return plain


_SIGNS: Final = _Signs()


def fold(text: str) -> str:
    """The form in which spellings of a name are equal; "" for no letters. Folding twice changes nothing."""
    folded = _once(text)
    while (again := _once(folded)) != folded:
        folded = again
    return folded


def _once(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_ARABIC).translate(_OPTIONAL)).casefold()
    plain = plain.translate(_SIGNS).translate(_ARABIC)
    plain = _ARTICLE.sub("", _APART.sub(" ", plain).strip())
    for written, meant in _LATIN:
        plain = plain.replace(written, meant)
    return _MUTE_E.sub("", _DOUBLE.sub(r"\1", plain))


def literal(typed: str) -> str:
    """As a pattern of LIKE that matches just this."""
    return typed.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
