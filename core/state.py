"""Where a project's private state is kept, whose it is, and the lock on it."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LONGEST_SOCKET = 107
"""Bytes that the path of a Unix socket may have (sockaddr_un)."""
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_WORDS = re.compile(r"[A-Za-z0-9_./@~+-]+")
"""What PostgreSQL takes as one socket directory: it reads commas and quotes as a list."""
SHELL_WORDS = re.compile(r'[^"$`\\\n]+')
"""PostgreSQL's programs hand paths to a shell between double quotes."""


class ClusterError(Exception):
    """The private database cannot be had; the message says what to do."""


def state_directory(project: Path, name: str = "main") -> Path:
    """Where a project's private state is kept: outside the checkout, one for all processes of a user."""
    if root := os.environ.get("ATHAR_STATE_DIR"):
        base = Path(root).absolute()
    elif os.geteuid() == 0:
        # PostgreSQL does not run as root, and /root is closed to whoever runs it in its place.
        base = Path("/var/lib/athar")
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "athar"
    return base / _short(f"{project.resolve()}\n{name}")


def socket_directory(root: Path, owner: pwd.struct_passwd) -> Path:
    """Where the socket of the cluster in `root` lies: beside the data, unless that path cannot be one."""
    inside = root / "run"
    long = len(os.fsencode(inside / SOCKET_NAME)) > LONGEST_SOCKET
    if long or not SOCKET_WORDS.fullmatch(str(inside)):
        # Not the temporary directory of the environment: it may differ from one process to the next.
        return Path(f"/tmp/athar-{owner.pw_uid}-{_short(str(root))}")  # noqa: S108 - owner and mode are checked
    return inside


def owner() -> pwd.struct_passwd:
    """Who owns the state: ourselves; when we are root, which PostgreSQL refuses, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for account in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(account)
    raise ClusterError(
        "PostgreSQL does not run as root, and there is no account postgres or nobody to run it."
    )


@contextlib.contextmanager
def locked(root: Path, sockets: Path, owner: pwd.struct_passwd) -> Iterator[IO[str]]:
    """One process at a time; the kernel lets go when the last holder dies, however it dies.

    Yields the open lock file: a program that is given it holds the lock too.
    """
    while True:
        _own_directory(root, owner)
        _own_directory(sockets, owner)
        with open(root / "lock", "a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Whoever held it before may have deleted it: then this is nobody's lock any more.
            if _is_still(root / "lock", file):
                yield file
                return


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:10]


def _is_still(path: Path, file: IO[str]) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    return False


def _own_directory(path: Path, owner: pwd.struct_passwd) -> None:
    """Make a directory that is the owner's alone; somebody else's, an open one, or a link, is refused."""
    if not SHELL_WORDS.fullmatch(str(path)):
        raise ClusterError(
            f"PostgreSQL cannot work in {path}, whose name has quotes or dollar signs: set ATHAR_STATE_DIR to"
            " another directory."
        )
    _make_parents(path, owner)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = os.lstat(path)
    ours = found.st_uid in {owner.pw_uid, os.geteuid()}
    if not ours or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o022:
        raise ClusterError(
            f"{path} is not ours alone: remove it, or set ATHAR_STATE_DIR to another directory."
        )
    if found.st_mode & 0o077:
        path.chmod(0o700)
    if found.st_uid != owner.pw_uid:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _make_parents(path: Path, owner: pwd.struct_passwd) -> None:
    """Root makes them so that the owner can pass, whatever the umask; a closed one of old is told."""
    missing = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return
    for parent in missing:
        parent.chmod(0o755)
    for parent in path.parents:
        found = parent.stat()
        if found.st_uid != owner.pw_uid and not found.st_mode & 0o001:
            raise ClusterError(
                f"{owner.pw_name}, who runs the database for root, may not pass through {parent}:"
                " set ATHAR_STATE_DIR to a directory that is open to every user."
            )
