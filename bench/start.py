"""The private database: from nothing, warm, running; beside a cluster made by hand with initdb and pg_ctl."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.harness import Table
from core.settings import PROJECT

ENSURE = "from core import cluster; from pathlib import Path; cluster.{what}(Path('bench-probe'))"


def _timed(what: str, state: str) -> float:
    """Seconds for a fresh Python process to do that, its start included."""
    env = {**os.environ, "ATHAR_STATE_DIR": state}
    env.pop("DATABASE_URL", None)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", ENSURE.format(what=what)], env=env, cwd=PROJECT, check=True)
    return time.perf_counter() - begun


def run(times: int = 5) -> Table:
    """The table of starts."""
    nothing, warm, running = [], [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="athar-bench-") as directory:
            Path(directory).chmod(0o755)
            nothing.append(_timed("ensure", directory))
            running.append(_timed("ensure", directory))
            _timed("stop", directory)
            warm.append(_timed("ensure", directory))
            _timed("destroy", directory)
    python = min(_timed_python() for _ in range(3))
    table = Table("The private database (whole Python process, median of five)")
    table.add("cluster from nothing", statistics.median(nothing), "s", most=3, digits=2)
    table.add("warm start", statistics.median(warm), "s", most=0.5, digits=2)
    table.add("already running", statistics.median(running), "s", digits=2, peer=("python -c pass", python))
    return table


def _timed_python() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun
