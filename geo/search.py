"""Lists of things: by kind, in order of name, or by a name that somebody half remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.features import as_said
from geo.folding import fold

LONGEST: Final = 100
"""Characters of a query that are read."""
ALIKE: Final = 0.5
"""Word similarity (pg_trgm, 0 to 1) from which a name counts as found. Measured on the shipped names:
spellings of one name lie above it, names that share only a word such as Bab below when that word is not what
was asked.
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


@dataclass(frozen=True)
class Page:
    """A page of a list, and how many there are in all."""

    items: tuple[Item, ...]
    total: int


_NAMED: Final = """
SELECT page.id, page.key, page.kind, name.said, ST_X(page.place) AS lon, ST_Y(page.place) AS lat, page.total
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

_FOUND: Final = text(
    """
WITH alike AS (
  SELECT t.feature_id, max(CASE WHEN t.folded = :query THEN 3
                                WHEN t.folded LIKE :start THEN 2
                                ELSE word_similarity(:query, t.folded) END) AS rank
    FROM feature_text AS t
   WHERE t.folded LIKE :within OR :query <% t.folded
   GROUP BY t.feature_id
), page AS (
  SELECT f.*, alike.rank, count(*) OVER () AS total
    FROM alike JOIN feature AS f ON f.id = alike.feature_id
   WHERE f.layer = :layer AND f.withdrawn_at IS NULL AND (:kind = '' OR f.kind = :kind)
   ORDER BY alike.rank DESC, f.id LIMIT :limit OFFSET :offset)
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

    Without a query: in the order of the commune's folder. With one: whose name in any language is like it,
    best first. A query without any letter finds nothing.
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
        session.execute(
            text("SELECT set_config('pg_trgm.word_similarity_threshold', :alike, true)"),
            {"alike": str(ALIKE)},
        )
        literal = folded.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        values |= {"query": folded, "start": f"{literal}%", "within": f"%{literal}%"}
        statement = _FOUND
    rows = session.execute(statement, values).all()
    items = tuple(
        Item(row.id, row.key, row.kind, as_said(row.said, row.key), row.lon, row.lat) for row in rows
    )
    return Page(items, rows[0].total if rows else 0)


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
