"""What there is to translate: how far each language has come, and its texts, the most needed first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.folding import fold, literal
from geo.vocabulary import N_

RANKS: Final = ("missing", "stale", "machine", "written", "reviewed", "attested")
"""How far a text has come, the most needed first; the place of each is `TranslationUnit.rank`.

Stale: made from a text that nobody says any more, however good it was.
"""
RANK_NAMES: Final = {
    "missing": N_("Missing"),
    "stale": N_("The original changed"),
    "machine": N_("Drafted by machine"),
    "written": N_("Written, not reviewed"),
    "reviewed": N_("Reviewed"),
    "attested": N_("Attested"),
}
TO_DO: Final = ("missing", "stale", "machine", "written")
SHOWN: Final = 400
"""Characters of a text that a list shows."""
MOST_NAMES, LONGEST_SOUGHT = 10_000, 80
"""Of what is sought so many names are taken at most, and so many characters."""
FOREVER: Final = "SET LOCAL statement_timeout = 0"


@dataclass(frozen=True)
class Asked:
    """Which units: each of these narrows them, unless it is empty."""

    layer: str = ""
    field: str = ""
    rank: str = ""
    stage: str = ""
    sought: str = ""
    """In a name of the thing, in any language and spelling, as the public sees it."""
    to_do: bool = False
    """Only those where something is to be done."""


@dataclass(frozen=True)
class Unit:
    """A text of a thing in the list. `source` is its beginning; `target` is None while it is missing."""

    layer: str
    key: str
    field: str
    rank: str
    stage: str
    name: Said
    source: Said
    target: str | None


def rebuild(session: Session) -> None:
    """Look at everything anew, after a load; what the desk changes is followed by itself. Callers commit."""
    session.execute(text(FOREVER))
    session.execute(text("SELECT translation_rebuild()"))


def progress(session: Session, langs: Sequence[str]) -> dict[str, dict[str, int]]:
    """Language → rank → how many texts, for each of these languages."""
    rows = session.execute(
        text("SELECT lang, rank, sum(many) FROM translation_count GROUP BY 1, 2"),
    )
    found = {lang: dict.fromkeys(RANKS, 0) for lang in langs}
    for lang, rank, many in rows:
        if lang in found:
            found[lang][RANKS[rank]] = int(many)
    return found


def counted(session: Session, lang: str, asked: Asked) -> int:
    """How many units there are."""
    where, values = _where(lang, asked)
    many, table = "sum(many)", "translation_count"
    if "sought" in values:  # counts know no names
        many, table = "count(*)", "translation_unit"
    query = f"SELECT COALESCE({many}, 0) FROM {table} u WHERE {where}"
    return int(session.scalar(text(query), values) or 0)


def choices(session: Session, lang: str) -> tuple[list[str], list[str]]:
    """Layers and fields that have texts in the language, to choose from."""
    rows = session.execute(
        text(
            "SELECT layer, field FROM translation_count WHERE lang = :lang GROUP BY 1, 2 HAVING sum(many) > 0"
        ),
        {"lang": lang},
    ).all()
    return sorted({row.layer for row in rows}), sorted({row.field for row in rows})


_PLAIN: Final = """
SELECT u.layer, u.key, u.field, u.rank, u.later, u.stage, u.source FROM translation_unit u
 WHERE {where} ORDER BY u.lang, {order}u.rank, u.later, u.layer, u.key, u.field LIMIT :limit OFFSET :offset
"""
_SHOWN: Final = """
WITH page AS MATERIALIZED ({plain})
SELECT u.*, name.text AS name, name.lang AS name_lang, name.state AS name_state,
       left(source.text, :shown) AS source_text, left(target.text, :shown) AS target_text
  FROM page u
  LEFT JOIN LATERAL ({texts}) AS name ON true
  LEFT JOIN LATERAL ({source}) AS source ON true
  LEFT JOIN LATERAL ({target}) AS target ON true
 ORDER BY {order}u.rank, u.later, u.layer, u.key, u.field
"""
TEXTS: Final = """
SELECT t.lang, t.text, t.state FROM feature f JOIN feature_text t ON t.feature_id = f.id
 WHERE f.layer = u.layer AND f.key = u.key AND t.field = {field}
   AND NOT EXISTS (SELECT 1 FROM record r WHERE r.layer = u.layer AND r.key = u.key)
UNION ALL
SELECT p.part, v.content -> {field} ->> 'text', v.content -> {field} ->> 'state'
  FROM record r JOIN record_part p ON p.record_id = r.id
  JOIN record_version v ON v.record_id = r.id AND v.part = p.part AND v.number = {number}
 WHERE r.layer = u.layer AND r.key = u.key AND p.latest > 0 AND v.content ? {field}
"""
"""The texts of a unit's thing in one field, in every language: as the public sees them, or the newest."""
PUBLIC: Final = "COALESCE(p.published, p.latest)"
NEWEST: Final = "p.latest"


def page(
    session: Session, lang: str, asked: Asked, order: Sequence[str], *, limit: int, offset: int = 0
) -> list[Unit]:
    """A page of units: missing, stale, machine-drafted, written, others; names as `order` prefers."""
    where, values = _where(lang, asked)
    by = "u.layer, " if asked.layer else ""
    names = f"SELECT * FROM ({TEXTS.format(field=_NAME, number=PUBLIC)}) AS n ORDER BY {_PREFERRED} LIMIT 1"
    query = _SHOWN.format(
        plain=_PLAIN.format(where=where, order=by),
        order=by,
        texts=names,
        source=_in("u.source", PUBLIC),
        target=_in(":lang", NEWEST),
    )
    values |= {"limit": limit, "offset": offset, "shown": SHOWN, "order": list(order)}
    return [_unit(row) for row in session.execute(text(query), values)]


_NAME: Final = "'name'"
_PREFERRED: Final = "array_position(CAST(:order AS text[]), n.lang) NULLS LAST, n.lang"


def _in(lang: str, number: str) -> str:
    return f"SELECT s.text FROM ({TEXTS.format(field='u.field', number=number)}) AS s WHERE s.lang = {lang}"


_SOUGHT: Final = """(u.layer, u.key) IN (SELECT f.layer, f.key FROM feature f WHERE f.id IN (
  SELECT feature_id FROM feature_text WHERE field = 'name' AND folded LIKE :sought LIMIT :names))"""


def _where(lang: str, asked: Asked) -> tuple[str, dict[str, Any]]:
    where: list[str] = ["u.lang = :lang"]
    values: dict[str, Any] = {"lang": lang}
    if folded := literal(fold(asked.sought[:LONGEST_SOUGHT])):
        where.append(_SOUGHT)
        values |= {"sought": f"%{folded}%", "names": MOST_NAMES}
    for name in ("layer", "field", "stage"):
        if given := getattr(asked, name):
            where.append(f"u.{name} = :{name}")
            values[name] = given
    if asked.rank in RANKS:
        where.append(f"u.rank = {RANKS.index(asked.rank)}")
    elif asked.to_do:
        where.append(f"u.rank < {len(TO_DO)}")
    return " AND ".join(where), values


def _unit(row: Any) -> Unit:
    name = Said(row.name, row.name_lang, row.name_state or "machine") if row.name else Said(row.key, "und")
    source = Said(row.source_text or "", row.source)
    return Unit(
        row.layer, row.key, row.field, RANKS[row.rank], row.stage, name, source, row.target_text or None
    )


@dataclass(frozen=True)
class Waiting:
    """Texts of a thing in a language that a second person should read."""

    layer: str
    key: str
    name: Said
    by: str
    at: Any


_WAITING: Final = """
SELECT u.layer, u.key, p.by, p.at, name.text, name.lang, name.state
  FROM record_part p JOIN record u ON u.id = p.record_id
  LEFT JOIN LATERAL (SELECT * FROM ({texts}) AS n ORDER BY {preferred} LIMIT 1) AS name ON true
 WHERE p.part = :lang AND p.state = 'review' ORDER BY p.at, u.layer, u.key LIMIT :limit OFFSET :offset
""".format(texts=TEXTS.format(field=_NAME, number=NEWEST).replace("p.", "q.").replace(" p ", " q "),
           preferred=_PREFERRED)  # fmt: skip


def waiting(
    session: Session, lang: str, order: Sequence[str], *, limit: int, offset: int = 0
) -> tuple[int, list[Waiting]]:
    """How many things wait for review in the language, and a page of them, the longest waiting first."""
    many = text("SELECT count(*) FROM record_part WHERE part = :lang AND state = 'review'")
    total = session.scalar(many, {"lang": lang}) or 0
    values = {"lang": lang, "limit": limit, "offset": offset, "order": list(order)}
    rows = session.execute(text(_WAITING), values)
    return total, [
        Waiting(
            row.layer, row.key,
            Said(row.text, row.lang, row.state or "machine") if row.text else Said(row.key, "und"),
            row.by, row.at,
        )
        for row in rows
    ]  # fmt: skip


def followed_by(
    session: Session, lang: str, here: tuple[str, str], layer: str = ""
) -> tuple[str, str] | None:
    """The next thing with something to do in the language, after this one; None at the list's end.

    To be asked before this one is saved: then it has left its place.
    """
    values: dict[str, Any] = {"lang": lang, "layer": here[0], "key": here[1], "only": layer}
    todo = f"lang = :lang AND rank < {len(TO_DO)}"
    place = text(
        f"SELECT rank, later FROM translation_unit WHERE {todo} AND layer = :layer AND key = :key"
        " ORDER BY rank, later LIMIT 1"
    )
    at = session.execute(place, values).one_or_none()
    rank, later = (at.rank, at.later) if at else (-1, 0)
    narrowed = "AND layer = :only" if layer else ""
    query = text(
        f"SELECT layer, key FROM translation_unit WHERE {todo} {narrowed}"
        " AND (rank, later, layer, key) > (:rank, :later, :layer, :key) AND (layer, key) <> (:layer, :key)"
        " ORDER BY lang, rank, later, layer, key LIMIT 1"
    )
    row = session.execute(query, {**values, "rank": rank, "later": later}).one_or_none()
    return (row.layer, row.key) if row else None
