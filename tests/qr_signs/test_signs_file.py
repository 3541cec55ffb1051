"""signs.json: every problem is told by file, code and field; minting adds and loses nothing."""

import json
import multiprocessing
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from geo.loading.records import BadFolder
from qr_signs import codes, signs_file, signs_writing
from qr_signs.signs_file import SignRecord

CODE = "0000011"
KEYS = {"monuments": {"gate", "tower"}, "places": {"bath"}, "routes": {"walk"}}
GATE = {"code": CODE, "layer": "monuments", "id": "gate"}
WITHDRAWN = {"code": CODE, "withdrawn": True, "reason": {"fr": "Le mur a été refait."}}


def _write(folder: Path, *signs: object) -> None:
    (folder / "signs.json").write_text(json.dumps({"signs": signs}), encoding="utf-8")


def _signs(folder: Path) -> list[dict[str, Any]]:
    signs: list[dict[str, Any]] = json.loads((folder / "signs.json").read_text(encoding="utf-8"))["signs"]
    return signs


def _problems(folder: Path) -> list[tuple[str, str | None, str | None]]:
    with pytest.raises(BadFolder) as raised:
        signs_file.read(folder, KEYS)
    assert {problem.file for problem in raised.value.problems} == {"signs.json"}
    return [(problem.message, problem.feature_id, problem.field) for problem in raised.value.problems]


def test_a_folder_may_have_no_signs(tmp_path: Path) -> None:
    assert signs_file.read(tmp_path, KEYS) == []


def test_good_lines_are_read_in_order(tmp_path: Path) -> None:
    _write(tmp_path, {**GATE, "code": "0000022"}, WITHDRAWN)

    assert signs_file.read(tmp_path, KEYS) == [
        SignRecord("0000022", "monuments", "gate", None),
        SignRecord(CODE, None, None, {"fr": "Le mur a été refait."}),
    ]


@pytest.mark.parametrize("document", ["null", "[]", "7", '{"signs": null}', '{"signs": {}}', "{}"])
def test_a_file_without_a_list_of_signs_is_a_problem(tmp_path: Path, document: str) -> None:
    (tmp_path / "signs.json").write_text(document, encoding="utf-8")

    assert _problems(tmp_path) == [('must be an object with a list "signs"', None, None)]


@pytest.mark.parametrize("document", [b"", b"{", b"\xff", b'{"signs": [NaN]}', b'{"signs": [], "signs": []}'])
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, document: bytes) -> None:
    (tmp_path / "signs.json").write_bytes(document)

    assert len(_problems(tmp_path)) == 1


@pytest.mark.parametrize(
    "code", ["0000012", "000001", "00000011", "000001U", "ke75gx4", "", None, 11, [], {}]
)
def test_what_is_no_code_is_told_by_its_place(tmp_path: Path, code: object) -> None:
    _write(tmp_path, {**GATE, "code": code})
    ((message, feature_id, field),) = _problems(tmp_path)

    assert "is no code" in message
    assert (feature_id, field) == (None, "signs[0].code")


@pytest.mark.parametrize(
    ("sign", "field", "message"),
    [
        ({**GATE, "id": "nowhere"}, "id", "there is no “nowhere” in the layer monuments"),
        ({**GATE, "layer": "routes"}, "id", "there is no “gate” in the layer routes"),
        ({**GATE, "id": []}, "id", "there is no “[]” in the layer monuments"),
        ({**GATE, "id": {}}, "id", "there is no"),
        ({**GATE, "id": None}, "id", "there is no"),
        ({**GATE, "layer": "walls"}, "layer", "unknown layer “walls”"),
        ({**GATE, "layer": []}, "layer", "unknown layer"),
        ({**GATE, "label": "x"}, "label", "unknown property"),
        ({**GATE, "reason": {"fr": "x"}}, "reason", "only a withdrawn sign has a reason"),
        ({**GATE, "withdrawn": "no"}, "withdrawn", "must be true or false"),
        ({**WITHDRAWN, "reason": {}}, "reason", "needs a reason"),
        ({**WITHDRAWN, "reason": {"xx": "x"}}, "reason.xx", "unknown language"),
        ({**WITHDRAWN, "reason": {"fr": " "}}, "reason.fr", "is empty"),
    ],
)
def test_what_is_wrong_is_told_by_code_and_field(
    tmp_path: Path, sign: dict[str, object], field: str, message: str
) -> None:
    _write(tmp_path, sign)
    told = _problems(tmp_path)

    assert any(message in said and (CODE, field) == (code, where) for said, code, where in told), told


@pytest.mark.parametrize("first", [GATE, WITHDRAWN, {**GATE, "id": "nowhere"}])
def test_a_code_that_stands_twice_is_told_even_if_the_first_is_wrong(
    tmp_path: Path, first: dict[str, object]
) -> None:
    _write(tmp_path, first, {**GATE, "id": "tower"})

    assert ("stands twice; a code belongs to one sign for ever", CODE, "code") in _problems(tmp_path)


def test_mint_keeps_what_is_there_and_signs_what_has_no_active_code(tmp_path: Path) -> None:
    kept = [{"code": "0000022", "layer": "places", "id": "bath"}, WITHDRAWN]
    (tmp_path / "signs.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"by": "us", "signs": kept}).encode())
    (tmp_path / "signs.json").chmod(0o640)

    assert signs_writing.mint(tmp_path, KEYS) == 3
    signs = _signs(tmp_path)
    assert signs[:2] == kept
    assert [(sign["layer"], sign["id"]) for sign in signs[2:]] == [
        ("monuments", "gate"),
        ("monuments", "tower"),
        ("routes", "walk"),
    ]
    assert all(codes.is_valid(sign["code"]) for sign in signs)
    assert signs_writing.mint(tmp_path, KEYS) == 0
    assert stat.S_IMODE((tmp_path / "signs.json").stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["signs.json"]


def test_mint_starts_a_file_where_there_is_none(tmp_path: Path) -> None:
    assert signs_writing.mint(tmp_path, KEYS) == 3
    assert len(signs_file.read(tmp_path, KEYS)) == 3


def test_mint_never_draws_a_code_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, WITHDRAWN)
    drawn = iter([CODE, CODE, "0000022", "0000022", CODE, "0000033", "0000044"])
    monkeypatch.setattr(codes, "draw", lambda: next(drawn))
    signs_writing.mint(tmp_path, KEYS)

    assert [sign["code"] for sign in _signs(tmp_path)] == [CODE, "0000022", "0000033", "0000044"]


def test_mint_leaves_a_file_with_problems_alone(tmp_path: Path) -> None:
    _write(tmp_path, GATE, GATE)
    before = (tmp_path / "signs.json").read_bytes()

    with pytest.raises(BadFolder):
        signs_writing.mint(tmp_path, KEYS)
    assert (tmp_path / "signs.json").read_bytes() == before


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, GATE)
    before = (tmp_path / "signs.json").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        signs_writing.mint(tmp_path, KEYS)

    assert (tmp_path / "signs.json").read_bytes() == before
    assert os.listdir(tmp_path) == ["signs.json"]


def _keys_up_to(number: int) -> dict[str, set[str]]:
    """What a mint sees that starts when the layer has that many monuments."""
    return {"monuments": {f"m{each}" for each in range(number)}}


def _mint_in_process(job: tuple[Path, int]) -> int:
    return signs_writing.mint(job[0], _keys_up_to(job[1]))


def test_mints_at_once_lose_nothing(tmp_path: Path) -> None:
    _write(tmp_path)
    everything = _keys_up_to(400)
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: signs_writing.mint(tmp_path, everything), range(8)))

    assert sorted(made) == [0] * 7 + [400]
    assert len({sign["code"] for sign in _signs(tmp_path)}) == 400


def test_mints_of_several_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        made = pool.map(_mint_in_process, [(tmp_path, 200)] * 4, chunksize=1)

    assert sorted(made) == [0] * 3 + [200]
    assert {sign["id"] for sign in _signs(tmp_path)} == _keys_up_to(200)["monuments"]
