"""Whatever is killed in the middle of a backup or a restore, the old state is whole; the next goes well."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from core.backups import making, programs, restoring
from core.backups.errors import NotDone
from core.settings import PROJECT
from tests.core.crew import until
from tests.core.drills import contents, files, same
from tests.core.lived import NOW


@pytest.fixture
def slow(tmp_path: Path, empty: making.Holdings) -> Callable[[str, str], Path]:
    """A folder of PostgreSQL's programs, one of which stands still at its end until it is killed."""

    def made(program: str, when: str) -> Path:
        with empty.engine.connect() as connection:
            real = programs.directory(programs.major(connection))
        folder = tmp_path / "programs"
        folder.mkdir()
        for name in (*programs.NAMES, "initdb"):
            (folder / name).symlink_to(real / name)
        (folder / program).unlink()
        (folder / program).write_text(
            f'#!/bin/sh\n{real / program} "$@"\ncase "$*" in {when}) touch {tmp_path / "reached"};'
            " while [ ! -e " + str(tmp_path / "go") + " ]; do sleep 0.05; done;; esac\n"
        )
        (folder / program).chmod(0o755)
        return folder

    return made


def _athar(held: making.Holdings, programs: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {
        "DATABASE_URL": held.engine.url.render_as_string(hide_password=False),
        "PG_BIN": str(programs),
        "FILES_DIR": str(held.files),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portal.cli", *words], cwd=PROJECT, env={**os.environ, **environment}
    )


def _kill_when_reached(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    until(lambda: (tmp_path / "reached").exists() or process.poll() is not None)
    assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    (tmp_path / "go").touch()


def _alone(held: making.Holdings) -> bool:
    """Whether no program of a backup is connected any more."""
    with held.engine.connect() as connection:
        return not connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND application_name = 'athar-backup'"
            )
        )


def test_a_restore_killed_before_its_end_leaves_the_old_state(
    lived: making.Holdings, empty: making.Holdings, slow: Callable[[str, str], Path], tmp_path: Path
) -> None:
    made = making.make(lived, tmp_path / "b.tar", now=NOW)
    restoring.restore(empty, made.file, replace=False, now=NOW)
    with empty.engine.begin() as connection:
        connection.execute(text("DELETE FROM sign_event"))
    (empty.files / "kept" / "mine").write_text("of this machine alone")
    before = contents(empty.engine), files(empty.files)

    restore = _athar(empty, slow("pg_restore", "*--use-list*"), "restore", str(made.file), "--replace")
    _kill_when_reached(restore, tmp_path)
    until(lambda: _alone(empty))

    assert contents(empty.engine) == before[0]
    left = {name: kept for name, kept in files(empty.files).items() if not name.startswith(".restore")}
    assert left == before[1]
    restoring.restore(empty, made.file, replace=True, now=NOW)
    assert same(lived.engine, empty.engine)
    assert files(empty.files) == files(lived.files)


def test_a_backup_killed_in_its_middle_leaves_no_half_file(
    lived: making.Holdings, slow: Callable[[str, str], Path], tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    first = making.make(lived, shelf, now=NOW).file
    held = first.read_bytes()

    backup = _athar(lived, slow("pg_dump", "*--snapshot*"), "backup", str(first))
    _kill_when_reached(backup, tmp_path)

    assert first.read_bytes() == held
    drafts = [path for path in shelf.iterdir() if path.name.endswith(".part")]
    assert len(drafts) == 1
    making.make(lived, shelf, now=NOW)
    assert [path for path in shelf.iterdir() if path.name.endswith(".part")] == []


def test_a_server_that_refuses_in_the_middle_takes_everything_back(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a full disk does: the restored rows differ from the manifest, found before anything is kept."""
    from core.backups import replacing

    made = making.make(lived, tmp_path / "b.tar", now=NOW)
    compare = replacing._comparison
    monkeypatch.setattr(
        replacing,
        "_comparison",
        lambda told, **how: "DELETE FROM public.sign_event WHERE id = 1;" + compare(told, **how),
    )

    with pytest.raises(NotDone, match="sign_event is not as it was"):
        restoring.restore(empty, made.file, replace=False, now=NOW)

    assert contents(empty.engine) == {}
    assert not empty.files.exists()


def test_a_database_in_use_is_told_of_and_left(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.backups import replacing

    made = making.make(lived, tmp_path / "b.tar", now=NOW)
    restoring.restore(empty, made.file, replace=False, now=NOW)
    before = contents(empty.engine)
    monkeypatch.setattr(replacing, "PATIENCE", "200ms")

    with empty.engine.begin() as page:
        page.execute(text("SELECT count(*) FROM feature"))
        with pytest.raises(NotDone, match="in use"):
            restoring.restore(empty, made.file, replace=True, now=NOW)

    assert contents(empty.engine) == before


@pytest.mark.parametrize("words", [("backup",), ("restore", "--replace")])
def test_a_full_disk_is_told_and_the_old_state_is_whole(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """A limit on the size of files stands for the disk: 512 KB, and one file has more."""
    made = making.make(lived, tmp_path / "b.tar", now=NOW)
    restoring.restore(empty, made.file, replace=False, now=NOW)
    with empty.engine.begin() as connection:
        connection.execute(text("DELETE FROM sign_event"))
    before = contents(empty.engine), files(empty.files), made.file.read_bytes()
    environment = {
        "DATABASE_URL": empty.engine.url.render_as_string(hide_password=False),
        "FILES_DIR": str(empty.files),
    }

    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 1024; exec "$@"', "-", sys.executable, "-m", "portal.cli", *words, made.file],
        cwd=PROJECT, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "File too large" in done.stderr and "Traceback" not in done.stderr
    assert (contents(empty.engine), files(empty.files), made.file.read_bytes()) == before
    assert [path for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
