"""Backups that are damaged, foreign or hostile are refused with a sentence, and nothing is touched."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.backups import making, restoring, sealed
from core.backups.errors import BadBackup, NotDone
from core.backups.tape import BLOCK, TapeWriter
from tests.core.drills import KEY, contents, files, keyed
from tests.core.lived import NOW

OF_AGE = (
    b"age-encryption.org/v1\n-> scrypt glK1Zc00JO/bO9iMydkBfw 18\n"
    b"U15p2uLOlAA7+gr73Td/y0h6lB65cGTt09n2W9HVIhc\n--- KalxK1dtn7K2UzGjNgWpJiziRZXHXZutVAyhbB55thM\n"
) + bytes.fromhex(
    "6234118bdedd5ef2e25d8511b7606383afcb2812c5a9a8a610b193a825051033"
    "c91607f24a84218f56c8bd71e4989380ec44eb00f6c96f29"
)
"""Made by age 1.1.1: "made by another program" under the passphrase "correct horse"."""


@pytest.fixture(scope="module")
def made(lived: making.Holdings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A backup that is not sealed, and one that is."""
    folder = tmp_path_factory.mktemp("made")
    return {
        key: making.make(keyed(lived, key), folder / f"{len(key)}.tar", now=NOW).file.read_bytes()
        for key in ("", KEY)
    }


@pytest.fixture
def old(empty: making.Holdings, made: dict[str, bytes], tmp_path: Path) -> making.Holdings:
    """A machine that holds something already: what a refused restore must leave as it is."""
    whole = tmp_path / "whole.tar"
    whole.write_bytes(made[""])
    restoring.restore(empty, whole, replace=False, now=NOW)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM letter; ")
    (empty.files / "kept" / "mine").write_text("of this machine alone")
    (empty.state / "sign_key").write_text("its own")
    return empty


@pytest.fixture
def refused(old: making.Holdings, tmp_path: Path) -> Iterator[Callable[[bytes, str], str]]:
    """Tries to restore such bytes; why they were refused. Nothing is allowed to change by all that."""
    before = contents(old.engine), files(old.files), files(old.state)

    def attempt(data: bytes, key: str = "") -> str:
        path = tmp_path / "tried.tar"
        path.write_bytes(data)
        with pytest.raises(BadBackup) as told:
            restoring.restore(keyed(old, key), path, replace=True, now=NOW)
        return str(told.value)

    yield attempt
    assert (contents(old.engine), files(old.files), files(old.state)) == before
    assert not (old.files / ".restore").exists()


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_flipped_bit_is_found_wherever_it_is(made: dict[str, bytes], refused: Any) -> None:
    data = made[""]
    places = {
        0,
        100,
        124,
        156,
        160,
        300,
        511,
        512,
        700,
        len(data) - 1,
        len(data) - 3 * BLOCK,
        len(data) - 1024,
    }
    places |= set(range(1000, len(data), len(data) // 20))

    told = [refused(_flipped(data, at)) for at in sorted(places)]

    assert all("damaged" in said or "no backup of Athar" in said for said in told)


def test_a_flipped_bit_of_a_sealed_one_is_found_wherever_it_is(made: dict[str, bytes], refused: Any) -> None:
    data = made[KEY]
    places = {
        0,
        30,
        50,
        60,
        100,
        150,
        190,
        200,
        len(data) - 1,
        len(data) - 20,
        len(data) // 2,
        len(data) - 70_000,
    }

    told = {at: refused(_flipped(data, at), KEY) for at in sorted(places)}

    assert "no backup of Athar" in told[0]
    assert all("BACKUP_KEY" in told[at] for at in (30, 50, 60, 100))
    assert "damaged" in told[len(data) // 2] and "damaged" in told[len(data) - 1]


def test_one_that_ends_early_or_goes_on_is_found(made: dict[str, bytes], refused: Any) -> None:
    plain, shut = made[""], made[KEY]
    piece = sealed.PIECE + 16
    begins = shut.index(b"\n", shut.index(b"\n---") + 1) + 1 + 16
    second = shut[begins + piece : begins + 2 * piece]

    told = [refused(plain[:size]) for size in (0, 10, 512, 5000, len(plain) - 1, len(plain) - 1024)]
    told += [refused(plain + b"\0")]
    told += [
        refused(data, KEY)
        for data in (
            shut[: begins + piece],  # whole pieces, but not all
            shut[:begins],
            shut[:-1],
            shut + b"\0",
            shut[:begins] + second + shut[begins:][:piece] + shut[begins + 2 * piece :],
        )
    ]  # fmt: skip
    assert all("damaged" in said or "no backup of Athar" in said for said in told)
    assert "ends in the middle" in told[3]


def test_without_the_key_or_with_another_it_says_so(made: dict[str, bytes], refused: Any) -> None:
    assert "set BACKUP_KEY" in refused(made[KEY])
    assert "BACKUP_KEY is not the key" in refused(made[KEY], "another key")


def _rebuilt(
    data: bytes,
    *,
    without: str = "",
    manifest: Callable[[dict[str, Any]], object] = lambda told: None,
    more: dict[str, bytes] | None = None,
) -> bytes:
    """A backup whose checksum is right, with a member less or more, or another manifest."""
    out = io.BytesIO()
    tape = TapeWriter(out)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        names = [name for name in tar.getnames() if name != "checksum"]
        held = {name: file.read() for name in names if (file := tar.extractfile(name))}
    told = json.loads(held.pop("manifest.json"))
    manifest(told)
    held = {name: content for name, content in held.items() if not without or not name.startswith(without)}
    held |= (more or {}) | {"manifest.json": json.dumps(told).encode()}
    for name, content in held.items():
        tape.add(name, len(content), io.BytesIO(content))
    tape.close()
    return out.getvalue()


def test_a_member_that_is_missing_added_or_exchanged_is_found(made: dict[str, bytes], refused: Any) -> None:
    plain = made[""]

    assert "database/000000 is missing" in refused(_rebuilt(plain, without="database"))
    assert "files/kept" in refused(_rebuilt(plain, without="files/kept"))
    assert "where it must not be" in refused(_rebuilt(plain, more={"files/more": b"more"}))
    assert "not what was put in" in refused(_rebuilt(plain, more={"database/000000": b"PGDMP no more"}))


def test_one_of_a_newer_release_is_refused_with_what_to_do(made: dict[str, bytes], refused: Any) -> None:
    plain = made[""]

    assert "a newer one" in refused(_rebuilt(plain, manifest=lambda told: told.update(schema="9999")))
    assert "format 2" in refused(_rebuilt(plain, manifest=lambda told: told.update(format=2)))
    assert "PostgreSQL 77" in refused(_rebuilt(plain, manifest=lambda told: told.update(postgresql=77)))
    assert "manifest" in refused(_rebuilt(plain, manifest=lambda told: told.pop("tables")))
    assert "manifest" in refused(_rebuilt(plain, manifest=lambda told: told.update(members=[])))


def test_a_dump_that_pg_restore_cannot_read_is_refused(made: dict[str, bytes], refused: Any) -> None:
    """Its digests may all be right: what was put in was broken already."""
    with tarfile.open(fileobj=io.BytesIO(made[""])) as tar:
        dump = tar.extractfile("database/000000")
        assert dump is not None
        shorter = dump.read()[:-5000]
    digest = hashlib.sha256(shorter).hexdigest()

    def exchange(told: dict[str, Any]) -> None:
        told["members"]["database/000000"] = [len(shorter), digest]

    said = refused(_rebuilt(made[""], manifest=exchange, more={"database/000000": shorter}))

    assert "pg_restore cannot read" in said


def test_what_is_no_backup_is_refused(refused: Any) -> None:
    foreign = io.BytesIO()
    with tarfile.open(fileobj=foreign, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("etc/passwd"))

    for data in (b"", b"%PDF-1.7 and so on" * 100, b"\0" * 5000, foreign.getvalue()):
        assert "no backup of Athar" in refused(data)
    assert "not with a passphrase" in refused(b"age-encryption.org/v1\n-> X25519 abc\n", KEY)
    greedy = OF_AGE.replace(b" 18\n", b" 30\n")
    assert "more memory" in refused(greedy, KEY)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("files/../../evil", tarfile.REGTYPE),
        ("../evil", tarfile.REGTYPE),
        ("/evil", tarfile.REGTYPE),
        ("files/.restore/evil", tarfile.REGTYPE),
        ("files//evil", tarfile.REGTYPE),
        ("files/a\\b", tarfile.REGTYPE),
        ("keys/other", tarfile.REGTYPE),
        ("files/link", tarfile.SYMTYPE),
        ("files/hard", tarfile.LNKTYPE),
        ("files/device", tarfile.CHRTYPE),
        ("files/folder", tarfile.DIRTYPE),
    ],
)
def test_names_that_lead_elsewhere_and_links_are_refused(refused: Any, name: str, kind: bytes) -> None:
    hostile = tarfile.TarInfo(name)
    hostile.type, hostile.linkname = kind, "/etc/passwd"

    assert "no backup of Athar" in refused(hostile.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def test_a_file_that_is_not_there_is_told(old: making.Holdings, tmp_path: Path) -> None:
    with pytest.raises(NotDone):
        restoring.restore(old, tmp_path / "nowhere.tar", replace=True, now=NOW)
    with pytest.raises(BadBackup):
        restoring.restore(old, tmp_path, replace=True, now=NOW)


def test_what_the_program_age_sealed_is_opened() -> None:
    assert sealed.Opened(io.BytesIO(OF_AGE), "correct horse").read(100) == b"made by another program\n"


@pytest.mark.parametrize("size", [0, 1, sealed.PIECE - 1, sealed.PIECE, sealed.PIECE + 1, 3 * sealed.PIECE])
def test_what_is_sealed_comes_out_the_same_whatever_its_length(size: int) -> None:
    data = os.urandom(size)
    file = io.BytesIO()
    sealing = sealed.Sealing(file, KEY, work=10)
    sealing.write(data[: size // 3])
    sealing.write(data[size // 3 :])
    sealing.close()

    file.seek(0)
    assert sealed.Opened(file, KEY).read(size + 1) == data
    assert size < 100 or data[:100] not in file.getvalue()
