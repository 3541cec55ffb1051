"""Demand of a town a hundred times as large, and the figures of a plan while an antenna is dragged."""

import os
import statistics
import time
from collections.abc import Callable

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.databases import scratch
from bench.harness import SHIPPED, Table
from core import cluster, schema
from core.db import session_of
from core.settings import PROJECT
from geo import published
from geo.commune import Commune
from geo.wifi import demand, figures, sampling, serving
from geo.wifi.demand import Demand
from geo.wifi.rasters import Coverage, Grid
from geo.wifi.serving import Serving
from portal.cli import load

HOMES = 100_000
DRAGGED = 20_000
"""Demand points of which a drag is measured."""
_HOMES = text("""
INSERT INTO building (osm_type, osm_id, osm_version, geom, kind, names)
SELECT 'way', n, 1, ST_Multi(ST_MakeEnvelope(lon, lat, lon + 0.00012, lat + 0.0001, 4326)), 'yes', '{}'
  FROM (SELECT n, -8.92 + (n % 400) * 0.0002 AS lon, 30.45 + (n / 400) * 0.00018 AS lat
          FROM generate_series(0, :many - 1) AS n) AS made
""")


def run() -> Table:
    """The table of demand."""
    table = Table(f"Wi-Fi demand: {HOMES:,} homes; figures of {DRAGGED:,} points")
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with scratch(base, "wifi_demand") as engine:
        schema.upgrade(engine)
        load(engine, SHIPPED)
        with session_of(engine) as session:
            session.execute(_HOMES, {"many": HOMES})
            session.execute(text("ANALYZE building"))
            now = published.current(session)
            assert now is not None
            first = _timed(lambda: demand.of(session, now.commune))
            again = statistics.median(_timed(lambda: demand.of(session, now.commune)) for _ in range(9))
            whole = _whole(session, now.commune)
    table.add(f"everything read, {len(whole):,} points", first, "s", digits=2)
    table.add("the same again, weighted anew", again * 1000, "ms")
    _figures(table, whole, "all points")
    _figures(table, _some(whole, DRAGGED), f"{DRAGGED:,} points", most=20)
    return table


def _whole(session: Session, commune: Commune) -> Demand:
    return demand.of(session, commune)


def _some(whole: Demand, many: int) -> Demand:
    chosen = np.sort(np.random.default_rng(1).choice(len(whole), many, replace=False))
    names = ("x", "y", "kind", "amount", "quarter", "worth", "door", "detail")
    columns = {name: getattr(whole, name)[chosen] for name in names}
    return Demand(**columns, quarters=whole.quarters, weights=whole.weights, notes=whole.notes)


def _figures(table: Table, given: Demand, what: str, most: float | None = None) -> None:
    """Figures of a site that moves, with the others' service known."""
    others = serving.of(np.random.default_rng(2).integers(0, 3, len(given)))
    site = _coverage(float(np.median(given.x)), float(np.median(given.y)))
    seconds = statistics.median(_timed(lambda: _dragged(given, others, site)) for _ in range(15))
    table.add(f"a drag's figures, {what}", seconds * 1000, "ms", most=most)


def _dragged(given: Demand, others: Serving, site: Coverage) -> None:
    down, _, _ = sampling.sample(site, given.x, given.y, given.door)
    classes = (down > -80).astype(np.int8) + (down > -67)
    figures.of(given, others.joined(serving.of(classes)), money_mad=60_000).as_json()


def _coverage(x: float, y: float) -> Coverage:
    """A disc of signal with holes where buildings would be: the figures do not mind how it came about."""
    grid = Grid(2 * (x // 2) - 300, 2 * (y // 2) - 300, 300, 300)
    east, north = np.meshgrid(*[np.arange(300) * 2 - 299.0] * 2)
    down = (-30 - 25 * np.log10(np.hypot(east, north) + 1)).astype(np.float32)
    down[(east.astype(int) // 10 % 2 == 0) & (north.astype(int) // 10 % 2 == 0)] = np.nan
    return Coverage(grid, "2.4", down, down, np.full_like(down, 6), "buildings")


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
