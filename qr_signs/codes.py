"""Codes on signs: six random Crockford base-32 symbols and one check symbol. Pure: no database.

Source: Douglas Crockford, "Base 32": the alphabet without I, L, O and U, its reading of look-alikes, and the
check symbol modulo 37, a prime, which every wrong symbol and every swap of two neighbours changes.
"""

import secrets
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET: Final = ALPHABET + "*~$=U"
BODY: Final = 6
LENGTH: Final = BODY + 1
LONGEST_TYPED: Final = 40
_LOOK_ALIKES: Final = str.maketrans("ILO", "110")
_IGNORED: Final = "._\t\r\n\N{MINUS SIGN}"
_IGNORED_KINDS: Final = ("Zs", "Pd", "Cf")
"""Unicode's spaces, dashes, and marks that do not show, such as those for the direction of writing."""
_FULL_WIDTH: Final = 0xFEE0
"""How far full-width letters lie from plain ones."""


def normalise(typed: str) -> str:
    """The code as it is kept, however a person typed it: any case, look-alikes, hyphens, other digits.

    ValueError for what holds a symbol that no code has, or is far too long.
    """
    if len(typed) > LONGEST_TYPED:
        raise ValueError("too long for a code")
    code = "".join(map(_read, typed))
    if not code or any(symbol not in ALPHABET for symbol in code):
        raise ValueError("a code has only letters and digits")
    return code


def _read(symbol: str) -> str:
    """One symbol as it is kept; nothing for a separator; what no code has comes back as it is.

    Never Unicode's own folding: it makes two letters of one (KG of a unit sign), which nobody typed.
    """
    if symbol in _IGNORED or unicodedata.category(symbol) in _IGNORED_KINDS:
        return ""
    if symbol.isdecimal():
        return str(unicodedata.decimal(symbol))
    if "\N{FULLWIDTH LATIN CAPITAL LETTER A}" <= symbol <= "\N{FULLWIDTH LATIN SMALL LETTER Z}":
        symbol = chr(ord(symbol) - _FULL_WIDTH)
    return symbol.upper().translate(_LOOK_ALIKES) if symbol.isascii() else symbol


def check_symbol(body: str) -> str:
    """The check symbol of a body: its value modulo 37. It may be one of the five that codes avoid."""
    value = 0
    for symbol in body:
        value = value * 32 + ALPHABET.index(symbol)
    return CHECK_ALPHABET[value % 37]


def is_valid(code: str) -> bool:
    """Whether a normalised code has the right length and check symbol."""
    if len(code) != LENGTH or any(symbol not in ALPHABET for symbol in code):
        return False
    return check_symbol(code[:BODY]) == code[BODY]


def draw(randbits: Callable[[int], int] = secrets.randbits) -> str:
    """A new random code, one of about 930 million; the caller sees that it is not taken."""
    while True:
        value = randbits(5 * BODY)
        body = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(BODY)))
        code = body + check_symbol(body)
        if is_valid(code):
            return code


def neighbours(typed: str) -> list[str]:
    """Every valid code one slip away: a wrong symbol, two swapped, one missing, one too many. Sorted.

    The wrong symbol may be one that no code has, such as the U that somebody reads in a V.
    """
    code = "".join(map(_read, typed)) if len(typed) <= LONGEST_TYPED else ""
    if not LENGTH - 1 <= len(code) <= LENGTH + 1:
        return []
    return sorted({other for other in _slips(code) if other != code and is_valid(other)})


def _slips(code: str) -> Iterator[str]:
    for at in range(len(code) + 1):
        before, after = code[:at], code[at:]
        if len(code) == LENGTH - 1:
            yield from (before + symbol + after for symbol in ALPHABET)
        elif len(code) == LENGTH + 1:
            yield before + after[1:]
        elif after:
            yield from (before + symbol + after[1:] for symbol in ALPHABET)
            if len(after) > 1:
                yield before + after[1] + after[0] + after[2:]
