"""Batches of rows that somebody brought: kept, found again by them alone, looked through, decided on."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from core import jobs
from core.db import is_id
from core.errors import Conflict, NotFound
from geo.editing.importing import previewing, there, told
from geo.editing.importing.fields import FOLDER
from geo.editing.importing.models import ImportBatch, ImportMapping, ImportRow
from geo.editing.importing.tables import Given, Table
from geo.editing.rights import Person
from geo.shapes import Box
from geo.vocabulary import N_

KEPT: Final = timedelta(days=7)
MOST: Final = 10
"""Batches of one person; an eleventh takes the place of their oldest."""
TASK: Final = "import.take"
OUTCOMES: Final = ("added", "changed", "unchanged", "rejected")
LOCKED: Final = ("taking",)
AT_ONCE: Final = 1_000

_ROWS: Final = text("""
INSERT INTO import_row (batch_id, number, line, given)
SELECT :batch, n.number, n.line, n.given
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (number int, line int, given jsonb)
""")


def store(
    session: Session, layer: str, title: str, table: Table, mapping: Mapping[str, Any], *,
    person: Person, now: datetime,
) -> ImportBatch:  # fmt: skip
    """Keep what was read. What is older than a week goes, and what is too much. The caller commits."""
    session.execute(delete(ImportBatch).where(ImportBatch.at < now - KEPT))
    mine = select(ImportBatch.id).where(ImportBatch.who == person.who, ImportBatch.stage != "taking")
    old = mine.order_by(ImportBatch.at.desc(), ImportBatch.id.desc()).offset(MOST - 1)
    session.execute(delete(ImportBatch).where(ImportBatch.id.in_(old.scalar_subquery())))
    batch = ImportBatch(
        layer=layer, title=title, form=table.form, columns=table.columns, stage="read", mapping=dict(mapping),
        remarks=[told.kept(one) for one in table.remarks], who=person.who, by=person.name, roles=[], at=now,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    for start in range(0, len(table.rows), AT_ONCE):
        some = [
            _row(number, one) for number, one in enumerate(table.rows[start : start + AT_ONCE], start + 1)
        ]
        session.execute(_ROWS, {"batch": batch.id, "rows": json.dumps(some, ensure_ascii=False)})
    if table.form == FOLDER:
        batch.stage = "shown"
        previewing.work_out(session, batch)
    return batch


def _row(number: int, one: Given) -> dict[str, Any]:
    wrong = told.kept(one.wrong) if one.wrong else None
    given = {"geometry": one.geometry, "values": one.values, "id": one.id, "wrong": wrong}
    return {"number": number, "line": one.line, "given": given}


def find(session: Session, layer: str, batch_id: int, *, person: Person, now: datetime) -> ImportBatch:
    """One's own batch. NotFound for that of somebody else as for none."""
    query = select(ImportBatch).where(
        ImportBatch.id == batch_id,
        ImportBatch.layer == layer,
        ImportBatch.who == person.who,
        ImportBatch.at > now - KEPT,
    )
    batch = session.scalar(query) if is_id(batch_id) else None
    if batch is None:
        raise NotFound(N_("This import is not there, or not yours; after a week it goes."))
    return batch


def held(session: Session, layer: str, batch_id: int, *, person: Person, now: datetime) -> ImportBatch:
    """The same, to be changed: with nobody else at it. Conflict while it is being taken over."""
    batch = find(session, layer, batch_id, person=person, now=now)
    session.refresh(batch, with_for_update=True)
    if batch.stage in LOCKED:
        raise Conflict(N_("This is being taken over right now. Wait until it is done."))
    return batch


def listed(session: Session, layer: str, *, person: Person, now: datetime) -> Sequence[ImportBatch]:
    """One's own batches of a layer, the newest first; never more than `MOST`."""
    mine = (ImportBatch.who == person.who, ImportBatch.layer == layer, ImportBatch.at > now - KEPT)
    query = select(ImportBatch).where(*mine).order_by(ImportBatch.at.desc(), ImportBatch.id.desc())
    return session.scalars(query.limit(MOST)).all()


def remembered(session: Session, layer: str) -> Mapping[str, Any] | None:
    """How the columns of the layer's last file were meant."""
    return session.scalar(select(ImportMapping.mapping).where(ImportMapping.layer == layer))


def show(session: Session, batch: ImportBatch, mapping: Mapping[str, Any], *, now: datetime) -> None:
    """Work the batch out by this mapping, and remember it for the layer's next file. The caller commits."""
    batch.mapping, batch.stage = dict(mapping), "shown"
    said = (ImportRow.batch_id == batch.id, ImportRow.same.is_not(None))
    session.execute(update(ImportRow).where(*said).values(same=None))
    statement = upsert(ImportMapping).values(layer=batch.layer, mapping=batch.mapping, at=now)
    new = {"mapping": statement.excluded.mapping, "at": statement.excluded.at}
    session.execute(statement.on_conflict_do_update(index_elements=["layer"], set_=new))
    session.flush()
    previewing.work_out(session, batch)


def counts(session: Session, batch: ImportBatch) -> dict[str, int]:
    """Rows by outcome, those ticked, and those by what came of them: done, stale, refused."""
    query = select(ImportRow.outcome, ImportRow.ticked, ImportRow.taken, func.count())
    rows = session.execute(
        query.where(ImportRow.batch_id == batch.id).group_by(
            ImportRow.outcome, ImportRow.ticked, ImportRow.taken
        )
    )
    found = dict.fromkeys((*OUTCOMES, "all", "ticked", "waiting", "done", "stale", "refused"), 0)
    for outcome, ticked, taken, number in rows:
        found["all"] += number
        for name in (outcome, "ticked" if ticked else None, taken or ("waiting" if ticked else None)):
            if name:
                found[name] = found.get(name, 0) + number
    return found


def page(
    session: Session, batch: ImportBatch, shown: str, *, limit: int, offset: int
) -> tuple[int, Sequence[ImportRow]]:
    """How many rows of an outcome (or what came of them, or all) there are, and a page as in the file."""
    where = [ImportRow.batch_id == batch.id]
    if shown in OUTCOMES:
        where.append(ImportRow.outcome == shown)
    elif shown in ("done", "stale", "refused"):
        where.append(ImportRow.taken == shown)
    total = session.scalar(select(func.count()).select_from(ImportRow).where(*where)) or 0
    query = select(ImportRow).where(*where).order_by(ImportRow.number).limit(limit).offset(offset)
    return total, session.scalars(query).all()


def sample(session: Session, batch: ImportBatch, limit: int = 3) -> Sequence[ImportRow]:
    """The first rows, to see what the columns hold."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.number)
    return session.scalars(query.limit(limit)).all()


def places(session: Session, batch: ImportBatch, limit: int) -> Sequence[tuple[int, str, float, float]]:
    """Number, outcome, longitude and latitude of rows that are somewhere, rejected ones first."""
    query = select(ImportRow.number, ImportRow.outcome, ImportRow.lon, ImportRow.lat).where(
        ImportRow.batch_id == batch.id, ImportRow.lon.is_not(None), ImportRow.outcome.is_not(None)
    )
    rows = session.execute(query.order_by(ImportRow.outcome.desc(), ImportRow.number).limit(limit))
    return [(number, str(outcome), float(lon or 0), float(lat or 0)) for number, outcome, lon, lat in rows]


def around(session: Session, layer: str, box: Box, limit: int) -> Sequence[tuple[float, float]]:
    """Longitude and latitude of the layer's things in the box."""
    return there.places(session, layer, box, limit)


def decide(
    session: Session, batch: ImportBatch, shown: Collection[int], ticked: Collection[int],
    same: Mapping[int, str],
) -> None:  # fmt: skip
    """Of the rows shown, tick these and no others; `same` says which thing on the map a row is ("": none)."""
    query = select(ImportRow).where(
        ImportRow.batch_id == batch.id,
        ImportRow.number.in_(shown),
        ImportRow.taken.is_distinct_from("done"),
        ImportRow.outcome.in_(("added", "changed", "unchanged", "rejected")),
    )
    again = []
    for row in session.scalars(query):
        row.ticked = row.number in ticked and row.outcome in ("added", "changed")
        offered = {one["key"] for one in row.near or ()}
        meant = same.get(row.number, row.same or "")
        if meant != (row.same or "") and (not meant or meant in offered):
            row.same = meant or None
            again.append(row.number)
    session.flush()
    if again:
        previewing.work_out(session, batch, again)


def tick_all(session: Session, batch: ImportBatch, outcome: str, ticked: bool) -> None:
    """Tick all rows that would be added, or all that would be changed; or none of them."""
    if outcome in ("added", "changed"):
        where = (ImportRow.batch_id == batch.id, ImportRow.outcome == outcome)
        open_ = ImportRow.taken.is_distinct_from("done")
        session.execute(update(ImportRow).where(*where, open_).values(ticked=ticked))


def take(session: Session, batch: ImportBatch, *, person: Person) -> None:
    """Put the ticked rows in line to be taken over. Conflict if there are none. The caller commits."""
    person.check(batch.layer, "facts")
    if batch.stage == "read" or not counts(session, batch)["waiting"]:
        raise Conflict(N_("No row is ticked."))
    batch.stage, batch.roles = "taking", sorted(str(role) for role in person.roles)
    session.flush()
    jobs.defer(session, TASK, lock=f"{TASK}:{batch.id}", batch_id=batch.id)


def again(session: Session, batch: ImportBatch, *, person: Person) -> None:
    """Put a batch in line once more whose job did not come to its end."""
    person.check(batch.layer, "facts")
    jobs.defer(session, TASK, lock=f"{TASK}:{batch.id}", batch_id=batch.id)


def remove(session: Session, batch: ImportBatch) -> None:
    """Forget the batch; what was taken over of it stays. The caller commits."""
    session.delete(batch)
