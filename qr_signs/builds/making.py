"""Making the files of one sign: artwork, preflight, symbol, pictures. Pure work for a process of a pool."""

import gc
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import Invalid
from qr_signs.artwork import rendering, setting
from qr_signs.artwork.made import Artwork
from qr_signs.builds.tasks import PRINT, PROOF, Made, Task, problem, write
from qr_signs.preflight import checks, pictures
from qr_signs.preflight.exam import Exam


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
