"""What the desk published goes back into the folder, and the folder stays the whole commune."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing import exporting, loads, stages, versions
from geo.loading import folder
from geo.loading.records import BadFolder
from tests.geo import tiny
from tests.geo.editing_town import EAST, EDITOR, GATE, NOW, SECOND, TRANSLATOR, at, content, edit, publish


def _monuments(path: Path) -> dict[str, Any]:
    return {one["id"]: one for one in json.loads((path / "monuments.geojson").read_text())["features"]}


def test_an_export_brings_the_folder_to_what_is_public_and_a_load_says_nothing(
    town: Session, tmp_path: Path
) -> None:
    before = _monuments(tmp_path)
    edit(town, "facts", geometry=tiny.point(EAST))
    edit(town, "ar", TRANSLATOR, summary={"text": "باب عال.", "state": "written"})
    publish(town, "facts", "ar")
    edit(town, "facts", error_m=99)  # a draft stays at the desk
    made = {"facts": {**content(town, "facts"), "error_m": 5}, "fr": {"name": {"text": "La fontaine"}}}
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    publish(town, "facts", "fr", of=("monuments", "fountain"))
    assert exporting.export(town, tmp_path) == 2

    after = _monuments(tmp_path)
    assert after["tower"] == before["tower"]
    assert after["gate"]["geometry"] == tiny.point(EAST)
    assert after["gate"]["properties"]["texts"]["summary"]["ar"] == "باب عال."
    assert after["gate"]["properties"]["texts_state"]["summary"]["ar"] == "reviewed"
    assert after["gate"]["properties"]["error_m"] == 5
    assert after["fountain"]["properties"]["names"] == {"fr": "La fontaine"}
    changed = town.scalar(text("SELECT max(changed_at) FROM feature"))
    read = folder.read(tmp_path)
    counts = folder.apply(town, read, now=NOW.replace(year=2027))
    assert (counts["monuments"].changed, counts["monuments"].removed, counts["monuments"].added) == (0, 0, 0)
    assert loads.follow(town, read, now=NOW.replace(year=2027)) == []
    assert town.scalar(text("SELECT max(changed_at) FROM feature")) == changed
    assert content(town, "facts")["error_m"] == 99
    assert at(town).startswith(f"POINT({EAST}")


def test_what_was_withdrawn_leaves_the_folder(town: Session, tmp_path: Path) -> None:
    made = {"facts": {**content(town, "facts")}, "fr": {"name": {"text": "La fontaine"}}}
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    publish(town, "facts", "fr", of=("monuments", "fountain"))
    exporting.export(town, tmp_path)
    stages.withdraw(town, "monuments", "fountain", "facts", version=1, person=EDITOR, now=NOW)
    exporting.export(town, tmp_path)

    assert set(_monuments(tmp_path)) == {"gate", "tower"}


def test_a_folder_that_would_not_load_stays_as_it_was(town: Session, tmp_path: Path) -> None:
    """The walk's stop is withdrawn at the desk: without it routes.json points at nothing."""
    stages.withdraw(town, *GATE, "facts", version=1, person=EDITOR, now=NOW)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(BadFolder):
        exporting.export(town, tmp_path)

    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_walk_goes_back_with_its_stops(town: Session, tmp_path: Path) -> None:
    from core.accounts import Role
    from geo.editing.rights import Person

    council = Person("account:5", "C. Council", {Role.TOURISM})
    walk = ("routes", "walk")
    stops = [{"layer": "monuments", "id": key, "kind": "attraction"} for key in ("tower", "gate", "tower")]
    edit(town, "facts", council, walk, stops=stops, theme="walls")
    publish(town, "facts", person=council, of=walk)
    exporting.export(town, tmp_path)

    [line] = json.loads((tmp_path / "routes.json").read_text())["routes"]
    assert [stop["id"] for stop in line["stops"]] == ["tower", "gate", "tower"]
    assert line["theme"] == "walls"


def test_other_lines_of_a_shipped_file_keep_every_byte_but_layout(shipped: Path, tmp_path: Path) -> None:
    copy = tmp_path / "commune"
    shutil.copytree(shipped, copy)
    for name in ("monuments.geojson", "walls.geojson"):
        text_of = exporting._with(copy / name, "monuments", {})
        assert json.loads(text_of) == json.loads((shipped / name).read_text())


def test_nothing_is_written_for_a_second_person_alone(town: Session, tmp_path: Path) -> None:
    edit(town, "fr", summary={"text": "Une haute porte.", "state": "written"})
    before = _monuments(tmp_path)
    exporting.export(town, tmp_path)
    assert _monuments(tmp_path)["gate"]["properties"]["texts"] == before["gate"]["properties"]["texts"]
    publish(town, "fr", person=SECOND)
    exporting.export(town, tmp_path)
    assert "haute" in _monuments(tmp_path)["gate"]["properties"]["texts"]["summary"]["fr"]
