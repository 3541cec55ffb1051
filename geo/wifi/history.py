"""What was done to a scenario: each edit is kept whole, before and after, and can be undone and done again.

Every edit goes through `record`, which holds the scenario's row until the caller's transaction ends: edits of
one scenario come one after the other, and a revision is given once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.errors import Conflict, NotFound
from geo.vocabulary import N_
from geo.wifi import spots
from geo.wifi.checks import MOST_HOTSPOTS
from geo.wifi.models import Edit, Scenario
from geo.wifi.spots import Record

KEPT: Final = 500
"""Edits of a scenario that can still be undone."""
_CLOSED: Final[Mapping[str, str]] = {
    "submitted": N_("This plan lies before the council. Take it back before you change it."),
    "approved": N_("This plan is approved. Copy it, change the copy, and have that approved."),
    "withdrawn": N_("This plan was withdrawn. Open it again before you change it."),
}
SETTINGS: Final = ("title", "budget_mad", "weights", "rules")


@dataclass(frozen=True)
class Done:
    """What came of undoing or doing again: the act, and the hotspots it was about."""

    act: str
    keys: tuple[str, ...]
    revision: int


def opened(session: Session, key: str) -> Scenario:
    """The scenario, held for an edit until the transaction ends. NotFound; Conflict if it is no draft."""
    scenario = held(session, key)
    if scenario.status == "draft":
        return scenario
    raise Conflict(_CLOSED[scenario.status])


def held(session: Session, key: str) -> Scenario:
    """The scenario, whatever its status, held until the transaction ends. NotFound."""
    query = select(Scenario).where(Scenario.key == key).with_for_update()
    scenario = session.scalar(query, execution_options={"populate_existing": True})
    if scenario is None:
        raise NotFound(N_("There is no such plan."))
    return scenario


def record(
    session: Session,
    scenario: Scenario,
    act: str,
    before: Sequence[Record],
    after: Sequence[Record],
    *,
    by: str,
    now: datetime,
) -> int:
    """Turn what was into what shall be and keep both; the scenario's new revision. `scenario` is `opened`.

    What was undone before cannot be done again after this.
    """
    revision = _turn(session, scenario, act, before, after, by=by, now=now)
    edit = Edit(
        scenario_id=scenario.id,
        act=act,
        before=list(before),
        after=list(after),
        revision=revision,
        by=by,
        at=now,
    )
    session.add(edit)
    session.flush()
    oldest = select(Edit.id).where(Edit.scenario_id == scenario.id).order_by(Edit.id.desc()).offset(KEPT)
    session.execute(
        delete(Edit).where(Edit.scenario_id == scenario.id, Edit.id <= oldest.limit(1).scalar_subquery()),
        execution_options={"synchronize_session": False},
    )
    return revision


def undo(session: Session, key: str, *, by: str, now: datetime, own: bool = False) -> Done:
    """Take back the last edit of the scenario, or with `own` the last of this person; the caller commits.

    NotFound if there is none; Conflict if somebody changed the same things since, who is named.
    """
    scenario = opened(session, key)
    edit = session.scalar(_edits(scenario, by if own else None).where(~Edit.undone).limit(1))
    if edit is None:
        raise NotFound(N_("There is nothing to undo."))
    _check_untouched(session, scenario, edit.act, edit.after, edit.before)
    edit.revision = _turn(session, scenario, edit.act, edit.after, edit.before, by=by, now=now)
    edit.undone, edit.undone_by = True, by
    return _done(edit)


def redo(session: Session, key: str, *, by: str, now: datetime, own: bool = False) -> Done:
    """Do again what was undone last, unless something was done since; the caller commits.

    NotFound if there is nothing; Conflict if somebody changed the same things since, who is named.
    """
    scenario = opened(session, key)
    edits = _edits(scenario, by if own else None)
    standing = edits.with_only_columns(Edit.id).where(~Edit.undone).limit(1).scalar_subquery()
    later = edits.where(Edit.undone, Edit.id > func.coalesce(standing, 0))
    edit = session.scalar(later.order_by(None).order_by(Edit.id).limit(1))
    if edit is None:
        raise NotFound(N_("There is nothing to do again."))
    _check_untouched(session, scenario, edit.act, edit.before, edit.after)
    edit.revision = _turn(session, scenario, edit.act, edit.before, edit.after, by=by, now=now)
    edit.undone = False
    return _done(edit)


def listed(session: Session, scenario_id: int, *, limit: int, offset: int = 0) -> Sequence[Edit]:
    """Edits of a scenario, newest first, those undone too."""
    query = select(Edit).where(Edit.scenario_id == scenario_id).order_by(Edit.id.desc())
    return session.scalars(query.limit(limit).offset(offset)).all()


def removed_by(session: Session, scenario_id: int, key: str) -> str | None:
    """Who took a hotspot out of the scenario, as far as edits are kept."""
    was = Edit.before.contains([{"key": key}]) | Edit.after.contains([{"key": key}])
    query = select(Edit).where(Edit.scenario_id == scenario_id, was)
    edit = session.scalar(query.order_by(Edit.revision.desc()).limit(1))
    return (edit.undone_by if edit.undone else edit.by) if edit else None


def check_settings(session: Session, scenario: Scenario, seen: int) -> None:
    """Conflict if the settings were changed after the revision `seen`."""
    query = select(Edit).where(Edit.scenario_id == scenario.id, Edit.act == "settings", Edit.revision > seen)
    if (edit := session.scalar(query.order_by(Edit.revision.desc()).limit(1))) is not None:
        raise _settings_changed(edit)


def settings(scenario: Scenario) -> Record:
    """The scenario's settings, as an edit keeps them."""
    return {
        "title": scenario.title,
        "budget_mad": str(scenario.budget_mad),
        "weights": dict(scenario.weights),
        "rules": dict(scenario.rules),
    }


def _edits(scenario: Scenario, by: str | None) -> Any:
    query = select(Edit).where(Edit.scenario_id == scenario.id).order_by(Edit.id.desc())
    return query.where(Edit.by == by) if by is not None else query


def _turn(
    session: Session,
    scenario: Scenario,
    act: str,
    before: Sequence[Record],
    after: Sequence[Record],
    *,
    by: str,
    now: datetime,
) -> int:
    more = len(after) - len(before)
    if more > 0 and spots.count(session, scenario.id) + more > MOST_HOTSPOTS:
        raise Conflict(N_("A plan has at most %(most)s hotspots."), most=MOST_HOTSPOTS)
    scenario.revision += 1
    scenario.changed_at = now
    if act == "settings":
        for name in SETTINGS:
            value = after[0][name]
            setattr(scenario, name, Decimal(value) if name == "budget_mad" else value)
        session.flush()
        return scenario.revision
    keys = {each["key"] for each in after}
    if gone := [each["key"] for each in before if each["key"] not in keys]:
        spots.erase(session, scenario.id, gone)
    stamp = {"revision": scenario.revision, "changed_by": by, "changed_at": now}
    for each in after:
        spots.write(session, scenario.id, each, **stamp)
    return scenario.revision


def _check_untouched(
    session: Session, scenario: Scenario, act: str, expected: Sequence[Record], others: Sequence[Record]
) -> None:
    """Conflict unless everything that the edit is about still stands as it left it."""
    if act == "settings":
        if settings(scenario) != expected[0]:
            raise Conflict(N_("The settings of this plan were changed since. Look at them again."))
        return
    standing = spots.named(session, scenario.id, [each["key"] for each in (*expected, *others)])
    wanted = {each["key"]: each for each in expected}
    for key in {**wanted, **standing}:
        spot = standing.get(key)
        if spot is None:
            raise Conflict(
                N_("Meanwhile %(person)s took “%(name)s” away. Look at the plan again before you go on."),
                person=removed_by(session, scenario.id, key) or "?",
                name=wanted[key]["name"],
            )
        if spot.plan != wanted.get(key) or spot.status != "planned":
            raise changed(spot)


def changed(spot: spots.Spot) -> Conflict:
    """What somebody is told whose hotspot was changed by another meanwhile."""
    return Conflict(
        N_("Meanwhile %(person)s changed “%(name)s”. Look at it again before you go on."),
        person=spot.changed_by,
        name=spot.values.name,
    )


def _settings_changed(edit: Edit) -> Conflict:
    person = edit.undone_by if edit.undone else edit.by
    return Conflict(
        N_("Meanwhile %(person)s changed the settings of this plan. Look at them again before you go on."),
        person=person or edit.by,
    )


def _done(edit: Edit) -> Done:
    keys = dict.fromkeys(each["key"] for each in (*edit.before, *edit.after) if "key" in each)
    return Done(edit.act, tuple(keys), edit.revision)
