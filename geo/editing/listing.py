"""The desk's table of a layer: a page of its things, found by name or key, by stage, by what they lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.folding import fold, literal

STAGES: Final = ("draft", "review", "published", "withdrawn")
LONGEST_SOUGHT: Final = 80
MOST_KEYS, MOST_NAMES = 2_000, 10_000
"""Of what is sought so many are taken at most: who finds more has to say more, and nobody waits for all."""


@dataclass(frozen=True)
class Row:
    """A thing in the table. `stages` has the parts that are not simply published: part → stage."""

    layer: str
    key: str
    kind: str
    name: Said
    place: tuple[float, float] | None
    """Longitude and latitude of where it is, as published."""
    public: bool
    stages: Mapping[str, str]


_FEATURES: Final = "FROM feature f {staged} WHERE f.layer = :layer {features}"
_RECORDS: Final = "FROM record r {kinds} WHERE r.layer = :layer AND r.feature_id IS NULL {records}"
_STAGES_OF: Final = "JOIN record r ON r.layer = f.layer AND r.key = f.key"
_KINDS_OF: Final = """JOIN record_part p ON p.record_id = r.id AND p.part = 'facts'
  JOIN record_version v ON v.record_id = r.id AND v.part = 'facts' AND v.number = p.latest"""
_PAGE: Final = """
WITH found AS (
  (SELECT f.id, f.key {features} ORDER BY f.key LIMIT :upto)
  UNION ALL
  (SELECT NULL, r.key {records} ORDER BY r.key LIMIT :upto)),
things AS (
  SELECT t.id, t.key, r.id AS record_id, COALESCE(f.kind, v.content->>'kind') AS kind,
         f.id IS NOT NULL AND f.withdrawn_at IS NULL AS public,
         COALESCE(f.place, ST_PointOnSurface(ST_SetSRID(ST_GeomFromGeoJSON(v.content->>'geometry'), 4326)))
           AS place
    FROM (SELECT * FROM found ORDER BY key LIMIT :limit OFFSET :offset) AS t
    LEFT JOIN feature f ON f.id = t.id
    LEFT JOIN record r ON r.layer = :layer AND r.key = t.key
    LEFT JOIN record_part p ON t.id IS NULL AND p.record_id = r.id AND p.part = 'facts'
    LEFT JOIN record_version v ON v.record_id = r.id AND v.part = 'facts' AND v.number = p.latest)
SELECT t.key, t.kind, ST_X(t.place) AS lon, ST_Y(t.place) AS lat, t.public, name.text, name.lang, name.state,
       (SELECT jsonb_object_agg(p.part, p.state) FROM record_part p
         WHERE p.record_id = t.record_id AND p.state <> 'published' AND p.latest > 0) AS stages
  FROM things t
  LEFT JOIN LATERAL (
    SELECT n.text, n.lang, n.state FROM (
      SELECT x.text, x.lang, x.state FROM feature_text x WHERE x.feature_id = t.id AND x.field = 'name'
      UNION ALL
      SELECT v.content->'name'->>'text', v.part, v.content->'name'->>'state' FROM record_part p
        JOIN record_version v ON v.record_id = p.record_id AND v.part = p.part AND v.number = p.latest
       WHERE t.id IS NULL AND p.record_id = t.record_id AND v.content ? 'name') AS n
     ORDER BY array_position(CAST(:order AS text[]), n.lang) NULLS LAST, n.lang LIMIT 1) AS name ON true
 ORDER BY t.key
"""
_FOUND: Final = """ AND f.id IN (
  SELECT id FROM (SELECT id FROM feature WHERE layer = :layer AND key LIKE :beginning ORDER BY key
                   LIMIT :most) AS keyed
  UNION
  SELECT feature_id FROM (SELECT feature_id FROM feature_text WHERE field = 'name' AND folded LIKE :sought
                           LIMIT :names) AS named)"""
_STAGED: Final = """ AND r.id IN (SELECT p.record_id FROM record_part p
  WHERE p.state = :stage AND p.latest > 0 AND (CAST(:part AS text) IS NULL OR p.part = :part))"""


def page(
    session: Session, layer: str, order: Sequence[str], *, limit: int, offset: int = 0,
    sought: str = "", stage: str = "", part: str | None = None, kind: str = "",
) -> tuple[int, Sequence[Row]]:  # fmt: skip
    """How many things there are, and a page of them by key; names in the first language of `order`.

    `sought` is in a name or begins the key (2,000 keys and 10,000 names that fit at most); `stage` is that
    of any part, or of `part`.
    """
    features, records, values = _where(sought, stage, part, kind)
    parts = {
        "features": _FEATURES.format(features=features, staged=_STAGES_OF if "r.id" in features else ""),
        "records": _RECORDS.format(records=records, kinds=_KINDS_OF if kind else ""),
    }
    values |= {"layer": layer, "order": list(order), "limit": limit, "offset": offset, "upto": offset + limit}
    counted = "SELECT (SELECT count(*) {features}) + (SELECT count(*) {records})".format(**parts)
    total = session.scalar(text(counted), values) or 0
    rows = session.execute(text(_PAGE.format(**parts)), values)
    return total, [_row(layer, row) for row in rows]


def _where(sought: str, stage: str, part: str | None, kind: str) -> tuple[str, str, dict[str, Any]]:
    features = records = ""
    values: dict[str, Any] = {}
    if sought := "".join(sign for sign in sought[:LONGEST_SOUGHT] if sign.isprintable()).strip():
        beginning, folded = literal(sought.lower()), literal(fold(sought))
        features += _FOUND
        records += " AND r.key LIKE :beginning"
        values |= {"beginning": f"{beginning}%", "sought": f"%{folded}%" if folded else None}
        values |= {"most": MOST_KEYS, "names": MOST_NAMES}
    if kind:
        features += " AND f.kind = :kind"
        records += " AND v.content->>'kind' = :kind"
        values["kind"] = kind
    if stage == "published":
        features += " AND f.withdrawn_at IS NULL"
        records += " AND false"
    elif stage == "withdrawn":
        features += " AND f.withdrawn_at IS NOT NULL"
        records += " AND false"
    elif stage in STAGES:
        features += _STAGED
        records += _STAGED
        values |= {"stage": stage, "part": part}
    return features, records, values


def _row(layer: str, row: Any) -> Row:
    name = Said(row.text, row.lang, row.state or "machine") if row.text else Said(row.key, "und")
    place = None if row.lon is None else (row.lon, row.lat)
    return Row(layer, row.key, row.kind, name, place, row.public, row.stages or {})


def waiting(session: Session, layers: Sequence[str]) -> dict[tuple[str, str, str], int]:
    """How many parts are drafts or in review: (layer, part, stage) → number."""
    rows = session.execute(
        text(
            "SELECT r.layer, p.part, p.state, count(*) FROM record_part p JOIN record r ON r.id = p.record_id"
            " WHERE p.state IN ('draft', 'review') AND p.latest > 0 AND r.layer = ANY (:layers)"
            " GROUP BY 1, 2, 3"
        ),
        {"layers": list(layers)},
    )
    return {(layer, part, state): number for layer, part, state, number in rows}
