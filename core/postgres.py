"""One PostgreSQL server of our own, by the system's programs: initdb, pg_ctl. core/cluster.py says when."""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg

from core.state import SOCKET_NAME, ClusterError

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian puts each major version's programs."""
PATIENCE_S = 60
"""How long a start may take before it is given up: a crash may have left much to replay."""
TRIES = 5
"""How often a start is tried when nothing is in its way."""

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0700
timezone = 'UTC'
shared_buffers = '128MB'
max_connections = 60
jit = off
random_page_cost = 1.1
dynamic_shared_memory_type = mmap
wal_level = replica
"""
THROW_AWAY = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
"""For clusters of tests: nothing is lost but what can be made again."""


def programs(data: Path) -> Path:
    """Directory of the programs for a data directory: its own major version's, the newest for a new one.

    PG_BIN names another. Raises ClusterError naming the packages to install.
    """
    if given := os.environ.get("PG_BIN"):
        if not Path(given, "initdb").exists():
            raise ClusterError(f"PG_BIN is {given}, and there is no initdb in it.")
        return Path(given)
    majors = [path.parent.parent.name for path in INSTALLED.glob("*/lib/postgis-3.so")]
    usable = [major for major in majors if major.isdigit() and (INSTALLED / major / "bin/initdb").exists()]
    version = data / "PG_VERSION"
    wanted = version.read_text(encoding="ascii").strip() if version.exists() else None
    if wanted and wanted not in usable:
        raise ClusterError(
            f"The database in {data} was made by PostgreSQL {wanted}: install the Debian packages"
            f" postgresql-{wanted} and postgresql-{wanted}-postgis-3, or move it away to begin anew."
        )
    if not usable:
        raise ClusterError(
            "PostgreSQL with PostGIS was not found: install the Debian packages postgresql and"
            " postgresql-postgis (on older systems postgresql-<version>-postgis-3; `make setup` does it), or"
            " set DATABASE_URL to a database of your own."
        )
    return INSTALLED / (wanted or max(usable, key=int)) / "bin"


@dataclass(frozen=True)
class Server:
    """Where a server's files are and which account runs it. Its superuser is `postgres`."""

    root: Path
    sockets: Path
    owner: pwd.struct_passwd
    durable: bool

    @property
    def data(self) -> Path:
        """The data directory; it is there whole or not at all."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server itself says."""
        return self.root / "server.log"

    @contextlib.contextmanager
    def connect(self, database: str, user: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection on which each statement is its own transaction."""
        with psycopg.connect(
            host=str(self.sockets), dbname=database, user=user, connect_timeout=5, autocommit=True
        ) as connection:
            yield connection

    def answers(self, database: str, user: str) -> bool:
        """Whether that user can connect to that database now."""
        with contextlib.suppress(psycopg.OperationalError), self.connect(database, user):
            return True
        return False

    def make(self, lock: IO[str]) -> None:
        """Make the data directory: initdb into one beside, then rename.

        The program holds `lock` too: where only its starter is killed, the next one waits until it has ended
        instead of clearing the directory under it.
        """
        draft = self.root / "data.new"
        if draft.exists():
            shutil.rmtree(draft)
        done = self._run(
            "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums",
            "--auth-local=trust", "--auth-host=reject", "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
            also_open=[lock.fileno()],
        )  # fmt: skip
        if done.returncode:
            raise ClusterError(f"The private database could not be made: {_reason(done.stdout)}")
        with open(draft / "postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.write(SETTINGS + ("" if self.durable else THROW_AWAY))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.data)
        _sync(self.root)

    def start(self) -> None:
        """Start the server unless it answers: again and again, since after a kill -9 its orphans hold memory
        for a second.
        """
        deadline = time.monotonic() + PATIENCE_S
        tries = 0
        while not self.answers("postgres", "postgres"):
            done = self._run(
                "pg_ctl", "-D", self.data, "-w", "-t", "30", "-s", "-l", self.log,
                "-o", f"-k '{self.sockets}'", "start",
            )  # fmt: skip
            if done.returncode:
                tries += self._make_way()
                time.sleep(0.1)
            if tries >= TRIES or time.monotonic() > deadline:
                raise ClusterError(
                    f"The private database did not start: {_reason(_end_of(self.log))} (see {self.log})"
                )

    def stop(self) -> None:
        """Stop the server if it runs, its connections with it."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "fast", "stop")
            if self.answers("postgres", "postgres"):
                raise ClusterError(f"The private database did not stop; see {self.log}")

    def _make_way(self) -> bool:
        """Clear what can stand in the way of a start; whether nobody was there to wait for.

        A server whose socket was cleaned away is stopped. Lock files of a dead server are removed: the
        process number in them may by now be another process's, and PostgreSQL would take that for the server.
        """
        if self._is_inhabited():
            if not (self.sockets / SOCKET_NAME).exists():
                self.stop()
            return False
        for file in (self.data / "postmaster.pid", self.sockets / f"{SOCKET_NAME}.lock"):
            file.unlink(missing_ok=True)
        return True

    def _is_inhabited(self) -> bool:
        """Whether a process of a server, or an orphan of one, lives in the data directory.

        The owner is asked: in a container root may not look into other users' processes.
        """
        command = ["find", "/proc", "-mindepth", "2", "-maxdepth", "2", "-name", "cwd", "-printf", "%l\\n"]
        done = subprocess.run(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, **self._as_owner()
        )
        return str(self.data.resolve()) in done.stdout.splitlines()

    def _run(
        self, program: str, *arguments: str | Path, also_open: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the owner, detached from our signals and file descriptors."""
        command = [str(programs(self.data) / program), *map(str, arguments)]
        with open(self.root / "commands.log", "a+", encoding="utf-8", errors="replace") as log:
            begun = log.seek(0, os.SEEK_END)
            done = subprocess.run(  # noqa: S603
                command, stdout=log, stderr=log, check=False, pass_fds=also_open, **self._as_owner()
            )
            log.seek(begun)
            return subprocess.CompletedProcess(command, done.returncode, log.read()[-2000:])

    def _as_owner(self) -> dict[str, Any]:
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.root)}
        options: dict[str, Any] = {"cwd": "/", "env": env, "stdin": subprocess.DEVNULL, "text": True}
        options["start_new_session"] = True
        if os.geteuid() == 0:
            options |= {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        return options


def _reason(output: str) -> str:
    """The line of a program's output that tells why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(error|FATAL|PANIC):", line)]
    return (telling or lines or ["no reason was given"])[-1]


def _end_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")[-2000:] if file.exists() else ""


def _sync(directory: Path) -> None:
    """Make a rename in the directory outlast a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
