"""Writing and issuing warnings: one drafts, another issues; what was issued is never changed, only followed.

Everything takes a session and plain values; the caller commits, and rolls back what was refused.
"""

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import Conflict, Invalid, NotFound, Refused
from geo.alerts import area, reading, texts
from geo.alerts.models import Alert, AlertText
from geo.alerts.vocabulary import CERTAINTIES, PLACES, SEVERITIES, URGENCIES
from geo.commune import Commune
from geo.shapes import SRID
from geo.vocabulary import HAZARDS, N_

MOST_DRAFTS: Final = 200
CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "hazard": HAZARDS,
    "urgency": URGENCIES,
    "severity": SEVERITIES,
    "certainty": CERTAINTIES,
    "place": PLACES,
}
NOWHERE: Final = ".exercise.invalid"
"""Ends the name of a sender that the commune has not named: such a host cannot be (RFC 2606)."""


class Stale(Conflict):
    """Somebody else changed the draft since it was read."""


class Person(NamedTuple):
    """Who acts; without account who came by a one-time address."""

    name: str
    account: int | None

    def is_among(self, written_by: list[dict[str, Any]]) -> bool:
        """Whether they wrote at a message: by their account, or as somebody of the same name."""
        return any(
            (self.account is not None and self.account == each.get("account"))
            or _plain(self.name) == _plain(str(each.get("name", "")))
            for each in written_by
        )


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True)
class Given:
    """A draft as somebody fills it in. Times are the town's, as forms send them."""

    hazard: str = ""
    urgency: str = ""
    severity: str = ""
    certainty: str = ""
    onset: str = ""
    expires: str = ""
    place: str = ""
    zone: str = ""
    """Key of the risk zone, where the place is one."""
    polygon: str = ""
    """GeoJSON, where the place is an area of its own."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Language → field → text."""


def draft(session: Session, commune: Commune, given: Given, by: Person, *, now: datetime) -> Alert:
    """A new draft; Invalid says what is wrong with it."""
    if (session.scalar(select(func.count()).where(Alert.sent.is_(None))) or 0) >= MOST_DRAFTS:
        raise Conflict(N_("There are too many drafts: issue or discard some first."))
    return _saved(session, commune, _new(commune, "Alert", None, now), given, by, now)


def change(
    session: Session,
    commune: Commune,
    alert_id: int,
    given: Given,
    by: Person,
    *,
    now: datetime,
    base: str | None = None,
) -> Alert:
    """Change a draft: who did may not issue it any more. Conflict for what is issued already.

    `base` names the draft (reading.version) that the change was made on; Stale if it is another one by now.
    Without it the draft is changed as it stands.
    """
    return _saved(session, commune, _as_read(session, alert_id, base), given, by, now)


def follow(
    session: Session, commune: Commune, alert_id: int, kind: str, given: Given, by: Person, *, now: datetime
) -> Alert:
    """A draft of an update or cancellation of a message in force; Conflict if it is none any more."""
    if kind not in ("Update", "Cancel"):
        raise Invalid("kind", N_("A message is updated or cancelled."))
    before = in_force(session, alert_id, now)
    return _saved(session, commune, _new(commune, kind, before.id, now), given, by, now)


def discard(session: Session, alert_id: int) -> None:
    """Throw a draft away."""
    session.execute(delete(Alert).where(Alert.id == unsent(session, alert_id).id))


def issue(
    session: Session, commune: Commune, alert_id: int, by: Person, *, now: datetime, base: str | None = None
) -> Alert:
    """Send a draft out, as an exercise unless the commune is an official sender.

    `base` names the draft that was read. Refused for everybody who wrote at it; Stale if it is another one by
    now; Invalid once its end is past; Conflict if it was issued already, or if what it follows is no longer
    in force.
    """
    if by.is_among(unsent(session, alert_id).written_by):
        raise Refused(N_("You wrote this warning: another person must read and issue it."))
    alert = _as_read(session, alert_id, base)
    if alert.expires <= now:
        raise Invalid("expires", N_("Its end is past: give it a later one."))
    if alert.refers_to is not None:
        in_force(session, alert.refers_to, now)
    alert.status = "Actual" if commune.sender.official else "Exercise"
    alert.sender = commune.sender.address or f"{commune.key}{NOWHERE}"
    alert.issued_by, alert.sent = by.name, now.replace(microsecond=0)
    session.flush()
    return alert


def unsent(session: Session, alert_id: int) -> Alert:
    """A draft, held until the transaction ends; NotFound, or Conflict for what is issued."""
    alert = _held(session, alert_id)
    if alert.sent is not None:
        raise Conflict(N_("This was issued already: it can be updated or cancelled."))
    return alert


def _held(session: Session, alert_id: int) -> Alert:
    query = select(Alert).where(Alert.id == alert_id).with_for_update()
    alert = session.scalars(query).one_or_none() if is_id(alert_id) else None
    if alert is None:
        raise NotFound(N_("There is no such warning."))
    return alert


def _as_read(session: Session, alert_id: int, base: str | None) -> Alert:
    alert = unsent(session, alert_id)
    if base is not None and reading.version(session, alert.id) != base:
        raise Stale(N_("Somebody else changed this draft meanwhile: read it again."))
    return alert


def in_force(session: Session, alert_id: int, now: datetime) -> Alert:
    """A message that can be updated or cancelled, held until the transaction ends; NotFound, or Conflict."""
    alert = _held(session, alert_id)
    followed = select(Alert.id).where(Alert.refers_to == alert.id, Alert.sent.is_not(None))
    if alert.sent is None or alert.kind == "Cancel" or alert.expires <= now or session.scalar(followed):
        raise Conflict(N_("This warning is no longer in force."))
    return alert


def _new(commune: Commune, kind: str, refers_to: int | None, now: datetime) -> Alert:
    return Alert(
        identifier=f"{commune.key}-{commune.local(now):%Y%m%d}-{secrets.token_hex(4)}",
        kind=kind,
        refers_to=refers_to,
        status="Draft",
        sender=commune.sender.address or f"{commune.key}{NOWHERE}",
        drafted_at=now,
        written_by=[],
    )


def _saved(
    session: Session, commune: Commune, alert: Alert, given: Given, by: Person, now: datetime
) -> Alert:
    for name, known in CODES.items():
        if getattr(given, name) not in known:
            raise Invalid(name, N_("Choose one of the list."))
        setattr(alert, name, getattr(given, name))
    onset = texts.moment("onset", given.onset, commune)
    expires = texts.moment("expires", given.expires, commune, late=True)
    texts.times(onset, expires, now)
    words = texts.checked(given.words, commune.languages)
    where = _area(session, commune, given)
    alert.onset, alert.expires = onset, expires
    alert.area, alert.zone_id = f"SRID={SRID};{where.wkt}", where.zone_id  # type: ignore[assignment]
    if not by.is_among(alert.written_by):
        alert.written_by = [*alert.written_by, {"name": by.name, "account": by.account}]
    session.add(alert)
    session.flush()
    session.execute(delete(AlertText).where(AlertText.alert_id == alert.id))
    session.add_all(AlertText(alert_id=alert.id, lang=lang, **said) for lang, said in words.items())
    session.flush()
    return alert


def _area(session: Session, commune: Commune, given: Given) -> area.Area:
    if given.place == "commune":
        return area.of_commune(session)
    if given.place == "zone":
        return area.of_zone(session, given.zone)
    return area.drawn(given.polygon, commune)
