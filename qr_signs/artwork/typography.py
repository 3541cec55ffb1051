"""Printers' habits that no keyboard has: curly apostrophes, and spaces that no line may break at. Pure.

A screen forgives `l'entrée` and a lone `;` at the start of a line; a sign that hangs for ten years does not.
Words and their order stay what they were: only the form of a mark or a space changes.
"""

import re
from typing import Final

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
LATIN: Final = frozenset(("fr", "en", "es", "de"))
LONGEST_HELD: Final = 22
"""Characters in parentheses that are kept on one line; longer ones may break."""
_APOSTROPHE: Final = re.compile(r"(?<=\w)'(?=\w)")
_BEFORE_MARK: Final = re.compile(r" (?=[;:!?»%])")
_AFTER_QUOTE: Final = re.compile(r"(?<=«) ")
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:m|km|ha|m²)\b)")
_HELD: Final = re.compile(rf"\([^()]{{1,{LONGEST_HELD}}}\)")


def typeset(text: str, lang: str) -> str:
    """A text as it is printed in a language."""
    if lang not in LATIN:
        return text
    text = _UNIT.sub(NO_BREAK, _APOSTROPHE.sub("\N{RIGHT SINGLE QUOTATION MARK}", text))
    if lang == "fr":
        text = _AFTER_QUOTE.sub(NO_BREAK, _BEFORE_MARK.sub(NO_BREAK, text))
    return text


def heading(text: str, lang: str) -> str:
    """A name as it is printed: what stands in short parentheses stays together."""
    return _HELD.sub(lambda held: held[0].replace(" ", NO_BREAK), typeset(text, lang))


def colon(lang: str) -> str:
    """A colon after a word: French leaves room before it."""
    return f"{NO_BREAK}:" if lang == "fr" else ":"
