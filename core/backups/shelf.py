"""Where backups lie: made under another name and renamed when whole; of a folder of them, the newest stay."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from core.backups.errors import NotDone

_OURS: Final = re.compile(r"athar-[0-9]{8}T[0-9]{6}Z\.tar(\.age)?")
_DRAFT: Final = re.compile(r"\..+\.[0-9]+\.part")


def file_for(target: Path, *, sealed: bool, now: datetime) -> Path:
    """The file that a backup into `target` becomes: itself, or a new one of that folder.

    Raises NotDone for a file in a folder that is not there.
    """
    if target.is_dir():
        return target / f"athar-{now:%Y%m%dT%H%M%SZ}.tar{'.age' if sealed else ''}"
    if not target.parent.is_dir():
        raise NotDone("There is no folder %(folder)s.", folder=target.parent)
    return target


@contextmanager
def draft(file: Path) -> Iterator[IO[bytes]]:
    """A file to write into that becomes `file`, whole and on disk, when the block ends well; else it is gone.

    What a killed predecessor left in the folder is cleared away: the kernel let go of its lock.
    """
    _clear(file.parent)
    path = file.with_name(f".{file.name}.{os.getpid()}.part")
    with open(path, "xb", opener=_ours_alone) as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX)
            yield out
            out.flush()
            os.fsync(out.fileno())
            path.replace(file)
        finally:
            path.unlink(missing_ok=True)
    sync(file.parent)


def keep(folder: Path, number: int) -> list[Path]:
    """Delete all but so many of the newest backups of a folder, those with names that we gave; which."""
    if number < 1:
        raise NotDone("Keep at least one backup.")
    ours = sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))
    old = ours[:-number]
    for path in old:
        path.unlink()
    return old


def sync(folder: Path) -> None:
    """Make what was renamed in the folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _ours_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if not _DRAFT.fullmatch(path.name):
            continue
        with contextlib.suppress(OSError), open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
