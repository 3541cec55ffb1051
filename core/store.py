"""Where pictures' files lie: a folder of this machine, or a bucket of any S3-compatible store, by FILES_URL.

A key, such as `pictures/1f/1f…/640.webp`, names its content: what is kept under one never changes, and to put
it twice is to put it once. A file is there whole or not at all. A store that does not answer is Unavailable.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from core.errors import N_, Unavailable
from core.settings import Settings

CHUNK: Final = 64 * 1024
"""Bytes that are read at a time."""
AWAY: Final = N_("The store of the files does not answer. Please try again in a minute.")
_KEY: Final = re.compile(r"[a-z0-9]+(/[a-z0-9][a-z0-9.]*)+")


class Kept(NamedTuple):
    """A file that is there. `chunks` are read once, and closed when they are done with."""

    size: int
    chunks: Iterator[bytes]


class Listed(NamedTuple):
    """A key, and when its file was put."""

    key: str
    put_at: datetime


class Store(Protocol):
    """What every store can do. Each of these raises Unavailable while the store does not answer, and
    ValueError for what is no key.
    """

    def put(self, key: str, file: BinaryIO) -> None:
        """Keep what the file holds from where it stands. A key that is there already stays as it is."""

    def open(self, key: str) -> Kept | None:
        """The file; None if there is none."""

    def exists(self, key: str) -> bool:
        """Whether there is one."""

    def delete(self, key: str) -> None:
        """Take a file away; one that is not there is gone already."""

    def listed(self, folder: str) -> Iterator[Listed]:
        """Every file whose key begins with `folder` and a slash, in any order."""


def of(settings: Settings) -> Store:
    """The store that the settings name. ValueError for an address of none."""
    return _opened(settings.FILES_URL, settings.FILES_DIR)


@lru_cache(maxsize=8)
def _opened(url: str, folder: str) -> Store:
    if not url:
        return Disk(Path(folder))
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if parts.scheme != "s3" or not parts.netloc or set(options) - {"endpoint", "region"}:
        raise ValueError("FILES_URL must be s3://BUCKET/PREFIX?endpoint=https://…&region=…")
    from core import s3

    return s3.Bucket(parts.netloc, parts.path.strip("/"), **options)


def checked(key: str) -> str:
    """The key; ValueError for what is none, such as one that leads out of the store."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise ValueError(f"{key[:80]!r} is no key of a file")
    return key


@dataclass(frozen=True)
class Disk:
    """A folder. A file is written under another name, synced, and then renamed."""

    root: Path

    def put(self, key: str, file: BinaryIO) -> None:
        """See Store."""
        path = self.root / checked(key)
        try:
            if path.exists():
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
            try:
                with open(draft, "wb") as written:
                    shutil.copyfileobj(file, written, CHUNK)
                    written.flush()
                    os.fsync(written.fileno())
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
        except OSError as away:
            raise Unavailable(AWAY) from away

    def open(self, key: str) -> Kept | None:
        """See Store."""
        path = self.root / checked(key)
        try:
            file = open(path, "rb")  # noqa: SIM115 - closed by who reads it to its end
            return Kept(os.fstat(file.fileno()).st_size, _Chunks(file))
        except FileNotFoundError:
            return None
        except OSError as away:
            raise Unavailable(AWAY) from away

    def exists(self, key: str) -> bool:
        """See Store."""
        return (self.root / checked(key)).is_file()

    def delete(self, key: str) -> None:
        """See Store."""
        path = self.root / checked(key)
        try:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
        except FileNotFoundError:
            pass
        except OSError as away:
            # A folder that still holds something else stays.
            if path.exists():
                raise Unavailable(AWAY) from away

    def listed(self, folder: str) -> Iterator[Listed]:
        """See Store."""
        for path in (self.root / folder).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                put_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Listed(path.relative_to(self.root).as_posix(), put_at)


class _Chunks:
    """What a file holds, piece by piece; it is closed at its end, or by who stops before."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if chunk := self._file.read(CHUNK):
            return chunk
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
