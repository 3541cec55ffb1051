"""Keeping and checking passwords: Argon2id as RFC 9106 advises where memory is scarce (64 MiB, 3 passes)."""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, salt_len=16)
NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$+FhKOvMTLeyE5G0vDDtMDw$7bmHsaDqZCq/wPrXypwRSk+TXnqrSXl9XkrKiy8mQ5Q"
)
"""Of a random password that was thrown away: checked where there is no account or no password, so that the
answer takes the same work.
"""


def keep(password: str) -> str:
    """What is stored of a password."""
    return HASHER.hash(_same(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether it is the password; the work is the same if nothing is stored."""
    try:
        found = HASHER.verify(stored or NOBODYS, _same(password))
    except (VerificationError, InvalidHashError):
        return False
    return found and stored is not None


def is_old(stored: str) -> bool:
    """Whether it was kept with other costs than today's."""
    return HASHER.check_needs_rehash(stored)


def _same(password: str) -> str:
    """One form for letters that keyboards write differently."""
    return unicodedata.normalize("NFKC", password)
