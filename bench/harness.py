"""What benchmarks share: databases of a given size, servers, load, and the rows of the table."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import text

from bench.databases import scratch
from core import cluster, schema
from core.db import Engine
from core.settings import PROJECT
from portal.cli import load

SHIPPED = next(path.parent for path in sorted((PROJECT / "data").glob("*/commune.toml")))
SECRET = "bench"
"""Signs the one-time addresses of servers that are started here."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what, ours, the bar that the issue sets, a peer measured in the same run, the
    ratio.
    """

    what: str
    ours: str
    bar: str = ""
    peer: str = ""
    ratio: str = ""
    met: bool | None = None


@dataclass
class Table:
    """Rows of one subject."""

    title: str
    rows: list[Row] = field(default_factory=list)

    def add(
        self,
        what: str,
        value: float,
        unit: str,
        *,
        most: float | None = None,
        least: float | None = None,
        peer: tuple[str, float] | None = None,
        digits: int = 1,
    ) -> None:
        """A measured value with its bar (at most / at least) and a peer's value in the same unit."""
        shown = f"{value:.{digits}f} {unit}".strip()
        met = None
        bar = ""
        if most is not None:
            bar, met = f"≤ {most:g} {unit}".strip(), value <= most
        if least is not None:
            bar, met = f"≥ {least:g} {unit}".strip(), value >= least
        other = f"{peer[0]}: {peer[1]:.{digits}f} {unit}".strip() if peer else ""
        ratio = f"×{value / peer[1]:.2f}" if peer and peer[1] else ""
        self.rows.append(Row(what, shown, bar, other, ratio, met))
        mark = {None: " ", True: "✓", False: "✗"}[met]
        sys.stdout.write(f"  {mark} {what}: {shown}  {bar}  {other} {ratio}\n")
        sys.stdout.flush()

    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [
            f"### {self.title}",
            "",
            "| what | measured | bar | met | peer in the same run | ratio to peer |",
        ]
        lines.append("|---|---|---|---|---|---|")
        for row in self.rows:
            met = {None: "", True: "yes", False: "**no**"}[row.met]
            lines.append(f"| {row.what} | {row.ours} | {row.bar} | {met} | {row.peer} | {row.ratio} |")
        return "\n".join([*lines, ""])


@contextlib.contextmanager
def database(monuments: int) -> Iterator[str]:
    """Address of a database with the shipped commune, filled up to that many monuments, for a while."""
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with scratch(base, f"bench{monuments}") as engine:
        schema.upgrade(engine)
        load(engine, SHIPPED)
        _fill(engine, monuments)
        yield engine.url.render_as_string(hide_password=False)


def _fill(engine: Engine, monuments: int) -> None:
    """Made-up monuments around the town up to that many in all, named and told of in five languages."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        there = connection.scalar(text("SELECT count(*) FROM feature WHERE layer = 'monuments'")) or 0
        values = {"many": max(0, monuments - there)}
        connection.execute(
            text("""
            WITH made AS (
              INSERT INTO feature (layer, key, kind, geom, precision, error_m, licence, licence_risk, sources,
                                   external_ids, attributes, content_hash)
              SELECT 'monuments', 'made-' || n, (ARRAY['mosque','souk','square','palace'])[1 + n % 4],
                     ST_SetSRID(ST_MakePoint(-8.96 + 0.28 * ((n::bigint * 7919) % 100003) / 100003.0,
                                             30.37 + 0.17 * ((n::bigint * 104729) % 99991) / 99991.0), 4326),
                     'approximate', 50, 'made up for a benchmark', false, '["made up"]', '{}', '{}', ''
                FROM generate_series(1, :many) AS n RETURNING id, key),
            kinds AS (INSERT INTO monument SELECT id, 'unknown', 'unknown', 'unknown' FROM made)
            INSERT INTO feature_text (feature_id, field, lang, text, state, folded)
            SELECT id, field, lang, field || ' ' || key || ' ' || lang || repeat(' lorem ipsum dolor', reps),
                   'machine', CASE WHEN field = 'name' THEN key || lang END
              FROM made, unnest(ARRAY['ar','fr','en','es','de']) AS lang,
                   (VALUES ('name', 0), ('summary', 12)) AS f (field, reps)"""),
            values,
        )
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(url: str, *, kind: str = "granian", **environment: str) -> Iterator[str]:
    """Address of the site served by Granian (`athar serve`) or, as a peer, by gunicorn threads."""
    port = free_port()
    env = {**os.environ, "DATABASE_URL": url, "PORT": str(port), "SECRET_KEY": SECRET, "LOG_LEVEL": "ERROR"}
    env["PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    env |= environment
    bin_dir = Path(sys.executable).parent
    command = {
        "granian": [sys.executable, "-m", "portal.cli", "serve"],
        "gunicorn": [
            str(bin_dir / "gunicorn"),
            "--workers",
            "2",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "error",
            "portal.app:create_app()",
        ],
    }[kind]
    process = subprocess.Popen(
        command, env=env, cwd=PROJECT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the server stopped before it answered")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not answer within two minutes")


WRK = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local at = 0
function init(args) math.randomseed(tonumber(tostring({}):sub(8), 16) % 2147483647) at = math.random(#paths)
end
function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = os.getenv("ENCODING"),
    ["If-None-Match"] = os.getenv("KNOWN"), ["Host"] = "127.0.0.1"})
end
function done(summary, latency, requests)
  io.write(string.format("P50 %f P95 %f P99 %f RPS %f ERR %d\\n", latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000, summary.requests / summary.duration * 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
    + summary.errors.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What wrk saw: latencies in milliseconds, answers a second, failed answers."""

    p50: float
    p95: float
    p99: float
    per_second: float
    errors: int


def readers(
    address: str, paths: list[str], *, connections: int = 50, seconds: int = 6, encoding: str = "br",
    known: str = "none",
) -> Load:  # fmt: skip
    """`connections` readers that ask for one page after the other without a pause. `encoding` is what they
    take, `known` the tag of what they have already.
    """
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is missing: apt-get install wrk")
    with tempfile.TemporaryDirectory() as directory:
        script, listing = Path(directory, "wrk.lua"), Path(directory, "paths")
        script.write_text(WRK, encoding="utf-8")
        listing.write_text("\n".join(paths) + "\n", encoding="utf-8")
        run = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{connections}",
                f"-d{seconds}s",
                "--timeout",
                "20s",
                "-s",
                str(script),
                address,
            ],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PATHS": str(listing), "ENCODING": encoding, "KNOWN": known},
        )
    found = re.search(r"P50 (\S+) P95 (\S+) P99 (\S+) RPS (\S+) ERR (\d+)", run.stdout)
    if found is None:
        raise RuntimeError(run.stdout + run.stderr)
    p50, p95, p99, per_second = (float(value) for value in found.groups()[:4])
    return Load(p50, p95, p99, per_second, int(found.group(5)))
