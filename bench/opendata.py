"""Open data: features and vector tiles at a thousand and a million points, beside tipg and pygeoapi.

All serve the same rows of the same PostgreSQL, uncompressed, to the same readers, by turns. Each request asks
for another box or page, and our shelf of ready answers is off: what is compared is work, not memory.
"""

import contextlib
import os
import random
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from math import asinh, pi, radians, tan

from bench import peers
from bench.databases import scratch
from bench.harness import SHIPPED, Load, Table, readers, server
from bench.opendata_rows import fill
from core import cluster, schema
from core.settings import PROJECT
from portal.cli import load

FEW, MANY, POLYGONS = 1_000, 1_000_000, 1_000
CONNECTIONS, SECONDS, RUNS = 8, 4, 3
BOX = (0.0025, 0.0015)
"""Degrees east and north that hold about 80 of a million points."""
TILES = {15: "key,kind", 16: "key,kind,name"}
"""Zooms at which tiles are compared, and what they carry: of 2,300 points in a tile ours tells no names."""
NAMES = {
    "bbox": "Box of about 80 of 1 M",
    "points": "1,000 points of 1 M",
    "polygons": "1,000 polygons",
    "tiles": "Tiles made anew, zoom 15 with key and kind, 16 with names, ours with 6 % more points",
}
Paths = Mapping[str, list[str]]


@contextlib.contextmanager
def rows(points: int) -> Iterator[str]:
    """Address of a database with the shipped commune and so many made-up points, dropped afterwards."""
    base = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    with scratch(base, f"open{points}") as engine:
        schema.upgrade(engine)
        load(engine, SHIPPED)
        fill(engine, points, POLYGONS)
        yield engine.url.render_as_string(hide_password=False)


def boxes(many: int, points: int) -> list[str]:
    """Boxes in the town that hold about 80 points each, no two alike."""
    chance = random.Random(7)
    wider = (MANY / points) ** 0.5
    east, north = min(0.0835, BOX[0] * wider), min(0.05, BOX[1] * wider)
    corners = [
        (-8.95 + chance.random() * (0.26 - east), 30.38 + chance.random() * (0.15 - north))
        for _ in range(many)
    ]
    return [f"{x:.6f},{y:.6f},{x + east:.6f},{y + north:.6f}" for x, y in corners]


def tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place."""
    side = 2**zoom
    return int((lon + 180) / 360 * side), int((1 - asinh(tan(radians(lat))) / pi) / 2 * side)


def paths(points: int) -> dict[str, dict[str, list[str]]]:
    """What each server is asked, by subject."""
    asked, pages = boxes(400, points), range(200)
    home = "/ogc/collections/{}/items?f=json&lang=fr&limit=1000"
    ours, mine = home.format("monuments"), home.format("risk_zones")
    theirs = "/collections/public.peer_{}/items?limit=1000"
    other = "/collections/peer_{}/items?f=json&limit=1000"
    told: dict[str, dict[str, list[str]]] = {
        "bbox": {
            "ours": [f"{ours}&bbox={box}" for box in asked],
            "tipg": [f"{theirs.format('points')}&bbox={box}" for box in asked],
            "pygeoapi": [f"{other.format('points')}&bbox={box}" for box in asked],
        },
        "points": {
            "ours": [f"{ours}&offset={page}" for page in pages],
            "tipg": [f"{theirs.format('points')}&offset={page}" for page in pages],
            "pygeoapi": [f"{other.format('points')}&offset={page}" for page in pages],
        },
        "polygons": {
            "ours": [f"{mine}&offset={page}" for page in range(40)],
            "tipg": [f"{theirs.format('polygons')}&offset={page}" for page in range(40)],
            "pygeoapi": [f"{other.format('polygons')}&offset={page}" for page in range(40)],
        },
        "tiles": {"ours": [], "tipg": []},
    }
    for zoom, carried in TILES.items():
        for lon in range(12):
            for lat in range(8):
                x, y = tile(-8.94 + lon * 0.02, 30.39 + lat * 0.018, zoom)
                told["tiles"]["ours"].append(f"/tiles/monuments/{zoom}/{x}/{y}.mvt?lang=fr")
                told["tiles"]["tipg"].append(
                    f"/collections/public.peer_points/tiles/WebMercatorQuad/{zoom}/{x}/{y}?properties={carried}"
                )
    return told


def by_turns(sites: Mapping[str, tuple[str, list[str]]]) -> dict[str, Load]:
    """For each site the median (by answers a second) of RUNS runs that take turns."""
    for address, asked in sites.values():
        readers(address, asked, connections=CONNECTIONS, seconds=2, encoding="identity")
    runs: dict[str, list[Load]] = {name: [] for name in sites}
    for _ in range(RUNS):
        for name, (address, asked) in sites.items():
            runs[name].append(
                readers(address, asked, connections=CONNECTIONS, seconds=SECONDS, encoding="identity")
            )
    return {name: sorted(loads, key=lambda one: one.per_second)[RUNS // 2] for name, loads in runs.items()}


def _beside(table: Table, what: str, loads: Mapping[str, Load], least: Mapping[str, float]) -> None:
    ours = loads["ours"]
    table.add(f"{what}, failed answers", ours.errors, "", most=0, digits=0)
    for name, times in least.items():
        peer = loads[name]
        least_of_ours = round(times * peer.per_second, 1)
        rate = (name, peer.per_second)
        table.add(f"{what} (≥ {times:g} × {name})", ours.per_second, "/s", least=least_of_ours, peer=rate)
        if what != NAMES["tiles"]:
            table.add(
                f"– p99 (≤ 0.5 × {name})",
                ours.p99,
                "ms",
                most=round(0.5 * peer.p99, 1),
                peer=(name, peer.p99),
            )


def _features(table: Table, url: str) -> dict[str, Load]:
    """The three questions and tiles at a million rows, each server beside the others; ours by subject."""
    asked = paths(MANY)
    mine: dict[str, Load] = {}
    with (
        server(url, BODY_CACHE_MB="0", STORED_TILES="0", WORKER="0") as ours,
        peers.tipg(url) as tipg,
        peers.pygeoapi(url) as pygeoapi,
    ):
        addresses = {"ours": ours, "tipg": tipg, "pygeoapi": pygeoapi}
        for subject, name in NAMES.items():
            sites = {site: (addresses[site], asked[subject][site]) for site in asked[subject]}
            loads = by_turns(sites)
            mine[subject] = loads["ours"]
            bars = {"tipg": 1.3} if subject == "tiles" else {"tipg": 5.0, "pygeoapi": 8.0}
            _beside(table, name, loads, bars)
    return mine


def _growth(table: Table, few: str, many: str) -> None:
    """The same answers from a thousand and from a million rows."""
    with (
        server(few, BODY_CACHE_MB="0", WORKER="0") as small,
        server(many, BODY_CACHE_MB="0", WORKER="0") as large,
    ):
        for subject, name in (("bbox", "box of about 80"), ("polygons", "1,000 polygons")):
            loads = by_turns(
                {"few": (small, paths(FEW)[subject]["ours"]), "many": (large, paths(MANY)[subject]["ours"])}
            )
            cost = loads["few"].per_second / loads["many"].per_second
            table.add(f"Cost at 1 M rows over cost at 1 k, {name}", cost, "×", most=1.5, digits=2)


def _fetched(address: str, path: str, **headers: str) -> tuple[float, int, str]:
    """Milliseconds, bytes and tag of an answer."""
    request = urllib.request.Request(address + path, headers=headers)
    begun = time.perf_counter()
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
    return (time.perf_counter() - begun) * 1000, len(body), answer.headers.get("ETag", "")


def _tiles(table: Table, url: str) -> None:
    """Every zoom, first cold, then warm from the database's store by another server process."""
    spots = [(-8.82, 30.455), (-8.87, 30.47), (-8.75, 30.41)]
    asked = [
        f"/tiles/monuments/{z}/{x}/{y}.mvt?lang=fr"
        for z in range(19)
        for x, y in {tile(*at, z) for at in spots}
    ]
    with server(url, BODY_CACHE_MB="0", WORKER="0", WORKERS="1") as address:
        _fetched(address, "/tiles/walls/1/0/0.mvt")
        cold = [_fetched(address, path) for path in asked]
        warm = [statistics.median(_fetched(address, path)[0] for _ in range(3)) for path in asked]
    table.add(
        f"Largest of {len(asked)} tiles, zooms 0 to 18, 1 M rows",
        max(size for _, size, _ in cold) / 1000,
        "KB",
        most=150,
    )
    table.add("– slowest when made anew", max(took for took, _, _ in cold), "ms", most=250)
    table.add("– slowest from the store", max(warm), "ms", most=20)


def _unchanged(table: Table, url: str) -> None:
    """Clients that have the answer already, beside clients that have not."""
    path = "/ogc/collections/monuments/items?f=json&lang=fr&limit=1000"
    with server(url, BODY_CACHE_MB="0", WORKER="0") as address:
        tag = _fetched(address, path)[2]
        ask: Callable[[str], Load] = lambda known: readers(  # noqa: E731
            address, [path], connections=CONNECTIONS, seconds=SECONDS, encoding="identity", known=known
        )
        runs = [(ask("none"), ask(tag)) for _ in range(RUNS)]
    full, none = (
        sorted(loads, key=lambda one: one.per_second)[RUNS // 2] for loads in zip(*runs, strict=True)
    )
    rate = ("200", full.per_second)
    bar = 4 * full.per_second
    table.add("304 for 1,000 points (≥ 4 × the rate of 200)", none.per_second, "/s", least=bar, peer=rate)


def run() -> Table:
    """The table of open data."""
    table = Table("Open data (wrk, 8 connections, uncompressed, nothing kept, median of three runs)")
    with rows(FEW) as few, rows(MANY) as many:
        _tiles(table, many)
        _features(table, many)
        _growth(table, few, many)
        _unchanged(table, many)
    return table
