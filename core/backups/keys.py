"""The keys of a backup, put in place of those of the state directory."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from core.backups import shelf
from core.backups.making import Holdings


def exchange(holdings: Holdings, kept: Mapping[str, str], *, now: datetime) -> list[str]:
    """Put keys in place; another that was there is kept under a name with the date. What to know of it.

    A key that is set by the environment stays the one in use: whoever set it is told if it is another.
    """
    notes = []
    for name, key in kept.items():
        path = holdings.state / name
        there = path.read_text(encoding="ascii").strip() if path.is_file() else None
        if there not in (None, key):
            before = path.with_name(f"{name}.before-{now:%Y%m%dT%H%M%SZ}")
            os.replace(path, before)
            notes.append(f"{path} was another key, now {before.name}")
        if there != key:
            _write(path, key)
        if holdings.key(name) != key:
            notes.append(
                f"{_setting(name)} is set to another key than that of the backup: set it to that in {path}"
            )
    if "sign_key" not in kept:
        notes.append("the backup holds no keys: bring sign_key and secret from where you keep them")
    return notes


def _write(path: Path, key: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(draft, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    shelf.sync(path.parent)


def _setting(name: str) -> str:
    return "SECRET_KEY" if name == "secret" else "SIGN_KEY"
