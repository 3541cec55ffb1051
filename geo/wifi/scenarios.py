"""Plans of the public Wi-Fi: made, copied, set up, brought before the council, withdrawn, opened to all.

Whoever changes one holds its row until the transaction ends; the caller commits. Approving is in
geo/wifi/approval.py, what a plan does in geo/wifi/outlook.py.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.errors import Conflict, Invalid, NotFound, Word
from geo import published
from geo.vocabulary import N_
from geo.wifi import checks, history, lifecycle, spots
from geo.wifi.models import Hotspot, Scenario
from geo.wifi.siting import obligations
from geo.wifi.vocabulary import PLANS

MOST: Final = 1000
"""Scenarios; none is ever deleted."""
LARGEST_RULES: Final = 20_000
"""Characters of a scenario's obligations, as JSON."""
LOCK: Final = 0x57494649
"""Advisory lock of what is true of all scenarios together: their keys, and that one is approved."""


@dataclass(frozen=True)
class Line:
    """A scenario in a list, with how many hotspots it has that are not removed."""

    scenario: Scenario
    hotspots: int


@dataclass(frozen=True)
class Found:
    """A page of scenarios, and how many there are in all."""

    lines: Sequence[Line]
    total: int


def listed(session: Session, *, limit: int, offset: int = 0, public: bool = False) -> Found:
    """Scenarios: the approved one first, then those changed last; with `public` those open to everybody."""
    query = select(Scenario)
    if public:
        query = query.where(Scenario.public)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = ((Scenario.status == "approved").desc(), Scenario.changed_at.desc(), Scenario.id.desc())
    page = session.scalars(query.order_by(*order).limit(limit).offset(offset)).all()
    standing = Hotspot.status != "removed"
    counts: dict[int, int] = dict(
        session.execute(
            select(Hotspot.scenario_id, func.count())
            .where(Hotspot.scenario_id.in_([each.id for each in page]), standing)
            .group_by(Hotspot.scenario_id)
        ).all()
    )
    return Found([Line(each, counts.get(each.id, 0)) for each in page], total)


def find(session: Session, key: str, *, public: bool = False) -> Scenario:
    """The scenario; with `public` only if it is open to everybody. NotFound."""
    query = select(Scenario).where(Scenario.key == key)
    scenario = session.scalar(query.where(Scenario.public) if public else query)
    if scenario is None:
        raise NotFound(N_("There is no such plan."))
    return scenario


def approved(session: Session) -> Scenario | None:
    """The commune's network: the one approved scenario, if there is one."""
    return session.scalar(select(Scenario).where(Scenario.status == "approved"))


def as_record(scenario: Scenario, hotspots: int) -> dict[str, Any]:
    """A scenario, ready for JSON."""
    return {
        "key": scenario.key,
        "title": scenario.title,
        "status": scenario.status,
        "public": scenario.public,
        "budget_mad": float(scenario.budget_mad),
        "weights": scenario.weights,
        "rules": scenario.rules,
        "offset_db": scenario.offset_db,
        "revision": scenario.revision,
        "hotspots": hotspots,
        "made_by": scenario.made_by,
        "made_at": scenario.made_at.isoformat(),
        "changed_at": scenario.changed_at.isoformat(),
        "approved_by": scenario.approved_by,
        "approved_at": scenario.approved_at.isoformat() if scenario.approved_at else None,
    }


def create(session: Session, title: Any, *, budget_mad: Any, by: str, now: datetime) -> Scenario:
    """A new, empty draft. Invalid for a title or budget that cannot be, Conflict if there are too many."""
    scenario = Scenario(
        title=checks.words("title", title),
        budget_mad=checks.budget(budget_mad),
        weights={},
        rules={},
        offset_db=0.0,
    )
    return _kept(session, scenario, by=by, now=now)


def copy(session: Session, key: str, title: Any, *, by: str, now: datetime) -> Scenario:
    """A draft like the scenario: same settings, same hotspots under the same keys, all of them planned.

    Hotspots that were removed for good are left out. Raises as `create`, and NotFound.
    """
    _lock(session)
    source = history.held(session, key)
    made = Scenario(
        title=checks.words("title", title),
        budget_mad=source.budget_mad,
        weights=dict(source.weights),
        rules=dict(source.rules),
        offset_db=source.offset_db,
    )
    _kept(session, made, by=by, now=now)
    stamp = {"revision": 1, "changed_by": by, "changed_at": now}
    for spot in spots.listed(session, source.id):
        if spot.status != "removed":
            spots.write(session, made.id, spot.plan, **stamp)
    return made


def change(
    session: Session, key: str, given: Mapping[str, Any], *, seen: int, by: str, now: datetime
) -> Scenario:
    """Change title, budget_mad, weights or rules of a draft, as one edit that can be undone.

    Invalid for values that cannot be, NotFound, Conflict for a scenario that is no draft, or if its settings
    were changed after the revision `seen`.
    """
    scenario = history.opened(session, key)
    history.check_settings(session, scenario, seen)
    before = history.settings(scenario)
    after = before | {name: _setting(name, value) for name, value in given.items()}
    if after != before:
        history.record(session, scenario, "settings", [before], [after], by=by, now=now)
    return scenario


def submit(session: Session, key: str, *, now: datetime) -> Scenario:
    """Bring a draft before the council; from now on it stays as it is. Conflict for an empty one."""
    scenario = _moved(session, key, "submitted", ("draft",), now)
    if not spots.count(session, scenario.id):
        raise Conflict(N_("This plan has no hotspots yet. Place one before you submit it."))
    return scenario


def take_back(session: Session, key: str, *, now: datetime) -> Scenario:
    """A scenario that lies before the council becomes a draft again."""
    return _moved(session, key, "draft", ("submitted",), now)


def reopen(session: Session, key: str, *, now: datetime) -> Scenario:
    """A withdrawn scenario becomes a draft again."""
    return _moved(session, key, "draft", ("withdrawn",), now)


def withdraw(session: Session, key: str, *, by: str, now: datetime) -> Scenario:
    """Put a scenario aside; consultation of it ends.

    Conflict for an approved one with hotspots that are ordered or hang: they must not vanish from the map.
    """
    scenario = _moved(session, key, "withdrawn", ("draft", "submitted", "approved"), now)
    if standing := lifecycle.standing(session, scenario.id):
        raise Conflict(
            N_(
                "%(many)s hotspot(s) of this plan are ordered or hang already. Approve another plan, which"
                " takes them over, or note them as removed first."
            ),
            many=len(standing),
        )
    lifecycle.shift(session, scenario, "approved", "planned", by=by, now=now)
    if scenario.public or scenario.approved_at:
        published.touch(session)
    scenario.public = False
    return scenario


def consult(session: Session, key: str, *, is_open: bool, now: datetime) -> Scenario:
    """Open a scenario to everybody, read-only and for comments, or close it. Conflict for a withdrawn one."""
    scenario = history.held(session, key)
    if scenario.status == "withdrawn" and is_open:
        raise Conflict(N_("This plan was withdrawn. Open it again before you change it."))
    if scenario.public != is_open:
        scenario.public = is_open
        scenario.revision += 1
        scenario.changed_at = now
        published.touch(session)
    return scenario


def _moved(session: Session, key: str, status: str, from_: Sequence[str], now: datetime) -> Scenario:
    scenario = history.held(session, key)
    if scenario.status not in from_:
        raise Conflict(
            N_("This plan is “%(status)s” now: this step is not possible."),
            status=Word(PLANS[scenario.status]),
        )
    scenario.status = status
    scenario.revision += 1
    scenario.changed_at = now
    session.flush()
    return scenario


def _setting(name: str, value: Any) -> Any:
    """A setting as an edit keeps it."""
    if name == "title":
        return checks.words("title", value)
    if name == "budget_mad":
        return str(checks.budget(value))
    if name == "weights":
        return checks.weights(value)
    if name == "rules":
        return _rules(value)
    raise Invalid(str(name)[:40], N_("A plan has no such setting."))


def _rules(value: Any) -> dict[str, Any]:
    """Obligations as given, all checked (geo/wifi/siting/obligations.py)."""
    if not isinstance(value, dict):
        raise Invalid("rules", N_("The obligations of this plan cannot be read."))
    obligations.checked(value)
    written = json.dumps(value)
    if len(written) > LARGEST_RULES or "\\u0000" in written or "\\ud" in written:
        raise Invalid("rules", N_("The obligations of this plan cannot be read."))
    return value


def _kept(session: Session, scenario: Scenario, *, by: str, now: datetime) -> Scenario:
    """Give a new scenario its key and keep it."""
    _lock(session)
    if (session.scalar(select(func.count()).select_from(Scenario)) or 0) >= MOST:
        raise Conflict(N_("There are %(most)s plans already: open one of them again."), most=MOST)
    scenario.key = _free_key(session, scenario.title)
    scenario.status, scenario.public, scenario.revision = "draft", False, 1
    scenario.made_by, scenario.made_at, scenario.changed_at = by, now, now
    session.add(scenario)
    session.flush()
    return scenario


def _lock(session: Session) -> None:
    """Before any row is held, always: so nobody waits for somebody who waits for them."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _free_key(session: Session, title: str) -> str:
    """The title as a word for addresses (`plan` where it has no Latin letters), with a number if taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:30].strip("-") or "plan"
    taken = set(session.scalars(select(Scenario.key).where(Scenario.key.startswith(word, autoescape=True))))
    return next(key for n in range(1, MOST + 2) if (key := word if n == 1 else f"{word}-{n}") not in taken)
