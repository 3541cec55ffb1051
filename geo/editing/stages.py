"""From draft over review to the public, part by part; and back. Callers commit.

Facts may be published by who wrote them; a text needs a second person, who has then read it: what is new in
it counts as reviewed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, Refused
from geo.editing import checking, merging, versions
from geo.editing.models import Record, RecordPart, RecordVersion
from geo.editing.parts import FACTS
from geo.editing.rights import Person
from geo.loading import single
from geo.vocabulary import N_

READ: Final = "reviewed"


def submit(
    session: Session, layer: str, key: str, part: str, *, version: int, person: Person, now: datetime
) -> None:
    """Ask for review. Raises Refused, NotFound, Conflict if there is nothing to review."""
    person.check(layer, part)
    row = _row(session, layer, key, part, version, now)
    if row.state not in ("draft", "withdrawn"):
        raise Conflict(N_("There is no draft here that could be reviewed."))
    row.state, row.by, row.at = "review", person.name, now


def send_back(
    session: Session, layer: str, key: str, part: str, *, version: int, person: Person, now: datetime
) -> None:
    """Make a draft of it again: something is to be mended."""
    person.check(layer, part)
    row = _row(session, layer, key, part, version, now)
    if row.state != "review":
        raise Conflict(N_("This is not in review."))
    row.state, row.by, row.at = "draft", person.name, now


def publish(
    session: Session, layer: str, key: str, wanted: Mapping[str, int], *,
    person: Person, now: datetime, all_read: bool = False,
) -> None:  # fmt: skip
    """Show parts to the public: part → the version that was looked at. A new thing needs facts and a name.

    `all_read`: the person has read every text of these languages, not only what is new.
    Raises Refused for one's own text, Conflict if a part has changed since, checking.BadRecord.
    """
    record = versions.opened(session, layer, key, now=now)
    for part, number in sorted(wanted.items()):
        person.check(layer, part)
        row = _row(session, layer, key, part, number, now)
        newest = versions.version(session, layer, key, part, row.latest)
        if part != FACTS:
            newest = _reviewed(session, row, newest, person, all_read=all_read, now=now)
        row.state, row.published, row.by, row.at = "published", newest.number, person.name, now
    session.flush()
    _write(session, record, now)


def withdraw(
    session: Session, layer: str, key: str, part: str, *, version: int, person: Person, now: datetime
) -> None:
    """Take a language, or with the facts the whole thing, away from the public. Its versions stay."""
    person.check(layer, part)
    row = _row(session, layer, key, part, version, now)
    if row.published is None:
        raise Conflict(N_("This is not public."))
    row.state, row.published, row.by, row.at = "withdrawn", None, person.name, now
    session.flush()
    record = session.get_one(Record, row.record_id)
    if part == FACTS and record.feature_id is not None:
        single.withdraw(session, record.feature_id, now=now)
    else:
        _write(session, record, now)


def _row(session: Session, layer: str, key: str, part: str, version: int, now: datetime) -> RecordPart:
    record = versions.opened(session, layer, key, now=now)
    row = versions.held(session, record, part, now=now)
    if row.latest == 0:
        raise NotFound(N_("There is no such thing on the map."))
    if row.latest != version:
        raise Conflict(N_("%(name)s has changed this meanwhile. Look at it again."), name=row.by)
    return row


def _reviewed(
    session: Session, row: RecordPart, newest: RecordVersion, person: Person, *,
    all_read: bool, now: datetime,
) -> RecordVersion:  # fmt: skip
    """The version with its new texts marked as read by a second person. Refused for one's own."""
    public: dict[str, Any] = {}
    if row.published is not None:
        of = (RecordVersion.record_id == row.record_id, RecordVersion.part == row.part)
        query = select(RecordVersion.content).where(*of, RecordVersion.number == row.published)
        public = session.scalar(query) or {}
    fresh = {
        field
        for field, one in newest.content.items()
        if all_read or _told(one) != _told(public.get(field, {}))
    }
    if (fresh or merging.changes(public, newest.content)) and person.is_same(newest.who, newest.by):
        raise Refused(N_("A text is published by a second person, who has read it."))
    read = {field: _read(one, field in fresh) for field, one in newest.content.items()}
    if read == newest.content:
        return newest
    return versions.add(session, row, read, person, origin="reviewed", now=now)


def _told(one: Mapping[str, Any]) -> tuple[Any, Any]:
    """What a reader reads, and who stands for it: a draft that somebody vouched for is new, too."""
    return one.get("text"), one.get("state", "machine")


def _read(one: Mapping[str, Any], fresh: bool) -> dict[str, Any]:
    return {**one, "state": READ} if fresh and one.get("state") != "attested" else dict(one)


def public_contents(session: Session, record: Record) -> dict[str, dict[str, Any]]:
    """Part → what the public is to see of it."""
    query = (
        select(RecordVersion.part, RecordVersion.content)
        .join(
            RecordPart,
            (RecordPart.record_id == RecordVersion.record_id) & (RecordPart.part == RecordVersion.part),
        )
        .where(RecordPart.record_id == record.id, RecordVersion.number == RecordPart.published)
    )
    return {part: content for part, content in session.execute(query)}


def _write(session: Session, record: Record, now: datetime) -> None:
    contents = public_contents(session, record)
    if FACTS not in contents:
        raise Conflict(N_("Publish where it is and what it is first, then its texts."))
    thing = checking.checked(session, record.layer, record.key, contents)
    record.feature_id = single.publish(session, thing, now=now)
    session.flush()
