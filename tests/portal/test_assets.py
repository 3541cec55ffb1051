"""Static files: hashed, compressed, complete, and without a word to anybody else."""

import gzip
import json
import re
from pathlib import Path

import brotli
from flask import Flask

from core.settings import PROJECT
from portal import assets


def test_a_second_build_does_nothing() -> None:
    assets.build(PROJECT)

    assert not assets.build(PROJECT)


def test_packed_files_hold_the_plain_ones() -> None:
    manifest = assets.load_manifest(PROJECT)
    root = PROJECT / "build" / "static"

    assert {
        "site.js",
        "map.js",
        "map-layers.js",
        "map.css",
        "vendor/leaflet.js",
        "icon.svg",
    } <= manifest.keys()
    for name, hashed in manifest.items():
        plain = (root / hashed).read_bytes()
        if name.endswith(assets.COMPRESSIBLE):
            assert brotli.decompress((root / f"{hashed}.br").read_bytes()) == plain
            assert gzip.decompress((root / f"{hashed}.gz").read_bytes()) == plain


def test_nothing_in_them_asks_for_a_file_that_is_not_there() -> None:
    manifest = assets.load_manifest(PROJECT)
    root = PROJECT / "build" / "static"
    for hashed in manifest.values():
        if hashed.endswith((".css", ".js")):
            text = (root / hashed).read_text(encoding="utf-8")
            assert "sourceMappingURL" not in text
        if hashed.endswith(".css"):
            asked = [
                url
                for url in re.findall(r"url\(([^)]*)\)", text)
                if not url.strip("\"'").startswith(("data:", "#"))
            ]
            assert asked == []


def test_a_changed_file_gets_another_name(tmp_path: Path) -> None:
    for folder in assets.OURS:
        (tmp_path / folder).mkdir(parents=True)
    for path in set(assets.VENDOR.values()):
        target = tmp_path / "node_modules" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((PROJECT / "node_modules" / path).read_bytes())
    own = tmp_path / "portal" / "static" / "a.js"
    own.write_text("var a = 1;", encoding="utf-8")
    assets.build(tmp_path)
    before = assets.load_manifest(tmp_path)["a.js"]
    own.write_text("var a = 2; // longer", encoding="utf-8")
    assets.build(tmp_path)
    after = json.loads((tmp_path / "build/static/manifest.json").read_text(encoding="utf-8"))["a.js"]

    assert before != after
    assert not (tmp_path / "build/static" / before).exists()


def test_they_are_served_packed_and_for_a_year(app: Flask) -> None:
    hashed = assets.load_manifest(PROJECT)["map.js"]
    answer = app.test_client().get(f"/static/{hashed}", headers={"Accept-Encoding": "br"}, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
