"""recordings.json: recordings of texts as files of the commune's folder, checked and taken over.

What the desk has uploaded for the same text in the same language stays; what the file no longer names is
taken off the pages.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import files, sounds
from core.errors import Invalid
from core.sounds import Sound
from geo import published
from geo.loading.files import RECORDINGS, read_bytes, read_json
from geo.loading.records import At, Counts, Problems
from geo.loading.words import known_members, optional, plain, word
from geo.models import Feature
from geo.recordings import LONGEST, SPOKEN, Given, Recording, keep

MEMBERS: Final = ("layer", "id", "field", "lang", "file", "transcript", "speaker", "licence")
MOST: Final = 2000


@dataclass(frozen=True)
class RecordingRecord:
    """A line of recordings.json, its file measured; `size` in bytes."""

    given: Given
    sound: Sound
    file: str
    sha256: str
    size: int


def read(folder: Path, keys: Mapping[str, set[str]], languages: Sequence[str]) -> list[RecordingRecord]:
    """The lines of recordings.json; BadFolder with every problem. A folder may have none."""
    problems = Problems()
    records = _records(problems, folder, keys, languages)
    problems.raise_any()
    return records


def _records(
    problems: Problems, folder: Path, keys: Mapping[str, set[str]], languages: Sequence[str]
) -> list[RecordingRecord]:
    if not (folder / RECORDINGS).exists():
        return []
    at = At(problems, RECORDINGS)
    value = read_json(at, folder, RECORDINGS)
    lines = value.get("recordings") if isinstance(value, dict) else None
    if not isinstance(lines, list) or len(lines) > MOST:
        if not problems.found:
            at.wrong(None, f'must be an object with a list "recordings" of at most {MOST}')
        return []
    records, seen = [], set()
    for index, line in enumerate(lines):
        here = At(problems, RECORDINGS, f"recordings[{index}]")
        if not isinstance(line, dict):
            here.wrong(None, "must be an object")
        elif (record := _record(here, folder, line, keys, languages)) is not None:
            what = (record.given.layer, record.given.key, record.given.field, record.given.lang)
            if what in seen:
                here.wrong(None, "is the second recording of the same text in the same language")
            seen.add(what)
            records.append(record)
    return records


def _record(
    at: At, folder: Path, line: Mapping[str, Any], keys: Mapping[str, set[str]], languages: Sequence[str]
) -> RecordingRecord | None:
    before = len(at.problems.found)
    known_members(at, None, line, MEMBERS)
    layer = word(at, "layer", line.get("layer"), SPOKEN, "layer")
    key = line.get("id")
    if layer and not (isinstance(key, str) and key in keys.get(layer, set())):
        at.wrong("id", f"is no thing of the layer {layer}")
    field = word(at, "field", line.get("field"), SPOKEN.get(str(layer), SPOKEN["monuments"]), "text")
    lang = word(at, "lang", line.get("lang"), languages, "language")
    transcript = plain(at, "transcript", line.get("transcript"), "text")
    licence = plain(at, "licence", line.get("licence"))
    speaker = optional(at, line, "speaker")
    for name, said in (("speaker", speaker), ("licence", licence)):
        if said and len(said) > LONGEST[name]:
            at.wrong(name, f"has {len(said)} characters; at most {LONGEST[name]}")
    given = Given(str(layer), str(key), str(field), str(lang), str(transcript), speaker or "", str(licence))
    file = plain(at, "file", line.get("file"))
    record = _measured(at, folder, file, given) if file else None
    return record if len(at.problems.found) == before else None


def _measured(at: At, folder: Path, file: str, given: Given) -> RecordingRecord | None:
    inside = At(at.problems, file, at.id)
    data = read_bytes(inside, folder, file)
    if data is None:
        return None
    try:
        sound = sounds.checked(data)
    except Invalid as wrong:
        inside.wrong(None, str(wrong))
        return None
    return RecordingRecord(given, sound, file, hashlib.sha256(data).hexdigest(), len(data))


def apply(
    session: Session, records: Sequence[RecordingRecord], folder: Path, root: Path, *, now: datetime
) -> Counts:
    """Bring the folder's recordings to what recordings.json says, in the caller's transaction.

    Files are kept under `root` (core.files). BadFolder if one changed since it was read.
    """
    query = select(Recording, Feature.layer, Feature.key).join(Feature, Feature.id == Recording.feature_id)
    there = {
        (layer, key, recording.field, recording.lang): recording
        for recording, layer, key in session.execute(query)
    }
    added = changed = unchanged = 0
    named = set()
    for record in records:
        given = record.given
        what = (given.layer, given.key, given.field, given.lang)
        named.add(what)
        old = there.get(what)
        if old is not None and (old.origin == "desk" or _is_as_before(old, given, record.sha256)):
            unchanged += 1
            continue
        _keep_file(folder, record, root)
        keep(session, given, record.sound, record.sha256, record.size, origin="folder", now=now)
        added, changed = added + (old is None), changed + (old is not None)
    gone = [old for what, old in there.items() if old.origin == "folder" and what not in named]
    for old in gone:
        session.delete(old)
    if added or changed or gone:
        published.touch(session)
    session.flush()
    return Counts(added, changed, unchanged, len(gone))


def _keep_file(folder: Path, record: RecordingRecord, root: Path) -> None:
    """Read again, one at a time: all the recordings of a commune together may be large."""
    problems = Problems()
    data = read_bytes(At(problems, record.file), folder, record.file)
    if data is not None and files.keep(root, data) != record.sha256:
        problems.add(record.file, None, None, "changed while the folder was read; load it again")
    problems.raise_any()


def _is_as_before(old: Recording, given: Given, sha256: str) -> bool:
    known = (old.sha256, old.transcript, old.speaker or "", old.licence)
    return known == (sha256, given.transcript, given.speaker, given.licence)
