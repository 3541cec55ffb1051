"""The tag behind a code: proof that the commune made the sign, and what keeps codes from being guessed. Pure.

The tag is the first 20 bits of HMAC-SHA256(key, code) as four Crockford base-32 symbols. Whoever makes up a
code meets a right tag once in 1,048,576 tries.
"""

import hashlib
import hmac
from typing import Final, NamedTuple

from qr_signs import codes

LENGTH: Final = 4
BITS: Final = 5 * LENGTH


class Numbered(NamedTuple):
    """What stands on a sign: its code, and its tag ("" where somebody typed the code alone)."""

    code: str
    tag: str


def tag(key: str, code: str) -> str:
    """The tag of a normalised code under a key."""
    digest = hmac.digest(key.encode(), code.encode("ascii"), hashlib.sha256)
    value = int.from_bytes(digest[:4], "big") >> (32 - BITS)
    return "".join(codes.ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(LENGTH)))


def is_right(given: str, right: str) -> bool:
    """Whether a given tag is the right one, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(given.encode(), right.encode())


def number(code: str, right: str) -> str:
    """The number of a sign as it is printed: `6ZV4Y8M-9F3K`."""
    return f"{code}-{right}"


def split(typed: str) -> Numbered:
    """A number as it was typed or scanned, in its two parts; ValueError for what no number can be."""
    number = codes.normalise(typed)
    if len(number) == codes.LENGTH + LENGTH:
        return Numbered(number[: codes.LENGTH], number[codes.LENGTH :])
    return Numbered(number, "")
