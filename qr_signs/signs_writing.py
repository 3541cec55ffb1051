"""Writing signs.json: the register as it is, and new codes for what has none."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import files
from geo.loading.files import content_hash
from geo.models import Feature
from qr_signs import codes
from qr_signs.models import Sign
from qr_signs.signs_file import FILE, read

MINTED: Final = ("monuments", "routes")
"""Layers whose things get a code by `mint`."""


def export(session: Session, folder: Path) -> int:
    """Write the register's present content into signs.json, by code, without tags; how many signs.

    What is written counts as loaded: the next load leaves the register as it is. The caller commits.
    """
    query = select(Sign, Feature.layer, Feature.key).outerjoin(Feature, Feature.id == Sign.feature_id)
    lines = []
    with _locked(folder):
        for sign, layer, key in session.execute(query.order_by(Sign.code).with_for_update(of=Sign)):
            line = _line(sign, layer, key)
            sign.loaded_hash = content_hash(line)
            lines.append(line)
        document = json.dumps({"signs": lines}, ensure_ascii=False, indent=1)
        files.replace((folder / FILE).resolve(), f"{document}\n".encode())
    return len(lines)


def _line(sign: Sign, layer: str | None, key: str | None) -> dict[str, Any]:
    line: dict[str, Any] = {"code": sign.code}
    if sign.withdrawn_at is not None:
        line |= {"withdrawn": True, "reason": dict(sign.reason)}
    else:
        line |= {"layer": layer, "id": key}
    if sign.purpose != "monument":
        line["purpose"] = sign.purpose
    known = {name: getattr(sign, name) for name in ("stop", "spot", "facing", "material", "fixing")}
    known |= {"size": sign.size, "manager": sign.manager}
    known["point"] = [sign.lon, sign.lat] if sign.lon is not None else None
    return line | {name: value for name, value in known.items() if value is not None}


def mint(folder: Path, keys: Mapping[str, set[str]]) -> int:
    """Add codes to signs.json for monuments and walks that have none; how many. Two at once lose nothing.

    BadFolder if the file has problems; then it stays as it is.
    """
    path = (folder / FILE).resolve()
    with _locked(folder):
        read(folder, keys)
        document = json.loads(path.read_text(encoding="utf-8-sig")) if path.exists() else {"signs": []}
        signs: list[dict[str, Any]] = document["signs"]
        taken = {sign["code"] for sign in signs}
        signed = {(sign.get("layer"), sign.get("id")) for sign in signs if not sign.get("withdrawn")}
        bare = [
            (layer, key)
            for layer in MINTED
            for key in sorted(keys.get(layer, ()))
            if (layer, key) not in signed
        ]
        for layer, key in bare:
            while (code := codes.draw()) in taken:
                pass
            taken.add(code)
            signs.append({"code": code, "layer": layer, "id": key})
        if bare:
            files.replace(path, f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode())
    return len(bare)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One at a time. The lock is on the folder itself: a lock file would be left under version control."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
