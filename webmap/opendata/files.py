"""Files that are made once a state of the data and then only sent: no download makes a worker wait twice."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import get_ident


def kept(root: Path, stamp: str, name: str, write: Callable[[Path], None]) -> Path:
    """The file `name` of the state `stamp`, made by `write` if it is not there: whole, or not at all.

    Files of other states are removed when a new one begins.
    """
    folder = root / "downloads" / stamp
    path = folder / name
    if path.exists():
        return path
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.parent.iterdir():
            if old.name != stamp:
                shutil.rmtree(old, ignore_errors=True)
    # The ending stays last: it tells the writer which format is meant.
    draft = folder / f".{os.getpid()}.{get_ident()}.{name}"
    try:
        draft.unlink(missing_ok=True)
        write(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def short(text: str) -> str:
    """A text as eight letters that may stand in a file's name."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]
