"""Versions of a thing's parts: what is there, a new one, the history, two compared, an old one restored.

Whoever saves says which version they began from. If another has come between, nothing is stored and they are
told what changed (`Stale`), with both changes put together. Callers commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from geo import models
from geo.editing import checking, merging, parts
from geo.editing.merging import Change, Merged
from geo.editing.models import Record, RecordPart, RecordVersion
from geo.editing.parts import FIRST, Content
from geo.editing.rights import Person
from geo.vocabulary import LAYERS, N_

FOLDER: Final = "folder"


@dataclass(frozen=True)
class Part:
    """A part as it is now. `version` is what a change of it begins from."""

    content: dict[str, Any]
    version: int
    state: str
    published: int | None
    by: str
    at: datetime | None


@dataclass(frozen=True)
class Thing:
    """A thing with all its parts, newest versions first of all."""

    layer: str
    key: str
    feature_id: int | None
    withdrawn: bool
    parts: Mapping[str, Part]

    @property
    def contents(self) -> dict[str, dict[str, Any]]:
        """Part → its newest content."""
        return {name: part.content for name, part in self.parts.items()}


class Stale(Conflict):
    """Somebody else saved the part meanwhile. `theirs` is their version; `merged` has both changes."""

    def __init__(self, theirs: RecordVersion, merged: Merged) -> None:
        super().__init__(N_("%(name)s has changed this meanwhile. Nothing of yours is lost."), name=theirs.by)
        self.theirs = theirs
        self.merged = merged


def find(session: Session, layer: str, key: str) -> Thing:
    """A thing of the desk or of the public map. NotFound if there is none."""
    record = session.scalar(select(Record).where(Record.layer == layer, Record.key == key))
    feature = session.execute(
        select(models.Feature.id, models.Feature.withdrawn_at).where(
            models.Feature.layer == layer, models.Feature.key == key
        )
    ).one_or_none()
    if layer not in LAYERS or (record is None and feature is None):
        raise NotFound(N_("There is no such thing on the map."))
    withdrawn = feature is not None and feature.withdrawn_at is not None
    id_ = feature.id if feature else None
    if record is None:
        told = parts.published(session, layer, feature.id)  # type: ignore[union-attr]
        state = "withdrawn" if withdrawn else "published"
        there = {name: Part(content, FIRST, state, FIRST, "", None) for name, content in told.items()}
        return Thing(layer, key, id_, withdrawn, there)
    return Thing(layer, key, id_, withdrawn, _parts(session, record.id))


def _parts(session: Session, record_id: int) -> dict[str, Part]:
    query = (
        select(RecordPart, RecordVersion.content)
        .join(
            RecordVersion,
            (RecordVersion.record_id == RecordPart.record_id)
            & (RecordVersion.part == RecordPart.part)
            & (RecordVersion.number == RecordPart.latest),
        )
        .where(RecordPart.record_id == record_id)
    )
    return {
        part.part: Part(content, part.latest, part.state, part.published, part.by, part.at)
        for part, content in session.execute(query)
    }


def opened(session: Session, layer: str, key: str, *, now: datetime) -> Record:
    """The desk's record of a thing, begun from what is published if there is none yet. NotFound."""
    wanted = select(Record).where(Record.layer == layer, Record.key == key)
    if (record := session.scalar(wanted)) is not None:
        return record
    thing = find(session, layer, key)
    begun = session.scalar(
        text(
            "INSERT INTO record (layer, key, feature_id, from_folder, made_at)"
            " VALUES (:layer, :key, :feature, true, :now) ON CONFLICT (layer, key) DO NOTHING RETURNING id"
        ),
        {"layer": layer, "key": key, "feature": thing.feature_id, "now": now},
    )
    if begun is not None:  # else another has begun it in the same moment
        for name, part in thing.parts.items():
            _first(session, begun, name, part, now)
        session.flush()
    return session.scalars(wanted).one()


def _first(session: Session, record_id: int, name: str, part: Part, now: datetime) -> None:
    session.add(
        RecordPart(
            record_id=record_id, part=name, state=part.state, latest=FIRST, published=FIRST, by="", at=now
        )
    )
    session.add(
        RecordVersion(
            record_id=record_id, part=name, number=FIRST, content=part.content,
            origin=FOLDER, who="", by="", at=now,
        )
    )  # fmt: skip


def held(session: Session, record: Record, part: str, *, now: datetime) -> RecordPart:
    """The part's row, with nobody else at it until the transaction ends; made if it is new."""
    session.execute(
        text(
            "INSERT INTO record_part (record_id, part, state, latest, by, at)"
            " VALUES (:id, :part, 'draft', 0, '', :now) ON CONFLICT DO NOTHING"
        ),
        {"id": record.id, "part": part, "now": now},
    )
    query = select(RecordPart).where(RecordPart.record_id == record.id, RecordPart.part == part)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def add(
    session: Session, row: RecordPart, content: Content, person: Person, *, origin: str, now: datetime
) -> RecordVersion:
    """A further version of a part that is held. Its state is a draft again."""
    version = RecordVersion(
        record_id=row.record_id, part=row.part, number=row.latest + 1, content=dict(content),
        origin=origin, who=person.who, by=person.name, at=now,
    )  # fmt: skip
    session.add(version)
    row.latest, row.state, row.by, row.at = version.number, "draft", person.name, now
    session.flush()
    return version


def save(
    session: Session, layer: str, key: str, part: str, content: Content, *,
    base: int, person: Person, now: datetime, origin: str = "desk",
) -> int:  # fmt: skip
    """Keep a part as a draft; the number of its version. What says the same as before makes none.

    Raises Refused, NotFound, checking.BadRecord, and Stale if `base` is not the newest version any more.
    """
    person.check(layer, part)
    record = opened(session, layer, key, now=now)
    row = held(session, record, part, now=now)
    if row.latest != base:
        raise _stale(session, row, content, base)
    there = _parts(session, record.id)
    if not merging.changes(there[part].content if part in there else {}, content):
        return row.latest
    contents = {name: one.content for name, one in there.items()}
    checking.checked(session, layer, key, {**contents, part: content})
    return add(session, row, content, person, origin=origin, now=now).number


def _stale(session: Session, row: RecordPart, mine: Content, base: int) -> Stale:
    query = select(RecordVersion).where(
        RecordVersion.record_id == row.record_id,
        RecordVersion.part == row.part,
        RecordVersion.number.in_([base, row.latest]),
    )
    there = {version.number: version for version in session.scalars(query)}
    if row.latest not in there:
        raise NotFound(N_("There is no such thing on the map."))
    began = there[base].content if base in there else {}
    theirs = there[row.latest]
    return Stale(theirs, merging.merge(began, theirs.content, mine))


def create(
    session: Session, layer: str, key: str, contents: Mapping[str, Content], *,
    person: Person, now: datetime, origin: str = "desk",
) -> Record:  # fmt: skip
    """A new thing, as drafts. Raises Refused, checking.BadRecord, Conflict if the key is taken."""
    for part in contents:
        person.check(layer, part)
    checking.checked(session, layer, key, contents)
    taken = select(models.Feature.id).where(models.Feature.layer == layer, models.Feature.key == key)
    begun = session.scalar(
        text(
            "INSERT INTO record (layer, key, from_folder, made_at) VALUES (:layer, :key, false, :now)"
            " ON CONFLICT (layer, key) DO NOTHING RETURNING id"
        ),
        {"layer": layer, "key": key, "now": now},
    )
    if begun is None or session.scalar(taken) is not None:
        raise Conflict(N_("There is a thing with the key %(key)s already."), key=key)
    record = session.get_one(Record, begun)
    for part, content in contents.items():
        add(session, held(session, record, part, now=now), content, person, origin=origin, now=now)
    return record


def history(
    session: Session, layer: str, key: str, part: str, *, limit: int, offset: int = 0
) -> tuple[int, Sequence[RecordVersion]]:
    """How many versions a part has, and a page of them, the newest first. None before the first change."""
    record = session.scalar(select(Record).where(Record.layer == layer, Record.key == key))
    if record is None:
        find(session, layer, key)
        return 0, []
    of = select(RecordVersion).where(RecordVersion.record_id == record.id, RecordVersion.part == part)
    total = session.scalar(
        select(RecordPart.latest).where(RecordPart.record_id == record.id, RecordPart.part == part)
    )
    page = of.order_by(RecordVersion.number.desc()).limit(limit).offset(offset)
    return total or 0, session.scalars(page).all()


def version(session: Session, layer: str, key: str, part: str, number: int) -> RecordVersion:
    """One version. NotFound if there is none of that number."""
    query = (
        select(RecordVersion)
        .join(Record, Record.id == RecordVersion.record_id)
        .where(Record.layer == layer, Record.key == key, RecordVersion.part == part)
    )
    found = session.scalar(query.where(RecordVersion.number == number)) if 0 < number < 2**31 else None
    if found is None:
        raise NotFound(N_("There is no such version."))
    return found


def compare(session: Session, layer: str, key: str, part: str, first: int, second: int) -> list[Change]:
    """What differs between two versions, field by field."""
    older, newer = (version(session, layer, key, part, number) for number in (first, second))
    return merging.changes(older.content, newer.content)


def restore(
    session: Session, layer: str, key: str, part: str, number: int, *,
    base: int, person: Person, now: datetime,
) -> int:  # fmt: skip
    """Make an old version the newest again, as a draft. Raises as `save`."""
    old = version(session, layer, key, part, number)
    return save(session, layer, key, part, old.content, base=base, person=person, now=now, origin="restored")
