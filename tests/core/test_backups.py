"""The restore drill: a commune that is lived in, backed up and restored elsewhere, is the same."""

import json
import subprocess
import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core import schema
from core.backups import making, programs, restoring, rows, shelf
from core.backups.errors import NotDone
from core.db import session_of
from core.people import register
from core.persons import erasing
from core.trail.verifying import verify
from tests.core.drills import KEY, checked, contents, files, keyed, same
from tests.core.lived import EMAIL, NAME, NOW, OTHER_EMAIL, holdings, live


@pytest.mark.parametrize("key", ["", KEY])
def test_what_is_restored_is_the_same_to_the_last_row_and_byte(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path, key: str
) -> None:
    made = making.make(keyed(lived, key), tmp_path, now=NOW)
    done = restoring.restore(keyed(empty, key), made.file, replace=False, now=NOW)

    before, after = contents(lived.engine), contents(empty.engine)
    assert len(before) > 50 and sum(map(len, before.values())) > 2000
    assert set(before["trail.entry"]) < set(after["trail.entry"])
    assert len(after["trail.entry"]) == len(before.pop("trail.entry")) + 1
    assert [name for name in before if before[name] != after.get(name)] == []
    assert before.keys() == after.keys() - {"trail.entry"}
    with session_of(empty.engine) as session:
        verdict = verify(session)
    assert (verdict.faults, verdict.sealed) == ([], True)
    assert files(empty.files) == files(lived.files)
    assert done.schema == schema.newest()
    kept = {path.name: path.read_text() for path in empty.state.iterdir()}
    assert kept == ({"secret": "7" * 64, "sign_key": "5" * 64} if key else {})
    assert made.left_out == ([] if key else ["secret", "sign_key"])


def test_what_comes_after_a_restore_gets_numbers_of_its_own(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path
) -> None:
    made = making.make(lived, tmp_path / "b.tar", now=NOW)
    restoring.restore(empty, made.file, replace=False, now=NOW)

    with lived.engine.connect() as old, empty.engine.connect() as new:
        assert rows.sequences(new) == rows.sequences(old)
        for table in ("letter", "account_event", "wifi_comment", "sign_event", "feature"):
            taken = new.scalar(text(f"SELECT max(id) FROM {table}"))
            assert new.scalar(text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))")) > taken


def test_all_is_of_one_moment_though_people_go_on_working(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path
) -> None:
    """A row written between the digests and the dump is in neither."""
    with making._moment(lived.engine, NOW) as (told, snapshot):
        with lived.engine.begin() as other:
            other.execute(text("UPDATE letter SET error = 'later'"))
        with open(tmp_path / "dump", "wb") as out:
            tape = making._Tape(out)
            making._dump(lived.engine, told.postgresql, snapshot, tape)
    dump = (tmp_path / "dump").read_bytes()

    try:
        assert b"later" not in subprocess.run(
            [programs.directory(told.postgresql) / "pg_restore", "-f", "-", "--table=letter"],
            input=dump[tarfile.BLOCKSIZE :], capture_output=True, check=True,
        ).stdout  # fmt: skip
    finally:
        with lived.engine.begin() as other:
            other.execute(text("UPDATE letter SET error = ''"))


def test_a_backup_tells_what_is_in_it(lived: making.Holdings, tmp_path: Path) -> None:
    made = making.make(lived, tmp_path, now=NOW)

    with tarfile.open(made.file) as tar:
        names = tar.getnames()
        told = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]
    assert names[0] == "database/000000" and names[-2:] == ["manifest.json", "checksum"]
    assert told["schema"] == schema.newest() and told["made_at"] == "2026-03-01T09:00:00+00:00"
    holds = {table["name"]: table["holds"].split()[0] for table in told["tables"]}
    assert holds["letter"] == "2" and holds["account"] == "2"
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert checked(lived, made.file) == made.manifest


def test_a_database_that_is_not_empty_is_left_alone_unless_it_is_said(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path
) -> None:
    made = making.make(lived, tmp_path, now=NOW)
    schema.upgrade(empty.engine)
    (empty.files / "kept").mkdir(parents=True)
    (empty.files / "kept" / "older").write_text("of the old database")
    before = contents(empty.engine)

    with pytest.raises(NotDone, match="not empty"):
        restoring.restore(empty, made.file, replace=False, now=NOW)
    assert contents(empty.engine) == before
    assert files(empty.files).keys() == {"kept/older"}

    restoring.restore(empty, made.file, replace=True, now=NOW)
    assert same(lived.engine, empty.engine)
    assert files(empty.files) == files(lived.files)


def test_keys_that_were_there_are_kept_beside(
    lived: making.Holdings, empty: making.Holdings, tmp_path: Path
) -> None:
    made = making.make(keyed(lived, KEY), tmp_path, now=NOW)
    (empty.state / "sign_key").write_text("another")

    done = restoring.restore(keyed(empty, KEY), made.file, replace=False, now=NOW)

    assert (empty.state / "sign_key").read_text() == "5" * 64
    assert (empty.state / "sign_key.before-20260301T090000Z").read_text() == "another"
    assert any("another key" in note for note in done.notes)


def test_of_a_folder_the_newest_are_kept(lived: making.Holdings, tmp_path: Path) -> None:
    (tmp_path / "athar-notes.tar").write_text("not ours to delete")
    made = [making.make(lived, tmp_path, now=NOW + timedelta(days=day)).file for day in range(4)]

    assert shelf.keep(tmp_path, 2) == made[:2]
    assert sorted(path.name for path in tmp_path.iterdir()) == [made[2].name, made[3].name, "athar-notes.tar"]
    with pytest.raises(NotDone):
        shelf.keep(tmp_path, 0)


def test_a_backup_of_before_does_not_bring_an_erased_person_back(
    databases: Any, shipped: Path, tmp_path: Path
) -> None:
    with databases("erased") as engine:
        held = holdings(engine, tmp_path)
        live(engine, shipped, held.settings)
        made = making.make(held, tmp_path / "b.tar", now=NOW)
        with session_of(engine) as session:
            account = register.by_email(session, EMAIL)
            assert account is not None
            erasing.erase(session, held.settings, account, now=NOW)
            other, _ = register.invite(
                session, "n@commune.example", "N. New", lang="fr", roles=[], by="t", now=NOW
            )
            session.flush()
            erasing.erase(session, held.settings, other, now=NOW)
            session.commit()
        after = contents(engine)["erased_person"]

        done = restoring.restore(held, made.file, replace=True, now=NOW)

        assert [note for note in done.notes if "erased again" in note] == [
            f"erased person {account.id} was in the backup, and is erased again"
        ]
        with session_of(engine) as session:
            assert register.by_email(session, EMAIL) is None
            assert register.by_email(session, OTHER_EMAIL) is not None
        assert NAME not in str(contents(engine))
        assert contents(engine)["erased_person"] == after


def test_a_key_that_is_guessed_early_is_refused(lived: making.Holdings, tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="guessed early"):
        making.make(keyed(lived, "taliouine"), tmp_path, now=NOW)

    assert list(tmp_path.iterdir()) == []


def test_no_table_lives_where_no_backup_looks(lived: making.Holdings) -> None:
    with lived.engine.connect() as connection:
        schemas = connection.scalars(
            text(
                "SELECT DISTINCT table_schema FROM information_schema.tables"
                " WHERE table_schema NOT LIKE 'pg\\_%' AND table_schema <> 'information_schema'"
            )
        ).all()

    assert sorted(schemas) == sorted(rows.SCHEMAS)
