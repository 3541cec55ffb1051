"""What a batch would do: each row added, changed, unchanged or rejected, and why. Nothing on the map changes.

Everything is asked for many rows at once: ten thousand rows take seconds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.editing import checking, parts
from geo.editing.importing import building, composing, nearby, there, told
from geo.editing.importing.building import Told
from geo.editing.importing.fields import FOLDER
from geo.editing.importing.models import ImportBatch, ImportRow
from geo.editing.importing.tables import Given, Said
from geo.editing.parts import FACTS
from geo.loading.features import Reader
from geo.loading.records import At, Problems, quoted
from geo.loading.words import KEY
from geo.shapes import Box
from geo.vocabulary import N_

AT_ONCE: Final = 1_000
AROUND: Final = 0.005
"""Degrees around the rows within which things of the map are looked for."""
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


def work_out(session: Session, batch: ImportBatch, only: Sequence[int] | None = None) -> None:
    """Work out every row that is not taken over yet, or only those. The caller commits."""
    lines = checking.reader(session)
    query = select(ImportRow.number, ImportRow.line, ImportRow.given, ImportRow.same)
    query = query.where(ImportRow.batch_id == batch.id, ImportRow.taken.is_distinct_from("done"))
    if only is not None:
        query = query.where(ImportRow.number.in_(only))
    rows = [_read(batch, lines, row) for row in session.execute(query.order_by(ImportRow.number))]
    _keys(session, batch, rows, only)
    known = there.things(session, batch.layer, [row.key for row in rows if row.key])
    taken = there.keys(session, batch.layer) | _others(session, batch, rows)
    first: dict[str, int] = {}
    results = [_result(session, batch, lines, row, known, taken, first) for row in rows]
    for start in range(0, len(results), AT_ONCE):
        some = json.dumps(results[start : start + AT_ONCE], ensure_ascii=False)
        session.execute(_KEEP, {"batch": batch.id, "rows": some})


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


def _keys(session: Session, batch: ImportBatch, rows: Sequence[_Row], only: Sequence[int] | None) -> None:
    """Which thing each row means: by what the person said, by key, by number elsewhere; else who is near."""
    for row in rows:
        row.key = row.same or row.key
    numbers = {
        (scheme, id_): row
        for row in rows
        if row.key is None
        for scheme, id_ in row.said.facts.get("external_ids", {}).items()
    }
    for pair, key in there.external(session, batch.layer, numbers).items():
        numbers[pair].key = key
    looking = [row for row in rows if (row.key is None or row.same) and not row.problems and _place(row)]
    if not looking:
        return
    places = [place for row in looking if (place := _place(row))]
    lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
    box = Box(min(lons) - AROUND, min(lats) - AROUND, max(lons) + AROUND, max(lats) + AROUND)
    around = nearby.Neighbours(there.called(session, batch.layer, box))
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


def _others(session: Session, batch: ImportBatch, rows: Sequence[_Row]) -> set[str]:
    """Keys that further rows of the batch have, which are not worked out now."""
    mine = {row.number for row in rows}
    query = select(ImportRow.number, ImportRow.key).where(
        ImportRow.batch_id == batch.id, ImportRow.key.is_not(None), ImportRow.outcome != "rejected"
    )
    return {str(key) for number, key in session.execute(query) if number not in mine}


def _result(
    session: Session, batch: ImportBatch, lines: Reader, row: _Row, known: Mapping[str, there.Known],
    taken: set[str], first: dict[str, int],
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
    thing = known.get(row.key) if row.key else None
    before: Mapping[str, Any] = thing.contents if thing else {}
    after = row.contents or composing.contents(row.said, before)
    if row.key is None:
        row.key_is_given = False
        row.key = composing.made_key(row.said, str(after[FACTS].get("kind", "")), taken)
    elif row.key in first:
        twice = N_("is meant by two rows of the file: the first is in line %(line)s")
        return {**result, **_rejected([Said("key", twice, {"line": first[row.key]})]), "key": row.key}
    first[row.key] = row.line
    taken.add(row.key)
    result["key"] = row.key
    contents, changes = composing.changed(before, after)
    if not contents:
        return {**result, "outcome": "unchanged", "ticked": False}
    problems = list(_problems(session, batch, lines, row.key, {**before, **after}))
    if problems and not row.key_is_given:
        taken.discard(row.key)
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
        checking.read(session, lines, batch.layer, key, contents)
    except checking.BadRecord as bad:
        yield from map(told.of_problem, bad.problems)


def _rejected(problems: Sequence[Said]) -> dict[str, Any]:
    return {"outcome": "rejected", "problems": [told.kept(one) for one in problems[:20]], "ticked": False}
