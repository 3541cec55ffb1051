"""One site among 2,000 buildings, 200 sites, walls that rays cross beside shapely; and ray tracing."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity, box

from bench.harness import Table
from core.settings import PROJECT
from geo.wifi.catalogue import Client, Radio
from geo.wifi.coverage import grid_around
from geo.wifi.links import link
from geo.wifi.rasters import RADIUS_M, Site
from geo.wifi.streetscape import crossings, scenes, shadows, signal
from geo.wifi.streetscape.edges import MM
from geo.wifi.streetscape.outlines import Box, Outline
from geo.wifi.streetscape.paths import OPEN
from geo.wifi.streetscape.scenes import Scene
from tests.geo.wifi.equipment import catalogue

BUILDINGS = 2_000
LOT_M = 12.6
SITES = 200
RAYS = 10_000
CATALOGUE = catalogue()
RADIO = CATALOGUE.models["omni"].radios[0]
CLIENT = CATALOGUE.clients["2.4"]
Integers = NDArray[np.int64]


def run() -> Table:
    """The table of coverage."""
    table = Table(f"Wi-Fi: coverage of one site, 300 m at 2 m over {BUILDINGS:,} buildings")
    outlines = town()
    area = Box(-40, -40, 720, 720)
    begun = time.perf_counter()
    scene = scenes.made(outlines, area, CATALOGUE)
    compiled_s = time.perf_counter() - begun
    begun = time.perf_counter()
    scene = scenes.made(outlines, area, CATALOGUE)
    made_s = time.perf_counter() - begun
    sites = places(scene, SITES)
    _cover(scene, sites[0])
    near = _within(scene, sites[0])
    once = statistics.median(_timed(partial(_cover, scene, site)) for site in sites[1:16])
    many = _timed(lambda: _cover_all(scene, sites))
    table.add(f"one site, {near:,} buildings within the radius, median of 15", once * 1000, "ms", most=100)
    table.add(f"{SITES} sites, two threads", many, "s", most=15)
    table.add("scene of the quarter, once for all sites in it", made_s, "s")
    table.add("the same in a new process that finds no compiled code (or some)", compiled_s, "s")
    _walls(table, scene, sites[0])
    _traced(table)
    return table


def town(many: int = BUILDINGS, seed: int = 5) -> list[Outline]:
    """Crooked houses on lots, lanes of 1 to 6 m between them, every ninth with a courtyard."""
    chance = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(many)))
    found = []
    for n in range(many):
        west, south = (n % side) * LOT_M + 40.0, (n // side) * LOT_M + 40.0
        wide, deep = chance.uniform(8.0, 11.0, 2)
        shape = box(west, south, west + wide, south + deep)
        if n % 9 == 0:
            shape = shape.difference(box(west + 3, south + 3, west + wide - 3, south + deep - 3))
        found.append(
            Outline(affinity.rotate(shape, chance.uniform(-6, 6)), float(chance.uniform(3.5, 9)), None)
        )
    return found


def places(scene: Scene, many: int) -> list[Site]:
    """Places out of doors in the middle of the town, such as a planner tries."""
    rows, columns = np.nonzero(scene.ground == OPEN)
    x, y = scene.west + 2.0 * columns + 1, scene.south + 2.0 * rows + 1
    inner = np.flatnonzero((abs(x - 320) < 60) & (abs(y - 320) < 60))
    chosen = np.random.default_rng(1).choice(inner, many, replace=False)
    return [Site(float(x[n]), float(y[n]), 4.0, "omni") for n in chosen]


def _cover(scene: Scene, site: Site, radio: Radio = RADIO, client: Client = CLIENT) -> Any:
    grid = grid_around(site)
    made = link(CATALOGUE, site, radio, client, grid)
    loss, deviation = signal.losses(scene, CATALOGUE, site, radio, client, grid, made.metres)
    return (made.down_dbm - loss).astype(np.float32), (made.up_dbm - loss).astype(np.float32), deviation


def _cover_all(scene: Scene, sites: list[Site]) -> None:
    with ThreadPoolExecutor(2) as threads:
        for _ in threads.map(lambda site: _cover(scene, site), sites):
            pass


def _within(scene: Scene, site: Site) -> int:
    middles = np.array([each.shape.centroid.coords[0] for each in town()])
    return int((np.hypot(*(middles - (site.x, site.y)).T) <= RADIUS_M).sum())


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _walls(table: Table, scene: Scene, site: Site) -> None:
    """Random rays, beside shapely's tree: all at once with a predicate, and in two steps."""
    walls = scene.walls
    rays = np.random.default_rng(2).integers(40 * MM, 640 * MM, (RAYS, 4))
    every = walls.edges
    ends = np.stack((np.stack((every.ax, every.ay), 1), np.stack((every.bx, every.by), 1)), 1) / MM
    tree = shapely.STRtree(shapely.linestrings(ends))
    lines = shapely.linestrings(rays.reshape(-1, 2, 2) / MM)
    crossings.counts(rays[:10], len(walls), walls.buckets)
    ours = statistics.median(
        _timed(lambda: crossings.counts(rays, len(walls), walls.buckets)) for _ in range(5)
    )
    begun = time.perf_counter()
    theirs = np.bincount(tree.query(lines, predicate="intersects")[0], minlength=RAYS)
    at_once = time.perf_counter() - begun
    begun = time.perf_counter()
    ray, wall = tree.query(lines)
    met = shapely.intersects(lines[ray], tree.geometries[wall])
    np.bincount(ray[met], minlength=RAYS)
    peer = min(at_once, time.perf_counter() - begun)
    found = crossings.counts(rays, len(walls), walls.buckets)
    table.add(f"walls on {RAYS:,} rays that differ from shapely's", int((found != theirs).sum()), "", most=0)
    table.add("walls on those rays", ours * 1000, "ms", peer=("shapely's STRtree", peer * 1000))
    table.add("times as fast as shapely's STRtree", peer / ours, "", least=20)
    frame, _, _ = scene.frame_of(grid_around(site))
    begun = time.perf_counter()
    between = shadows.nothing_between(frame)
    px, py = scene.millimetres(site.x, site.y)
    losses = np.array([[800, 900]] * len(scene.materials))
    shadows.between(px, py, 4000, 1500, every, losses, frame, 300 * MM, 0, frame.rows, between)
    took = (time.perf_counter() - begun) * 1000
    table.add("walls before every cell of the raster, by their shadows", took, "ms")


def _traced(table: Table) -> None:
    """Our signal beside the kept one of Sionna RT; SIONNA_LLVM names LLVM's library to trace it anew."""
    from tests.geo.wifi import test_ray_tracing as reference

    medina = json.loads((reference.HERE / "medina.json").read_text(encoding="utf-8"))
    scene = reference.scene_of(medina)
    for mhz in (2437, 5500):
        pairs = [reference.both(scene, medina, antenna, mhz) for antenna in medina["antennas"]]
        ours, traced = (np.concatenate(each) for each in zip(*pairs, strict=True))
        off, alike = np.median(np.abs(ours - traced)), np.corrcoef(ours, traced)[0, 1]
        table.add(f"off Sionna RT in {len(ours):,} cells, {mhz} MHz, median", float(off), "dB", most=6)
        table.add(f"correlation with Sionna RT, {mhz} MHz", float(alike), "", least=0.8, digits=2)


def trace() -> None:
    """Trace the reference anew into build/ray (`python -m bench.wifi_coverage`); a quarter of an hour."""
    from bench.peers import PACKAGES, interpreter

    home, target = PROJECT / "tests" / "geo" / "wifi" / "reference", PROJECT / "build" / "ray"
    target.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ}
    if library := os.environ.get("SIONNA_LLVM"):
        environment["DRJIT_LIBLLVM_PATH"] = library
    how = ["12", "4e6", "10"]
    kept: dict[str, Any] = {"made_by": " ".join((*PACKAGES["ray-tracing"], "depth, rays, rounds:", *how))}
    for antenna in json.loads((home / "medina.json").read_text(encoding="utf-8"))["antennas"]:
        for mhz in (2437, 5500):
            file = target / f"{antenna}_{mhz}.npz"
            program = [str(interpreter("ray-tracing")), str(PROJECT / "bench" / "ray_tracing.py")]
            command = [*program, str(home / "medina.json"), str(file), antenna, str(mhz * 1e6), *how]
            subprocess.run(command, check=True, env=environment)
            with np.load(file) as made:
                gain = made["gain_db"]
                kept |= {"west": made["west"], "south": made["south"]}
            kept[f"{antenna}_{mhz}"] = np.where(np.isfinite(gain), gain, np.nan).astype(np.float16)
    np.savez_compressed(home / "traced.npz", **kept)


if __name__ == "__main__":
    trace()
