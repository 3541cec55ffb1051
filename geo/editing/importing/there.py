"""What is there already, of many things at once: their newest parts, keys, places and names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing import parts
from geo.editing.parts import FIRST
from geo.folding import fold
from geo.shapes import Box

AT_ONCE: Final = 2_000
MOST_NEAR: Final = 100_000
"""Things among which those nearby are looked for."""


@dataclass(frozen=True)
class Known:
    """A thing's newest content and its version, part by part."""

    contents: Mapping[str, Mapping[str, Any]]
    versions: Mapping[str, int]


@dataclass(frozen=True)
class Called:
    """A thing for whoever looks nearby: where it is, its names as they are compared, one as it is written."""

    key: str
    lon: float
    lat: float
    folded: tuple[str, ...]
    name: str


_FEATURES: Final = text("""
SELECT f.id, f.key FROM feature f WHERE f.layer = :layer AND f.key = ANY (:keys)
   AND NOT EXISTS (SELECT FROM record r WHERE r.layer = f.layer AND r.key = f.key)
""")
_RECORDS: Final = text("""
SELECT r.key, p.part, p.latest, v.content FROM record r
  JOIN record_part p ON p.record_id = r.id
  JOIN record_version v ON v.record_id = r.id AND v.part = p.part AND v.number = p.latest
 WHERE r.layer = :layer AND r.key = ANY (:keys)
""")
_KEYS: Final = text("""
SELECT key FROM feature WHERE layer = :layer UNION SELECT key FROM record WHERE layer = :layer
""")
_EXTERNAL: Final = text("""
WITH asked AS (
  SELECT scheme, id FROM unnest(CAST(:schemes AS text[]), CAST(:ids AS text[])) AS t (scheme, id)),
there AS (
  SELECT key, external_ids AS ids FROM feature WHERE layer = :layer AND external_ids <> '{}'
  UNION ALL
  SELECT r.key, v.content->'external_ids' FROM record r
    JOIN record_part p ON p.record_id = r.id AND p.part = 'facts'
    JOIN record_version v ON v.record_id = r.id AND v.part = 'facts' AND v.number = p.latest
   WHERE r.layer = :layer AND v.content->'external_ids' <> '{}')
SELECT DISTINCT asked.scheme, asked.id, there.key
  FROM there CROSS JOIN LATERAL jsonb_each_text(there.ids) AS had (scheme, id)
  JOIN asked ON asked.scheme = had.scheme AND asked.id = had.id
""")
_CALLED: Final = text("""
SELECT f.key, ST_X(f.place) AS lon, ST_Y(f.place) AS lat, array_agg(t.folded) AS folded, min(t.text) AS name
  FROM feature f JOIN feature_text t ON t.feature_id = f.id AND t.field = 'name'
 WHERE f.layer = :layer AND f.withdrawn_at IS NULL
   AND f.place && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
 GROUP BY f.id LIMIT :most
""")
_DRAFTS: Final = text("""
SELECT r.key, v.content->'geometry' AS geometry, (
         SELECT jsonb_agg(n.content->'name'->>'text') FROM record_part q
           JOIN record_version n ON n.record_id = q.record_id AND n.part = q.part AND n.number = q.latest
          WHERE q.record_id = r.id AND n.content ? 'name') AS names
  FROM record r
  JOIN record_part p ON p.record_id = r.id AND p.part = 'facts'
  JOIN record_version v ON v.record_id = r.id AND v.part = 'facts' AND v.number = p.latest
 WHERE r.layer = :layer AND r.feature_id IS NULL AND v.content->'geometry'->>'type' = 'Point' LIMIT :most
""")


def things(session: Session, layer: str, keys: Iterable[str]) -> dict[str, Known]:
    """Those of the keys that there is a thing of, at the desk or in public."""
    asked = sorted(set(keys))
    found: dict[str, Known] = {}
    for start in range(0, len(asked), AT_ONCE):
        found |= _some(session, layer, asked[start : start + AT_ONCE])
    return found


def _some(session: Session, layer: str, keys: Sequence[str]) -> dict[str, Known]:
    values = {"layer": layer, "keys": list(keys)}
    ids = {id_: key for id_, key in session.execute(_FEATURES, values)}
    public = parts.all_published(session, layer, list(ids)) if ids else {}
    found = {ids[id_]: Known(contents, dict.fromkeys(contents, FIRST)) for id_, contents in public.items()}
    contents: dict[str, dict[str, Any]] = {}
    versions: dict[str, dict[str, int]] = {}
    for key, part, latest, content in session.execute(_RECORDS, values):
        contents.setdefault(key, {})[part] = content
        versions.setdefault(key, {})[part] = latest
    return {**found, **{key: Known(contents[key], versions[key]) for key in contents}}


def keys(session: Session, layer: str) -> set[str]:
    """Every key of the layer that is taken, in public, withdrawn or at the desk."""
    return set(session.scalars(_KEYS, {"layer": layer}))


def external(session: Session, layer: str, asked: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(scheme, id) → key of the one thing that has it; what several have means none of them."""
    pairs = sorted(set(asked))
    if not pairs:
        return {}
    values = {"layer": layer, "schemes": [pair[0] for pair in pairs], "ids": [pair[1] for pair in pairs]}
    found: dict[tuple[str, str], set[str]] = {}
    for scheme, id_, key in session.execute(_EXTERNAL, values):
        found.setdefault((scheme, id_), set()).add(key)
    return {pair: key for pair, keys_ in found.items() if len(keys_) == 1 for key in keys_}


def called(session: Session, layer: str, box: Box) -> list[Called]:
    """Named things in the box, and new points of the desk wherever they are."""
    values = {"layer": layer, "most": MOST_NEAR, **box._asdict()}
    found = [
        Called(row.key, row.lon, row.lat, tuple(row.folded), row.name)
        for row in session.execute(_CALLED, values)
    ]
    for row in session.execute(_DRAFTS, {"layer": layer, "most": MOST_NEAR}):
        if row.names:
            lon, lat = row.geometry["coordinates"][:2]
            found.append(Called(row.key, lon, lat, tuple(fold(name) for name in row.names), row.names[0]))
    return found
