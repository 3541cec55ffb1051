"""Opening a backup and checking all of it, without touching anything."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from core import schema
from core.backups import manifest, programs, sealed
from core.backups.errors import BadBackup, NotDone
from core.backups.manifest import Manifest
from core.backups.tape import Member, TapeReader

DATABASE: Final = "database/"


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file of a backup. NotDone if there is none, BadBackup if it cannot be read."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below
    except FileNotFoundError:
        raise NotDone("There is no file %(path)s.", path=path) from None
    except OSError as refused:
        raise BadBackup("%(path)s cannot be read: %(why)s.", path=path, why=refused.strerror) from None
    with file:
        yield file


def members(file: IO[bytes], passphrase: str) -> Iterator[Member]:
    """Every member of an opened backup, from the beginning. Raises BadBackup."""
    file.seek(0)
    head = file.read(len(sealed.INTRO))
    file.seek(0)
    if not sealed.is_sealed(head):
        return TapeReader(file).members()
    if not passphrase:
        raise BadBackup("The backup is sealed: set BACKUP_KEY to the key that it was made with.")
    return TapeReader(sealed.Opened(file, passphrase)).members()


def check(file: IO[bytes], passphrase: str, release: int) -> Manifest:
    """Read all of a backup: checksums, manifest, the dump, and whether this code knows its schema.

    `release` is that of the PostgreSQL that it is to be restored to, whose pg_restore reads the dump.
    Raises BadBackup with what is wrong.
    """
    found: dict[str, tuple[int, str]] = {}
    told = None
    with _Dump(release) as dump:
        for member in members(file, passphrase):
            if told is not None or member.name in found:
                raise BadBackup("The backup is damaged: %(name)s is where it must not be.", name=member.name)
            if member.name == manifest.NAME:
                told = manifest.read(_whole(member))
                continue
            found[member.name] = member.size, _read(member, dump)
        if told is None:
            raise BadBackup("The backup is damaged: it has no manifest.")
        _compare(found, told)
        _fits(told, release)
        dump.end()
    return told


def _whole(member: Member) -> bytes:
    if member.size > manifest.LONGEST:
        raise BadBackup("The backup is damaged: its manifest cannot be read.")
    return b"".join(member.chunks())


def _read(member: Member, dump: "_Dump") -> str:
    digest = hashlib.sha256()
    for chunk in member.chunks():
        digest.update(chunk)
        if member.name.startswith(DATABASE):
            dump.write(chunk)
    return digest.hexdigest()


def _compare(found: dict[str, tuple[int, str]], told: Manifest) -> None:
    for name in sorted(set(found) | set(told.members)):
        if name not in found:
            raise BadBackup("The backup is damaged: %(name)s is missing.", name=name)
        if name not in told.members:
            raise BadBackup("The backup is damaged: %(name)s is where it must not be.", name=name)
        if found[name] != told.members[name]:
            raise BadBackup("The backup is damaged: %(name)s is not what was put in.", name=name)
    if not any(name.startswith(DATABASE) for name in found):
        raise BadBackup("The backup is damaged: it has no database.")


def _fits(told: Manifest, release: int) -> None:
    if not schema.is_known(told.schema):
        raise BadBackup(
            "The backup has schema %(schema)s, which this release of Athar does not know: it was made by a"
            " newer one. Install that first.",
            schema=told.schema,
        )
    if told.postgresql > release:
        raise BadBackup(
            "The backup is of PostgreSQL %(theirs)s, and this server is PostgreSQL %(ours)s: restore it to a"
            " server of that release or a newer one.",
            theirs=told.postgresql,
            ours=release,
        )


class _Dump:
    """Has pg_restore read a dump to its end, into nothing."""

    def __init__(self, release: int) -> None:
        self._command = [str(programs.directory(release) / "pg_restore"), "--file=/dev/null"]

    def __enter__(self) -> "_Dump":
        self._errors = tempfile.TemporaryFile()
        self._reading = subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._errors
        )
        return self

    def write(self, data: bytes) -> None:
        """The next bytes; if it wants no more, `end` tells why."""
        assert self._reading.stdin  # noqa: S101 - it was asked for
        with suppress(BrokenPipeError):
            self._reading.stdin.write(data)

    def end(self) -> None:
        """The dump is whole, or BadBackup is raised."""
        with suppress(BrokenPipeError):
            self._reading.communicate()
        if self._reading.wait():
            why = programs.complaint(self._errors)
            raise BadBackup("The backup is damaged: pg_restore cannot read its database: %(why)s", why=why)

    def __exit__(self, *_: object) -> None:
        self._reading.kill()
        if self._reading.stdin:
            with suppress(BrokenPipeError):
                self._reading.stdin.close()
        self._reading.wait()
        self._errors.close()
