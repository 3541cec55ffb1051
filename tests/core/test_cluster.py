"""The private database, as it is really started: from nothing, by eight at once, after every kind of kill."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core import cluster
from core.settings import PROJECT

ENSURE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from core import cluster; from pathlib import Path;"
    " print(cluster.ensure(Path('/somewhere'), durable=False))"
)
STOP = ENSURE.replace(
    "print(cluster.ensure(Path('/somewhere'), durable=False))", "cluster.destroy(Path('/somewhere'))"
)

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="with DATABASE_URL no cluster is started"
)


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state directory that other users may pass through; what runs in it is stopped afterwards."""
    root = Path(f"/tmp/athar-t{os.getpid()}-{time.monotonic_ns() % 10**8}")
    root.mkdir(mode=0o755)
    yield root
    _python(STOP, root)
    shutil.rmtree(root, ignore_errors=True)


def _start(code: str, state: Path) -> subprocess.Popen[str]:
    process: subprocess.Popen[str] = subprocess.Popen(
        [sys.executable, "-c", code, str(PROJECT)],
        env={"PATH": "/usr/bin:/bin", "ATHAR_STATE_DIR": str(state), "HOME": str(state)},
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return process


def _python(code: str, state: Path) -> str:
    process = _start(code, state)
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    return str(out).strip()


def _connect(url: str, user: str = "athar") -> psycopg.Connection:
    return psycopg.connect(host=url.split("host=")[1], dbname="athar", user=user)


def _postmaster(state: Path) -> int:
    return int(next(state.glob("*/data/postmaster.pid")).read_text().split()[0])


def test_eight_at_once_make_one_cluster(state: Path) -> None:
    processes = [_start(ENSURE, state) for _ in range(8)]
    results = [process.communicate(timeout=90) for process in processes]
    urls = {out.strip() for out, _ in results}

    assert [process.returncode for process in processes] == [0] * 8, results
    assert len(urls) == 1
    with _connect(urls.pop()) as connection:
        assert connection.execute("SELECT postgis_version()").fetchone()
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'athar'").fetchone() == (
            False,
        )
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_it_comes_back_after_the_postmaster_was_killed(state: Path) -> None:
    safe = ENSURE.replace("durable=False", "durable=True")
    url = _python(safe, state)
    with _connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    os.kill(_postmaster(state), signal.SIGKILL)

    assert _python(safe, state) == url
    with _connect(url) as connection:
        assert connection.execute("SELECT seven FROM kept").fetchone() == (7,)


def test_it_repairs_a_start_that_was_killed_in_the_middle(state: Path) -> None:
    """Killed at many moments: in initdb, in the first start, while the databases are made."""
    kills = 0
    for delay in (0.1, 0.25, 0.4, 0.55, 0.7, 0.8):
        process = _start(ENSURE, state)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(delay)
        kills += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        subprocess.run(["pkill", "-9", "-f", f"initdb.*{state}"], check=False)
    url = _python(ENSURE, state)

    assert kills >= 2
    with _connect(url) as connection:
        names = connection.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
    assert {"postgis", "pg_trgm"} <= {name for (name,) in names}


def test_a_removed_socket_is_made_again(state: Path) -> None:
    url = _python(ENSURE, state)
    sockets = Path(url.split("host=")[1])
    for file in sockets.iterdir():
        file.unlink()

    assert _python(ENSURE, state) == url
    _connect(url).close()


def test_nothing_listens_on_tcp(state: Path) -> None:
    _python(ENSURE, state)
    inodes = {
        os.readlink(link)
        for link in Path(f"/proc/{_postmaster(state)}/fd").iterdir()
        if os.readlink(link).startswith("socket:")
    }
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            listening |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}

    assert inodes & listening == set()


def test_a_database_of_ones_own_means_that_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/town")

    assert cluster.ensure(Path("/somewhere")) == "postgresql+psycopg://me@db.example/town"
    assert not (tmp_path / "none").exists()


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr("glob.glob", lambda _: [])

    with pytest.raises(cluster.ClusterError, match="Debian packages postgresql and postgresql-postgis"):
        cluster._programs()


def test_somebody_elses_directory_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", str(state))
    root = cluster.state_directory(Path("/somewhere"))
    root.mkdir()
    os.chmod(root, 0o777)
    if os.geteuid() == 0:
        os.chown(root, 65534, 65534)

    with pytest.raises(cluster.ClusterError, match="not ours alone"):
        cluster.ensure(Path("/somewhere"))
    shutil.rmtree(root)


def test_a_path_too_long_for_a_socket_falls_back(state: Path) -> None:
    deep = state / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    url = _python(ENSURE, deep)
    try:
        assert len(url.split("host=")[1]) < 80
        _connect(url).close()
    finally:
        _python(STOP, deep)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_has_a_cluster_of_their_own(state: Path, tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    source = state / "program"
    shutil.copytree(PROJECT / "core", source / "core", ignore=shutil.ignore_patterns("__pycache__"))
    packages = Path(psycopg.__file__).parent.parent
    home = state / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    wheels = state / "packages"
    wheels.mkdir()
    for package in packages.glob("psycopg*"):
        shutil.copytree(package, wheels / package.name)
    shutil.copy(packages / "typing_extensions.py", wheels)
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        pytest.skip("the system has no Python that another user may run")
    env = {"PATH": "/usr/bin:/bin", "ATHAR_STATE_DIR": str(home), "HOME": str(home), "PSYCOPG_IMPL": "python"}
    env["PYTHONPATH"] = str(wheels)

    def as_nobody(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-c", code, str(source)],
            env=env,
            cwd="/",
            capture_output=True,
            text=True,
            user=nobody.pw_uid,
            group=nobody.pw_gid,
            extra_groups=[],
        )

    run = as_nobody(ENSURE)
    assert run.returncode == 0, run.stderr
    assert next(home.glob("*/data")).stat().st_uid == nobody.pw_uid
    assert as_nobody(STOP).returncode == 0
