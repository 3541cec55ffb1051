"""What an embed costs in somebody's page: bytes, questions for data, hosts asked; beside folium's own frame.

The page around is on an origin of its own.
"""

import json
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import brotli
import folium
from playwright.sync_api import sync_playwright

from bench.harness import Table, database, server
from bench.weight import ARGUMENTS, _visit

WALK = "gates-and-squares"
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>P</title>{}'
)
HEADING = "<h1>Partner</h1>"
"""Words of the page's own: without any, the browser never tells of a first paint."""


@contextmanager
def partner(pages: dict[str, str]) -> Iterator[str]:
    """Address of somebody else's site with these pages."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with tempfile.TemporaryDirectory() as directory:
        for name, body in pages.items():
            Path(directory, name).write_text(PAGE.format(body), encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=directory))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def framed(address: str, height: int = 512) -> str:
    """A page with a frame; no sandbox, whose process of its own would hide what it fetches."""
    return f'{HEADING}<iframe src="{escape(address)}" title="Map" width="800" height="{height}"></iframe>'


def folium_frame(data: str) -> tuple[float, int]:
    """Kilobytes (brotli) of the frame that folium exports for the same stops, and files it needs of others.

    The files themselves are on outside hosts, so only the frame is weighed: the peer is flattered.
    """
    with urllib.request.urlopen(data) as answer:
        features = json.load(answer)["features"]
    town: Any = folium.Map(location=[30.47, -8.88], zoom_start=15)
    for each in features:
        if each["properties"]["layer"] == "stops":
            lon, lat = each["geometry"]["coordinates"]
            name = each["properties"]["name"]
            folium.Marker([lat, lon], popup=name, tooltip=name).add_to(town)
        else:
            folium.GeoJson(each).add_to(town)
    frame = town._repr_html_()
    outside = frame.count("src=&quot;https://") + frame.count("href=&quot;https://")
    return len(brotli.compress(frame.encode(), quality=6)) / 1024, outside


def run() -> Table:
    """The table of embeds."""
    table = Table("An embed in somebody's page (Chromium, brotli, another origin)")
    with database(0) as url, server(url) as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        walk, town = f"{address}/embed/routes/{WALK}", f"{address}/embed/map"
        pages = {
            "ar.html": framed(f"{walk}?lang=ar"),
            "zgh.html": framed(f"{walk}?lang=zgh"),
            "fr.html": framed(f"{walk}?lang=fr"),
            "map.html": framed(f"{town}?lang=fr"),
            "element.html": (
                f'{HEADING}<script src="{address}/embed/commune-map.js"></script>'
                f'<commune-map route="{WALK}" lang="fr"></commune-map>'
            ),
        }
        with partner(pages) as around:
            seen = {name: _visit(browser, f"{around}/{name}") for name in pages}
        browser.close()
        peer_kb, peer_files = folium_frame(f"{address}/embed/data/routes/{WALK}.geojson?lang=fr")
        named = {
            "ar": "a walk (Arabic)",
            "zgh": "a walk (Tamazight)",
            "fr": "a walk (French)",
            "map": "the map",
        }
        for name, words in (*named.items(), ("element", "a walk as <commune-map>")):
            each = seen[f"{name}.html"]["each"]
            ours = {path: size for path, size in each.items() if path.startswith(address)}
            if not any(".geojson" in path for path in ours):
                raise RuntimeError(f"{name}: the map in the frame never asked for its data")
            table.add(f"{words}, in all with its data", sum(ours.values()) / 1024, "KB", most=90)
            table.add("– requests for data", sum(".geojson" in path for path in ours), "", most=1, digits=0)
            outside = [path for path in each if not path.startswith((address, around))]
            table.add(
                "– requests to others",
                len(outside),
                "",
                most=0,
                peer=("folium's own frame", peer_files),
                digits=0,
            )
        page = seen["fr.html"]["each"][f"{walk}?lang=fr"] / 1024
        table.add("a walk, its HTML alone", page, "KB", peer=("folium's own frame", peer_kb))
    return table
