"""Readers: 50 at once, beside slow phones, at 200 and at 100,000 monuments."""

import subprocess
import sys
from urllib.parse import urlsplit

from sqlalchemy import text

from bench.harness import Load, Table, database, readers, server
from core.db import make_engine

FEW, MANY = 200, 100_000
PAGES = 200


def paths(url: str, how_many: int) -> list[str]:
    """Addresses of monument pages, spread over all there are, in six languages by turns."""
    langs = ("ar", "zgh", "fr", "en", "es", "de")
    engine = make_engine(url, statement_timeout_ms=0)
    with engine.connect() as connection:
        keys = connection.scalars(
            text("SELECT key FROM feature WHERE layer = 'monuments' ORDER BY md5(key) LIMIT :many"),
            {"many": how_many},
        ).all()
    engine.dispose()
    return [f"/{langs[number % 6]}/monuments/{key}" for number, key in enumerate(keys)]


def steady(address: str, pages: list[str]) -> Load:
    """The median (by p95) of three runs, after both workers have made every page."""
    readers(address, pages, seconds=6)
    return sorted((readers(address, pages, seconds=4) for _ in range(3)), key=lambda load: load.p95)[1]


def with_phones(address: str, pages: list[str], seconds: int = 6) -> Load:
    """Readers while 30 slow phones hold connections."""
    host = urlsplit(address)
    phones = subprocess.Popen(
        [sys.executable, "-m", "bench.phones", str(host.hostname), str(host.port), "30", str(seconds + 3)]
    )
    try:
        return readers(address, pages, seconds=seconds)
    finally:
        phones.terminate()
        phones.wait()


def run() -> Table:
    """The table of readers."""
    table = Table("Readers (wrk, 50 connections without pause, 2 worker processes, median of three runs)")
    with database(FEW) as url:
        pages = paths(url, PAGES)
        with server(url, kind="gunicorn") as address:
            peer = steady(address, pages)
            peer_phones = with_phones(address, pages)
        with server(url) as address:
            few = steady(address, pages)
            phones = with_phones(address, pages)
        with server(url, BODY_CACHE_MB="0") as address:
            few_cold = steady(address, pages)
    table.add(
        "monument page, 200 monuments, p95", few.p95, "ms", most=100, peer=("gunicorn gthread 2×4", peer.p95)
    )
    table.add(
        "– answers a second", few.per_second, "/s", peer=("gunicorn gthread 2×4", peer.per_second), digits=0
    )
    table.add("– failed answers", few.errors, "", most=0, digits=0)
    table.add(
        "– beside 30 slow phones, p95",
        phones.p95,
        "ms",
        most=150,
        peer=("gunicorn gthread 2×4", peer_phones.p95),
    )
    table.add("– every page made anew (nothing kept), p95", few_cold.p95, "ms")
    with database(MANY) as url:
        pages = paths(url, PAGES)
        spread = paths(url, 50_000)
        with server(url) as address:
            many = steady(address, pages)
        with server(url, BODY_CACHE_MB="0") as address:
            many_cold = steady(address, spread)
    table.add("monument page, 100,000 monuments, p95", many.p95, "ms", most=150)
    table.add("– ratio to 200 monuments", many.p95 / few.p95, "×", most=1.5, digits=2)
    table.add(
        "– every page made anew, spread over 50,000, p95", many_cold.p95, "ms", peer=("200", few_cold.p95)
    )
    table.add("– ratio to 200 monuments made anew", many_cold.p95 / few_cold.p95, "×", most=1.5, digits=2)
    return table
