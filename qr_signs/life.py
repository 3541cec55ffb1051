"""The life of a sign: what may happen when, written down with day, person and photo.

Pure rules first; then functions that apply them in the caller's transaction. Each takes `seen`, the last
event that the person knew of: if something happened meanwhile, they are told what, and nothing is changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound, Word
from geo import published
from geo.models import Feature, RouteStop
from geo.shapes import Box
from geo.vocabulary import N_
from qr_signs.models import Sign, SignArtwork, SignEvent
from qr_signs.vocabulary import EVENTS, FIXINGS, MATERIALS, PURPOSES, STATES

ALLOWED: Final[Mapping[str, Sequence[str]]] = {
    "registered": ("ordered", "printed", "withdrawn"),
    "ordered": ("printed", "withdrawn"),
    "printed": ("installed", "withdrawn"),
    "installed": ("inspected", "damaged", "replaced", "withdrawn"),
    "damaged": ("inspected", "damaged", "replaced", "withdrawn"),
    "withdrawn": (),
}
"""State → what may happen next."""
LEADS_TO: Final[Mapping[str, str]] = {
    "ordered": "ordered",
    "printed": "printed",
    "installed": "installed",
    "inspected": "installed",
    "damaged": "damaged",
    "replaced": "ordered",
    "withdrawn": "withdrawn",
}
LONGEST_NOTE: Final = 1000
LONGEST: Final = {"spot": 300, "manager": 120, "size": 20}
TOLERANCE: Final = timedelta(days=1)
"""A day as a person names it may lie ahead of ours."""


@dataclass(frozen=True)
class Step:
    """Something that happened. `artwork_id` of a printing: what was printed."""

    kind: str
    at: datetime
    person: str
    note: str = ""
    photo: str | None = None
    artwork_id: int | None = None
    reason: Mapping[str, str] | None = None
    """Of a withdrawal: why, per language."""


def record(session: Session, code: str, step: Step, *, seen: int, now: datetime) -> SignEvent:
    """Write a step down and move the sign on; the caller commits.

    Conflict if something happened since `seen`, or the state does not allow the step; Invalid for a day
    ahead or before the last step, a printing without an artwork that passed, a withdrawal without a reason.
    """
    sign = _locked(session, code)
    last = _last(session, code)
    _check_seen(last, seen)
    if step.kind not in ALLOWED[sign.state]:
        raise Conflict(
            N_("A sign that is “%(state)s” cannot become “%(event)s”."),
            state=Word(STATES[sign.state]),
            event=Word(EVENTS.get(step.kind, step.kind)),
        )
    _check_day(step.at, last, now)
    if step.kind == "printed":
        _check_artwork(session, code, step.artwork_id)
    reason = _reason(step) if step.kind == "withdrawn" else {}
    event = _event(session, code, step)
    sign.state = LEADS_TO[step.kind]
    if step.kind == "printed" and sign.printed_at is None:
        sign.printed_at = step.at
        published.touch(session)
    if step.kind == "withdrawn":
        sign.reason, sign.withdrawn_at, sign.feature_id = reason, now, None
        published.touch(session)
    return event


def _locked(session: Session, code: str) -> Sign:
    sign = session.get(Sign, code, with_for_update=True, populate_existing=True)
    if sign is None:
        raise NotFound(N_("No sign has this number."))
    return sign


def _last(session: Session, code: str) -> SignEvent | None:
    query = select(SignEvent).where(SignEvent.code == code).order_by(SignEvent.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def _check_seen(last: SignEvent | None, seen: int) -> None:
    if last is not None and last.id != seen:
        raise Conflict(
            N_("Meanwhile %(person)s wrote: %(event)s. Look at the sign again before you go on."),
            person=last.person,
            event=Word(EVENTS.get(last.kind, last.kind)),
        )


def _check_day(at: datetime, last: SignEvent | None, now: datetime) -> None:
    if at > now + TOLERANCE:
        raise Invalid("at", N_("This day lies ahead."))
    if last is not None and at < last.at - TOLERANCE:
        raise Invalid("at", N_("This day lies before the last entry."))


def _check_artwork(session: Session, code: str, artwork_id: int | None) -> None:
    artwork = session.get(SignArtwork, artwork_id) if artwork_id else None
    if artwork is None or artwork.code != code or not artwork.passed:
        raise Invalid("artwork", N_("Choose the artwork that was printed: one that passed preflight."))


def _reason(step: Step) -> dict[str, str]:
    """Why it is withdrawn, per language."""
    reason = {lang: text.strip() for lang, text in (step.reason or {}).items() if text.strip()}
    if not reason:
        raise Invalid("reason", N_("Say why it is withdrawn, in at least one language."))
    return reason


def _event(session: Session, code: str, step: Step, **details: Any) -> SignEvent:
    note = " ".join(step.note.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", N_("At most %(most)s characters."), most=LONGEST_NOTE)
    event = SignEvent(
        code=code,
        kind=step.kind,
        at=step.at,
        person=step.person,
        note=note or None,
        photo=step.photo,
        artwork_id=step.artwork_id if step.kind == "printed" else None,
        details=details,
    )
    session.add(event)
    session.flush()
    return event


def repoint(
    session: Session,
    code: str,
    layer: str,
    key: str,
    *,
    purpose: str,
    stop: int | None,
    person: str,
    seen: int,
    now: datetime,
) -> SignEvent:
    """Have a sign lead somewhere else, without a new print; the caller commits.

    Invalid for what is not on the map, a stop that the walk does not have, or no purpose of PURPOSES.
    """
    sign = _locked(session, code)
    _check_seen(_last(session, code), seen)
    if sign.withdrawn_at is not None:
        raise Conflict(N_("This sign is no longer in use."))
    if purpose not in PURPOSES:
        raise Invalid("purpose", N_("Choose what the sign is for."))
    query = select(Feature).where(Feature.layer == layer, Feature.key == key, Feature.withdrawn_at.is_(None))
    target = session.scalars(query).one_or_none()
    if target is None:
        raise Invalid("target", N_("There is no %(target)s on the map."), target=f"{layer}/{key}"[:100])
    if (purpose == "stop") != (stop is not None):
        raise Invalid("stop", N_("A sign for a stop names the number of the stop, and no other sign does."))
    if stop is not None and session.get(RouteStop, (target.id, stop)) is None:
        raise Invalid("stop", N_("This walk has no stop %(stop)s."), stop=stop)
    before = {"feature": sign.feature_id, "purpose": sign.purpose, "stop": sign.stop}
    sign.feature_id, sign.purpose, sign.stop = target.id, purpose, stop
    published.touch(session)
    after = {"feature": target.id, "purpose": purpose, "stop": stop}
    return _event(session, code, Step("repointed", now, person), before=before, after=after)


@dataclass(frozen=True)
class Details:
    """What is known of the object; None or "": not known."""

    spot: str = ""
    lon: float | None = None
    lat: float | None = None
    facing: int | None = None
    material: str = ""
    fixing: str = ""
    size: str = ""
    manager: str = ""


def change(
    session: Session, code: str, details: Details, *, bbox: Box, person: str, seen: int, now: datetime
) -> SignEvent | None:
    """Change what is known of the object; None if nothing differs. The caller commits.

    Invalid names the field: a point outside the commune (and whether latitude and longitude are swapped),
    unknown words, texts that are too long.
    """
    sign = _locked(session, code)
    _check_seen(_last(session, code), seen)
    _check_details(details, bbox)
    wanted = {
        name: (value.strip() or None) if isinstance(value, str) else value
        for name, value in vars(details).items()
    }
    before = {name: getattr(sign, name) for name in wanted}
    changed = {name: value for name, value in wanted.items() if before[name] != value}
    if not changed:
        return None
    for name, value in changed.items():
        setattr(sign, name, value)
    return _event(
        session,
        code,
        Step("changed", now, person),
        before={name: before[name] for name in changed},
        after=changed,
    )


def _check_details(details: Details, bbox: Box) -> None:
    for name, most in LONGEST.items():
        if len(getattr(details, name)) > most:
            raise Invalid(name, N_("At most %(most)s characters."), most=most)
    for name, words in (("material", MATERIALS), ("fixing", FIXINGS)):
        if getattr(details, name) not in ("", *words):
            raise Invalid(name, N_("Choose one of the list."))
    if details.facing is not None and not 0 <= details.facing <= 359:
        raise Invalid("facing", N_("Degrees from north, 0 to 359."))
    check_point(details.lon, details.lat, bbox)


def check_point(lon: float | None, lat: float | None, bbox: Box) -> None:
    """Invalid for half a point, one outside the commune, or one whose numbers are swapped."""
    if lon is None and lat is None:
        return
    if lon is None or lat is None:
        raise Invalid("point", N_("A place has both latitude and longitude."))
    if bbox.west <= lon <= bbox.east and bbox.south <= lat <= bbox.north:
        return
    if bbox.west <= lat <= bbox.east and bbox.south <= lon <= bbox.north:
        raise Invalid("point", N_("Latitude and longitude are swapped."))
    raise Invalid("point", N_("This place lies outside the commune."))


def timeline(session: Session, code: str, *, limit: int) -> Sequence[SignEvent]:
    """What happened to a sign, newest first."""
    query = select(SignEvent).where(SignEvent.code == code).order_by(SignEvent.id.desc()).limit(limit)
    return session.scalars(query).all()
