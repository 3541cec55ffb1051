"""The file of a backup: a plain tar of ordinary files, written and read front to back, closed by a checksum.

The last member holds the SHA-256 of every byte before it, so that a changed byte is found wherever it is, in
padding too. What is no plain file, or has a name that leads elsewhere, is refused before its content is read.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from core.backups.errors import BadBackup, NotDone

BLOCK: Final = 512
CHUNK: Final = 256 * 1024
CHECKSUM: Final = "checksum"
LONGEST_NAME: Final = 240
_NAME: Final = re.compile(
    r"checksum|manifest\.json|keys/(secret|sign_key)|database/[0-9]{6}|files(/(?!\.)[^/\x00-\x1f\\]+)+"
)
NO_BACKUP: Final = "This file is no backup of Athar."
CUT_OFF: Final = "The backup is damaged: it ends in the middle."
CHANGED: Final = "The backup is damaged: its checksum does not fit its content."


class Source(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes; fewer at the end."""


class Sink(Protocol):
    """What is written to."""

    def write(self, data: bytes, /) -> int:
        """Take the bytes."""


class TapeWriter:
    """Writes members one after the other into `out`."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._digest = hashlib.sha256()

    def add(self, name: str, size: int, content: Source, *, mode: int = 0o600, at: int = 0) -> str:
        """Add a member of exactly that size, last changed `at` seconds since 1970; its SHA-256.

        NotDone if the content turns out shorter, or its name is one that a backup cannot hold.
        """
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
            raise NotDone("A backup cannot hold a file of this name: %(name)s", name=repr(name))
        self._put(_header(name, size, mode, at))
        digest = hashlib.sha256()
        left = size
        while left:
            data = content.read(min(left, CHUNK))
            if not data:
                raise NotDone("%(name)s became shorter while it was read. Please try again.", name=name)
            digest.update(data)
            self._put(data)
            left -= len(data)
        self._put(bytes(-size % BLOCK))
        return digest.hexdigest()

    def close(self) -> None:
        """Add the checksum, and say that this is the end."""
        said = self._digest.hexdigest().encode()
        self._out.write(_header(CHECKSUM, len(said), 0o600, 0) + said.ljust(BLOCK, b"\0") + bytes(2 * BLOCK))

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._out.write(data)


@dataclass
class Member:
    """A file in a backup; its content is read in order, once, before the next member is asked for."""

    name: str
    size: int
    mode: int
    _tape: "TapeReader"
    _left: int

    def chunks(self) -> Iterator[bytes]:
        """The content, bit by bit. BadBackup if it is cut off."""
        while self._left:
            data = self._tape.take(min(self._left, CHUNK))
            self._left -= len(data)
            yield data


class TapeReader:
    """Reads what TapeWriter wrote, and nothing else. Raises BadBackup."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def members(self) -> Iterator[Member]:
        """Every member but the checksum, which is checked when the last one was taken."""
        first = True
        while True:
            before = self._digest.hexdigest()
            member = self._header(first)
            if member.name == CHECKSUM:
                return self._end(member, before)
            yield member
            first = False
            for _ in member.chunks():
                pass
            if any(self.take(-member.size % BLOCK)):
                raise BadBackup(CHANGED)

    def take(self, size: int) -> bytes:
        """Exactly so many bytes."""
        data = self._source.read(size)
        if len(data) < size:
            raise BadBackup(CUT_OFF)
        self._digest.update(data)
        return data

    def _header(self, first: bool) -> Member:
        if first:
            block = self._source.read(BLOCK)
            self._digest.update(block)
        else:
            block = self.take(BLOCK)
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError):
            raise BadBackup(NO_BACKUP if first else CHANGED) from None
        wrong = len(info.name) > LONGEST_NAME or not _NAME.fullmatch(info.name)
        if wrong or info.type != tarfile.REGTYPE or info.size < 0:
            raise BadBackup(
                "This file is no backup of Athar: %(name)s has no place in one.", name=repr(info.name[:100])
            )
        return Member(info.name, info.size, info.mode & 0o777, self, info.size)

    def _end(self, member: Member, digest: str) -> None:
        if member.size != len(digest) or self.take(BLOCK) != digest.encode().ljust(BLOCK, b"\0"):
            raise BadBackup(CHANGED)
        if self.take(2 * BLOCK) != bytes(2 * BLOCK) or self._source.read(1):
            raise BadBackup(CHANGED)


def _header(name: str, size: int, mode: int, at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, mode, at
    try:
        return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    except ValueError:
        raise NotDone("A backup cannot hold a file of this name: %(name)s", name=repr(name)) from None
