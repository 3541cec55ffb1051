"""Changes of many things at once, each whole or not at all, by a handful of questions whatever their number.

What `versions.create` and `versions.save` do for one thing, with the same checks and the same locks. Callers
commit.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound, Problem
from geo.editing import checking, known, merging
from geo.editing.known import Known
from geo.editing.parts import FACTS, FIRST, Content
from geo.editing.rights import Person
from geo.editing.versions import FOLDER
from geo.vocabulary import N_

Contents = Mapping[str, Content]


@dataclass(frozen=True)
class Wanted:
    """A thing as it is to be: its parts' new contents, and the versions that they follow (0 for none)."""

    key: str
    contents: Contents
    bases: Mapping[str, int]
    is_new: bool = False


@dataclass
class _Writing:
    """What is to be written of the things that passed: parts with their number, content and origin."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    """New rows of record_part: record_id, part, state, latest, published, by."""
    moved: list[dict[str, Any]] = field(default_factory=list)
    """Rows that are there and get a further version: record_id, part, latest."""
    versions: list[dict[str, Any]] = field(default_factory=list)
    """New rows of record_version: record_id, part, number, content, origin, who, by."""


_HELD: Final = text("""
SELECT r.id, r.key, p.part, p.latest, p.by FROM record r JOIN record_part p ON p.record_id = r.id
 WHERE r.layer = :layer AND r.key = ANY (:keys) ORDER BY r.key, p.part <> 'facts', p.part FOR UPDATE OF p
""")
_BEGUN: Final = text("""
INSERT INTO record (layer, key, from_folder, made_at)
SELECT CAST(:layer AS text), k.key, false, CAST(:now AS timestamptz)
  FROM unnest(CAST(:keys AS text[])) AS k (key)
 WHERE NOT EXISTS (SELECT FROM feature f WHERE f.layer = CAST(:layer AS text) AND f.key = k.key)
 ORDER BY k.key ON CONFLICT (layer, key) DO NOTHING RETURNING key, id
""")
_MEANWHILE: Final = text("""
DELETE FROM record r USING feature f
 WHERE r.id = ANY (:ids) AND f.layer = r.layer AND f.key = r.key RETURNING r.key
""")
"""A load may have brought a key between our question and our row."""
_OPENED: Final = text("""
INSERT INTO record (layer, key, feature_id, from_folder, made_at)
SELECT f.layer, f.key, f.id, true, :now FROM feature f WHERE f.layer = :layer AND f.key = ANY (:keys)
 ORDER BY f.key ON CONFLICT (layer, key) DO NOTHING RETURNING key, id
""")
_PARTS: Final = text("""
INSERT INTO record_part (record_id, part, state, latest, published, by, at)
SELECT n.record_id, n.part, n.state, n.latest, n.published, n.by, :now
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (
       record_id bigint, part text, state text, latest int, published int, by text)
 ORDER BY n.record_id, n.part ON CONFLICT DO NOTHING RETURNING record_id, part
""")
_UNDONE: Final = text("""
DELETE FROM record_part p USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (record_id bigint, part text)
 WHERE p.record_id = n.record_id AND p.part = n.part
""")
_MOVED: Final = text("""
UPDATE record_part p SET latest = n.latest, state = 'draft', by = :by, at = :now
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (record_id bigint, part text, latest int)
 WHERE p.record_id = n.record_id AND p.part = n.part
""")
_VERSIONS: Final = text("""
INSERT INTO record_version (record_id, part, number, content, origin, who, by, at)
SELECT n.record_id, n.part, n.number, n.content, n.origin, n.who, n.by, :now
  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS n (
       record_id bigint, part text, number int, content jsonb, origin text, who text, by text)
""")
_FOR_ALL: Final = ("DISCARD PLANS", "SET LOCAL plan_cache_mode = force_generic_plan")
"""Triggers ask the same of each row, up to the end of the transaction: one plan does for all of them, made
for tables as large as they are now.
"""


def save(
    session: Session, layer: str, wanted: Sequence[Wanted], *,
    is_as_seen: Callable[[str, Contents], bool], person: Person, now: datetime, origin: str,
) -> dict[str, Problem]:  # fmt: skip
    """Keep them as drafts, no key twice; key → why not, of those that are left as they are.

    Refused, checking.BadRecord, NotFound, Conflict: as `versions.create` and `versions.save` raise them.
    `is_as_seen` is asked of a thing that nobody has touched at the desk, with its key and what is published:
    no version tells whether a load has changed it since.
    """
    task = _Task(session, layer, person, now, origin, is_as_seen)
    allowed = [one for one in wanted if task.is_allowed(one)]
    new = task.begun([one for one in allowed if one.is_new and task.is_good(one.key, one.contents)])
    there = task.changed([one for one in allowed if not one.is_new])
    task.write(new, there)
    return task.refused


class _Task:
    """One call of `save`: what it is about, and what was refused so far."""

    def __init__(
        self, session: Session, layer: str, person: Person, now: datetime, origin: str,
        is_as_seen: Callable[[str, Contents], bool],
    ) -> None:  # fmt: skip
        self.session = session
        self.layer = layer
        self.person = person
        self.now = now
        self.origin = origin
        self.is_as_seen = is_as_seen
        self.lines = checking.reader(session)
        self.held: set[tuple[int, str]] = set()
        self.is_planned = False
        self.refused: dict[str, Problem] = {}

    def is_allowed(self, one: Wanted) -> bool:
        try:
            for part in one.contents:
                self.person.check(self.layer, part)
        except Problem as refused:
            self.refused[one.key] = refused
        return one.key not in self.refused

    def is_good(self, key: str, contents: Contents) -> bool:
        try:
            checking.check(self.session, self.lines, self.layer, key, contents)
        except checking.BadRecord as bad:
            self.refused[key] = bad
        return key not in self.refused

    def begun(self, wanted: Sequence[Wanted]) -> list[tuple[int, Wanted]]:
        """Those of the new things whose key was still free, with their record."""
        if not wanted:
            return []
        asked = {"layer": self.layer, "now": self.now, "keys": [one.key for one in wanted]}
        ids = {key: id_ for key, id_ in self.session.execute(_BEGUN, asked)}
        for key in self.session.scalars(_MEANWHILE, {"ids": list(ids.values())}):
            del ids[key]
        for one in wanted:
            if one.key not in ids:
                message = N_("There is a thing with the key %(key)s already.")
                self.refused[one.key] = Conflict(message, key=one.key)
        return [(ids[one.key], one) for one in wanted if one.key in ids]

    def changed(self, wanted: Sequence[Wanted]) -> list[tuple[int, Wanted, Known]]:
        """Those of the things that are as they were thought to be, held, with their record and what is there.

        One that nobody has touched at the desk gets its record, begun from what is published.
        """
        keys = [one.key for one in wanted]
        if not keys:
            return []
        ids: dict[str, int] = {}
        by: dict[tuple[str, str], str] = {}
        for row in self.session.execute(_HELD, {"layer": self.layer, "keys": keys}):
            ids[row.key], by[row.key, row.part] = row.id, row.by
            self.held.add((row.id, row.part))
        there = known.things(self.session, self.layer, keys)
        good = [one for one in wanted if self._is_fresh(one, there.get(one.key), by, one.key in ids)]
        good = [one for one in good if self._is_better(one, there[one.key])]
        asked = {"layer": self.layer, "now": self.now, "keys": [o.key for o in good if o.key not in ids]}
        opened = {key: id_ for key, id_ in self.session.execute(_OPENED, asked)} if asked["keys"] else {}
        for one in good:
            if one.key not in ids and one.key not in opened:
                self._is_late(one.key)
        self._first({id_: there[key] for key, id_ in opened.items()})
        ids |= opened
        return [(ids[one.key], one, there[one.key]) for one in good if one.key in ids]

    def _is_fresh(
        self, one: Wanted, thing: Known | None, by: Mapping[tuple[str, str], str], is_desks: bool
    ) -> bool:
        """Whether the thing is as it was when the change was thought of."""
        if thing is None:
            self.refused[one.key] = NotFound(N_("There is no such thing on the map."))
            return False
        for part in one.contents:
            if thing.versions.get(part, 0) != one.bases[part]:
                return self._is_late(one.key, by.get((one.key, part)))
        return is_desks or self.is_as_seen(one.key, thing.contents) or self._is_late(one.key)

    def _is_late(self, key: str, by: str | None = None) -> bool:
        named = N_("%(name)s has changed this meanwhile. Nothing of yours is lost.")
        unnamed = N_("This has changed meanwhile. Nothing of yours is lost.")
        self.refused[key] = Conflict(named, name=by) if by else Conflict(unnamed)
        return False

    def _is_better(self, one: Wanted, thing: Known) -> bool:
        return self.is_good(one.key, {**thing.contents, **one.contents})

    def _first(self, opened: Mapping[int, Known]) -> None:
        """What is published becomes the first version of what is opened."""
        rows = _Writing()
        for id_, thing in opened.items():
            state = "withdrawn" if thing.withdrawn else "published"
            for part, content in thing.contents.items():
                published = {"state": state, "latest": FIRST, "published": FIRST, "by": ""}
                rows.parts.append({"record_id": id_, "part": part, **published})
                first = {"number": FIRST, "content": content, "origin": FOLDER, "who": "", "by": ""}
                rows.versions.append({"record_id": id_, "part": part, **first})
                self.held.add((id_, part))
        self._put(_PARTS, rows.parts)
        self._put(_VERSIONS, rows.versions)

    def write(self, new: Iterable[tuple[int, Wanted]], there: Iterable[tuple[int, Wanted, Known]]) -> None:
        """Further versions of their parts, which are drafts then. What says the same as before makes none."""
        rows, keys = _Writing(), {}
        nothing = Known({}, {})
        for id_, one, thing in [*((id_, one, nothing) for id_, one in new), *there]:
            keys[id_] = one.key
            for part in sorted(one.contents, key=lambda name: name != FACTS):
                if merging.changes(thing.contents.get(part, {}), one.contents[part]):
                    self._further(rows, id_, part, thing.versions.get(part, 0) + 1, one.contents[part])
        made = {(row.record_id, row.part) for row in self._put(_PARTS, rows.parts)}
        # Another may have begun the same language of the same thing in this moment: then all of ours goes.
        late = {row["record_id"] for row in rows.parts if (row["record_id"], row["part"]) not in made}
        for id_ in late:
            self._is_late(keys[id_])
        self._put(_UNDONE, [{"record_id": id_, "part": part} for id_, part in made if id_ in late])
        self._put(_VERSIONS, [row for row in rows.versions if row["record_id"] not in late])
        self._put(_MOVED, [row for row in rows.moved if row["record_id"] not in late])

    def _further(self, rows: _Writing, id_: int, part: str, number: int, content: Content) -> None:
        which = {"record_id": id_, "part": part}
        if (id_, part) not in self.held:
            rows.parts.append({**which, "state": "draft", "latest": number, "by": self.person.name})
        else:
            rows.moved.append({**which, "latest": number})
        rows.versions.append(
            {**which, "number": number, "content": dict(content), "origin": self.origin}
            | {"who": self.person.who, "by": self.person.name}
        )

    def _put(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Run it for these rows, if there are any."""
        for one in _FOR_ALL if rows and not self.is_planned else ():
            self.session.execute(text(one))
            self.is_planned = True
        told = {"rows": json.dumps(rows, ensure_ascii=False), "now": self.now, "by": self.person.name}
        return self.session.execute(statement, told) if rows else ()
