"""How a text is told from a changed one, so that stale translations show."""

import hashlib


def source_hash(text: str) -> str:
    """Short hash of the text that a translation was made from: 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
