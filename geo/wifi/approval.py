"""The council approves a plan: it becomes the commune's network, and what hangs already stays on the map.

The rule for hotspots of the plan that was approved before: those that are ordered, installed, on air or
faulty move into the new plan with their key, status and history. Where the new plan has the same hotspot
(same key) at the same place, mounted as high and of the same model, the two are one, and the new plan's other
values hold. Where it has that key elsewhere, or as another model, that is another hotspot and gets a new key:
the one that hangs stays until somebody notes it as removed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from core.errors import Conflict
from geo import published
from geo.vocabulary import N_
from geo.wifi import history, hotspots, lifecycle, scenarios, spots
from geo.wifi.models import Hotspot, Scenario
from geo.wifi.spots import Spot

SAME_PLACE_DEG: Final = 0.00001
"""About a metre."""


@dataclass(frozen=True)
class Approval:
    """What came of it: hotspots that were taken over from the earlier plan, and new keys by old ones."""

    scenario: Scenario
    carried: Sequence[str] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def approve(
    session: Session, key: str, *, seen: int, instead_of: str | None, by: str, now: datetime
) -> Approval:
    """Approve a scenario that lies before the council; the earlier approved one is withdrawn.

    `seen` is the revision that was looked at, `instead_of` the key of the plan that is approved so far (None:
    none is). Conflict if either is no longer so, or the scenario does not lie before the council. The caller
    commits.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": scenarios.LOCK})
    earlier = scenarios.approved(session)
    if earlier is not None:
        earlier = history.held(session, earlier.key)
    scenario = history.held(session, key)
    _check(scenario, earlier, seen, instead_of)
    for moved in (earlier, scenario):
        if moved is not None:
            moved.revision += 1
            moved.changed_at = now
    carried: list[str] = []
    renamed: dict[str, str] = {}
    if earlier is not None:
        for spot in lifecycle.standing(session, earlier.id):
            if (new := _carry(session, earlier, spot, scenario, by=by, now=now)) is not None:
                renamed[spot.key] = new
            carried.append(spot.key)
        earlier.status, earlier.public = "withdrawn", False
        lifecycle.shift(session, earlier, "approved", "planned", by=by, now=now)
    scenario.status, scenario.approved_by, scenario.approved_at = "approved", by, now
    lifecycle.shift(session, scenario, "planned", "approved", by=by, now=now)
    published.touch(session)
    return Approval(scenario, tuple(carried), renamed)


def _check(scenario: Scenario, earlier: Scenario | None, seen: int, instead_of: str | None) -> None:
    if scenario.status == "approved":
        raise Conflict(
            N_("%(person)s approved this plan already."), person=scenario.approved_by or scenario.made_by
        )
    if scenario.status != "submitted":
        raise Conflict(N_("Only a plan that lies before the council can be approved."))
    if scenario.revision != seen:
        raise Conflict(N_("This plan was changed meanwhile. Look at it again before you approve it."))
    if (earlier.key if earlier else None) != instead_of:
        if earlier is None:
            raise Conflict(N_("The plan that was approved before was withdrawn meanwhile. Look again."))
        raise Conflict(
            N_("Meanwhile %(person)s approved “%(title)s”. Look at it before you approve another plan."),
            person=earlier.approved_by or earlier.made_by,
            title=earlier.title,
        )


def _carry(
    session: Session, earlier: Scenario, spot: Spot, scenario: Scenario, *, by: str, now: datetime
) -> str | None:
    """Move a hotspot into the scenario; the new key of another that had the same key there, if one had."""
    stamp = {"revision": scenario.revision, "changed_by": by, "changed_at": now}
    theirs = spots.named(session, scenario.id, [spot.key]).get(spot.key)
    new = None
    if theirs is not None and _same(spot, theirs):
        spots.erase(session, scenario.id, [spot.key])
        spots.write(session, earlier.id, theirs.plan | {"lon": spot.at.lon, "lat": spot.at.lat}, **stamp)
    elif theirs is not None:
        new = hotspots.new_key()
        session.execute(update(Hotspot).where(Hotspot.id == theirs.id).values(key=new, **stamp))
    session.execute(update(Hotspot).where(Hotspot.id == spot.id).values(scenario_id=scenario.id, **stamp))
    return new


def _same(one: Spot, other: Spot) -> bool:
    a, b = one.values, other.values
    return (
        abs(a.lon - b.lon) < SAME_PLACE_DEG
        and abs(a.lat - b.lat) < SAME_PLACE_DEG
        and a.height_m == b.height_m
        and a.model == b.model
    )
