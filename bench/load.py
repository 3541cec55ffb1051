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


def by_turns(*sites: tuple[str, list[str]]) -> list[Load]:
    """For each site the median (by p95) of three runs; sites take turns.

    So what else the machine does falls on all of them alike. Before that both workers of each have made every
    page.
    """
    for address, pages in sites:
        readers(address, pages, seconds=6)
    runs = [[readers(address, pages, seconds=4) for address, pages in sites] for _ in range(3)]
    return [sorted(loads, key=lambda load: load.p95)[1] for loads in zip(*runs, strict=True)]


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
    with database(FEW) as small, database(MANY) as large:
        pages, more = paths(small, PAGES), paths(large, PAGES)
        with server(small) as ours, server(large) as ours_large, server(small, kind="gunicorn") as other:
            few, many, peer = by_turns((ours, pages), (ours_large, more), (other, pages))
            phones, peer_phones = with_phones(ours, pages), with_phones(other, pages)
        with server(small, BODY_CACHE_MB="0") as ours, server(large, BODY_CACHE_MB="0") as ours_large:
            few_cold, many_cold = by_turns((ours, pages), (ours_large, paths(large, 50_000)))
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
    table.add("monument page, 100,000 monuments, p95", many.p95, "ms", most=150)
    table.add("– ratio to 200 monuments", many.p95 / few.p95, "×", most=1.5, digits=2)
    table.add(
        "– every page made anew, spread over 50,000, p95", many_cold.p95, "ms", peer=("200", few_cold.p95)
    )
    table.add("– ratio to 200 monuments made anew", many_cold.p95 / few_cold.p95, "×", most=1.5, digits=2)
    return table
