"""Writing what the desk published back into the commune's folder, so that the folder stays the whole commune.

Only lines of things that the desk changed are rewritten; the rest of each file stays, member for member.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import files
from geo import models
from geo.editing import parts, stages
from geo.editing.models import Record
from geo.loading import folder as loading
from geo.loading.files import CONFIG, ROUTES
from geo.loading.records import At, Problems

_NUMBERS: Final = re.compile(r"\[\s+(-?\d[-+.eE\d,\s]*?)\s+\]")
"""A position, as JSON with one value a line has it."""


def export(session: Session, path: Path) -> int:
    """Bring the folder's layer files and routes.json to what is public; how many lines were written.

    The folder is checked whole, before and after: BadFolder, with nothing changed, if it cannot be loaded.
    The next load leaves these things as they are. The caller commits.
    """
    config = loading.read(path).config
    records = session.scalars(select(Record).where(Record.feature_id.is_not(None)).order_by(Record.id)).all()
    lines: dict[str, dict[str, dict[str, Any] | None]] = {}
    for record in records:
        lines.setdefault(record.layer, {})[record.key] = _line(session, record)
    texts = {
        name: _with(path / name, layer, wanted)
        for layer, wanted in lines.items()
        for name, wanted in _files(path, config, layer, wanted).items()
    }
    with_old = {name: (path / name).read_bytes() for name in texts}
    for name, text in texts.items():
        files.replace((path / name).resolve(), text.encode())
    try:
        _count_as_loaded(session, path, records)
    except Exception:
        for name, old in with_old.items():
            files.replace((path / name).resolve(), old)
        raise
    return sum(map(len, lines.values()))


def _line(session: Session, record: Record) -> dict[str, Any] | None:
    """The thing as the folder would have it; None if it is withdrawn."""
    feature = session.get_one(models.Feature, record.feature_id)
    contents = stages.public_contents(session, record)
    if feature.withdrawn_at is not None or parts.FACTS not in contents:
        return None
    return _plain(parts.line(record.layer, record.key, contents))


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    """Without members that say nothing."""
    told: dict[str, Any] = {
        name: _plain(value) if isinstance(value, dict) and name == "properties" else value
        for name, value in line.items()
    }
    empty = ("names_note", "names_state", "texts", "texts_state", "external_ids", "attributes", "theme")
    kept = {name: value for name, value in told.items() if value or name not in empty}
    if not kept.get("licence_risk", True):
        del kept["licence_risk"]
    if "stops" in kept:
        kept["stops"] = [{name: one for name, one in stop.items() if one} for stop in kept["stops"]]
    return kept


def _files(
    path: Path, config: Mapping[str, Any], layer: str, wanted: Mapping[str, dict[str, Any] | None]
) -> dict[str, dict[str, dict[str, Any] | None]]:
    """File → its lines: where a thing stands now, else in the layer's first file."""
    names = [ROUTES] if layer == parts.WALKS else list(config.get("layers", {}).get(layer, ()))
    if not names:
        problems = Problems()
        At(problems, CONFIG).wrong(f"layers.{layer}", "names no file; name one for what was made at the desk")
        problems.raise_any()
    where = {one.get("id"): name for name in names for one in _listed(_read(path / name))}
    found: dict[str, dict[str, dict[str, Any] | None]] = {}
    for key, line in wanted.items():
        found.setdefault(where.get(key, names[0]), {})[key] = line
    return found


def _with(file: Path, layer: str, wanted: Mapping[str, dict[str, Any] | None]) -> str:
    """The file's text with these lines new, changed or gone."""
    document = _read(file)
    there = {one.get("id") for one in _listed(document)}
    kept: list[Any] = [wanted.get(str(one.get("id")), one) for one in _listed(document)]
    kept += [line for key, line in wanted.items() if key not in there]
    document["routes" if layer == parts.WALKS else "features"] = [line for line in kept if line is not None]
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"routes": []}
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8-sig"))
    return document


def _listed(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = document["routes"] if "routes" in document else document["features"]
    return listed


def _count_as_loaded(session: Session, path: Path, records: Iterable[Record]) -> None:
    """What was written is what is public: a load has nothing to say of it."""
    read = loading.read(path)
    hashes = {(one.layer, one.key): one.content_hash for found in read.features.values() for one in found}
    hashes |= {("routes", walk.feature.key): walk.feature.content_hash for walk in read.routes}
    for record in records:
        feature = session.get_one(models.Feature, record.feature_id)
        feature.content_hash = hashes.get((record.layer, record.key), feature.content_hash)
        record.from_folder = True
    session.flush()
