"""signs.json: the register as a file of the commune's folder, read and applied.

A line is applied when it is new or was changed; a line that says what it said at the last load leaves alone
what the desk has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.languages import LANGUAGES
from geo.loading.files import content_hash, read_json
from geo.loading.records import At, Counts, Problems, quoted
from geo.loading.words import flag, known_members, number, per_language, plain, word
from geo.models import Feature
from qr_signs import codes
from qr_signs.models import Sign
from qr_signs.vocabulary import FIXINGS, MATERIALS, PURPOSES

FILE: Final = "signs.json"
TARGETS: Final = ("monuments", "places", "routes")
MEMBERS: Final = (
    *("code", "layer", "id", "withdrawn", "reason", "purpose", "stop", "spot", "point", "facing", "material"),
    *("fixing", "size", "manager"),
)
LONGEST: Final = {"spot": 300, "size": 20, "manager": 120}


@dataclass(frozen=True)
class SignRecord:
    """A line of signs.json."""

    code: str
    layer: str | None
    key: str | None
    reason: Mapping[str, str] | None
    """None for an active sign."""
    digest: str = field(default="", compare=False)
    """Hash of the line."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the sign's object that the line names."""


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
    known_members(at, None, sign, MEMBERS)
    details = _details(at, sign)
    digest = content_hash(dict(sign))
    if flag(at, "withdrawn", sign.get("withdrawn", False)):
        reason = per_language(at, "reason", sign.get("reason"), LANGUAGES, "word")
        if not reason:
            at.wrong("reason", "a withdrawn sign needs a reason in at least one language")
        return (
            SignRecord(code, None, None, reason, digest, details)
            if len(at.problems.found) == before
            else None
        )
    if sign.get("reason"):
        at.wrong("reason", "only a withdrawn sign has a reason; add withdrawn = true, or leave it out")
    layer = word(at, "layer", sign.get("layer"), TARGETS, "layer")
    key = sign.get("id")
    if layer and not (isinstance(key, str) and key in keys.get(layer, set())):
        at.wrong("id", f"there is no {quoted(key)} in the layer {layer}")
    record = SignRecord(code, layer, str(key), None, digest, details)
    return record if len(at.problems.found) == before else None


def _details(at: At, sign: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says of the object, checked; what it leaves out is not among it."""
    found: dict[str, Any] = {}
    for name, words in (("purpose", PURPOSES), ("material", MATERIALS), ("fixing", FIXINGS)):
        if name in sign and word(at, name, sign[name], words, name):
            found[name] = sign[name]
    found |= _said(at, sign)
    for name, most in (("stop", 999), ("facing", 359)):
        if name in sign and number(at, name, sign[name], least=0, most=most) is not None:
            found[name] = int(sign[name])
    if "point" in sign:
        found |= _point(at, sign["point"])
    return found


def _said(at: At, sign: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, most in LONGEST.items():
        if name in sign and plain(at, name, sign[name]):
            found[name] = str(sign[name])
            if len(found[name]) > most:
                at.wrong(name, f"has {len(found[name])} characters; at most {most}")
    return found


def _point(at: At, point: Any) -> dict[str, float]:
    if not isinstance(point, list) or len(point) != 2:
        at.wrong("point", "must be [longitude, latitude] in degrees")
        return {}
    lon = number(at, "point", point[0], least=-180, most=180)
    lat = number(at, "point", point[1], least=-90, most=90)
    return {"lon": lon, "lat": lat} if lon is not None and lat is not None else {}


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
        elif _is_as_before(sign, record):
            continue
        elif _differs(sign, record, ids):
            changed += 1
        sign.loaded_hash = record.digest
        for name, value in record.details.items():
            setattr(sign, name, value)
        sign.feature_id = ids.get((record.layer, record.key))
        if record.reason is not None:
            sign.reason = dict(record.reason)
            sign.withdrawn_at = sign.withdrawn_at or now
            sign.state = "withdrawn"
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
        if record.reason is not None or _is_as_before(known.get(record.code), record):
            continue
        if record.code in known and known[record.code].withdrawn_at is not None:
            problems.add(
                FILE, record.code, "withdrawn", "was withdrawn and cannot be used again; make a new code"
            )
        if (record.layer, record.key) not in ids:
            problems.add(FILE, record.code, "id", f"{record.layer}/{record.key} is not in the database")
    problems.raise_any()


def _is_as_before(sign: Sign | None, record: SignRecord) -> bool:
    return sign is not None and bool(record.digest) and sign.loaded_hash == record.digest


def _differs(sign: Sign, record: SignRecord, ids: Ids) -> bool:
    if any(getattr(sign, name) != value for name, value in record.details.items()):
        return True
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
