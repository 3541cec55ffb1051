"""The commands that keep it all: backup, restore, retention, person; what they print and how they end."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import Engine
from portal.cli import main
from tests.core.lived import EMAIL, NAME, OTHER_EMAIL, holdings, live


@pytest.fixture
def machine(
    databases: object, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """A machine with a commune that is lived in, as its environment says."""
    with databases("machine") as engine:  # type: ignore[operator]
        held = holdings(engine, tmp_path)
        live(engine, shipped, held.settings)
        monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
        monkeypatch.setenv("FILES_DIR", str(held.files))
        monkeypatch.setenv("ATHAR_STATE_DIR", str(tmp_path / "states"))
        monkeypatch.delenv("BACKUP_KEY", raising=False)
        yield engine


def test_backups_are_made_checked_kept_and_restored(
    machine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    monkeypatch.setenv("BACKUP_KEY", "long and random")

    assert main(["backup", str(shelf), "--keep", "3"]) == 0
    [file] = shelf.iterdir()
    assert file.suffixes == [".tar", ".age"] and f"{file}: " in capsys.readouterr().out
    assert main(["backup", "verify", str(file)]) == 0
    assert "whole; made " in capsys.readouterr().out
    assert main(["restore", str(file)]) == 1
    assert "not empty" in capsys.readouterr().err
    with machine.begin() as connection:
        connection.execute(text("DELETE FROM letter"))
    assert main(["restore", str(file), "--replace"]) == 0
    assert "each as it was" in capsys.readouterr().out
    with machine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM letter")) == 2


def test_bad_input_ends_with_two_and_what_cannot_be_with_one(
    machine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.tar").write_text("no backup")

    assert main(["backup", "verify", str(tmp_path / "notes.tar")]) == 2
    assert main(["restore", str(tmp_path / "notes.tar"), "--replace"]) == 2
    assert "Nothing was changed." in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "nowhere.tar")]) == 1
    assert main(["backup", str(tmp_path / "nowhere" / "b.tar")]) == 1
    assert main(["backup", str(tmp_path), "--keep", "0"]) == 1
    assert main(["backup", "one", "two", "three"]) == 1


def test_keys_that_are_left_out_are_told(
    machine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGN_KEY", "set by the environment")

    assert main(["backup", str(tmp_path / "plain.tar")]) == 0

    told = capsys.readouterr()
    assert "not sealed" in told.err and "sign_key" in told.err
    assert "set by the environment" not in told.out + told.err
    assert b"set by the environment" not in (tmp_path / "plain.tar").read_bytes()


def test_retention_says_first_and_deletes_if_told(
    machine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with machine.begin() as connection:
        connection.execute(text("UPDATE letter SET created_at = '2020-01-01'"))

    assert main(["retention"]) == 0
    assert "letter                            2 would go" in capsys.readouterr().out
    with machine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM letter")) == 2
    assert main(["retention", "--apply"]) == 0
    with machine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM letter")) == 0


def test_a_person_is_exported_and_erased_after_a_question(
    machine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["person", "export", EMAIL, "--out", str(tmp_path / "data.json")]) == 0
    assert json.loads((tmp_path / "data.json").read_text())["name"] == NAME
    assert (tmp_path / "data.json").stat().st_mode & 0o777 == 0o600
    assert main(["person", "export", "nobody@commune.example"]) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert main(["person", "erase", EMAIL]) == 1
    assert "not the address" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{EMAIL}\n"))
    assert main(["person", "erase", EMAIL]) == 0
    assert "now erased person" in capsys.readouterr().out
    assert main(["person", "erase", EMAIL, "--yes"]) == 1
    assert main(["person", "erase", OTHER_EMAIL, "--yes"]) == 1
    assert "last administrator" in capsys.readouterr().err
