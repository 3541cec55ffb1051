"""What a batch would do: each row added, changed, unchanged or rejected, and why. Nothing on the map changes.

Rows are worked out a thousand at a time, each thousand by a few questions, so that no more than these and the
things that they mean are in memory.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.editing import checking, known, parts
from geo.editing.importing import building, composing, nearby, there, told
from geo.editing.importing.building import Told
from geo.editing.importing.fields import FOLDER
from geo.editing.importing.models import ImportBatch, ImportRow
from geo.editing.importing.tables import Given, Said
from geo.editing.known import Known
from geo.editing.parts import FACTS
from geo.loading.features import Reader
from geo.loading.records import At, Problems, quoted
from geo.loading.words import KEY
from geo.vocabulary import N_

AT_ONCE: Final = 1_000
_KEEP: Final = text("""
UPDATE import_row r SET outcome = n.outcome, key = n.key, name = n.name, contents = n.contents,
       bases = n.bases, changes = n.changes, problems = n.problems, near = n.near, lon = n.lon,
       lat = n.lat, ticked = n.ticked, taken = NULL, told = NULL
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (
       number int, outcome text, key text, name text, contents jsonb, bases jsonb, changes jsonb,
       problems jsonb, near jsonb, lon float8, lat float8, ticked bool)
 WHERE r.batch_id = :batch AND r.number = n.number
""")


@dataclass
class _Row:
    """A row on its way: what it says, which thing it means, what comes of it."""

    number: int
    line: int
    same: str | None
    said: Told
    contents: dict[str, dict[str, Any]] | None = None
    """Whole, of lines of a folder."""
    key: str | None = None
    key_is_given: bool = True
    """Whether the row, or the person, says which thing it is; else its key is made of its name."""
    problems: list[Said] = field(default_factory=list)
    near: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class _Keys:
    """Keys that things or rows have, the first row of each by its line, how far names are numbered."""

    taken: set[str]
    first: dict[str, int]
    tried: dict[str, int] = field(default_factory=dict)

    def free(self, key: str) -> None:
        """Take it back, of a row that comes to nothing."""
        self.taken.discard(key)
        del self.first[key]


def work_out(session: Session, batch: ImportBatch, only: Sequence[int] | None = None) -> None:
    """Work out every row that is not taken over yet, or only those. The caller commits."""
    lines = checking.reader(session)
    first = _others(session, batch, only) if only is not None else {}
    keys = _Keys(there.keys(session, batch.layer) | set(first), first)
    query = select(ImportRow.number, ImportRow.line, ImportRow.given, ImportRow.same)
    query = query.where(ImportRow.batch_id == batch.id, ImportRow.taken.is_distinct_from("done"))
    if only is not None:
        query = query.where(ImportRow.number.in_(only))
    query, last = query.order_by(ImportRow.number).limit(AT_ONCE), 0
    while some := session.execute(query.where(ImportRow.number > last)).all():
        rows = [_read(batch, lines, row) for row in some]
        _keys(session, batch, rows)
        there_ = known.things(session, batch.layer, [row.key for row in rows if row.key])
        results = [_result(session, batch, lines, row, there_, keys) for row in rows]
        told_ = json.dumps(results, ensure_ascii=False)
        session.execute(_KEEP, {"batch": batch.id, "rows": told_})
        last = rows[-1].number


def _read(batch: ImportBatch, lines: Reader, row: Any) -> _Row:
    kept = row.given
    wrong = told.read(kept["wrong"]) if kept.get("wrong") else None
    given = Given(row.line, kept.get("geometry"), kept.get("values") or {}, kept.get("id"), wrong)
    if batch.form == FOLDER:
        return _line(batch.layer, lines, row, given)
    said = building.build(batch.layer, given, batch.mapping)
    return _Row(row.number, row.line, row.same, said, key=said.key, problems=said.wrong)


def _line(layer: str, lines: Reader, row: Any, given: Given) -> _Row:
    """A line of a data folder, which says everything of its thing."""
    found = _Row(row.number, row.line, row.same, Told(geometry=given.geometry))
    if given.wrong:
        found.problems.append(given.wrong)
        return found
    if not isinstance(given.id, str) or not KEY.fullmatch(given.id):
        message = N_("must be of a-z, digits and hyphens, at most 80 long, not %(value)s")
        found.problems.append(Said("id", message, {"value": quoted(given.id)}))
        return found
    problems = Problems()
    feature = {"type": "Feature", "geometry": given.geometry, "properties": given.values}
    lines.feature(At(problems, "", given.id), layer, feature)
    found.problems += map(told.of_problem, problems.found)
    if not problems.found:
        found.key, found.contents = given.id, parts.of_line(layer, feature)
        found.said.texts = {
            lang: {"name": said["name"]["text"]}
            for lang, said in found.contents.items()
            if lang != FACTS and "name" in said
        }
    return found


def _keys(session: Session, batch: ImportBatch, rows: Sequence[_Row]) -> None:
    """Which thing each row means: by what the person said, by key, by number elsewhere; else who is near."""
    for row in rows:
        row.key = row.same or row.key
    numbers = [
        (pair, row)
        for row in rows
        if row.key is None
        for pair in row.said.facts.get("external_ids", {}).items()
    ]
    have = there.external(session, batch.layer, [pair for pair, _ in numbers])
    for pair, row in numbers:
        row.key = row.key or have.get(pair)
    looking = [row for row in rows if (row.key is None or row.same) and not row.problems and _place(row)]
    if not looking:
        return
    places = [place for row in looking if (place := _place(row))]
    around = nearby.Neighbours(there.called(session, batch.layer, places))
    for row, (lon, lat) in zip(looking, places, strict=True):
        row.near = around.near(lon, lat, _names(row))


def _names(row: _Row) -> list[str]:
    return [fields["name"] for fields in row.said.texts.values() if fields.get("name")]


def _place(row: _Row) -> tuple[float, float] | None:
    """Where the row is drawn, as far as that is a place on the earth at all."""
    geometry = row.said.geometry
    first = composing.first(geometry.get("coordinates")) if isinstance(geometry, Mapping) else None
    if first and len(first) == 2 and all(isinstance(at, int | float) and abs(at) <= 180 for at in first):
        return float(first[0]), float(first[1])
    return None


def _others(session: Session, batch: ImportBatch, mine: Sequence[int]) -> dict[str, int]:
    """Keys that further rows of the batch have, which are not worked out now, and their lines."""
    query = select(ImportRow.key, ImportRow.line).where(
        ImportRow.batch_id == batch.id,
        ImportRow.key.is_not(None),
        ImportRow.outcome != "rejected",
        ImportRow.number.not_in(mine),
    )
    return {str(key): line for key, line in session.execute(query)}


def _result(
    session: Session, batch: ImportBatch, lines: Reader, row: _Row, things: Mapping[str, Known],
    keys: _Keys,
) -> dict[str, Any]:  # fmt: skip
    names = _names(row)
    place = _place(row)
    result: dict[str, Any] = {
        "number": row.number,
        "name": names[0][:300] if names else None,
        "near": row.near or None,
        **({"lon": place[0], "lat": place[1]} if place else {}),
    }
    if row.problems:
        return {**result, **_rejected(row.problems), "key": row.key and row.key[:80]}
    thing = things.get(row.key) if row.key else None
    before: Mapping[str, Any] = thing.contents if thing else {}
    after = row.contents or composing.contents(row.said, before)
    if row.key is None:
        row.key_is_given = False
        row.key = composing.made_key(row.said, str(after[FACTS].get("kind", "")), keys.taken, keys.tried)
    elif row.key in keys.first:
        twice = N_("is meant by two rows of the file: the first is in line %(line)s")
        return {**result, **_rejected([Said("key", twice, {"line": keys.first[row.key]})]), "key": row.key}
    keys.first[row.key] = row.line
    keys.taken.add(row.key)
    result["key"] = row.key
    contents, changes = composing.changed(before, after)
    if not contents:
        return {**result, "outcome": "unchanged", "ticked": False}
    problems = list(_problems(session, batch, lines, row.key, {**before, **after}))
    if problems and not row.key_is_given:
        keys.free(row.key)
        result["key"] = None
    if problems:
        return {**result, **_rejected(problems)}
    versions = thing.versions if thing else {}
    return {
        **result,
        "outcome": "changed" if thing else "added",
        "contents": contents,
        "changes": changes,
        "bases": {part: versions.get(part, 0) for part in contents},
        "ticked": bool(thing) or not row.near,
    }


def _problems(
    session: Session, batch: ImportBatch, lines: Reader, key: str, contents: Mapping[str, Any]
) -> Iterator[Said]:
    try:
        checking.check(session, lines, batch.layer, key, contents)
    except checking.BadRecord as bad:
        yield from map(told.of_problem, bad.problems)


def _rejected(problems: Sequence[Said]) -> dict[str, Any]:
    return {"outcome": "rejected", "problems": [told.kept(one) for one in problems[:20]], "ticked": False}
