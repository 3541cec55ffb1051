"""Reading what a planner sends: JSON from the screen's script, or a form where there is no script."""

import math
from collections.abc import Mapping
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from core.errors import Invalid
from geo.vocabulary import N_
from geo.wifi.siting import obligations
from geo.wifi.vocabulary import DEMANDS

NUMBERS: Final = ("lon", "lat", "height_m", "azimuth_deg", "tilt_deg", "eirp_24_dbm", "eirp_5_dbm")
WHOLE: Final = ("channel_24", "channel_5")
TEXTS: Final = ("name", "model", "backhaul", "note")
LEFT_OPEN: Final = ("eirp_24_dbm", "eirp_5_dbm", *WHOLE)
"""Empty means: as the model has it."""
OBLIGED: Final = (
    "must_serve", "models", "shares", "hops", "unknown_backhaul", "risk_zones", "online", "service",
    "seconds",
)  # fmt: skip
"""Obligations that the form asks for."""
LARGEST: Final = 10**15


def by_script() -> bool:
    """Whether the screen's script asks: then the answer is JSON."""
    return request.is_json


def given() -> Mapping[str, Any]:
    """What was sent, by name. Invalid for JSON that is no object or cannot be read."""
    if not request.is_json:
        return request.form
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid("", N_("What was sent cannot be read."))
    return sent


def hotspot(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a hotspot by the names of geo.wifi.checks.Values; a form's texts become numbers.

    From JSON everything under `values` goes on as it is: geo.wifi.checks looks at it.
    """
    if by_script():
        values = sent.get("values", {})
        if not isinstance(values, dict):
            raise Invalid("values", N_("What was sent cannot be read."))
        return values
    values = {name: sent[name] for name in TEXTS if name in sent}
    for name in (*NUMBERS, *WHOLE):
        if name not in sent:
            continue
        number = decimal(sent[name], name)
        if number is None and name not in LEFT_OPEN:
            raise Invalid(_field(name), N_("Give a number."))
        values[name] = int(number) if number is not None and name in WHOLE and number.is_integer() else number
    return values


def revision(sent: Mapping[str, Any]) -> int:
    """The revision that who asks has seen. Invalid."""
    seen = sent.get("seen")
    if isinstance(seen, str) and seen.isascii() and seen.isdigit() and len(seen) <= 15:
        seen = int(seen)
    if isinstance(seen, bool) or not isinstance(seen, int) or not 0 <= seen <= LARGEST:
        raise Invalid("seen", N_("What was sent cannot be read."))
    return seen


def settings(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Title, budget and weights, those that are given."""
    if by_script():
        return {name: sent[name] for name in ("title", "budget_mad", "weights", "rules") if name in sent}
    values: dict[str, Any] = {}
    if "title" in sent:
        values["title"] = sent["title"]
    if "budget_mad" in sent:
        values["budget_mad"] = decimal(sent["budget_mad"], "budget_mad")
    weights = {
        kind: decimal(sent[f"weight-{kind}"], "weights") for kind in DEMANDS if f"weight-{kind}" in sent
    }
    if weights:
        values["weights"] = weights
    return values


def rules(sent: MultiDict[str, str], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Obligations as the form sends them: percents become parts, what holds anyway is left out.

    Of `kept`, what the form does not ask for stays. Invalid names the field of the form.
    """
    found = {name: value for name, value in kept.items() if name not in OBLIGED}
    found |= {name: sent.getlist(name) for name in ("must_serve", "models")}
    found |= {name: sent[name] for name in ("unknown_backhaul", "risk_zones", "service") if name in sent}
    shares = {name: part(sent[name], name) for name in sent if name.startswith("share-")}
    found["shares"] = {name.removeprefix("share-"): share for name, share in shares.items() if share}
    found["online"] = part(sent.get("online", ""), "online") or 0.0
    for name in ("hops", "seconds"):
        if (typed := decimal(sent.get(name), name)) is not None:
            found[name] = int(typed) if math.isfinite(typed) and typed == int(typed) else typed
    return obligations.needed(found)


def part(typed: str, field: str) -> float | None:
    """A percentage as a part of one; None where nothing is typed. Invalid."""
    percent = decimal(typed, field)
    if percent is not None and not 0 <= percent <= 100:
        raise Invalid(field, N_("Give a number from %(low)s to %(high)s."), low=0, high=100)
    return None if percent is None else percent / 100


def decimal(typed: Any, field: str) -> float | None:
    """A number with a decimal point or comma; None where nothing is typed. Invalid for anything else."""
    if not isinstance(typed, str):
        return typed if typed is None else _number(typed, field)
    plain = typed.strip().replace("\u202f", "").replace(" ", "").replace(",", ".")
    if not plain:
        return None
    try:
        return float(plain[:40])
    except ValueError:
        raise Invalid(_field(field), N_("Give a number.")) from None


def _number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(_field(field), N_("Give a number."))
    return float(value)


def _field(name: str) -> str:
    return "place" if name in ("lon", "lat") else name


def text(sent: Mapping[str, Any], name: str, most: int = 200) -> str:
    """A short text; "" where there is none."""
    value = sent.get(name, "")
    return value[:most] if isinstance(value, str) else ""


def truth(sent: Mapping[str, Any], name: str) -> bool:
    """Yes or no: true, or what a form sends for yes."""
    return sent.get(name) in (True, "1", "true", "on")
