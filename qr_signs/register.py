"""The register of printed codes: what is behind one, what a mistyped one may have meant, and signs.json."""

import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    """Active signs whose code is one slip away from what was typed, by code. At most one query."""
    near = codes.neighbours(typed)
    if not near:
        return []
    query = (
        select(Sign.code, Feature.layer, Feature.key)
        .join(Feature, Feature.id == Sign.feature_id)
        .where(Sign.code.in_(near), Sign.withdrawn_at.is_(None))
        .order_by(Sign.code)
        .limit(most)
    )
    return [Entry(code, layer, key, "active") for code, layer, key in session.execute(query)]


def of_feature(session: Session, feature_id: int) -> str | None:
    """The active code of a thing, the oldest if it has several; None if it has none."""
    query = (
        select(Sign.code)
        .where(Sign.feature_id == feature_id, Sign.withdrawn_at.is_(None))
        .order_by(Sign.created_at, Sign.code)
        .limit(1)
    )
    return session.scalar(query)


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
    if not isinstance(signs, list):
        # A file that could not be read has its problem already.
        if not problems.found:
            at.wrong(None, 'must be an object with a list "signs"')
        return []
    records: list[SignRecord] = []
    seen: set[str] = set()
    for index, sign in enumerate(signs):
        code = sign.get("code") if isinstance(sign, dict) else None
        if not isinstance(code, str) or not codes.is_valid(code):
            at.wrong(
                f"signs[{index}].code", f"{quoted(code)} is no code: six symbols and the right check symbol"
            )
            continue
        here = At(problems, FILE, code)
        if code in seen:
            here.wrong("code", "stands twice; a code belongs to one sign for ever")
        elif (record := _record(here, code, sign, keys)) is not None:
            records.append(record)
        seen.add(code)
    return records


def _record(at: At, code: str, sign: Mapping[str, Any], keys: Mapping[str, set[str]]) -> SignRecord | None:
    before = len(at.problems.found)
    known_members(at, None, sign, ("code", "layer", "id", "withdrawn", "reason"))
    if flag(at, "withdrawn", sign.get("withdrawn", False)):
        reason = per_language(at, "reason", sign.get("reason"), LANGUAGES, "word")
        if not reason:
            at.wrong("reason", "a withdrawn sign needs a reason in at least one language")
        return SignRecord(code, None, None, reason) if len(at.problems.found) == before else None
    if sign.get("reason"):
        at.wrong("reason", "only a withdrawn sign has a reason; add withdrawn = true, or leave it out")
    layer = word(at, "layer", sign.get("layer"), TARGETS, "layer")
    key = sign.get("id")
    if layer and not (isinstance(key, str) and key in keys.get(layer, set())):
        at.wrong("id", f"there is no {quoted(key)} in the layer {layer}")
    return SignRecord(code, layer, str(key), None) if len(at.problems.found) == before else None


def apply(session: Session, records: Sequence[SignRecord], *, now: datetime) -> Counts:
    """Bring the register to what signs.json says, in the caller's transaction; BadFolder if that would lose a
    code.

    A sign may lead somewhere else; a code may not vanish, and a withdrawn one may not come back.
    """
    known = {sign.code: sign for sign in session.scalars(select(Sign))}
    ids = _ids(session, records)
    _check(records, known, ids)
    added = changed = 0
    for record in records:
        sign = known.get(record.code)
        if sign is None:
            sign = Sign(code=record.code, reason={}, created_at=now)
            session.add(sign)
            added += 1
        elif _differs(sign, record, ids):
            changed += 1
        sign.feature_id = ids.get((record.layer, record.key))
        if record.reason is not None:
            sign.reason = dict(record.reason)
            sign.withdrawn_at = sign.withdrawn_at or now
    session.flush()
    return Counts(added=added, changed=changed, unchanged=len(records) - added - changed)


Ids = Mapping[tuple[str | None, str | None], int]


def _check(records: Sequence[SignRecord], known: Mapping[str, Sign], ids: Ids) -> None:
    """BadFolder if a code would vanish, come back, or lead nowhere."""
    problems = Problems()
    for code in sorted(known.keys() - {record.code for record in records}):
        problems.add(
            FILE, code, None, "is missing: codes are permanent, keep it with withdrawn = true and a reason"
        )
    for record in records:
        if record.reason is not None:
            continue
        if record.code in known and known[record.code].withdrawn_at is not None:
            problems.add(
                FILE, record.code, "withdrawn", "was withdrawn and cannot be used again; make a new code"
            )
        if (record.layer, record.key) not in ids:
            problems.add(FILE, record.code, "id", f"{record.layer}/{record.key} is not in the database")
    problems.raise_any()


def _differs(sign: Sign, record: SignRecord, ids: Ids) -> bool:
    here = (sign.feature_id, sign.withdrawn_at is not None, sign.reason)
    return here != (
        ids.get((record.layer, record.key)),
        record.reason is not None,
        dict(record.reason or {}),
    )


def _ids(session: Session, records: Sequence[SignRecord]) -> Ids:
    layers = {record.layer for record in records if record.layer}
    query = select(Feature.layer, Feature.key, Feature.id).where(Feature.layer.in_(layers))
    return {(layer, key): id_ for layer, key, id_ in session.execute(query)}


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
            _replace(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
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


def _replace(path: Path, content: str) -> None:
    """Write beside and rename: the file is the old one or the new one, whatever happens in between."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    # The new name is safe only once the folder is.
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
