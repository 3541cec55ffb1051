"""What is there already, asked of many rows at once: keys, numbers elsewhere, names nearby."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing.importing import nearby
from geo.editing.importing.nearby import CELL, Called
from geo.folding import fold
from geo.shapes import Box

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
WITH near AS (
  SELECT DISTINCT f.id
    FROM unnest(CAST(:wests AS float8[]), CAST(:souths AS float8[]), CAST(:easts AS float8[]),
                CAST(:norths AS float8[])) AS c (west, south, east, north)
   CROSS JOIN LATERAL ST_MakeEnvelope(c.west, c.south, c.east, c.north, 4326) AS box
    JOIN feature f ON f.layer = :layer AND f.withdrawn_at IS NULL AND f.geom && box AND f.place && box)
SELECT f.key, ST_X(f.place) AS lon, ST_Y(f.place) AS lat, array_agg(t.folded) AS folded, min(t.text) AS name
  FROM near JOIN feature f ON f.id = near.id
  JOIN feature_text t ON t.feature_id = f.id AND t.field = 'name'
 GROUP BY f.id
""")
"""A place lies within its geometry, which has the index."""
_NEW: Final = """
SELECT r.id, r.key, CASE WHEN v.content->'geometry'->>'type' = 'Point'
         THEN (v.content->'geometry'->'coordinates'->>0)::float8 END AS lon,
       CASE WHEN v.content->'geometry'->>'type' = 'Point'
         THEN (v.content->'geometry'->'coordinates'->>1)::float8 END AS lat
  FROM record r
  JOIN record_part p ON p.record_id = r.id AND p.part = 'facts'
  JOIN record_version v ON v.record_id = r.id AND v.part = 'facts' AND v.number = p.latest
 WHERE r.layer = :layer AND r.feature_id IS NULL
"""
"""Points of the desk that were never published."""
_DRAFTS: Final = """
SELECT new.key, new.lon, new.lat, (
         SELECT array_agg(n.content->'name'->>'text') FROM record_part q
           JOIN record_version n ON n.record_id = q.record_id AND n.part = q.part AND n.number = q.latest
          WHERE q.record_id = new.id AND n.content ? 'name') AS names
  FROM ({new}) AS new
  JOIN unnest(CAST(:columns AS int[]), CAST(:rows AS int[])) AS c (x, y)
    ON c.x = floor(new.lon / :cell)::int AND c.y = floor(new.lat / :cell)::int
"""
_PLACES: Final = """
(SELECT ST_X(f.place) AS lon, ST_Y(f.place) AS lat FROM feature f
  WHERE f.layer = :layer AND f.withdrawn_at IS NULL
    AND f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
    AND f.place && ST_MakeEnvelope(:west, :south, :east, :north, 4326) LIMIT :most)
UNION ALL
(SELECT new.lon, new.lat FROM ({new}) AS new
  WHERE new.lon BETWEEN :west AND :east AND new.lat BETWEEN :south AND :north LIMIT :most)
LIMIT :most
"""


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


def called(session: Session, layer: str, at: Iterable[tuple[float, float]]) -> list[Called]:
    """Named things of the map and new points of the desk within reach of any of these places.

    Asked by the cells that the places lie in: it costs what is there, however many rows lie in one place.
    """
    homes = {nearby.cell(lon, lat) for lon, lat in at}
    (west, east), (south, north) = ((min(reach), max(reach) + 1) for reach in (nearby.ACROSS, nearby.ALONG))
    boxes = [[(x + west) * CELL, (y + south) * CELL, (x + east) * CELL, (y + north) * CELL] for x, y in homes]
    sides = dict(zip(("wests", "souths", "easts", "norths"), zip(*boxes, strict=True), strict=True))
    values = {"layer": layer, **{name: list(side) for name, side in sides.items()}}
    found = [
        Called(row.key, row.lon, row.lat, tuple(row.folded), row.name)
        for row in session.execute(_CALLED, values)
    ]
    cells = list({(x + dx, y + dy) for x, y in homes for dx in nearby.ACROSS for dy in nearby.ALONG})
    asked = {"layer": layer, "cell": CELL, "columns": [x for x, _ in cells], "rows": [y for _, y in cells]}
    for row in session.execute(text(_DRAFTS.format(new=_NEW)), asked):
        if row.names:
            folded = tuple(fold(name) for name in row.names)
            found.append(Called(row.key, row.lon, row.lat, folded, row.names[0]))
    return found


def places(session: Session, layer: str, box: Box, most: int) -> Sequence[tuple[float, float]]:
    """Longitude and latitude of things in the box, on the map or new at the desk; `most` of them."""
    values = {"layer": layer, "most": most, **box._asdict()}
    return [(row.lon, row.lat) for row in session.execute(text(_PLACES.format(new=_NEW)), values)]
