"""What a sign's symbol says: `HTTPS://<SHORT HOST>/Q/<CODE>-<TAG>`, in capitals. Pure.

Capitals, digits and `:/.-` fit the alphanumeric mode of QR codes (5.5 bits a character instead of 8), so that
at level H, where 30 % of the codewords may be lost, the symbol stays at version 3: 29 modules a side. Source:
ISO/IEC 18004:2024, tables 2 and 7. Scheme and host of an address are the same in any case (RFC 3986, section
6.2.2.1); our own path is, too.
"""

import re
from typing import Final

from core.errors import Invalid
from geo.vocabulary import N_
from qr_signs import codes, tags

LONGEST: Final = 35
"""Alphanumeric characters that version 3 holds at level H."""
LONGEST_HOST: Final = LONGEST - len("HTTPS:///Q/") - codes.LENGTH - len("-") - tags.LENGTH
PROOF_HOST: Final = "sign.example"
"""Stands where no short host is configured (reserved by RFC 2606): what bears it is a proof."""
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)


def checked_host(host: str) -> str:
    """A short host in lower case; Invalid says what is wrong with it."""
    if not _HOST.fullmatch(host):
        raise Invalid("SIGN_HOST", N_("%(host)s is no host name, such as signs.example."), host=host[:80])
    if len(host) > LONGEST_HOST:
        raise Invalid(
            "SIGN_HOST",
            N_("%(host)s has %(length)s characters; a sign's address has room for %(most)s."),
            host=host,
            length=len(host),
            most=LONGEST_HOST,
        )
    return host.lower()


def of(host: str, code: str, tag: str) -> str:
    """The payload of a sign, in capitals."""
    return f"HTTPS://{checked_host(host)}/Q/{tags.number(code, tag)}".upper()


def readable(host: str, code: str, tag: str, letter: str = "") -> str:
    """The same address for people: `signs.example/q/6ZV4Y8M-9F3K`, with the letter of a language behind."""
    address = f"{host.lower()}/q/{tags.number(code, tag)}"
    return f"{address}/{letter}" if letter else address
