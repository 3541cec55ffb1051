"""One sign to make, what came of it, and how its files are written: what hands out the work knows no more."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Invalid
from qr_signs.artwork.content import Content
from qr_signs.artwork.order import Order

PRINT, PROOF = "print.pdf", "proof.pdf"


@dataclass(frozen=True)
class Task:
    """One sign to make, into a directory of its own."""

    content: Content
    order: Order
    directory: Path
    templates: Path | None = None


@dataclass(frozen=True)
class Made:
    """What came of it. `files` are name → SHA-256; `state` is print, proof or failed."""

    code: str
    state: str
    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Mapping[str, Any], ...] = ()
    artwork: Mapping[str, Any] | None = None
    """Columns of the register's artwork row."""


def make(task: Task) -> Made:
    """Make it, in a process of a pool."""
    # Here, not above: whoever hands out the work has no use for layout engine, decoders and pictures.
    from qr_signs.builds import making

    return making.make(task)


def problem(wrong: Invalid) -> dict[str, Any]:
    """An error as it is kept: message and values, to be said in the language of whoever reads it."""
    return {"field": wrong.field, "message": wrong.message, "values": dict(wrong.values)}


def write(directory: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files whole or not at all, and remove what else lies there; their SHA-256 by name."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.iterdir():
        if old.name not in files:
            old.unlink()
    return {name: write_one(directory / name, data) for name, data in files.items()}


def write_one(path: Path, data: bytes) -> str:
    """Write beside, then rename; the SHA-256."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "wb") as file:
        file.write(data)
        file.flush()
        if path.suffix == ".pdf":
            # What is sent to the printer outlasts a power cut; pictures are made again by the next order.
            os.fsync(file.fileno())
    draft.replace(path)
    return hashlib.sha256(data).hexdigest()


def digest(path: Path) -> str:
    """A file's SHA-256, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
