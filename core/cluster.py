"""The embedded default database: a private PostgreSQL with PostGIS, made from the system's own programs.

`ensure()` may be called by any number of processes at any time, and again after any of them was killed: it
takes a lock, repairs what it finds half done, and returns the same address. It listens on a Unix socket only.
Where DATABASE_URL is set nothing is started.
"""

import contextlib
import fcntl
import glob
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

LONGEST_SOCKET = 107
"""Bytes that the path of a Unix socket may have (sockaddr_un)."""
ROLE = "athar"
EXTENSIONS = ("postgis", "pg_trgm")
PATIENCE_S = 60
"""How long a start may take before it is given up."""

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


class ClusterError(Exception):
    """The private database cannot be had; the message says what to do."""


@dataclass(frozen=True)
class _Cluster:
    """Where a project's cluster lives and who owns it."""

    root: Path
    sockets: Path
    owner: pwd.struct_passwd
    durable: bool

    @property
    def data(self) -> Path:
        return self.root / "data"

    def dsn(self, database: str, user: str) -> str:
        return f"host={self.sockets} dbname={database} user={user} connect_timeout=5"

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{ROLE}@/{ROLE}?host={self.sockets}"


def ensure(project: Path, *, name: str = "main", durable: bool = True) -> str:
    """SQLAlchemy address of the project's database, started and made if it has to be.

    `name` tells several clusters of a project apart; `durable=False` trades safety for speed, for tests.

    Raises ClusterError with one sentence that says what to do.
    """
    if given := os.environ.get("DATABASE_URL", "").strip():
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", given)
    cluster = _cluster(project, name, durable)
    if (cluster.root / "ready").exists() and _answers(cluster, ROLE, ROLE):
        return cluster.url
    with _lock(cluster):
        _make_data(cluster)
        _start(cluster)
        if not (cluster.root / "ready").exists():
            _make_databases(cluster)
            (cluster.root / "ready").touch()
    return cluster.url


def stop(project: Path, *, name: str = "main") -> None:
    """Stop the cluster if it runs; its data stay."""
    cluster = _cluster(project, name, durable=True)
    if cluster.data.exists():
        with _lock(cluster):
            _stop(cluster)


def destroy(project: Path, *, name: str = "main") -> None:
    """Stop the cluster and delete all its data."""
    cluster = _cluster(project, name, durable=True)
    if cluster.root.exists():
        with _lock(cluster):
            _stop(cluster)
            shutil.rmtree(cluster.root, ignore_errors=True)
        if cluster.sockets.parent != cluster.root:
            shutil.rmtree(cluster.sockets, ignore_errors=True)


def state_directory(project: Path, name: str = "main") -> Path:
    """Where a project's private state is kept: outside the checkout, one for all processes of a user."""
    if root := os.environ.get("ATHAR_STATE_DIR"):
        base = Path(root)
    elif os.geteuid() == 0:
        base = Path("/var/lib/athar")
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "athar"
    key = hashlib.sha256(f"{project.resolve()}\n{name}".encode()).hexdigest()[:10]
    return base / key


def _cluster(project: Path, name: str, durable: bool) -> _Cluster:
    owner = _owner()
    root = state_directory(project, name)
    sockets = root / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432")) > LONGEST_SOCKET:
        sockets = Path(f"/tmp/athar-{owner.pw_uid}-{root.name}")  # noqa: S108 - owner and mode are checked
    return _Cluster(root, sockets, owner, durable)


def _owner() -> pwd.struct_passwd:
    """Who owns the cluster: ourselves; when we are root, which PostgreSQL refuses, `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for account in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(account)
    raise ClusterError(
        "PostgreSQL does not run as root, and there is no account postgres or nobody to run it."
    )


def _programs() -> Path:
    """The newest PostgreSQL that has both a server and PostGIS; PG_BIN names another."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    found = glob.glob("/usr/lib/postgresql/*/bin")
    for path in sorted(found, key=lambda path: int(re.sub(r"\D", "", path) or 0), reverse=True):
        if Path(path, "initdb").exists() and Path(path).parent.joinpath("lib", "postgis-3.so").exists():
            return Path(path)
    raise ClusterError(
        "PostgreSQL with PostGIS was not found: install the Debian packages postgresql and postgresql-postgis"
        " (make setup does it), or set DATABASE_URL to a database of your own."
    )


@contextlib.contextmanager
def _lock(cluster: _Cluster) -> Iterator[None]:
    """One process at a time; the kernel lets go when the holder dies, however it dies."""
    try:
        _own_directory(cluster, cluster.root)
        _own_directory(cluster, cluster.sockets)
        with open(cluster.root / "lock", "a", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except PermissionError as refused:
        raise ClusterError(
            f"{refused.filename} cannot be written: run as the user who made it, or set ATHAR_STATE_DIR."
        ) from refused


def _own_directory(cluster: _Cluster, path: Path) -> None:
    """Make a directory that is the owner's alone; somebody else's, or a link, is refused."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = os.lstat(path)
    if os.geteuid() == 0 and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        os.chown(path, cluster.owner.pw_uid, cluster.owner.pw_gid)
        found = os.lstat(path)
    if found.st_uid != cluster.owner.pw_uid or not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077:
        raise ClusterError(
            f"{path} is not ours alone: remove it, or set ATHAR_STATE_DIR to another directory."
        )


def _run(cluster: _Cluster, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the owner, detached from our signals and file descriptors."""
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(cluster.root)}
    command = [str(_programs() / program), *map(str, arguments)]
    options = {"cwd": "/", "env": env, "stdin": subprocess.DEVNULL, "text": True, "start_new_session": True}
    if os.geteuid() == 0:
        options |= {"user": cluster.owner.pw_uid, "group": cluster.owner.pw_gid, "extra_groups": []}
    with open(cluster.root / "commands.log", "a+", encoding="utf-8") as log:
        begun = log.seek(0, os.SEEK_END)
        done = subprocess.run(command, stdout=log, stderr=log, check=False, **options)  # type: ignore[call-overload]  # noqa: S603
        log.seek(begun)
        return subprocess.CompletedProcess(command, done.returncode, log.read()[-2000:])


def _make_data(cluster: _Cluster) -> None:
    """Initdb into a directory beside, then rename: a cluster is there whole or not at all."""
    if cluster.data.exists():
        return
    (cluster.root / "ready").unlink(missing_ok=True)
    draft = cluster.root / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    done = _run(
        cluster, "initdb", "-D", draft, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
        "--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions",
        *([] if cluster.durable else ["--no-sync"]),
    )  # fmt: skip
    if done.returncode:
        raise ClusterError(f"initdb failed: {done.stdout.strip().splitlines()[-1:] or 'no message'}")
    with open(draft / "postgresql.auto.conf", "a", encoding="utf-8") as file:
        file.write(SETTINGS + ("" if cluster.durable else THROW_AWAY))
    draft.rename(cluster.data)


def _start(cluster: _Cluster) -> None:
    """Start the server unless it answers. After a kill -9 its orphans hold memory for a second: try again."""
    deadline = time.monotonic() + PATIENCE_S
    while not _answers(cluster, "postgres", "postgres"):
        done = _run(
            cluster, "pg_ctl", "-D", cluster.data, "-w", "-t", "30", "-s", "-l", cluster.root / "server.log",
            "-o", f"-k '{cluster.sockets}'", "start",
        )  # fmt: skip
        if time.monotonic() > deadline:
            raise ClusterError(f"The private database did not start; see {cluster.root / 'server.log'}.")
        if done.returncode:
            _end_unreachable(cluster)
            time.sleep(0.1)


def _end_unreachable(cluster: _Cluster) -> None:
    """A server that runs but whose socket is gone (a cleaned directory) is stopped, so that it can start
    anew.
    """
    with contextlib.suppress(OSError, ValueError):
        pid = int((cluster.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        running = Path(f"/proc/{pid}/exe").readlink().name == "postgres"
        if running and not (cluster.sockets / ".s.PGSQL.5432").exists():
            _stop(cluster)


def _stop(cluster: _Cluster) -> None:
    _run(cluster, "pg_ctl", "-D", cluster.data, "-w", "-s", "-m", "fast", "stop")


def _answers(cluster: _Cluster, database: str, user: str) -> bool:
    try:
        psycopg.connect(cluster.dsn(database, user)).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_databases(cluster: _Cluster) -> None:
    """The role, its database, and a template with the extensions; each step may have been done before."""
    with psycopg.connect(cluster.dsn("postgres", "postgres"), autocommit=True) as connection:
        _unless(
            connection,
            f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'",
            f"CREATE ROLE {ROLE} LOGIN CREATEDB",
        )
        _database(cluster, connection, f"{ROLE}_template", "template1")
        connection.execute(f"ALTER DATABASE {ROLE}_template IS_TEMPLATE true")
        _database(cluster, connection, ROLE, f"{ROLE}_template")


def _database(cluster: _Cluster, connection: psycopg.Connection, name: str, template: str) -> None:
    _unless(
        connection,
        f"SELECT 1 FROM pg_database WHERE datname = '{name}'",
        f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}",
    )
    with psycopg.connect(cluster.dsn(name, "postgres"), autocommit=True) as inside:
        inside.execute("SET client_min_messages = error")
        inside.execute(f"ALTER SCHEMA public OWNER TO {ROLE}")
        for extension in EXTENSIONS:
            inside.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


def _unless(connection: psycopg.Connection, question: str, statement: str) -> None:
    if connection.execute(question).fetchone() is None:
        connection.execute(statement)
