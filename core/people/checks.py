"""Names, e-mail addresses and passwords as people type them: good ones, or a sentence on what is wrong."""

import re
from collections.abc import Iterable
from typing import Final

from core.accounts import GIVEN, Role
from core.errors import Invalid
from core.languages import LANGUAGES

LONGEST_NAME: Final = 80
LONGEST_EMAIL: Final = 254
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 128
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""Addresses as RFC 5321 writes them without quotes; domains in ASCII (xn--… for others)."""


def name(typed: str) -> str:
    """A person's name, spaces made single; Invalid if it is too short, too long or has signs of control."""
    person = " ".join(typed.split())
    if not 2 <= len(person) <= LONGEST_NAME or not person.isprintable():
        raise Invalid("name", "A name has 2 to %(most)s letters.", most=LONGEST_NAME)
    return person


def email(typed: str) -> str:
    """An e-mail address in lower case; Invalid if it is none."""
    address = typed.strip()
    local = address.partition("@")[0]
    if len(address) > LONGEST_EMAIL or len(local) > 64 or not _EMAIL.fullmatch(address):
        raise Invalid("email", "Write the e-mail address as name@example.org.")
    return address.lower()


def sought(typed: str) -> str:
    """What is looked for as an e-mail address, good or not: in lower case, and nothing a database refuses."""
    return typed.replace("\0", "").strip().lower()[:LONGEST_EMAIL]


def lang(typed: str) -> str:
    """One of our languages."""
    if typed not in LANGUAGES:
        raise Invalid("lang", "Choose one of the languages.")
    return typed


def roles(typed: Iterable[str]) -> list[Role]:
    """Roles that can be given, each once, in order of the list."""
    wanted = set(typed)
    if unknown := wanted - set(GIVEN):
        raise Invalid("roles", "There is no role %(given)s.", given=sorted(unknown)[0][:20])
    return [role for role in GIVEN if role in wanted]


def languages(typed: Iterable[str], given: Iterable[Role]) -> list[str]:
    """Languages of a translator, in our order; [] for who is none. Invalid for a translator into none."""
    wanted = set(typed)
    chosen = [tag for tag in LANGUAGES if tag in wanted]
    if Role.TRANSLATOR not in set(given):
        return []
    if not chosen:
        raise Invalid("languages", "Choose into which languages a translator translates.")
    return chosen


def password(typed: str, email: str, name: str) -> str:
    """A new password of the account; Invalid for one that is guessed early.

    Length counts, not kinds of signs (NIST SP 800-63B-4, 3.1.1.2); what is in the name or address does not
    count.
    """
    if len(typed) < SHORTEST_PASSWORD:
        raise Invalid("password", "A password has at least %(least)s signs.", least=SHORTEST_PASSWORD)
    if len(typed) > LONGEST_PASSWORD:
        raise Invalid("password", "A password has at most %(most)s signs.", most=LONGEST_PASSWORD)
    rest = typed.casefold()
    for word in (email.partition("@")[0], *email.partition("@")[2].split("."), *name.split()):
        if len(word) > 2:
            rest = rest.replace(word.casefold(), "")
    if len(rest) < 6 or len(set(rest)) < 5:
        raise Invalid("password", "This password is guessed early: take several words that are not of you.")
    return typed
