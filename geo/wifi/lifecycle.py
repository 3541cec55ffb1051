"""The life of a hotspot: ordered, installed, on air, faulty, removed; each step with who, when and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, Word
from geo import published
from geo.vocabulary import N_
from geo.wifi import checks, history, spots
from geo.wifi.models import Hotspot, Scenario, StatusChange
from geo.wifi.spots import Spot
from geo.wifi.vocabulary import NEXT, STATUSES

STANDING: Final = ("ordered", "installed", "on_air", "faulty")
"""Statuses of hotspots that money was spent on: no plan makes them vanish."""


def step(
    session: Session,
    scenario: str,
    key: str,
    status: str,
    *,
    note: str = "",
    seen: int,
    by: str,
    now: datetime,
) -> Spot:
    """Note that a hotspot of the approved plan has come to `status`; the caller commits.

    Invalid for a status that there isn't or a note that is too long. Conflict if the plan is not approved, if
    the hotspot was changed after the revision `seen`, or if the step cannot follow; it says which can.
    """
    if status not in STATUSES:
        raise Invalid("status", N_("Choose one of the list."))
    line = checks.words("note", note, may_be_empty=True)
    plan = history.held(session, scenario)
    spot = spots.find(session, plan.id, key)
    if plan.status != "approved":
        raise Conflict(N_("Only hotspots of the approved plan are ordered, installed and put on air."))
    if spot.revision > seen:
        raise history.changed(spot)
    _check(spot, status)
    plan.revision += 1
    plan.changed_at = now
    session.execute(
        update(Hotspot)
        .where(Hotspot.id == spot.id)
        .values(status=status, revision=plan.revision, changed_by=by, changed_at=now)
    )
    session.add(StatusChange(hotspot_id=spot.id, before=spot.status, after=status, by=by, at=now, note=line))
    session.flush()
    published.touch(session)
    return spots.find(session, plan.id, key)


def steps(session: Session, hotspot_id: int, *, limit: int, offset: int = 0) -> Sequence[StatusChange]:
    """What happened to a hotspot, newest first."""
    query = select(StatusChange).where(StatusChange.hotspot_id == hotspot_id)
    return session.scalars(query.order_by(StatusChange.id.desc()).limit(limit).offset(offset)).all()


def standing(session: Session, scenario_id: int) -> list[Spot]:
    """Hotspots of the scenario that are ordered or hang."""
    return [spot for spot in spots.listed(session, scenario_id) if spot.status in STANDING]


def shift(session: Session, scenario: Scenario, before: str, after: str, *, by: str, now: datetime) -> None:
    """Move all hotspots of one status to another, each step written down: the plan itself moved."""
    ids = session.scalars(
        select(Hotspot.id).where(Hotspot.scenario_id == scenario.id, Hotspot.status == before)
    ).all()
    session.execute(
        update(Hotspot)
        .where(Hotspot.id.in_(ids))
        .values(status=after, revision=scenario.revision, changed_by=by, changed_at=now)
    )
    session.add_all(StatusChange(hotspot_id=each, before=before, after=after, by=by, at=now) for each in ids)
    session.flush()


def _check(spot: Spot, status: str) -> None:
    possible = NEXT[spot.status]
    if status in possible:
        return
    if not possible:
        raise Conflict(N_("This hotspot was removed: nothing more happens to it."))
    message = N_("A hotspot that is “%(before)s” becomes “%(a)s” or “%(b)s” next, not “%(after)s”.")
    if len(possible) > 2:
        message = N_(
            "A hotspot that is “%(before)s” becomes “%(a)s”, “%(b)s” or “%(c)s” next, not “%(after)s”."
        )
    said = {name: Word(STATUSES[each]) for name, each in zip("abc", possible, strict=False)}
    raise Conflict(message, before=Word(STATUSES[spot.status]), after=Word(STATUSES[status]), **said)
