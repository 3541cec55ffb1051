"""Files kept by their content: a file's name is the SHA-256 of what is in it, so it is never overwritten."""

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[0-9a-f]{64}")


def keep(root: Path, data: bytes) -> str:
    """Write data, whole or not at all; its SHA-256, by which `read` finds it. Twice the same is one file."""
    name = hashlib.sha256(data).hexdigest()
    path = _path(root, name)
    if path.exists():
        return name
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{name}.{os.getpid()}")
    with open(draft, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return name


def replace(path: Path, content: bytes) -> None:
    """Write beside and rename: the file is the old one or the new one, whatever happens in between."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open(draft, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    # The new name is safe only once the folder is.
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def find(root: Path, name: str) -> Path | None:
    """Where a kept file lies; None for what was never kept or is no such name."""
    if not _NAME.fullmatch(name):
        return None
    path = _path(root, name)
    return path if path.is_file() else None


def _path(root: Path, name: str) -> Path:
    return root / "kept" / name[:2] / name
