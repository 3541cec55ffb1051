"""The folder's changes and the desk's, put together when the folder is loaded again."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing import loads, versions
from geo.loading import folder
from tests.geo import tiny
from tests.geo.editing_town import EAST, EDITOR, GATE, NOW, at, content, edit, publish, said


def _again(town: Session, path: Path, **properties: Any) -> list[str]:
    changed = json.loads((path / "monuments.geojson").read_text())
    changed["features"][0]["properties"].update(properties)
    (path / "monuments.geojson").write_text(json.dumps(changed))
    read = folder.read(path)
    folder.apply(town, read, now=NOW)
    return loads.follow(town, read, now=NOW)


def test_a_load_of_the_same_folder_keeps_what_the_desk_published(town: Session, tmp_path: Path) -> None:
    edit(town, "facts", geometry=tiny.point(EAST))
    publish(town, "facts")
    assert _again(town, tmp_path) == []
    assert at(town).startswith(f"POINT({EAST}")


def test_other_fields_of_the_folder_are_taken(town: Session, tmp_path: Path) -> None:
    edit(town, "facts", geometry=tiny.point(EAST))
    publish(town, "facts")
    assert _again(town, tmp_path, error_m=2, names={"fr": "La porte basse", "ar": "الباب"}) == []

    assert at(town).startswith(f"POINT({EAST}")
    assert town.scalar(text("SELECT error_m FROM feature WHERE key = 'gate'")) == 2
    assert said(town, "name") == ("La porte basse", "machine")
    assert versions.find(town, *GATE).parts["facts"].state == "published"


def test_of_a_field_that_both_changed_the_desks_stays_and_it_is_told(town: Session, tmp_path: Path) -> None:
    edit(town, "facts", error_m=3)
    publish(town, "facts")
    assert _again(town, tmp_path, error_m=2) == ["monuments/gate: facts.error_m"]
    assert town.scalar(text("SELECT error_m FROM feature WHERE key = 'gate'")) == 3
    assert _again(town, tmp_path) == []


def test_a_draft_survives_a_load(town: Session, tmp_path: Path) -> None:
    edit(town, "facts", error_m=3)
    assert _again(town, tmp_path, licence="new") == []
    assert content(town, "facts")["error_m"] == 3
    assert content(town, "facts")["licence"] == "new"
    assert town.scalar(text("SELECT error_m FROM feature WHERE key = 'gate'")) == 5
    assert town.scalar(text("SELECT licence FROM feature WHERE key = 'gate'")) == "new"


def test_what_was_made_at_the_desk_is_not_withdrawn(town: Session, tmp_path: Path) -> None:
    facts = {**content(town, "facts"), "geometry": tiny.point(tiny.LON, tiny.LAT + 0.002)}
    made = {"facts": facts, "fr": {"name": {"text": "La fontaine", "state": "written"}}}
    versions.create(town, "monuments", "fountain", made, person=EDITOR, now=NOW)
    publish(town, "facts", "fr", of=("monuments", "fountain"))
    _again(town, tmp_path, licence="new")
    assert (
        town.scalar(text("SELECT count(*) FROM feature WHERE key = 'fountain' AND withdrawn_at IS NULL")) == 1
    )
