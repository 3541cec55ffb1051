"""Made-up rows for the open data's measurements: a million named points, a thousand polygons, for us and for
peers.

Peers get plain tables with the same values in columns: that is the form in which they are at their best.
"""

from sqlalchemy import Connection, text

from core.db import Engine, session_of
from geo.opendata import telling, thinning

_POINTS = text("""
WITH made AS (
  INSERT INTO feature (layer, key, kind, geom, precision, error_m, licence, licence_risk, sources,
                       external_ids, attributes, content_hash)
  SELECT 'monuments', 'made-' || n, (ARRAY['mosque','souk','square','palace'])[1 + n % 4],
         ST_SetSRID(ST_MakePoint(-8.96 + 0.28 * ((n::bigint * 7919) % 1000003) / 1000003.0,
                                 30.37 + 0.17 * ((n::bigint * 104729) % 999983) / 999983.0), 4326),
         'approximate', 50, 'made up for a benchmark', false, '["made up"]', '{}', '{}', ''
    FROM generate_series(1, :many) AS n RETURNING id, key),
kinds AS (INSERT INTO monument SELECT id, 'unknown', 'unknown', 'unknown' FROM made)
INSERT INTO feature_text (feature_id, field, lang, text, state)
SELECT id, 'name', 'fr', 'nom de ' || key, 'machine' FROM made""")

_POLYGONS = text("""
WITH made AS (
  INSERT INTO feature (layer, key, kind, geom, precision, error_m, licence, licence_risk, sources,
                       external_ids, attributes, content_hash)
  SELECT 'risk_zones', 'made-' || n, 'flood',
         ST_Buffer(ST_SetSRID(ST_MakePoint(-8.96 + 0.28 * ((n * 7919) % 1009) / 1009.0,
                                           30.37 + 0.17 * ((n * 104729) % 997) / 997.0), 4326), 0.002, 8),
         'approximate', 50, 'made up for a benchmark', false, '["made up"]', '{}', '{}', ''
    FROM generate_series(1, :many) AS n RETURNING id, key),
zones AS (INSERT INTO risk_zone SELECT id, true, false, 'depth', 'm', 1.0, now() FROM made)
INSERT INTO feature_text (feature_id, field, lang, text, state)
SELECT id, 'name', 'fr', 'nom de ' || key, 'machine' FROM made""")

_PEERS = """
CREATE TABLE {table} AS
SELECT f.id::int AS id, f.key, f.kind, name.text AS name, name.lang AS name_lang, {own}, f.precision,
       f.error_m, f.precision_note,
       f.coordinate_source, f.coordinate_licence, f.sources::text AS sources, f.licence,
       f.changed_at, {geom}::geometry({shape}, 4326) AS geom
  FROM feature f JOIN {joined} ON o.id = f.id
  LEFT JOIN feature_text name ON name.feature_id = f.id AND name.field = 'name' AND name.lang = 'fr'
 WHERE f.layer = '{layer}' AND f.withdrawn_at IS NULL ORDER BY f.id"""
_INDEXES = (
    "ALTER TABLE {table} ADD PRIMARY KEY (id)",
    "CREATE INDEX ON {table} USING gist (geom)",
)


def fill(engine: Engine, points: int, polygons: int) -> None:
    """Make so many points and polygons, and the peers' tables `peer_points` and `peer_polygons`."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(_POINTS, {"many": points})
        connection.execute(_POLYGONS, {"many": polygons})
        _for_peers(connection)
        connection.execute(text("ANALYZE"))
    with session_of(engine) as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        thinning.rebuild(session)
        telling.rebuild(session)
        session.commit()
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _for_peers(connection: Connection) -> None:
    for table, layer, joined, own, geom, shape in (
        ("peer_points", "monuments", "monument o", "o.condition, o.access, o.inside_walls",
         "f.place", "Point"),
        ("peer_polygons", "risk_zones", "risk_zone o", "o.record, o.official, o.measure, o.unit, o.value",
         "f.geom", "Geometry"),
    ):  # fmt: skip
        values = {"table": table, "layer": layer, "joined": joined, "own": own, "geom": geom, "shape": shape}
        connection.execute(text(_PEERS.format(**values)))
        for statement in _INDEXES:
            connection.execute(text(statement.format(table=table)))
