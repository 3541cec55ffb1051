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
from sqlalchemy import make_url

from core import cluster
from core.settings import PROJECT, Settings

HERE = Path("/somewhere")
ENSURE = "print(cluster.ensure(Path('/somewhere'), durable=False))"
DESTROY = "cluster.destroy(Path('/somewhere'))"
OWNER = "postgres" if os.geteuid() == 0 else None

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="with DATABASE_URL no cluster is started"
)


def _state(label: str) -> Iterator[Path]:
    """A state directory that other users may pass through; what runs in it is stopped afterwards."""
    root = Path(f"/tmp/athar-t{os.getpid()}-{label}-{time.monotonic_ns() % 10**8}")
    root.mkdir(mode=0o755)
    yield root
    _python(DESTROY, root)
    shutil.rmtree(root)


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty one."""
    yield from _state("new")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """One whose cluster exists, for tests that leave it whole."""
    for root in _state("made"):
        _python(ENSURE, root)
        yield root


def _start(code: str, state: Path, program: Path = PROJECT, **options: object) -> subprocess.Popen[str]:
    code = f"import os, sys; sys.path.insert(0, {str(program)!r})\n" + (
        f"from pathlib import Path; from core import cluster\n{code}"
    )
    env = {"PATH": "/usr/bin:/bin", "ATHAR_STATE_DIR": str(state), "HOME": str(state)}
    process: subprocess.Popen[str] = subprocess.Popen(
        [sys.executable, "-c", code], env=env, cwd="/", text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,  # type: ignore[call-overload]
    )  # fmt: skip
    return process


def _python(code: str, state: Path, **options: object) -> str:
    process = _start(code, state, **options)  # type: ignore[arg-type]
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    return out.strip()


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(host=str(make_url(url).query["host"]), dbname="athar", user="athar")


def _ask(url: str, question: str) -> object:
    with _connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row and row[0]


def _data(state: Path) -> Path:
    return next(state.glob("*/data"))


def _postmaster(state: Path) -> int:
    return int((_data(state) / "postmaster.pid").read_text().split()[0])


def _family(pid: int) -> list[int]:
    """Numbers of a process's descendants."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            child, parent = int(file.parent.name), int(file.read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found += [child, *_family(child)]
    return found


def test_eight_at_once_make_one_cluster(state: Path) -> None:
    processes = [_start(ENSURE, state) for _ in range(8)]
    results = [process.communicate(timeout=90) for process in processes]
    urls = {out.strip() for out, _ in results}

    assert [process.returncode for process in processes] == [0] * 8, results
    assert len(urls) == 1
    assert _ask(urls.pop(), "SELECT postgis_version()")


def test_the_applications_role_is_an_ordinary_one(made: Path) -> None:
    url = _python(ENSURE, made)

    assert _ask(url, "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = 'athar'") is False
    assert _ask(url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'athar'") == "athar"
    assert _ask(url, "SHOW timezone") == "UTC"


def test_databases_that_the_role_makes_have_postgis(made: Path) -> None:
    url = make_url(_python(ENSURE, made))
    with psycopg.connect(host=str(url.query["host"]), dbname="athar", user="athar", autocommit=True) as mine:
        mine.execute("CREATE DATABASE another TEMPLATE athar_template")
    with psycopg.connect(host=str(url.query["host"]), dbname="another", user="athar") as another:
        assert another.execute("SELECT similarity('bab', 'bab'), ST_IsValid(ST_Point(0, 0))").fetchone()


def test_a_running_one_costs_next_to_nothing(made: Path) -> None:
    timed = ENSURE + "\nimport time; t = time.perf_counter()\n" + ENSURE + "\nprint(time.perf_counter() - t)"

    assert float(_python(timed, made).splitlines()[-1]) < 0.1


def test_it_comes_back_after_the_postmaster_was_killed(made: Path) -> None:
    url = _python(ENSURE, made)
    with _connect(url) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept AS SELECT 7 AS seven")
    os.kill(_postmaster(made), signal.SIGKILL)

    assert _python(ENSURE, made) == url
    assert _ask(url, "SELECT seven FROM kept") == 7


def test_a_lock_that_names_another_process_is_seen_through(made: Path) -> None:
    """After a crash of the machine the number of the dead server may be another process's."""
    _python(ENSURE, made)
    lock = _data(made) / "postmaster.pid"
    left = lock.read_text().split("\n", 1)[1]
    _python("cluster.stop(Path('/somewhere'))", made)
    other = subprocess.Popen(["sleep", "60"], user=OWNER)
    try:
        lock.write_text(f"{other.pid}\n{left}")
        begun = time.monotonic()
        _python(ENSURE, made)
        assert time.monotonic() - begun < 10
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_removed_socket_is_made_again(made: Path) -> None:
    url = _python(ENSURE, made)
    sockets = Path(str(make_url(url).query["host"]))
    for file in sockets.iterdir():
        file.unlink()

    assert _python(ENSURE, made) == url
    _connect(url).close()


def test_nothing_listens_on_tcp(made: Path) -> None:
    _python(ENSURE, made)
    links = [os.readlink(link) for link in Path(f"/proc/{_postmaster(made)}/fd").iterdir()]
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            listening |= {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}

    assert any(link.startswith("socket:") for link in links)
    assert listening.isdisjoint(links)


def test_a_kill_in_the_middle_of_initdb_is_repaired(state: Path) -> None:
    """Of the starter alone, whose initdb then goes on without it, and of everything it started."""
    for whole_family in (False, True):
        process = _start(ENSURE, state)
        while not list(state.glob("*/data.new/base")):
            assert process.poll() is None, process.communicate()
        family = _family(process.pid) if whole_family else []
        os.killpg(process.pid, signal.SIGKILL)
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()
        assert not list(state.glob("*/data"))

    assert _ask(_python(ENSURE, state), "SELECT postgis_version()")


def test_a_kill_between_any_two_steps_of_making_the_databases_is_repaired(state: Path) -> None:
    for steps in (2, 3, 5, 9):
        dying = f"""
import psycopg, signal
execute, done = psycopg.Connection.execute, []
def dying(self, statement, *more):
    done.append(statement)
    if len(done) > {steps}:
        self.pgconn.send_query(str(statement).encode())  # the server works on it after our death
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(self, statement, *more)
psycopg.Connection.execute = dying
{ENSURE}"""
        process = _start(dying, state)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    url = _python(ENSURE, state)

    assert _ask(url, "SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'pg_trgm')") == 2
    assert _ask(url, "SELECT datistemplate FROM pg_database WHERE datname = 'athar_template'") is True


def test_somebody_elses_directory_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", str(state))
    root = cluster.state_directory(HERE)
    root.mkdir()
    root.chmod(0o777)

    with pytest.raises(cluster.ClusterError, match="not ours alone"):
        cluster.ensure(HERE)
    root.rmdir()


def test_a_directory_that_the_secret_came_to_first_is_taken_over(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", str(state))
    root = cluster.state_directory(HERE)
    key = Settings().with_secret(root).SECRET_KEY
    _python(ENSURE, state)

    assert root.stat().st_mode & 0o777 == 0o700
    cluster.destroy(HERE)
    assert sorted(path.name for path in root.iterdir()) == ["secret", "sign_key"]
    assert key == Settings().with_secret(root).SECRET_KEY


def test_a_path_that_cannot_hold_a_socket_works_too(state: Path) -> None:
    odd = state / "it's, in & out" / ("d" * 100)
    url = _python("os.umask(0o077)\n" + ENSURE, odd)
    try:
        _connect(url).close()
    finally:
        _python(DESTROY, odd)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be closed out as another user")
def test_a_directory_closed_to_the_owner_is_told(state: Path) -> None:
    (state / "closed").mkdir(mode=0o700)
    process = _start(ENSURE, state / "closed")
    _, err = process.communicate(timeout=60)

    assert "may not pass through" in err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_has_a_cluster_of_their_own(state: Path) -> None:
    """With the system's own Python and a copy of the program: the checkout may be closed to others."""
    python = shutil.which("python3", path="/usr/bin:/bin")
    if python is None:
        pytest.skip("the system has no Python that another user may run")
    nobody = pwd.getpwnam("nobody")
    source, home = state / "program", state / "home"
    shutil.copytree(PROJECT / "core", source / "core", ignore=shutil.ignore_patterns("__pycache__"))
    packages = Path(psycopg.__file__).parent.parent
    shutil.copytree(packages / "psycopg", source / "psycopg")
    shutil.copy(packages / "typing_extensions.py", source)
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    as_nobody = {"executable": python, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    url = _python(ENSURE, home, program=source, **as_nobody)
    assert _data(home).stat().st_uid == nobody.pw_uid
    assert url.endswith("/run")
    _python(DESTROY, home, program=source, **as_nobody)
    assert list(home.iterdir()) == []
