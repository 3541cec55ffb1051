"""What a proposal has to keep to: shown as a form, read from it, said in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask import g, request

from core.db import db
from core.errors import Invalid
from core.languages import Said
from core.translation import number, translate
from geo import search
from geo.vocabulary import N_
from geo.wifi.siting import obligations
from geo.wifi.siting.obligations import EVERY_QUARTER, MOST_NAMED, Rules
from webmap.planner import asked

MARK: Final = "rules"
"""Field that tells that a form is of rules: boxes that nobody ticked are not sent."""
SENTENCES: Final = {
    "must_serve": N_("Must serve: %(names)s"),
    "share": N_("Every quarter: at least %(percent)s %% served"),
    "quarters": N_("Quarters with a share of their own: %(many)s"),
    "hops": N_("At most %(hops)s radio hops"),
    "excluded": N_("Only where fibre or power is known"),
    "warned": N_("Also in active risk zones, with a warning"),
    "online": N_("Capacity for %(percent)s %% of residents online at once"),
    "voice": N_("Served means voice and video"),
    "models": N_("Models: %(names)s"),
}


def read() -> dict[str, Any]:
    """The rules that the form says, by the names of geo.wifi.siting.obligations.Rules. Invalid."""
    form = request.form
    percent = {name: asked.decimal(form.get(name), name) or 0.0 for name in ("share", "online")}
    for name, value in percent.items():
        if not 0 <= value <= 100:
            raise Invalid(name, N_("Give a number from %(low)s to %(high)s."), low="0", high="100")
    hops = asked.decimal(form.get("hops"), "hops")
    return {
        "must_serve": form.getlist("must_serve")[: MOST_NAMED + 1],
        "models": form.getlist("models")[: MOST_NAMED + 1],
        "shares": {EVERY_QUARTER: percent["share"] / 100},
        "online": percent["online"] / 100,
        "hops": hops,
        "unknown_backhaul": "excluded" if form.get("known_only") else "assumed",
        "risk_zones": "warned" if form.get("risk_zones") else "excluded",
        "service": form.get("service", "browsing"),
        "seconds": asked.decimal(form.get("seconds"), "seconds") or Rules.seconds,
    }


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The plan's rules with those of the form; what the form does not speak of stays."""
    own = {key: share for key, share in before.get("shares", {}).items() if key != EVERY_QUARTER}
    shares = {key: share for key, share in {**own, **given["shares"]}.items() if share}
    return {**before, **given, "shares": shares}


def context(rules: Mapping[str, Any], models: Mapping[str, Said]) -> dict[str, Any]:
    """What the form is made of: the rules as they stand, public places by name, what is asked in words."""
    found = search.found(db.session, "places", order=g.order, limit=MOST_NAMED)
    standing = obligations.checked(rules)
    names = {place.key: place.name.text for place in found.items}
    return {"rules": standing, "places": found.items, "said": said(standing, names, models)}


def said(rules: Rules, places: Mapping[str, str], models: Mapping[str, Said]) -> Sequence[str]:
    """The rules in the reader's words, without those that ask for nothing."""
    own = len([key for key in rules.shares if key != EVERY_QUARTER])
    told: list[tuple[str, Any, dict[str, str]]] = [
        ("must_serve", rules.must_serve, {"names": _named(places.get(key, key) for key in rules.must_serve)}),
        ("share", share := rules.shares.get(EVERY_QUARTER, 0.0), {"percent": _percent(share)}),
        ("quarters", own, {"many": number(own)}),
        ("hops", rules.hops is not None, {"hops": number(rules.hops or 0)}),
        ("excluded", rules.unknown_backhaul == "excluded", {}),
        ("warned", rules.risk_zones == "warned", {}),
        ("online", rules.online, {"percent": _percent(rules.online)}),
        ("voice", rules.service == "voice", {}),
        (
            "models",
            rules.models,
            {"names": _named(models[key].text if key in models else key for key in rules.models)},
        ),
    ]
    return [translate(SENTENCES[code], values=values) for code, asked_for, values in told if asked_for]


def _named(names: Iterable[str]) -> str:
    return " · ".join(names)


def _percent(share: float) -> str:
    return number(round(share * 100, 1))
