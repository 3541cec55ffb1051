"""Texts for agencies and back: what a file takes away, what one that comes back would change.

What comes back is checked unit by unit: is it a text that we have, in the right language; is its original
still what it was; is it plain text. Nothing is kept before a person has seen what it would change.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Conflict
from geo.commune import Commune
from geo.editing import versions
from geo.editing.checking import BadRecord
from geo.editing.rights import Person
from geo.loading.records import At, Problems
from geo.loading.words import plain
from geo.texts import source_hash
from geo.translating import sheets, terms
from geo.translating.sheets import Given
from geo.translating.terms import Fixed
from geo.translating.units import NEWEST, PUBLIC, RANKS, TEXTS
from geo.vocabulary import LAYERS, N_

MOST: Final = 2000
"""Units of one file, out or in."""
LARGEST_BYTES: Final = 4 * 2**20
SCOPES: Final = {
    "todo": N_("What is missing, outdated or a draft"),
    "missing": N_("What is missing"),
    "stale": N_("What is outdated"),
    "all": N_("Everything"),
}
ODD: Final = {
    "unknown": N_("There is no such text here."),
    "language": N_("It is not translated into this language."),
    "changed": N_("The original was changed in the file."),
    "text": N_("The translation is too long or has invisible signs."),
    "markup": N_("The translation has markup; only plain text can be kept."),
    "twice": N_("It stands in the file twice."),
    "refused": N_("The thing cannot be kept like this."),
}
"""Why a unit of a file is not taken."""


@dataclass(frozen=True)
class Going:
    """A unit that is taken away. `id` is layer.key.field."""

    id: str
    source: str
    hash: str
    target: str | None
    state: str
    name: str
    """Of the thing, for whoever translates without the map before them."""
    terms: Sequence[Fixed] = ()


@dataclass(frozen=True)
class Coming:
    """A unit of a file that came back. `made_from` is the hash that it was given, if it kept it."""

    id: str
    source: str
    target: str
    made_from: str = ""
    odd: str = ""
    """One of ODD, where the file itself shows that it cannot be taken."""


@dataclass(frozen=True)
class Change:
    """What a unit would change."""

    layer: str
    key: str
    field: str
    source: str
    before: str | None
    after: str
    made_from: str
    stale: bool
    """Its original has changed since the file was made."""


@dataclass(frozen=True)
class Preview:
    """What a file would change, what of it is outdated, what is not taken and why, how many say the same."""

    changes: Sequence[Change]
    odd: Sequence[tuple[str, str]]
    same: int
    empty: int

    @property
    def stamp(self) -> str:
        """Changes when what is kept now, or what would be, is something else than the person has seen."""
        seen = [(c.layer, c.key, c.field, c.before, c.after, c.stale) for c in self.changes]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


_GOING: Final = """
WITH page AS MATERIALIZED (
  SELECT u.layer, u.key, u.field, u.rank, u.source FROM translation_unit u
   WHERE u.lang = :lang AND u.source = :source AND {where}
   ORDER BY u.layer, u.key, u.field LIMIT :limit OFFSET :offset)
SELECT u.*, source.text AS said, target.text AS target, target.state, name.text AS name FROM page u
  JOIN LATERAL (SELECT s.text FROM ({public}) AS s WHERE s.lang = u.source) AS source ON true
  LEFT JOIN LATERAL (SELECT s.text, s.state FROM ({newest}) AS s WHERE s.lang = :lang) AS target ON true
  LEFT JOIN LATERAL (SELECT s.text FROM ({names}) AS s WHERE s.lang = u.source) AS name ON true
 ORDER BY u.layer, u.key, u.field
"""


def _narrowed(scope: str, layer: str) -> str:
    """What of a language is taken away, as a condition; made of our own words only."""
    ranks = {"missing": "u.rank = 0", "stale": "u.rank = 1", "all": "true"}.get(scope, "u.rank < 4")
    return f"{ranks} AND u.layer = :layer" if layer in LAYERS else ranks


def sources(session: Session, lang: str, scope: str, layer: str) -> list[tuple[str, int]]:
    """Languages that the texts are translated from, each with how many files it takes."""
    where = f"u.lang = :lang AND {_narrowed(scope, layer)}"
    query = f"SELECT u.source, count(*) FROM translation_unit u WHERE {where} GROUP BY 1 ORDER BY 2 DESC"
    rows = session.execute(text(query), {"lang": lang, "layer": layer})
    return [(source, -(-many // MOST)) for source, many in rows]


def going(session: Session, lang: str, source: str, scope: str, layer: str, number: int) -> list[Going]:
    """The units of file `number`, from 1, of those translated from `source`."""
    query = _GOING.format(
        where=_narrowed(scope, layer),
        public=TEXTS.format(field="u.field", number=PUBLIC),
        newest=TEXTS.format(field="u.field", number=NEWEST),
        names=TEXTS.format(field="'name'", number=PUBLIC),
    )
    values = {"lang": lang, "source": source, "layer": layer, "limit": MOST, "offset": (number - 1) * MOST}
    rows = session.execute(text(query), values).all()
    known = terms.known(session, lang)
    return [
        Going(
            f"{row.layer}.{row.key}.{row.field}", row.said, source_hash(row.said), row.target,
            RANKS[row.rank], row.name or row.key, known.among(row.said, row.target or ""),
        )
        for row in rows
    ]  # fmt: skip


def preview(session: Session, lang: str, coming: Sequence[Coming]) -> Preview:
    """What the units of a file would change; nothing is kept."""
    changes: list[Change] = []
    odd: list[tuple[str, str]] = []
    same = empty = 0
    seen: set[str] = set()
    there = _there(session, lang, [one.id for one in coming])
    for one in coming:
        wrong = one.odd or ("twice" if one.id in seen else "") or _wrong(one, there.get(one.id))
        seen.add(one.id)
        if wrong:
            odd.append((one.id[:140], wrong))
        elif not one.target.strip():
            empty += 1
        else:
            now: Any = there[one.id]
            after = plain(At(Problems(), ""), one.id, one.target, _size(now.field)) or ""
            if after == now.target:
                same += 1
            else:
                made_from = one.made_from or source_hash(one.source)
                stale = made_from != source_hash(now.said)
                changes.append(
                    Change(now.layer, now.key, now.field, now.said, now.target, after, made_from, stale)
                )
    return Preview(changes, odd, same, empty)


def _size(field: str) -> str:
    return "name" if field == "name" else "text"


def _wrong(one: Coming, now: Any) -> str:
    if now is None:
        return "unknown"
    if now.said is None:
        return "language"
    if one.made_from and source_hash(one.source) != one.made_from:
        return "changed"
    problems = Problems()
    if one.target.strip() and plain(At(problems, ""), one.id, one.target, _size(now.field)) is None:
        return "text"
    return ""


_THERE: Final = """
SELECT u.id, u.layer, u.key, u.field, source.text AS said, target.text AS target
  FROM unnest(CAST(:ids AS text[]), CAST(:layers AS text[]), CAST(:keys AS text[]), CAST(:fields AS text[]))
       AS u (id, layer, key, field)
  LEFT JOIN translation_unit t
    ON t.layer = u.layer AND t.key = u.key AND t.field = u.field AND t.lang = :lang
  LEFT JOIN LATERAL (SELECT s.text FROM ({public}) AS s WHERE s.lang = t.source) AS source ON true
  LEFT JOIN LATERAL (SELECT s.text FROM ({newest}) AS s WHERE s.lang = :lang) AS target ON true
 WHERE EXISTS (SELECT 1 FROM translation_unit x
                WHERE x.layer = u.layer AND x.key = u.key AND x.field = u.field)
"""


def _there(session: Session, lang: str, ids: Sequence[str]) -> Mapping[str, Any]:
    """What we have of the units that a file names."""
    named = {id_: id_.split(".") for id_ in ids if id_.count(".") == 2 and "\0" not in id_}
    query = _THERE.format(
        public=TEXTS.format(field="u.field", number=PUBLIC),
        newest=TEXTS.format(field="u.field", number=NEWEST),
    )
    columns = {
        name: [parts[n] for parts in named.values()] for n, name in enumerate(("layers", "keys", "fields"))
    }
    rows = session.execute(text(query), {"ids": list(named), "lang": lang, **columns})
    return {row.id: row for row in rows}


def take(
    session: Session, commune: Commune, lang: str, seen: Preview, *,
    stamp: str, also_stale: bool, person: Person, now: datetime,
) -> tuple[int, list[tuple[str, str]]]:  # fmt: skip
    """Keep what a preview showed, as drafts; how many texts, and what could not be kept. Callers commit.

    What was made from an older original is taken only if it is said so, and stays marked as outdated.
    Raises Conflict if something has changed since the preview was shown, Refused.
    """
    if stamp != seen.stamp:
        raise Conflict(N_("Something has changed meanwhile. Look at what the file would change again."))
    things: dict[tuple[str, str], dict[str, Given]] = {}
    for change in seen.changes:
        if also_stale or not change.stale:
            given = Given(change.after, change.made_from)
            things.setdefault((change.layer, change.key), {})[change.field] = given
    kept, odd = 0, []
    for (layer, key), given_of in sorted(things.items()):
        person.check(layer, lang)
        there = versions.find(session, layer, key).parts.get(lang)
        try:
            with session.begin_nested():
                sheets.save(
                    session, commune, layer, key, lang, given_of,
                    base=there.version if there else 0, person=person, now=now, origin="import",
                )  # fmt: skip
            kept += len(given_of)
        except BadRecord:
            odd.append((f"{layer}.{key}", "refused"))
    return kept, odd
