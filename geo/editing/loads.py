"""When the commune's folder is loaded again: what it changed and what the desk changed, put together.

Of a field that both changed the desk's stays, and the load says so; the folder's version is in the history.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from geo.editing import checking, merging, parts, stages, versions
from geo.editing.models import Record, RecordPart, RecordVersion
from geo.editing.rights import Person
from geo.loading import single
from geo.loading.records import FeatureRecord, Folder

LOADER: Final = Person("command:load", "athar load", ())


def follow(session: Session, folder: Folder, *, now: datetime) -> list[str]:
    """Bring the folder's changes into what was changed at the desk; what of them was not taken, in words.

    The caller commits. Raises checking.BadRecord if both changes together make no good thing.
    """
    records = session.scalars(select(Record).where(Record.from_folder).order_by(Record.id)).all()
    wanted = {(record.layer, record.key) for record in records}
    layers = [*folder.features.values(), [walk.feature for walk in folder.routes]]
    lines = {key: one for listed in layers for one in listed if (key := (one.layer, one.key)) in wanted}
    return [
        field
        for record in records
        if (line := lines.get((record.layer, record.key))) is not None
        for field in _follow(session, record, line, now)
    ]


def _follow(session: Session, record: Record, line: FeatureRecord, now: datetime) -> list[str]:
    told = parts.of_line(record.layer, line.given)
    bases = _bases(session, record)
    kept: list[str] = []
    before = stages.public_contents(session, record)
    for part in sorted({*told, *bases}):
        base = bases.get(part, {})
        theirs = told.get(part, {}) if part == parts.FACTS else _with_sources(told.get(part, {}), base)
        if not merging.changes(base, theirs):
            continue
        row = versions.held(session, record, part, now=now)
        kept += [
            f"{record.layer}/{record.key}: {part}.{field}" for field in _take(session, row, base, theirs, now)
        ]
    session.flush()
    contents = stages.public_contents(session, record)
    moved = any(
        merging.changes(before.get(part, {}), contents.get(part, {})) for part in {*before, *contents}
    )
    if parts.FACTS in contents and moved:
        thing = checking.checked(session, record.layer, record.key, contents)
        record.feature_id = single.publish(session, thing, now=now)
    return kept


def _with_sources(theirs: parts.Content, base: parts.Content) -> dict[str, Any]:
    """The folder says not from which text a translation was made: of one that it did not change, the same."""
    return {
        field: {**one, "source": base[field]["source"]}
        if base.get(field, {}).get("source") and base[field]["text"] == one["text"]
        else one
        for field, one in theirs.items()
    }


def _bases(session: Session, record: Record) -> dict[str, dict[str, Any]]:
    """Part → what the folder said of it last."""
    query = (
        select(RecordVersion.part, RecordVersion.content)
        .where(RecordVersion.record_id == record.id, RecordVersion.origin == versions.FOLDER)
        .ext(distinct_on(RecordVersion.part))
        .order_by(RecordVersion.part, RecordVersion.number.desc())
    )
    return {part: content for part, content in session.execute(query)}


def _take(
    session: Session, row: RecordPart, base: Mapping[str, Any], theirs: Mapping[str, Any], now: datetime
) -> list[str]:
    """The folder's version, then what the public sees with it, then the draft with it; fields not taken."""
    numbers = [number for number in (row.published, row.latest) if number]
    query = select(RecordVersion.number, RecordVersion.content).where(
        RecordVersion.record_id == row.record_id,
        RecordVersion.part == row.part,
        RecordVersion.number.in_(numbers),
    )
    contents = {number: content for number, content in session.execute(query)}
    state, latest, published = row.state, row.latest, row.published
    folders = versions.add(session, row, theirs, LOADER, origin=versions.FOLDER, now=now)
    clashes: list[str] = []
    for number in dict.fromkeys(number for number in (published, latest) if number):
        merged = merging.merge(base, theirs, contents[number])
        clashes = [clash.field for clash in merged.clashes]
        newest = folders
        if merging.changes(theirs, merged.content):
            newest = versions.add(session, row, merged.content, LOADER, origin="merged", now=now)
        if number == published:
            row.published = newest.number
    if published is None and not latest:
        row.published, state = folders.number, "published"
    row.state = state
    return clashes
