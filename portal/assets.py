"""Static files as they are served: ours and the few vendored ones, under hashed names, compressed beforehand.

`python -m portal.assets` fills build/static/. A file's name changes with its content, so browsers may keep it
for a year. Nothing here runs while pages are served but `load_manifest`.
"""

import fcntl
import gzip
import hashlib
import io
import json
import posixpath
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import brotli

from core.settings import PROJECT

VERSION: Final = "5"
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
DRAWN: Final[Mapping[str, tuple[str, int]]] = {
    "icon-192.png": ("portal/static/icon-full.svg", 192),
    "icon-512.png": ("portal/static/icon-full.svg", 512),
}
"""Logical name → our own drawing, and its pixels a side: home screens take no drawings."""
OURS: Final = ("portal/static", "webmap/static", "qr_signs/static")
COMPRESSIBLE: Final = (".js", ".css", ".svg", ".json", ".txt")
TIFINAGH: Final = range(0x2D30, 0x2D80)
REFERENCE: Final = re.compile(r"""url\((["']?)(?!data:|#)([^"')]+)\1\)""")
"""What a style sheet asks for by address; pictures within the sheet and parts of the page are not."""


def build(project: Path) -> bool:
    """Make build/static/ anew if an input changed, and say so. FileNotFoundError names what is missing."""
    sources = _sources(project)
    fingerprint = _fingerprint(sources)
    target = project / "build" / "static"
    if _is_made_from(target, fingerprint):
        return False
    with _alone(target.parent):
        if _is_made_from(target, fingerprint):
            return False
        for left in target.parent.glob("static-*"):
            shutil.rmtree(left)
        draft = Path(tempfile.mkdtemp(prefix="static-", dir=target.parent))
        _fill(draft, sources)
        (draft / "inputs").write_text(fingerprint, encoding="ascii")
        draft.chmod(0o755)
        old = draft.with_name(draft.name + ".old")
        if target.exists():
            target.rename(old)
        draft.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    return True


def load_manifest(project: Path) -> Mapping[str, str]:
    """Logical name → hashed name; empty before the first build."""
    file = project / "build" / "static" / "manifest.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _is_made_from(target: Path, fingerprint: str) -> bool:
    stamp = target / "inputs"
    return stamp.exists() and stamp.read_text(encoding="ascii") == fingerprint


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time; what a killed one left is the next one's to clear."""
    folder.mkdir(exist_ok=True)
    with open(folder / "lock", "a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sources(project: Path) -> dict[str, Path]:
    sources = {name: project / "node_modules" / path for name, path in VENDOR.items()}
    sources |= {
        name: project / drawing for name, (drawing, _) in DRAWN.items() if (project / drawing).exists()
    }
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


def _fill(draft: Path, sources: Mapping[str, Path]) -> None:
    """Write every file and the manifest; style sheets last, when the names of what they ask for are known."""
    manifest: dict[str, str] = {}
    for name in sorted(sources, key=lambda name: name.endswith(".css")):
        body = _content(name, sources[name])
        if name.endswith(".css"):
            body = _with_hashed_names(name, body.decode(), manifest).encode()
        manifest[name] = _place(draft, name, body)
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _with_hashed_names(name: str, css: str, manifest: Mapping[str, str]) -> str:
    """The style sheet with the served names in its `url()`s; FileNotFoundError for one that is not there."""
    folder = posixpath.dirname(name)

    def hashed(found: re.Match[str]) -> str:
        wanted = posixpath.normpath(posixpath.join(folder, found[2]))
        if wanted not in manifest:
            raise FileNotFoundError(f"{name} asks for {found[2]}, which is not among the static files")
        return f'url("{posixpath.relpath(manifest[wanted], folder or ".")}")'

    return REFERENCE.sub(hashed, css)


def _content(name: str, path: Path) -> bytes:
    body = path.read_bytes()
    if name.endswith(".js"):
        # Without its map beside it a browser's tools would ask for a file that is not there.
        return re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", body)
    if name == "vendor/leaflet.css":
        return _without_pictures(body)
    if name.endswith(".woff2"):
        return _tifinagh_only(body)
    return _painted(body, DRAWN[name][1]) if name in DRAWN else body


def _without_pictures(css: bytes) -> bytes:
    """Leaflet's sheet without the pictures of controls and markers that we do not use."""
    return re.sub(rb"[^;{}]*url\(images/[^)]*\)[^;}]*;?", b"", css)


def _tifinagh_only(font: bytes) -> bytes:
    """The letters of Tifinagh alone: a fifth of the bytes, on every page that names the language."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=[], hinting=False, flavor="woff2")
    # The time of the build would make another file, and another name, of the same font.
    opened = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=TIFINAGH)
    subsetter.subset(opened)
    opened.flavor = "woff2"
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def _painted(drawing: bytes, pixels: int) -> bytes:
    """A square drawing (SVG) as PNG."""
    import pypdfium2
    from weasyprint import CSS, HTML

    sheet = CSS(string="@page{size:96px;margin:0}svg{display:block;width:96px;height:96px}")
    document = pypdfium2.PdfDocument(HTML(string=drawing.decode()).write_pdf(stylesheets=[sheet]))
    painted = document[0].render(scale=pixels / document[0].get_width()).to_pil()
    out = io.BytesIO()
    painted.convert("P", palette=1, colors=32).save(out, "PNG", optimize=True)
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
