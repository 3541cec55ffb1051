"""What a planner does with hotspots: place, change, take away, take over a proposal's sites.

Each function checks everything first, holds the scenario, keeps one edit (geo/wifi/history.py) and returns
the scenario's new revision; the caller commits. `seen` is the revision of the scenario (or of the hotspot)
that the planner knew: whoever changed the hotspot since is named in a Conflict, and nothing is changed.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid
from geo.commune import Commune
from geo.shapes import LonLat
from geo.vocabulary import N_
from geo.wifi import checks, coverage, history, spots
from geo.wifi.catalogue import BANDS, Catalogue
from geo.wifi.checks import Values
from geo.wifi.models import Scenario
from geo.wifi.spots import Record, Spot
from geo.wifi.streetscape import outlines

MOST_RECKONED: Final = 30
"""Of a proposal's sites, at once."""
_SIGNS: Final = "23456789abcdefghjkmnpqrstvwxyz"
"""Of keys: none that is read as another, none that makes words."""


@dataclass(frozen=True)
class Changed:
    """A hotspot after a change (None: it was taken away), and the scenario's revision."""

    hotspot: Spot | None
    revision: int


def place(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: str,
    given: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> Changed:
    """Put a new hotspot into a scenario. `given` is by the names of checks.Values.

    Invalid for values that cannot be, NotFound for a scenario that there isn't, Conflict for one that is no
    draft or is full.
    """
    values = checks.hotspot(session, commune, catalogue, given)
    _reckon(session, commune, catalogue, [values])
    plan = history.opened(session, scenario)
    new = {"key": new_key(), **asdict(values)}
    revision = history.record(session, plan, "place", [], [new], by=by, now=now)
    return Changed(spots.find(session, plan.id, new["key"]), revision)


def change(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: str,
    key: str,
    given: Mapping[str, Any],
    *,
    seen: int,
    by: str,
    now: datetime,
) -> Changed:
    """Change those values of a hotspot that are given: move, turn, rename, another model.

    Raises as `place`, and Conflict if the hotspot was changed or taken away after `seen`.
    """
    plan = history.opened(session, scenario)
    spot = _seen(session, plan, key, seen)
    if not given:
        return Changed(spot, plan.revision)
    values = checks.hotspot(session, commune, catalogue, asdict(spot.values) | dict(given))
    if values == spot.values:
        return Changed(spot, plan.revision)
    _reckon(session, commune, catalogue, [values])
    after = {"key": key, **asdict(values)}
    revision = history.record(session, plan, "change", [spot.plan], [after], by=by, now=now)
    return Changed(spots.find(session, plan.id, key), revision)


def remove(session: Session, scenario: str, key: str, *, seen: int, by: str, now: datetime) -> Changed:
    """Take a hotspot out of a draft. NotFound, Conflict as `change`."""
    plan = history.opened(session, scenario)
    spot = _seen(session, plan, key, seen)
    return Changed(None, history.record(session, plan, "remove", [spot.plan], [], by=by, now=now))


def adopt(
    session: Session,
    commune: Commune,
    catalogue: Catalogue,
    scenario: str,
    sites: Sequence[Mapping[str, Any]],
    *,
    instead: bool,
    by: str,
    now: datetime,
) -> int:
    """Take over a proposal's sites as one edit: beside the hotspots that are there, or `instead` of them.

    Each site is checked as if a planner had placed it; raises as `place`, and then none is taken over. The
    scenario's new revision.
    """
    if not sites:
        raise Invalid("sites", N_("This proposal has no sites to take over."))
    if len(sites) > checks.MOST_HOTSPOTS:
        raise Conflict(N_("A plan has at most %(most)s hotspots."), most=checks.MOST_HOTSPOTS)
    checked = checks.hotspots(session, commune, catalogue, sites)
    _reckon(session, commune, catalogue, checked[:MOST_RECKONED])
    plan = history.opened(session, scenario)
    before: list[Record] = []
    if instead:
        before = [spot.plan for spot in spots.listed(session, plan.id)]
    after = [{"key": new_key(), **asdict(values)} for values in checked]
    return history.record(session, plan, "adopt", before, after, by=by, now=now)


def _reckon(session: Session, commune: Commune, catalogue: Catalogue, hotspots: Sequence[Values]) -> None:
    """Among buildings a signal takes time to reckon: keep it for all processes, in the same transaction.

    Invalid where it cannot be reckoned: then the hotspot is not stored either, so that plans stay readable.
    """
    if outlines.digest(session) is None:
        return
    places = [LonLat(values.lon, values.lat) for values in hotspots]
    for values, (x, y) in zip(hotspots, spots.in_metres(session, places, commune.metric_crs), strict=True):
        for band in BANDS:
            if catalogue.models[values.model].radio(band):
                coverage.of(session, commune, catalogue, spots.site(values, x, y), band, keep=True)


def new_key() -> str:
    """A key that no hotspot has: copies of a scenario keep keys, so they must not meet by chance."""
    return "h" + "".join(secrets.choice(_SIGNS) for _ in range(8))


def _seen(session: Session, plan: Scenario, key: str, seen: int) -> Spot:
    spot = spots.named(session, plan.id, [key]).get(key)
    if spot is None:
        if (person := history.removed_by(session, plan.id, key)) is not None:
            raise Conflict(N_("Meanwhile %(person)s took this hotspot away."), person=person)
        return spots.find(session, plan.id, key)
    if spot.revision > seen:
        raise history.changed(spot)
    return spot
