"""Lists of things: by kind, in order of name, or by a name that somebody half remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.features import as_said
from geo.folding import fold, literal

LONGEST: Final = 100
"""Characters of a query that are read."""
ALIKE: Final = 0.4
"""Word similarity (pg_trgm, 0 to 1) from which a name counts as found. Measured on the shipped names: other
spellings of a name reach 0.40 (Khmis for Khemis) to 0.8, words that none of them has at most 0.36.
"""
NEARLY: Final = 0.75
"""Share of the best similarity below which a name is left out (of 1 where a name holds what was asked): where
one name resembles both words that were asked, those that have only the commoner one, such as Bab, are not
meant.
"""
FEW: Final = 20
"""Where so many names hold what was asked, those that only resemble it are left out: they would stand far
down, and to compare tens of thousands of names would take the time of many answers.
"""
SHORT: Final = 3
"""Below so many letters a query is looked for at the beginning of words only: an index of trigrams knows
nothing shorter inside a word.
"""


@dataclass(frozen=True)
class Item:
    """A line of a list."""

    id: int
    key: str
    kind: str
    name: Said
    lon: float
    lat: float
    picture: str | None = None
    """Name (sha256) of its first published picture."""


@dataclass(frozen=True)
class Page:
    """A page of a list, and how many there are in all."""

    items: tuple[Item, ...]
    total: int


_NAMED: Final = """
SELECT page.id, page.key, page.kind, name.said, ST_X(page.place) AS lon, ST_Y(page.place) AS lat, page.total,
       (SELECT shown.sha256 FROM picture AS shown
         WHERE shown.feature_id = page.id AND shown.state = 'published'
         ORDER BY shown.ordinal, shown.id LIMIT 1) AS picture
  FROM page LEFT JOIN LATERAL (
       SELECT jsonb_build_array(t.text, t.lang, t.state) AS said FROM feature_text AS t
        WHERE t.feature_id = page.id AND t.field = 'name'
        ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1) AS name
       ON true
 ORDER BY page.rank DESC, page.id
"""

_LISTED: Final = text(
    """
WITH page AS (
  SELECT f.*, 0 AS rank, (SELECT count(*) FROM feature AS all_of
                          WHERE all_of.layer = :layer AND all_of.withdrawn_at IS NULL
                            AND (:kind = '' OR all_of.kind = :kind)) AS total
    FROM feature AS f
   WHERE f.layer = :layer AND f.withdrawn_at IS NULL AND (:kind = '' OR f.kind = :kind)
   ORDER BY f.id LIMIT :limit OFFSET :offset)
"""
    + _NAMED
)

_FOR_A_SEARCH: Final = text(
    """
SELECT set_config('pg_trgm.word_similarity_threshold', :alike, true),
       set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('max_parallel_workers_per_gather', '0', true)
"""
)
"""For the rest of the transaction. How many names match differs a thousandfold from word to word: no plan
fits all of them. Many readers at once make better use of the processors than many workers for one.
"""

_FOUND: Final = text(
    """
WITH holding AS MATERIALIZED (
  SELECT t.feature_id, max(CASE WHEN t.folded = :query THEN 4 WHEN t.folded LIKE :start THEN 3
                                WHEN t.folded LIKE :word THEN 2 ELSE 1 END
                           + CAST(length(:query) AS float) / length(t.folded)) AS rank
    FROM feature_text AS t JOIN feature AS f ON f.id = t.feature_id
   WHERE (t.folded LIKE :within OR t.folded LIKE :begins)
     AND f.layer = :layer AND f.withdrawn_at IS NULL AND (:kind = '' OR f.kind = :kind)
   GROUP BY t.feature_id
), alike AS (
  SELECT t.feature_id, max(word_similarity(:query, t.folded)) AS rank,
         CASE WHEN EXISTS (TABLE holding) THEN 1
              ELSE max(max(word_similarity(:query, t.folded))) OVER () END AS top
    FROM feature_text AS t JOIN feature AS f ON f.id = t.feature_id
   WHERE :query <% t.folded AND (SELECT count(*) FROM holding) < :few
     AND f.layer = :layer AND f.withdrawn_at IS NULL AND (:kind = '' OR f.kind = :kind)
     AND NOT EXISTS (SELECT FROM holding WHERE holding.feature_id = t.feature_id)
   GROUP BY t.feature_id
), best AS (
  SELECT feature_id, rank, count(*) OVER () AS total
    FROM (TABLE holding UNION ALL SELECT feature_id, rank FROM alike WHERE rank >= :nearly * top) AS either
   ORDER BY rank DESC, feature_id LIMIT :limit OFFSET :offset
), page AS (
  SELECT f.*, best.rank, best.total FROM best JOIN feature AS f ON f.id = best.feature_id)
"""
    + _NAMED
)


def found(
    session: Session,
    layer: str,
    *,
    query: str = "",
    kind: str = "",
    order: Sequence[str],
    limit: int,
    offset: int = 0,
) -> Page:
    """A page of the layer's published things, each named in the first language of `order` that has a name.

    Without a query: in the order of the commune's folder (what was added later comes last). With one: whose
    name in any language holds it, best first, then, if those are few, whose name resembles it. A query
    without any letter finds nothing. `total` counts all pages, also when `offset` lies beyond the last.
    """
    wanted = query.replace("\0", "")[:LONGEST].strip()
    values: dict[str, object] = {
        "layer": layer,
        "kind": kind.replace("\0", ""),
        "langs": list(order),
        "limit": limit,
        "offset": offset,
    }
    statement = _LISTED
    if wanted:
        folded = fold(wanted)
        if not folded:
            return Page((), 0)
        session.execute(_FOR_A_SEARCH, {"alike": str(ALIKE)})
        few = FEW if len(folded) >= SHORT else 0
        values |= {"query": folded, "few": few, "nearly": NEARLY, **_patterns(folded)}
        statement = _FOUND
    rows = session.execute(statement, values).all()
    if not rows and offset:
        first = session.execute(statement, {**values, "limit": 1, "offset": 0}).first()
        return Page((), first.total if first else 0)
    items = tuple(
        Item(row.id, row.key, row.kind, as_said(row.said, row.key), row.lon, row.lat, row.picture)
        for row in rows
    )
    return Page(items, rows[0].total if rows else 0)


def _patterns(folded: str) -> dict[str, str]:
    """LIKE patterns: names that begin with it, that have a word that does, and those that count as found."""
    just = literal(folded)
    start, word, within = f"{just}%", f"% {just}%", f"%{just}%"
    wide = {"within": within, "begins": within} if len(folded) >= SHORT else {"within": word, "begins": start}
    return {"start": start, "word": word, **wide}


def kinds(session: Session, layer: str) -> list[tuple[str, int]]:
    """The layer's kinds, each with how many published things it has; most first."""
    rows = session.execute(
        text(
            "SELECT kind, count(*) AS many FROM feature WHERE layer = :layer AND withdrawn_at IS NULL"
            " GROUP BY kind ORDER BY many DESC, kind"
        ),
        {"layer": layer},
    )
    return [(kind, many) for kind, many in rows]


def count(session: Session, layer: str) -> int:
    """How many published things the layer has."""
    return sum(many for _, many in kinds(session, layer))
