"""Static files: hashed, compressed, complete, and without a word to anybody else."""

import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

import brotli
import pytest
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
        "map-zones.js",
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


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with the vendored files and none of its own."""
    for folder in assets.OURS:
        (tmp_path / folder).mkdir(parents=True)
    for path in set(assets.VENDOR.values()):
        target = tmp_path / "node_modules" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / "node_modules" / path, target)
    return tmp_path


def test_a_changed_file_gets_another_name(shop: Path) -> None:
    own = shop / "portal" / "static" / "a.js"
    own.write_text("var a = 1;", encoding="utf-8")
    assets.build(shop)
    before = assets.load_manifest(shop)
    own.write_text("var a = 2; // longer", encoding="utf-8")
    assets.build(shop)
    after = assets.load_manifest(shop)

    assert {name for name in after if after[name] != before[name]} == {"a.js"}
    assert not (shop / "build/static" / before["a.js"]).exists()


def test_the_same_files_have_the_same_names_everywhere(shop: Path) -> None:
    assets.build(shop)
    assets.build(PROJECT)

    ours = assets.load_manifest(PROJECT)
    assert {name: ours[name] for name in assets.VENDOR} == assets.load_manifest(shop)


def test_a_sheet_asks_for_the_name_that_is_served(shop: Path) -> None:
    static = shop / "portal" / "static"
    (static / "pictures").mkdir()
    (static / "pictures" / "dot.svg").write_text("<svg/>", encoding="utf-8")
    sheet = "a{background:url(../pictures/dot.svg)} b{background:url('data:x')} c{mask:url(#m)}"
    (static / "sheets").mkdir()
    (static / "sheets" / "a.css").write_text(sheet, encoding="utf-8")
    assets.build(shop)
    names = assets.load_manifest(shop)
    served = (shop / "build/static" / names["sheets/a.css"]).read_text(encoding="utf-8")

    assert served == sheet.replace("url(../pictures/dot.svg)", f'url("../{names["pictures/dot.svg"]}")')


def test_a_sheet_that_asks_for_what_is_not_there_is_told_and_the_old_files_stay(shop: Path) -> None:
    assets.build(shop)
    before = assets.load_manifest(shop)
    (shop / "portal" / "static" / "a.css").write_text("a{background:url(no.png)}", encoding="utf-8")

    with pytest.raises(FileNotFoundError, match=r"a\.css asks for no\.png"):
        assets.build(shop)
    assert assets.load_manifest(shop) == before


def test_many_builds_at_once_and_after_a_killed_one_make_one(shop: Path) -> None:
    (shop / "build" / "static-killed").mkdir(parents=True)
    code = (
        f"import sys; sys.path.insert(0, {str(PROJECT)!r});"
        " from pathlib import Path; from portal import assets;"
        f" print(assets.build(Path({str(shop)!r})))"
    )
    command = [sys.executable, "-c", code]
    run = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=60)[0].strip() for process in run]

    assert sorted(said) == ["False", "False", "False", "True"]
    assert sorted(path.name for path in (shop / "build").iterdir()) == ["lock", "static"]


def test_they_are_served_packed_and_for_a_year(app: Flask) -> None:
    hashed = assets.load_manifest(PROJECT)["map.js"]
    answer = app.test_client().get(f"/static/{hashed}", headers={"Accept-Encoding": "br"}, buffered=True)

    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
