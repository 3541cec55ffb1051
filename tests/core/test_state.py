"""Where the private database would be, and by which programs: what can be told without starting one."""

import os
import pwd
from pathlib import Path

import pytest

from core import cluster, postgres
from core.state import socket_directory

HERE = Path("/somewhere")


def test_a_database_of_ones_own_means_that_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", str(tmp_path / "none"))
    monkeypatch.setenv("DATABASE_URL", "postgres://me@db.example/town")

    assert cluster.ensure(HERE) == cluster.url(HERE) == "postgresql+psycopg://me@db.example/town"
    assert not (tmp_path / "none").exists()


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(postgres, "INSTALLED", tmp_path)

    with pytest.raises(cluster.ClusterError, match="Debian packages postgresql and postgresql-postgis"):
        postgres.programs(tmp_path / "data")


def test_data_of_another_major_version_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9\n")

    with pytest.raises(cluster.ClusterError, match=r"postgresql-9 and postgresql-9-postgis-3"):
        postgres.programs(tmp_path)


def test_a_path_that_cannot_hold_a_socket_gets_one_elsewhere() -> None:
    me = pwd.getpwuid(os.geteuid())
    roots = [Path("/short"), Path("/" + "d" * 100), Path("/it's"), Path("/in, out"), Path("/" + "e" * 100)]
    sockets = [socket_directory(root, me) for root in roots]

    assert sockets[0] == Path("/short/run")
    assert len(set(sockets)) == len(roots)
    assert all(str(path).startswith(f"/tmp/athar-{me.pw_uid}-") for path in sockets[1:])


def test_each_project_and_name_has_a_state_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATHAR_STATE_DIR", "relative")
    places = {cluster.state_directory(Path(path), name) for path in ("/a", "/b") for name in ("main", "test")}

    assert len(places) == 4
    assert all(place.is_absolute() for place in places)


def test_deleting_all_data_is_not_done_by_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cluster.main(["destroy"])

    assert "--yes" in capsys.readouterr().err
