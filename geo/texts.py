"""How a text is told from a changed one, so that stale translations show."""

import hashlib


def source_hash(text: str) -> str:
    """Short hash of the text that a translation was made from: 32 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stop_field(ordinal: int) -> str:
    """The field of a walk's text that is told at its stop `ordinal`, counted from 1."""
    return f"stop-{ordinal}"
