"""A hotspot is dragged: numbers of a plan of 20, beside the same plan computed whole each time."""

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.databases import scratch
from bench.harness import SHIPPED, Table
from core import clock, cluster, schema
from core.db import session_of
from core.errors import Invalid
from core.settings import PROJECT
from geo import published
from geo.wifi import catalogue, contributions, hotspots, keeping, outlook, scenarios
from geo.wifi.spots import Spot
from portal.cli import load
from tests.geo.plans.planning import CONFIG

HOTSPOTS: Final = 20
HOMES: Final = 20_000
LON, LAT = -8.88, 30.47
STEP: Final = 0.00003
"""Degrees of a step of the drag, some 3 m."""
_HOMES = text("""
INSERT INTO building (osm_type, osm_id, osm_version, geom, kind, names)
SELECT 'way', n, 1, ST_Multi(ST_MakeEnvelope(lon, lat, lon + 0.00013, lat + 0.00011, 4326)), 'yes', '{}'
  FROM (SELECT n, :lon + (n % 200 - 100) * 0.0002 AS lon, :lat + (n / 200 - 50) * 0.00018 AS lat
          FROM generate_series(0, :many - 1) AS n) AS made
""")
_IMPORT = text("""
INSERT INTO osm_import (id, file_name, digest, box, counts, imported_at)
VALUES (1, 'made for a benchmark', 'made', '[]', '{}', now())
""")


def run() -> Table:
    """The table of a drag."""
    table = Table(f"Wi-Fi planner: a plan of {HOTSPOTS} hotspots among {HOMES:,} buildings")
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with scratch(base, "wifi_drag") as engine:
        schema.upgrade(engine)
        load(engine, SHIPPED)
        for built in (False, True):
            with session_of(engine) as session:
                if built:
                    session.execute(_HOMES, {"many": HOMES, "lon": LON, "lat": LAT})
                    session.execute(_IMPORT)
                    session.execute(text("UPDATE commune SET version = version + 1"))
                    session.execute(text("ANALYZE building"))
                    session.commit()
                _measure(table, session, "among buildings" if built else "by statistics")
    return table


def _measure(table: Table, session: Session, where: str) -> None:
    state, known = published.current(session), catalogue.from_config(CONFIG)
    assert state is not None
    commune = state.commune
    plan = scenarios.create(session, where, budget_mad=60_000, by="bench", now=clock.now())
    spot = _filled(session, lambda given: hotspots.place(
        session, commune, known, plan.key, given, by="bench", now=clock.now()
    ).hotspot)  # fmt: skip
    session.commit()
    outlook.of(session, commune, known, plan)
    steps = iter(range(1, 1000))

    def drag() -> None:
        given = {"lon": spot.values.lon + STEP * next(steps)}
        json.dumps(outlook.moved(session, commune, known, plan, spot.key, given).as_json(["fr"]))

    def whole() -> None:
        contributions.forget()
        keeping.forget()
        drag()

    seconds = statistics.median(_timed(drag) for _ in range(15))
    peer = statistics.median(_timed(whole) for _ in range(3))
    table.add(
        f"numbers of one step of a drag, {where}",
        seconds * 1000,
        "ms",
        most=300,
        peer=("all computed anew", peer * 1000),
    )


def _filled(session: Session, place: Callable[[dict[str, object]], Spot | None]) -> Spot:
    """Hotspots in the streets, row by row; the first of them."""
    placed: list[Spot] = []
    for n in range(100 * HOTSPOTS):
        at = {"lon": LON + 0.00016 + 0.0008 * (n % 5) + 1e-5 * (n // 40), "lat": LAT + 0.0007 * (n // 5 % 8)}
        values = {"name": f"H {n}", "height_m": 4.0, "model": "round", "backhaul": "fibre", **at}
        try:
            spot = place(values)
        except Invalid:
            continue
        placed += [spot] if spot else []
        if len(placed) == HOTSPOTS:
            return placed[0]
    raise RuntimeError("there is no room for the hotspots")


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
