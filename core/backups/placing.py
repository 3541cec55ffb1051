"""Files of a backup: laid beside those that are there, then moved into place one by one, each at once."""

import fcntl
import filecmp
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.backups import shelf
from core.backups.errors import BadBackup, NotDone
from core.backups.tape import Member

BESIDE: Final = ".restore"
"""Folder inside the files' folder, so that moving is renaming; hidden, so that no backup takes it."""


class Laying:
    """Files on their way into a folder."""

    def __init__(self, folder: Path, beside: Path) -> None:
        self.folder = folder
        self.names: set[Path] = set()
        self._beside = beside
        self._placed: list[Path] = []

    def lay(self, member: Member, digest: str) -> None:
        """Write a file beside its place, and on disk."""
        name = Path(member.name.removeprefix("files/"))
        path = self._beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        found = hashlib.sha256()
        with open(path, "xb", opener=lambda at, flags: os.open(at, flags, 0o600)) as file:
            for chunk in member.chunks():
                found.update(chunk)
                file.write(chunk)
            os.fchmod(file.fileno(), member.mode)
            file.flush()
            os.fsync(file.fileno())
        if found.hexdigest() != digest:
            raise BadBackup("The backup was changed while it was read.")
        self.names.add(name)

    def place_new(self) -> None:
        """Move those into place where none is, so that nothing that is there changes."""
        for name in sorted(self.names):
            target = self.folder / name
            if not target.exists():
                self._move(name)
                self._placed.append(target)

    @contextmanager
    def taken_back_unless_done(self) -> Iterator[None]:
        """Take away again what was moved into place if the block fails."""
        try:
            yield
        except BaseException:
            for path in self._placed:
                path.unlink(missing_ok=True)
            raise

    def place_rest(self, *, alone: bool) -> None:
        """Move the others over those that are there; with `alone`, what is not of the backup goes."""
        for name in sorted(self.names):
            beside = self._beside / name
            if beside.exists() and not filecmp.cmp(beside, self.folder / name, shallow=False):
                self._move(name)
        if alone:
            self._clear()

    def _clear(self) -> None:
        for path in sorted(self.folder.rglob("*"), reverse=True):
            inside = path.relative_to(self.folder)
            if inside.parts[0].startswith("."):
                continue
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif inside not in self.names:
                path.unlink()

    def _move(self, name: Path) -> None:
        target = self.folder / name
        for parent in reversed(target.relative_to(self.folder).parents[:-1]):
            # As when it was made: the spool of letters is for our eyes alone.
            (self.folder / parent).mkdir(mode=0o700 if parent.parts[0] == "spool" else 0o755, exist_ok=True)
        (self._beside / name).replace(target)
        shelf.sync(target.parent)


@contextmanager
def laid(folder: Path) -> Iterator[Laying]:
    """Room beside the files of a folder, empty; gone afterwards. NotDone if somebody else restores there."""
    new = not folder.exists()
    beside = folder / BESIDE
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(beside, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotDone("Another restore is at work in %(folder)s.", folder=folder) from None
        try:
            _empty(beside)
            yield Laying(folder, beside)
        finally:
            shutil.rmtree(beside)
            if new and not any(folder.iterdir()):
                folder.rmdir()
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
