"""What a phone fetches: bytes, requests, time to the first words on a slow network; Lighthouse scores."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import brotli
import folium
from playwright.sync_api import Browser, sync_playwright

from bench.harness import SHIPPED, Table, database, server
from core.settings import PROJECT

SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s and 400 ms, as Chromium's protocol wants it (bytes a second)."""
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run")
FIRST_PAINT = """() => new Promise(done => {
  const seen = performance.getEntriesByName('first-contentful-paint')[0];
  if (seen) return done(seen.startTime);
  new PerformanceObserver(
    list => list.getEntriesByName('first-contentful-paint').forEach(e => done(e.startTime)))
    .observe({type: 'paint', buffered: true});
})"""


def _visit(browser: Browser, url: str, *, slow: bool = False) -> dict[str, Any]:
    """Compressed bytes by request, other hosts asked, first contentful paint in seconds."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, service_workers="block", locale="fr-FR"
    )
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    sizes: dict[str, float] = {}
    urls: dict[str, str] = {}
    protocol.on("Network.requestWillBeSent", lambda e: urls.update({e["requestId"]: e["request"]["url"]}))
    protocol.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    if slow:
        protocol.send("Network.emulateNetworkConditions", SLOW)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    paint = page.evaluate(FIRST_PAINT) / 1000
    found = {urls[key]: size for key, size in sizes.items() if not urls[key].startswith("data:")}
    context.close()
    return {
        "bytes": sum(found.values()),
        "requests": len(found),
        "outside": [each for each in urls.values() if not each.startswith(("http://127.0.0.1", "data:"))],
        "paint": paint,
        "each": found,
    }


def _plain_folium() -> tuple[float, int]:
    """Kilobytes (brotli) of the page that folium makes by itself for the same monuments, and files it needs
    of others.

    The files themselves are on outside hosts, so only the page is weighed: the peer is flattered.
    """
    features = json.loads((SHIPPED / "monuments.geojson").read_text(encoding="utf-8"))["features"]
    town = folium.Map(location=[30.47, -8.88], zoom_start=15)
    for feature in features:
        geometry = feature["geometry"]
        lon, lat = geometry["coordinates"] if geometry["type"] == "Point" else geometry["coordinates"][0]
        names = feature["properties"]["names"]
        folium.Marker([lat, lon], popup=names["fr"], tooltip=names["fr"]).add_to(town)
    page = town.get_root().render()
    outside = page.count('src="https://') + page.count('href="https://')
    return len(brotli.compress(page.encode(), quality=6)) / 1024, outside


def _lighthouse(url: str, tries: int = 2) -> dict[str, float]:
    """Scores from 0 to 100 of the mobile profile; a browser that did not start is tried once more."""
    try:
        return _scores(url)
    except subprocess.CalledProcessError:
        if tries == 1:
            raise
        return _lighthouse(url, tries - 1)


def _scores(url: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory, "report.json")
        env = {**os.environ, "CHROME_PATH": os.environ.get("CHROMIUM") or shutil.which("chromium") or ""}
        flags = "--headless=new --no-sandbox --disable-background-networking --disable-dev-shm-usage"
        subprocess.run(
            [
                str(PROJECT / "node_modules/.bin/lighthouse"),
                url,
                "--quiet",
                "--output=json",
                f"--output-path={out}",
                f"--chrome-flags={flags}",
                "--form-factor=mobile",
            ],
            env=env,
            check=True,
            capture_output=True,
        )
        report = json.loads(out.read_text(encoding="utf-8"))
    return {name: each["score"] * 100 for name, each in report["categories"].items()}


def run() -> Table:
    """The table of weights."""
    signs = json.loads((SHIPPED / "signs.json").read_text(encoding="utf-8"))["signs"]
    code = next(sign["code"] for sign in signs if sign["id"] == "bab-zorgane")
    table = Table("What a phone fetches (Chromium, brotli, 390×844)")
    with database(0) as url, server(url) as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        scan = _visit(browser, f"{address}/Q/{code}")
        arabic = _visit(browser, f"{address}/q/{code}/ar")
        tamazight = _visit(browser, f"{address}/q/{code}/zgh")
        town = _visit(browser, f"{address}/fr/map")
        paints = [_visit(browser, f"{address}/Q/{code}", slow=True)["paint"] for _ in range(5)]
        map_paints = [_visit(browser, f"{address}/fr/map", slow=True)["paint"] for _ in range(3)]
        browser.close()
        table.add("scan page in all (French)", scan["bytes"] / 1024, "KB", most=20)
        table.add("– requests", scan["requests"], "", digits=0)
        table.add("scan page in all (Arabic)", arabic["bytes"] / 1024, "KB", most=20)
        table.add("scan page in all (Tamazight)", tamazight["bytes"] / 1024, "KB", most=20)
        table.add(
            "scan page, first words at 400 kbit/s + 400 ms",
            statistics.median(paints),
            "s",
            most=1.0,
            digits=2,
        )
        table.add(
            "map page, first words at 400 kbit/s + 400 ms", statistics.median(map_paints), "s", digits=2
        )
        table.add("map page in all, with its data", town["bytes"] / 1024, "KB", most=90)
        page_kb, outside = _plain_folium()
        table.add(
            "– its HTML alone",
            town["each"][f"{address}/fr/map"] / 1024,
            "KB",
            peer=("plain folium page", page_kb),
        )
        table.add(
            "– requests to other hosts",
            len(town["outside"]),
            "",
            most=0,
            peer=("plain folium page", outside),
            digits=0,
        )
        for name, path in (("home", "/fr/"), ("monument", "/fr/monuments/bab-zorgane"), ("map", "/fr/map")):
            scores = _lighthouse(address + path)
            for category, least in (
                ("performance", 95),
                ("accessibility", 100),
                ("best-practices", 100),
                ("seo", 100),
            ):
                table.add(
                    f"Lighthouse mobile, {name}, {category}", scores[category], "", least=least, digits=0
                )
    return table
