"""Names as search compares them: one form for the spellings that people use for the same name. Pure.

Arabic is written with and without vowel signs, hamza and the dots of ta marbuta; Moroccan g has four letters.
French spellings of Moroccan names double letters, end in a mute e, and write u as ou. What folding does not
bring together, trigrams of the folded forms do (geo/search.py).
"""

import re
import unicodedata
from typing import Final

_ARABIC: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىئیې", "ي"),
        "ة": "ه",
        "ؤ": "و",
        **dict.fromkeys("گڭݣکڨ", "ك"),
        "ء": "",
        "ـ": "",
    }
)
_MARKS: Final = "\u2d6f\u2d7f"
"""Tifinagh's labialisation mark and joiner: written or left out."""
_APART: Final = re.compile(r"[^\w]+")
_ARTICLE: Final = re.compile(r"\b(?:ال)+(?=\w{2})")
_DOUBLE: Final = re.compile(r"([^\W\d_])\1+")
_MUTE_E: Final = re.compile(r"(?<=[^\W\d_aeiou])es?\b")
_LATIN: Final = (
    ("ph", "f"),
    ("ou", "u"),
    ("oo", "u"),
    ("gh", "r"),
    ("kh", "h"),
    ("ck", "k"),
    ("q", "k"),
    ("y", "i"),
)


def fold(text: str) -> str:
    """The form in which spellings of a name are equal; "" for no letters. Folding twice changes nothing."""
    folded = _once(text)
    while (again := _once(folded)) != folded:
        folded = again
    return folded


def _once(text: str) -> str:
    unmarked = "".join(sign for sign in text if sign not in _MARKS)
    plain = unicodedata.normalize("NFKD", unmarked.translate(_ARABIC)).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _APART.sub(" ", plain.translate(_ARABIC).replace("'", " ")).strip()
    plain = _ARTICLE.sub("", plain)
    for written, meant in _LATIN:
        plain = plain.replace(written, meant)
    return _MUTE_E.sub("", _DOUBLE.sub(r"\1", plain))
