"""Making the files of one sign: artwork, preflight, symbol, pictures. Pure work for a process of a pool."""

import gc
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import Invalid
from qr_signs.artwork import rendering, setting
from qr_signs.artwork.content import Content
from qr_signs.artwork.made import Artwork
from qr_signs.artwork.rendering import Order
from qr_signs.preflight import checks, pictures
from qr_signs.preflight.exam import Exam

PRINT, PROOF = "print.pdf", "proof.pdf"


@dataclass(frozen=True)
class Task:
    """One sign to make, into a directory of its own."""

    content: Content
    order: Order
    directory: Path
    templates: Path | None = None


@dataclass(frozen=True)
class Made:
    """What came of it. `files` are name → SHA-256; `state` is print, proof or failed."""

    code: str
    state: str
    files: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Mapping[str, Any], ...] = ()
    artwork: Mapping[str, Any] | None = None
    """Columns of the register's artwork row."""


def make(task: Task) -> Made:
    """Draw, check and write one sign. A sign that cannot be drawn, or fails preflight, gets no print file."""
    _tidy()
    code = task.content.code
    try:
        artwork = rendering.draw(task.content, task.order, _setter(task.templates))
    except Invalid as wrong:
        return Made(code, "failed", problems=(problem(wrong),))
    exam = Exam(artwork)
    report = checks.examine(exam)
    files = {
        "symbol.svg": artwork.symbol.svg(round(artwork.quiet_box.width, 3)).encode(),
        "symbol.png": artwork.symbol.png(),
        "preview.png": pictures.preview(exam),
        "damage.png": pictures.contact_sheet(exam),
        "report.json": json.dumps(report.as_json(), ensure_ascii=False, indent=1).encode(),
    }
    problems: tuple[Mapping[str, Any], ...] = tuple(
        {"field": check["name"], "message": check["message"], "values": check["figures"]}
        for check in report.as_json()["checks"]
        if not check["passed"]
    )
    state = "failed"
    if report.passed:
        state = "proof" if task.order.proof else "print"
        files[PROOF if task.order.proof else PRINT] = artwork.pdf
        files["accessible.pdf"] = rendering.read_aloud(task.content, task.order, _setter(task.templates))
    sums = write(task.directory, files)
    return Made(code, state, sums, problems, _row(task, artwork, report.passed, report.as_json()))


def _tidy() -> None:
    """Collect what the last sign left behind; what outlived the first is not looked at any more."""
    gc.collect()
    if _setters and not gc.get_freeze_count():
        gc.freeze()


_setters: dict[Path | None, setting.Setter] = {}


def _setter(templates: Path | None) -> setting.Setter:
    """The process's setter for a directory of templates."""
    if templates not in _setters:
        _setters[templates] = setting.Setter(templates)
    return _setters[templates]


def problem(wrong: Invalid) -> dict[str, Any]:
    """An error as it is kept: message and values, to be said in the language of whoever reads it."""
    return {"field": wrong.field, "message": wrong.message, "values": dict(wrong.values)}


def _row(task: Task, artwork: Artwork, passed: bool, report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(artwork.pdf).hexdigest(),
        "size": artwork.size,
        "template": artwork.template,
        "payload": artwork.payload,
        "level": artwork.symbol.level,
        "version": artwork.symbol.version,
        "module_mm": round(artwork.module_mm, 4),
        "content_hash": task.content.digest,
        "passed": passed and not task.order.proof,
        "report": report,
    }


def write(directory: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Write files whole or not at all, and remove what else lies there; their SHA-256 by name."""
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.iterdir():
        if old.name not in files:
            old.unlink()
    return {name: write_one(directory / name, data) for name, data in files.items()}


def write_one(path: Path, data: bytes) -> str:
    """Write beside, then rename; the SHA-256."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "wb") as file:
        file.write(data)
        file.flush()
        if path.suffix == ".pdf":
            # What is sent to the printer outlasts a power cut; pictures are made again by the next order.
            os.fsync(file.fileno())
    draft.replace(path)
    return hashlib.sha256(data).hexdigest()


def digest(path: Path) -> str:
    """A file's SHA-256, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
