"""A walk of 30 stops over 20,000 segments; an import, beside osm2pgsql on the same file."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm import mutable
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.databases import scratch
from bench.harness import SHIPPED, Table
from core import cluster, schema
from core.db import Engine, session_of
from core.settings import PROJECT
from geo.streets import following, network
from geo.streets.directions import turns
from geo.streets.routing import Path as Way
from geo.streets.ways import found, walks
from portal.cli import load

SIDE = 100
"""Streets each way: 2 × 100 × 99 segments, 19,800."""
STEP_DEGREES = 0.0006
STOPS = 30
WEST, SOUTH = -8.92, 30.43
ELSEWHERE = 2_000_000
"""Nodes far from the commune, in ways of 20: what an extract of a country is mostly made of."""
MB = 2**20


def run() -> Table:
    """The table of streets."""
    table = Table(f"Streets: {STOPS} stops over {2 * SIDE * (SIDE - 1):,} segments; an import")
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with tempfile.TemporaryDirectory() as directory:
        file = made(Path(directory) / "made.osm.pbf", ELSEWHERE)
        with scratch(base, "streets") as engine:
            schema.upgrade(engine)
            load(engine, SHIPPED)
            url = engine.url.render_as_string(hide_password=False)
            seconds, peak = _watched(
                [sys.executable, "-m", "portal.cli", "import-osm", str(file)], DATABASE_URL=url
            )
            _walk(engine)
            with session_of(engine) as session:
                many = int(session.scalar(text("SELECT count(*) FROM street_segment")) or 0)
                searched = statistics.median(_timed(lambda: _found(session)) for _ in range(7))
                everything = statistics.median(
                    _timed(lambda: following.legs(session, now=datetime.now(UTC))) for _ in range(3)
                )
        with scratch(base, "osm2pgsql") as engine:
            peer_s, peer_peak = _osm2pgsql(engine.url.render_as_string(hide_password=False), file)
        size = file.stat().st_size / MB
    table.add("ways and directions of the walk", searched * 1000, "ms", most=300)
    table.add("all legs written, landmarks and checks", everything * 1000, "ms")
    table.add(f"import of {size:.0f} MB, {many:,} segments", seconds, "s", peer=("osm2pgsql", peer_s))
    table.add("segments a second", many / seconds, "")
    table.add("peak memory of the import", peak, "MB", peer=("osm2pgsql", peer_peak), digits=0)
    return table


def made(path: Path, elsewhere: int) -> Path:
    """An extract with a grid of streets and buildings in the town, and so many nodes elsewhere."""
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for y in range(SIDE):
            for x in range(SIDE):
                at = (WEST + x * STEP_DEGREES, SOUTH + y * STEP_DEGREES)
                writer.add_node(mutable.Node(id=1 + y * SIDE + x, version=1, location=at, tags={}))
        first = SIDE * SIDE + 1
        chance = random.Random(0)
        for n in range(elsewhere):
            at = (-5.0 + chance.random(), 33.0 + chance.random())
            writer.add_node(mutable.Node(id=first + n, version=1, location=at, tags={}))
        for n in range(SIDE):
            for refs in ([1 + n * SIDE + x for x in range(SIDE)], [1 + y * SIDE + n for y in range(SIDE)]):
                tags = {"highway": "residential", "name": f"Street {n}"}
                writer.add_way(
                    mutable.Way(id=2 * n + (refs[1] - refs[0] > 1), version=1, nodes=refs, tags=tags)
                )
        for n in range(elsewhere // 20):
            refs = list(range(first + n * 20, first + n * 20 + 20))
            tags = {"highway": "residential"} if n % 3 else {"building": "yes"}
            refs = refs if n % 3 else [*refs[:-1], refs[0]]
            writer.add_way(mutable.Way(id=1000 + n, version=1, nodes=refs, tags=tags))
    return path


def _walk(engine: Engine) -> None:
    """The one walk of the commune leads through 30 monuments all over the grid."""
    with session_of(engine) as session:
        session.execute(text("DELETE FROM route_leg"))
        session.execute(text("DELETE FROM route_stop"))
        values = {"many": STOPS, "west": WEST, "south": SOUTH, "size": SIDE * STEP_DEGREES}
        session.execute(
            text("""
            WITH made AS (
              INSERT INTO feature (layer, key, kind, geom, precision, error_m, licence, licence_risk, sources,
                                   external_ids, attributes, content_hash)
              SELECT 'monuments', 'made-' || n, 'monument',
                     ST_SetSRID(ST_MakePoint(:west + :size * ((n * 7919) % 101) / 101.0,
                                             :south + :size * ((n * 104729) % 103) / 103.0), 4326),
                     'surveyed', 5, 'made up for a benchmark', false, '[]', '{}', '{}', ''
                FROM generate_series(1, :many) AS n RETURNING id, key),
            kinds AS (INSERT INTO monument SELECT id, 'unknown', 'unknown', 'unknown' FROM made)
            INSERT INTO route_stop (route_id, ordinal, feature_id, kind)
            SELECT (SELECT min(id) FROM route), row_number() OVER (ORDER BY id), id, 'attraction'
              FROM made"""),
            values,
        )
        session.commit()
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _found(session: Session) -> int:
    """Every leg's way with its directions; how many lines they have."""
    lines = 0
    for walk in walks(session):
        ways = found(session, walk)
        used = {part.segment for way in ways.values() if isinstance(way, Way) for part in way.parts}
        streets = network.streets(session, used)
        lines += sum(len(turns(way.parts, streets)) for way in ways.values() if isinstance(way, Way))
    if lines < STOPS:
        raise RuntimeError("the walk does not follow streets")
    return lines


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _watched(command: list[str], **environment: str) -> tuple[float, float]:
    """Seconds that a process took, and its largest memory in MB."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    complaint = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(complaint.decode(errors="replace")[-500:])
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def _osm2pgsql(url: str, file: Path) -> tuple[float, float]:
    """The peer: its own tables, everything in the file, its defaults."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    return _watched(["osm2pgsql", "--create", "--database", plain, str(file)])
