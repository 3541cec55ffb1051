"""What the planner's screen shows of one plan, gathered for its page and for its script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app, g, render_template, url_for
from werkzeug.datastructures import MultiDict

from core.accounts import Role, holds
from core.db import db
from core.errors import Conflict, Invalid, Problem
from geo.vocabulary import N_
from geo.wifi import approval, catalogue, comments, demand, history, outlook, overlay, scenarios, spots
from geo.wifi.catalogue import Catalogue
from geo.wifi.models import Scenario
from geo.wifi.outlook import Outlook
from geo.wifi.served.quarters import Quarter
from geo.wifi.siting import choices
from geo.wifi.spots import Spot
from webmap.planner import obliging, remarks, words
from webmap.planner.obliging import Form

COMMENTS: Final = 30
"""Newest comments that the screen shows at once."""
LOOKED_BACK: Final = 100
"""Edits that are looked through for one that can be undone."""


@dataclass(frozen=True)
class Plan:
    """A plan as who asks may see it: planners all of it, others what is open for consultation."""

    scenario: Scenario
    hotspots: Sequence[Spot]
    outlook: Outlook | None
    """None where the commune has no catalogue of equipment."""
    staff: bool
    can_undo: bool = False
    can_redo: bool = False

    @property
    def editable(self) -> bool:
        """Whether who asks may change it now."""
        return self.staff and self.scenario.status == "draft" and equipment() is not None

    @property
    def open_to_comments(self) -> bool:
        """Whether who asks may say something of it."""
        return self.staff or comments.is_open(self.scenario)


def equipment() -> Catalogue | None:
    """The commune's catalogue; None where its data folder has no wifi.toml."""
    return catalogue.from_config(g.commune.wifi) if g.commune.wifi else None


def plan(key: str) -> Plan:
    """The plan of that key. NotFound also for one that who asks may not see."""
    staff = holds(Role.PLANNER)
    scenario = scenarios.find(db.session, key, public=not staff)
    known = equipment()
    seen = outlook.of(db.session, g.commune, known, scenario) if known else None
    undo, redo = _steps(scenario) if staff else (False, False)
    return Plan(scenario, spots.listed(db.session, scenario.id), seen, staff, undo, redo)


def _steps(scenario: Scenario) -> tuple[bool, bool]:
    """Whether who asks has something to undo, and to do again."""
    edits = history.listed(db.session, scenario.id, limit=LOOKED_BACK)
    own = [edit for edit in edits if edit.by == g.staff_name]
    standing = [edit.id for edit in own if not edit.undone]
    last = max(standing, default=0)
    return bool(standing), any(edit.undone and edit.id > last for edit in own)


def context(shown: Plan) -> dict[str, Any]:
    """What the parts of the plan's page are made of."""
    scenario = shown.scenario
    return {
        "scenario": scenario,
        "approved": scenarios.approved(db.session) if shown.staff else None,
        "kept_to": obliging.told(scenario.rules, _quarters(shown), equipment()) if shown.staff else [],
        "said": comments.listed(db.session, scenario.id, staff=shown.staff, limit=COMMENTS),
        **figures(shown),
    }


def obliged(shown: Plan, typed: MultiDict[str, str] | None = None, wrong: Problem | None = None) -> Form:
    """The form of what a proposal has to keep to: as it is kept, or as typed and what is wrong with it."""
    scenario = shown.scenario
    return obliging.form(scenario.rules, scenario.revision, _quarters(shown), typed, wrong)


def _quarters(shown: Plan) -> Sequence[Quarter]:
    return shown.outlook.demand.quarters if shown.outlook else ()


def figures(shown: Plan) -> dict[str, Any]:
    """What its numbers are made of."""
    names = {spot.key: spot.values.name for spot in shown.hotspots}
    return {
        "plan": shown,
        "hotspots": shown.hotspots,
        "names": names,
        "outlook": shown.outlook,
        "warned": remarks.warned(shown.outlook, names) if shown.outlook else [],
        "noted": remarks.noted(shown.outlook) if shown.outlook else [],
        "indoors": remarks.indoors(known) if (known := equipment()) else "",
        "equipment": known,
        "words": words,
    }


def links(key: str) -> list[tuple[str, str]]:
    """Addresses and names of what can be taken out of the plan, and brought to it."""
    return [
        (url_for(endpoint, key=key), name)
        for endpoint, name in words.OUTPUTS.items()
        if endpoint in current_app.view_functions
    ]


def state(shown: Plan) -> dict[str, Any]:
    """The plan as the screen's script takes it: values, and the parts of the page that follow from them."""
    scenario = shown.scenario
    return {
        "revision": scenario.revision,
        "status": scenario.status,
        "editable": shown.editable,
        "undo": shown.can_undo,
        "redo": shown.can_redo,
        "hotspots": [spot(each) for each in shown.hotspots],
        "parts": parts(context(shown)),
        "pictures": pictures(scenario, shown.outlook),
    }


def spot(each: Spot) -> Mapping[str, Any]:
    """A hotspot as the script takes it: who changed it last is told to planners alone."""
    record = spots.as_record(each)
    if not holds(Role.PLANNER):
        record = {name: value for name, value in record.items() if name not in ("changed_by", "note")}
    return record


def parts(known: Mapping[str, Any], which: Sequence[str] = words.PARTS) -> dict[str, str]:
    """Parts of the page, by name, as they are with these values."""
    return {name: render_template(f"planner/_{name}.html", **known) for name in which}


def pictures(scenario: Scenario, seen: Outlook | None) -> list[dict[str, Any]]:
    """Coverage to lay over the map."""
    known = equipment()
    if known is None or seen is None:
        return []
    drawn = overlay.of(db.session, g.commune, known, seen.placed, offset_db=scenario.offset_db)
    return [each.as_json() for each in drawn]


def attempt(key: str, hotspot: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and pictures of the plan with one hotspot changed as `values`; nothing is kept.

    Conflict where the commune has no equipment; Invalid for values that cannot be.
    """
    known = needed()
    scenario = scenarios.find(db.session, key)
    seen = outlook.moved(db.session, g.commune, known, scenario, hotspot, values)
    standing = [each for each in spots.listed(db.session, scenario.id)]
    shown = Plan(scenario, standing, seen, staff=True)
    return {"parts": parts(figures(shown), words.NUMBERS), "pictures": pictures(scenario, seen)}


def needed() -> Catalogue:
    """The commune's catalogue. Conflict where it has none."""
    known = equipment()
    if known is None:
        raise Conflict(N_("No equipment is known here yet: the data folder has no wifi.toml."))
    return known


def check_rules(rules: Mapping[str, Any]) -> None:
    """Invalid for obligations about a place, a quarter or a model that there is not."""
    known = needed()
    choices.check(db.session, rules, demand.of(db.session, g.commune).quarters)
    if any(model not in known.models for model in rules.get("models", ())):
        raise Invalid("models", N_("Choose one of the list."))


def approve(key: str, seen: int, instead_of: str | None, now: Any) -> None:
    """Approve the plan; the caller commits."""
    approval.approve(db.session, key, seen=seen, instead_of=instead_of, by=g.staff_name, now=now)
