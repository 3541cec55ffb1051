"""A walk to take along: its size, its requests, how long a slow phone fetches; beside a plain folium page."""

import json
import os
import shutil
import statistics
import time
import urllib.request
from typing import Any

import folium
from playwright.sync_api import Browser, Page, sync_playwright

from bench.harness import SHIPPED, Table, database, server
from bench.weight import ARGUMENTS, SLOW
from core.languages import LANGUAGES

CONTENT = """() => caches.keys()
  .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
  .then((all) => all.flat().length)"""


def _walk() -> dict[str, Any]:
    routes = json.loads((SHIPPED / "routes.json").read_text(encoding="utf-8"))["routes"]
    walk: dict[str, Any] = routes[0]
    return walk


def _plain_folium(walk: dict[str, Any]) -> int:
    """How many files of other hosts the page needs that folium makes of the same stops by itself."""
    features = json.loads((SHIPPED / "monuments.geojson").read_text(encoding="utf-8"))["features"]
    points = {each["id"]: each for each in features if each["geometry"]["type"] == "Point"}
    town = folium.Map(location=[30.47, -8.88], zoom_start=15)
    for stop in walk["stops"]:
        if stop["id"] in points:
            lon, lat = points[stop["id"]]["geometry"]["coordinates"]
            folium.Marker([lat, lon], popup=points[stop["id"]]["properties"]["names"]["fr"]).add_to(town)
    page = town.get_root().render()
    return int(page.count('src="https://') + page.count('href="https://'))


def _install(page: Page) -> float:
    """Seconds from the second tap until the walk is whole."""
    box = page.locator(".take").first
    box.locator("button").first.click()
    box.locator("button.take-more").wait_for(timeout=60_000)
    begun = time.perf_counter()
    box.locator("button").first.click()
    box.locator("a.take-more").wait_for(timeout=180_000)
    return time.perf_counter() - begun


def _fetch(browser: Browser, address: str, *, slow: bool) -> dict[str, float]:
    """What taking a walk along costs a phone that has just opened its page."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    sizes: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    if slow:
        protocol.send("Network.emulateNetworkConditions", SLOW)
    seconds = _install(page)
    kept = page.evaluate(CONTENT)
    context.close()
    return {"seconds": seconds, "bytes": sum(sizes), "requests": len(sizes), "kept": kept}


def run() -> Table:
    """The table of the walk to take along."""
    walk = _walk()
    table = Table("A walk to take along (Chromium, 390×844)")
    with database(0) as url, server(url) as address, sync_playwright() as playwright:
        sizes: dict[str, int] = {}
        waits = []
        for lang in LANGUAGES:
            begun = time.perf_counter()
            with urllib.request.urlopen(f"{address}/{lang}/routes/{walk['id']}/offline.json") as answer:
                sizes[lang] = json.load(answer)["bytes"]
            waits.append(time.perf_counter() - begun)
        for lang, size in sizes.items():
            table.add(f"on the device, {lang}", size / 1e6, "MB", most=5, digits=2)
        table.add("the server puts the list together, cold", statistics.median(waits) * 1000, "ms", digits=0)
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        start = f"{address}/fr/routes/{walk['id']}"
        fast, slow = _fetch(browser, start, slow=False), _fetch(browser, start, slow=True)
        browser.close()
    table.add("fetched for it (French)", fast["bytes"] / 1024, "KB")
    table.add("– requests", fast["requests"], "", digits=0)
    table.add("until it is whole", fast["seconds"], "s", digits=2)
    table.add("until it is whole, at 400 kbit/s + 400 ms", slow["seconds"], "s", digits=1)
    table.add(
        "files of other hosts that are missing without a network",
        0,
        "",
        most=0,
        peer=("plain folium page", _plain_folium(walk)),
        digits=0,
    )
    return table
