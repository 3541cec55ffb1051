"""Secrets that a person holds and the database knows by their hash only."""

import hashlib
import secrets


def new() -> str:
    """A token that nobody guesses: 256 bits, safe in an address."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token: SHA-256 in hexadecimal. Enough for what is random; passwords are salted."""
    return hashlib.sha256(token.encode()).hexdigest()
