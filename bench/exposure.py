"""Exposure: what lies in or near a thousand zones among a hundred thousand things, and how many people.

The peer does the same counting in this process: shapely's STRtree over the same points, already read.
"""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.databases import scratch
from bench.harness import SHIPPED, Table, _fill
from core import cluster, schema
from core.db import session_of
from core.settings import PROJECT
from geo import published
from geo.commune import Commune
from geo.hazards import exposure
from portal.cli import load

ZONES, THINGS, NEAR_M = 1_000, 100_000, 50
_ZONES = text("""
WITH made AS (
  INSERT INTO feature (layer, key, kind, geom, precision, error_m, licence, licence_risk, sources,
                       external_ids, attributes, content_hash)
  SELECT 'risk_zones', 'made-' || n, 'flood',
         ST_Buffer(ST_SetSRID(ST_MakePoint(-8.95 + 0.26 * ((n * 7919) % 1009) / 1009.0,
                                           30.38 + 0.15 * ((n * 4729) % 1013) / 1013.0), 4326),
                   0.0005 + 0.0035 * ((n * 31) % 97) / 97.0, 6),
         'approximate', 10, 'made up for a benchmark', false, '["made up"]', '{}', '{}', ''
    FROM generate_series(1, :many) AS n RETURNING id)
INSERT INTO risk_zone (id, record, official) SELECT id, false, true FROM made
""")
_PEER = text("""
SELECT ST_X(p) AS x, ST_Y(p) AS y, COALESCE(error_m, 0) AS error_m
  FROM (SELECT ST_Transform(ST_PointOnSurface(geom), CAST(:crs AS integer)) AS p, error_m FROM feature
         WHERE layer IN ('monuments', 'places') AND withdrawn_at IS NULL) AS f
""")
_SHAPES = text("""
SELECT ST_AsBinary(ST_Transform(geom, CAST(:crs AS integer))) FROM feature
 WHERE layer = 'risk_zones' AND withdrawn_at IS NULL ORDER BY id
""")


def run() -> Table:
    """The table of exposure."""
    table = Table(f"Exposure of {ZONES:,} risk zones among {THINGS:,} things")
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with scratch(base, "exposure") as engine:
        schema.upgrade(engine)
        load(engine, SHIPPED)
        with session_of(engine) as session:
            session.execute(text("UPDATE feature SET withdrawn_at = now() WHERE layer = 'risk_zones'"))
            session.execute(_ZONES, {"many": ZONES})
            session.commit()
        _fill(engine, THINGS)
        with session_of(engine) as session:
            now = published.current(session)
            assert now is not None
            first = _timed(lambda: exposure.reckoned(session, now.commune, NEAR_M))
            ours = statistics.median(
                _timed(lambda: exposure.reckoned(session, now.commune, NEAR_M)) for _ in range(5)
            )
            found = exposure.reckoned(session, now.commune, NEAR_M)
            pairs = sum(each.things["monuments"].any for each in found.values())
            peer = statistics.median(_timed(lambda: _peer(session, now.commune)) for _ in range(5))
    table.add("the first time, people spread", first, "s", digits=2)
    what = f"counted anew, {pairs:,} pairs"
    table.add(what, ours, "s", most=2, peer=("STRtree, points alone", peer), digits=2)
    return table


def _peer(session: Session, commune: Commune) -> int:
    """Points read, a tree of them, and each zone's points inside, doubtful and near."""
    rows = np.array([tuple(row) for row in session.execute(_PEER, {"crs": commune.metric_crs})])
    shapes = [shapely.from_wkb(bytes(row)) for row in session.scalars(_SHAPES, {"crs": commune.metric_crs})]
    points = shapely.points(rows[:, 0], rows[:, 1])
    zones = np.asarray(shapes, dtype=object)
    reach = max(float(NEAR_M), float(rows[:, 2].max()) + 10)
    of, which = shapely.STRtree(points).query(zones, predicate="dwithin", distance=reach)
    inside = shapely.intersects(zones[of], points[which])
    edge = shapely.distance(shapely.boundary(zones)[of], points[which])
    sure = inside & (edge > rows[which, 2] + 10)
    return int(np.bincount(of, sure, len(zones)).sum() + (edge <= NEAR_M).sum())


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
