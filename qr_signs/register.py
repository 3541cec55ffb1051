"""The register of printed codes: what is behind one, what a mistyped one may have meant, and signs.json."""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.languages import LANGUAGES
from geo.loading.files import read_json
from geo.loading.records import At, Counts, Problems, quoted
from geo.loading.words import flag, known_members, per_language, word
from geo.models import Feature
from geo.vocabulary import N_
from qr_signs import codes
from qr_signs.models import Sign

FILE: Final = "signs.json"
TARGETS: Final = ("monuments", "places", "routes")
MINTED: Final = ("monuments", "routes")
"""Layers whose things get a code by `mint`."""


@dataclass(frozen=True)
class Entry:
    """A sign with what it leads to."""

    code: str
    layer: str | None
    key: str | None
    state: str
    """active or withdrawn."""


@dataclass(frozen=True)
class SignRecord:
    """A line of signs.json."""

    code: str
    layer: str | None
    key: str | None
    reason: Mapping[str, str] | None
    """None for an active sign."""


def behind(session: Session, typed: str) -> Sign:
    """The sign that bears this code, however it was typed, withdrawn ones too; NotFound if none ever did."""
    try:
        sign = session.get(Sign, codes.normalise(typed))
    except ValueError:
        sign = None
    if sign is None:
        raise NotFound(N_("No sign has this number."))
    return sign


def target(session: Session, sign: Sign) -> Feature | None:
    """What the sign leads to; None for a withdrawn sign or a thing that is no longer on the map."""
    query = select(Feature).where(Feature.id == sign.feature_id, Feature.withdrawn_at.is_(None))
    return session.scalars(query).one_or_none() if sign.feature_id else None


def suggestions(session: Session, typed: str, most: int = 5) -> list[Entry]:
    """Active signs whose code is one slip away from what was typed, by code. One query."""
    try:
        near = codes.neighbours(codes.normalise(typed))
    except ValueError:
        return []
    query = (
        select(Sign.code, Feature.layer, Feature.key)
        .join(Feature, Feature.id == Sign.feature_id)
        .where(Sign.code.in_(near), Sign.withdrawn_at.is_(None))
        .order_by(Sign.code)
        .limit(most)
    )
    return [Entry(code, layer, key, "active") for code, layer, key in session.execute(query)]


def listed(session: Session, *, limit: int, offset: int = 0) -> list[Entry]:
    """Signs by code."""
    query = (
        select(Sign.code, Feature.layer, Feature.key, Sign.withdrawn_at)
        .outerjoin(Feature, Feature.id == Sign.feature_id)
        .order_by(Sign.code)
        .limit(limit)
        .offset(offset)
    )
    return [
        Entry(code, layer, key, "withdrawn" if withdrawn else "active")
        for code, layer, key, withdrawn in session.execute(query)
    ]


def read(folder: Path, keys: Mapping[str, set[str]]) -> list[SignRecord]:
    """The good lines of signs.json; BadFolder with every problem. A folder may have no signs."""
    problems = Problems()
    records = _records(problems, folder, keys)
    problems.raise_any()
    return records


def _records(problems: Problems, folder: Path, keys: Mapping[str, set[str]]) -> list[SignRecord]:
    if not (folder / FILE).exists():
        return []
    at = At(problems, FILE)
    value = read_json(at, folder, FILE)
    signs = value.get("signs") if isinstance(value, dict) else None
    if value is not None and not isinstance(signs, list):
        at.wrong(None, 'must be an object with a list "signs"')
    records: dict[str, SignRecord] = {}
    for index, sign in enumerate(signs or ()):
        code = sign.get("code") if isinstance(sign, dict) else None
        if not isinstance(code, str) or not codes.is_valid(code):
            at.wrong(
                f"signs[{index}].code", f"{quoted(code)} is no code: six symbols and the right check symbol"
            )
            continue
        here = At(problems, FILE, code)
        if code in records:
            here.wrong("code", "stands twice; a code belongs to one sign for ever")
        elif (record := _record(here, code, sign, keys)) is not None:
            records[code] = record
    return list(records.values())


def _record(at: At, code: str, sign: Mapping[str, Any], keys: Mapping[str, set[str]]) -> SignRecord | None:
    before = len(at.problems.found)
    known_members(at, None, sign, ("code", "layer", "id", "withdrawn", "reason"))
    if flag(at, "withdrawn", sign.get("withdrawn", False)):
        reason = per_language(at, "reason", sign.get("reason"), LANGUAGES, "word")
        if not reason:
            at.wrong("reason", "a withdrawn sign needs a reason in at least one language")
        return SignRecord(code, None, None, reason) if len(at.problems.found) == before else None
    layer = word(at, "layer", sign.get("layer"), TARGETS, "layer")
    key = sign.get("id")
    if layer and key not in keys.get(layer, set()):
        at.wrong("id", f"there is no {quoted(key)} in the layer {layer}")
    return SignRecord(code, layer, str(key), None) if len(at.problems.found) == before else None


def apply(session: Session, records: Sequence[SignRecord], *, now: datetime) -> Counts:
    """Bring the register to what signs.json says, in the caller's transaction; BadFolder if that would lose a
    code.

    A sign may lead somewhere else; a code may not vanish, and a withdrawn one may not come back.
    """
    known = {sign.code: sign for sign in session.scalars(select(Sign))}
    problems = Problems()
    given = {record.code: record for record in records}
    for code in sorted(known.keys() - given.keys()):
        problems.add(
            FILE, code, None, "is missing: codes are permanent, keep it with withdrawn = true and a reason"
        )
    for code, record in given.items():
        if code in known and known[code].withdrawn_at is not None and record.reason is None:
            problems.add(FILE, code, "withdrawn", "was withdrawn and cannot be used again; make a new code")
    problems.raise_any()
    ids = _ids(session, records)
    added = changed = 0
    for record in records:
        feature_id = ids.get((record.layer, record.key))
        sign = known.get(record.code)
        if sign is None:
            sign = Sign(code=record.code, feature_id=feature_id, reason={}, created_at=now)
            session.add(sign)
            added += 1
        elif sign.feature_id != feature_id or (sign.withdrawn_at is None) != (record.reason is None):
            sign.feature_id = feature_id
            changed += 1
        if record.reason is not None:
            sign.reason = dict(record.reason)
            sign.withdrawn_at = sign.withdrawn_at or now
    session.flush()
    return Counts(added=added, changed=changed, unchanged=len(records) - added - changed)


def _ids(session: Session, records: Sequence[SignRecord]) -> dict[tuple[str | None, str | None], int]:
    layers = {record.layer for record in records if record.layer}
    query = select(Feature.layer, Feature.key, Feature.id).where(Feature.layer.in_(layers))
    return {(layer, key): id_ for layer, key, id_ in session.execute(query)}


def mint(folder: Path, keys: Mapping[str, set[str]]) -> int:
    """Add codes to signs.json for monuments and walks that have none; how many. Two at once lose nothing."""
    path = folder / FILE
    with open(folder / ".signs.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        read(folder, keys)
        document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"signs": []}
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
            _replace(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return len(bare)


def _replace(path: Path, content: str) -> None:
    """Write beside and rename: the file is the old one or the new one, whatever happens in between."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(draft, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
