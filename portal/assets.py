"""Static files as they are served: ours and the few vendored ones, under hashed names, compressed beforehand.

`python -m portal.assets` fills build/static/. A file's name changes with its content, so browsers may keep it
for a year. Nothing here runs while pages are served but `load_manifest`.
"""

import gzip
import hashlib
import io
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import brotli

from core.settings import PROJECT

VERSION: Final = "3"
"""Grows when this file makes other output from the same input."""

VENDOR: Final[Mapping[str, str]] = {
    "vendor/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/leaflet.markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "vendor/noto-sans-tifinagh-400.woff2": (
        "@fontsource/noto-sans-tifinagh/files/noto-sans-tifinagh-tifinagh-400-normal.woff2"
    ),
    "vendor/leaflet.LICENSE.txt": "leaflet/LICENSE",
    "vendor/leaflet.markercluster.LICENSE.txt": "leaflet.markercluster/MIT-LICENCE.txt",
    "vendor/noto-sans-tifinagh.LICENSE.txt": "@fontsource/noto-sans-tifinagh/LICENSE",
}
"""Logical name → file in node_modules."""
OURS: Final = ("portal/static", "webmap/static", "qr_signs/static")
COMPRESSIBLE: Final = (".js", ".css", ".svg", ".json", ".txt")
TIFINAGH: Final = range(0x2D30, 0x2D80)


def build(project: Path) -> bool:
    """Make build/static/ anew if an input changed, and say so. FileNotFoundError names a missing package."""
    sources = _sources(project)
    fingerprint = _fingerprint(sources)
    target = project / "build" / "static"
    stamp = target / "inputs"
    if stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint:
        return False
    target.parent.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="static-", dir=target.parent))
    try:
        manifest = {name: _place(draft, name, _content(name, path)) for name, path in sources.items()}
        (draft / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        (draft / "inputs").write_text(fingerprint, encoding="ascii")
        draft.chmod(0o755)
        old = draft.with_name(draft.name + ".old")
        if target.exists():
            target.rename(old)
        draft.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return True


def load_manifest(project: Path) -> Mapping[str, str]:
    """Logical name → hashed name; empty before the first build."""
    file = project / "build" / "static" / "manifest.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _sources(project: Path) -> dict[str, Path]:
    sources = {name: project / "node_modules" / path for name, path in VENDOR.items()}
    for folder in OURS:
        for path in sorted((project / folder).rglob("*")):
            if path.is_file():
                sources[str(path.relative_to(project / folder))] = path
    for name, path in sources.items():
        if not path.exists():
            raise FileNotFoundError(f"{name} needs {path.relative_to(project)}: run make setup")
    return sources


def _fingerprint(sources: Mapping[str, Path]) -> str:
    """Names, sizes and times: as cheap as make, and as right."""
    facts = [f"{name} {(stat := path.stat()).st_size} {stat.st_mtime_ns}" for name, path in sources.items()]
    return hashlib.sha256("\n".join([VERSION, *facts]).encode()).hexdigest()


def _content(name: str, path: Path) -> bytes:
    body = path.read_bytes()
    if name.endswith(".js"):
        # Without its map beside it a browser's tools would ask for a file that is not there.
        return re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", body)
    if name == "vendor/leaflet.css":
        return _without_pictures(body)
    if name.endswith(".woff2"):
        return _tifinagh_only(body)
    return body


def _without_pictures(css: bytes) -> bytes:
    """Leaflet's sheet without the pictures of controls and markers that we do not use."""
    return re.sub(rb"[^;{}]*url\(images/[^)]*\)[^;}]*;?", b"", css)


def _tifinagh_only(font: bytes) -> bytes:
    """The letters of Tifinagh alone: a fifth of the bytes, on every page that names the language."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=[], hinting=False, flavor="woff2")
    opened = TTFont(io.BytesIO(font))
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=TIFINAGH)
    subsetter.subset(opened)
    opened.flavor = "woff2"
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def _place(root: Path, name: str, body: bytes) -> str:
    """Write a file under its hashed name, and packed beside it where that helps; the hashed name."""
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}{dot}{suffix}"
    file = root / hashed
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    if name.endswith(COMPRESSIBLE):
        Path(f"{file}.br").write_bytes(brotli.compress(body, quality=11))
        Path(f"{file}.gz").write_bytes(gzip.compress(body, 9, mtime=0))
    return hashed


if __name__ == "__main__":
    try:
        changed = build(PROJECT)
    except FileNotFoundError as missing:
        sys.exit(f"athar: {missing}")
    sys.stdout.write("Static files built\n" if changed else "Static files: up to date\n")
