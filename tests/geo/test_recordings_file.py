"""recordings.json: taken over whole, or refused with every reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, files
from geo.loading import folder as loading
from geo.loading import recordings as loading_recordings
from geo.loading.files import folder_hash
from geo.loading.records import BadFolder, Counts
from geo.recordings import Recording
from tests.geo.tiny import Town
from tests.recorded import tone

LINE: dict[str, Any] = {
    "layer": "monuments",
    "id": "gate",
    "field": "summary",
    "lang": "fr",
    "file": "recordings/gate-fr.mp3",
    "transcript": "Une porte.",
    "speaker": "F. Amzil",
    "licence": "CC BY 4.0",
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The tiny town with one recording."""
    path = Town(tmp_path / "town").write()
    (path / "recordings").mkdir()
    (path / "recordings" / "gate-fr.mp3").write_bytes(tone())
    _say(path, LINE)
    return path


def _say(path: Path, *lines: dict[str, Any]) -> None:
    (path / "recordings.json").write_text(json.dumps({"recordings": lines}), encoding="utf-8")


def _load(session: Session, path: Path, root: Path) -> Counts:
    read = loading.read(path)
    records = loading_recordings.read(path, read.keys, read.config["languages"])
    loading.apply(session, read, now=clock.now())
    return loading_recordings.apply(session, records, path, root, now=clock.now())


def test_a_recording_is_taken_over_and_off_again(session: Session, town: Path, tmp_path: Path) -> None:
    root = tmp_path / "files"
    assert _load(session, town, root) == Counts(added=1)
    kept = session.scalars(select(Recording)).one()
    assert files.find(root, kept.sha256) is not None
    assert (kept.lang, kept.transcript, kept.origin) == ("fr", "Une porte.", "folder")
    assert kept.seconds == pytest.approx(2, abs=0.15)

    assert _load(session, town, root) == Counts(unchanged=1)
    _say(town, {**LINE, "transcript": "La porte."})
    assert _load(session, town, root) == Counts(changed=1)
    _say(town)
    assert _load(session, town, root) == Counts(removed=1)
    assert session.scalars(select(Recording)).all() == []


def test_what_the_desk_uploaded_stays(session: Session, town: Path, tmp_path: Path) -> None:
    root = tmp_path / "files"
    _load(session, town, root)
    kept = session.scalars(select(Recording)).one()
    kept.origin, kept.transcript = "desk", "Von der Theke."
    session.flush()
    _say(town, {**LINE, "transcript": "La porte."})

    assert _load(session, town, root) == Counts(unchanged=1)
    _say(town)
    assert _load(session, town, root) == Counts()
    assert kept.transcript == "Von der Theke."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"layer": "places"}, "unknown layer"),
        ({"id": "nothing"}, "is no thing of the layer"),
        ({"field": "summery"}, "did you mean summary"),
        ({"lang": "zgh"}, "unknown language"),
        ({"transcript": ""}, "is empty"),
        ({"transcript": None}, "must be text"),
        ({"licence": None}, "must be text"),
        ({"speaker": "x" * 121}, "at most 120"),
        ({"file": "recordings/none.mp3"}, "there is no such file"),
        ({"file": "../../etc/passwd"}, "outside the folder"),
        ({"file": "commune.toml"}, "no recording that can be played"),
        ({"length": 3}, "unknown property"),
    ],
)
def test_what_is_wrong_with_a_line_is_told(town: Path, change: dict[str, Any], told: str) -> None:
    _say(town, {**LINE, **change})
    read = loading.read(town)

    with pytest.raises(BadFolder) as bad:
        loading_recordings.read(town, read.keys, read.config["languages"])
    assert any(told in str(problem) for problem in bad.value.problems), bad.value.problems


@pytest.mark.parametrize("text", ["[]", '{"recordings": {}}', "{", '{"recordings": [1]}'])
def test_another_shape_is_told_too(town: Path, text: str) -> None:
    (town / "recordings.json").write_text(text, encoding="utf-8")
    read = loading.read(town)

    with pytest.raises(BadFolder):
        loading_recordings.read(town, read.keys, read.config["languages"])


def test_a_second_recording_of_the_same_text_is_told(town: Path) -> None:
    _say(town, LINE, LINE)
    read = loading.read(town)

    with pytest.raises(BadFolder, match="1 problem"):
        loading_recordings.read(town, read.keys, read.config["languages"])


def test_another_sound_makes_another_folder(town: Path) -> None:
    before = folder_hash(town)
    (town / "recordings" / "gate-fr.mp3").write_bytes(tone(3))

    assert folder_hash(town) != before
