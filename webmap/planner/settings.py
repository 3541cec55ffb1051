"""What the screen's script starts with: the plan's state, words, addresses, models."""

from typing import Any, Final

from flask import g, url_for

from core.translation import translate
from geo.wifi.checks import FIELDS
from geo.wifi.vocabulary import NEXT, STATUSES
from webmap.planner import proposing, showing, words
from webmap.planner.beams import beam
from webmap.planner.showing import Plan

USUAL_M: Final = 4.0
"""Height at which a new hotspot is offered, where the catalogue allows it."""


def of(plan: Plan) -> dict[str, Any]:
    """All of it, ready for JSON."""
    known, key = showing.equipment(), plan.scenario.key
    models = known.models.values() if known else ()
    usual = new(plan)
    return {
        "state": showing.state(plan),
        "labels": {name: translate(label) for name, label in words.LABELS.items()},
        "statuses": {code: translate(label) for code, label in STATUSES.items()},
        "next": NEXT,
        "models": {model.key: {"name": model.label(g.order).text, "beam": beam(model)} for model in models},
        "proposed": proposing.sites(proposing.newest(plan.scenario)) if plan.editable else [],
        "model": usual.get("model"),
        "height": usual.get("height_m"),
        "urls": {
            "state": url_for("planner_acts.state", key=key),
            "place": url_for("planner_acts.place", key=key),
            "hotspot": url_for("planner_acts.change", key=key, hotspot="KEY"),
            "attempt": url_for("planner_acts.attempt", key=key, hotspot="KEY"),
            "remove": url_for("planner_acts.remove", key=key, hotspot="KEY"),
            "status": url_for("planner_acts.step", key=key, hotspot="KEY"),
            "undo": url_for("planner_acts.undo", key=key),
            "redo": url_for("planner_acts.redo", key=key),
        },
    }


def new(plan: Plan) -> dict[str, Any]:
    """Values that a new hotspot is offered with; its place is the planner's to give."""
    known = showing.equipment()
    if known is None:
        return {}
    low, high = known.heights_m
    values: dict[str, Any] = dict.fromkeys(FIELDS)
    return values | {
        "name": "",
        "lon": "",
        "lat": "",
        "height_m": min(max(USUAL_M, low), high),
        "model": next(iter(known.models), ""),
        "azimuth_deg": 0,
        "tilt_deg": 0,
        "backhaul": "unknown",
        "note": "",
    }
