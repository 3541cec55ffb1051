"""What a proposal has to keep to, on the screen: the form of the plan's obligations, and them in words."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import g
from werkzeug.datastructures import MultiDict

from core.db import db
from core.errors import Invalid, Problem
from core.translation import number, translate
from geo.features import Named
from geo.vocabulary import N_
from geo.wifi.catalogue import Catalogue
from geo.wifi.served.quarters import Quarter
from geo.wifi.siting import choices, obligations
from geo.wifi.siting.obligations import EVERY_QUARTER, MOST_HOPS, MOST_SECONDS

NAMED: Final = 8
"""Names that a line tells; of more, how many there are."""
LISTS: Final[Mapping[str, str]] = {
    "must_serve": N_("Must be served: %(names)s"),
    "must_build": N_("Must be built: %(names)s"),
    "forbidden": N_("Must not be built: %(names)s"),
    "models": N_("Only these models: %(names)s"),
}
WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("unknown_backhaul", "excluded"): N_("No site whose backhaul nobody knows"),
    ("risk_zones", "warned"): N_("Active risk zones only warn"),
    ("service", "voice"): N_("A place counts as served where calls work"),
}
ALL_QUARTERS: Final = N_("Every quarter at least %(percent)s %%")
QUARTER: Final = N_("%(name)s at least %(percent)s %%")
OWN_BACKHAUL: Final = N_("No radio hops: each site has a backhaul of its own")
HOPS: Final = N_("Radio hops at most: %(many)s")
ONLINE: Final = N_("Online at once: %(percent)s %% of the residents")
SECONDS: Final = N_("Seconds to search at most: %(many)s")
MORE: Final = N_("and %(many)s more")


@dataclass(frozen=True)
class Form:
    """The form's fields as texts; what is chosen of its lists; the field that is wrong, and why."""

    values: Mapping[str, str]
    chosen: Mapping[str, Sequence[str]]
    places: Sequence[Named]
    quarters: Sequence[tuple[str, str]]
    """Field and name."""
    revision: str
    held: str
    field: str = ""
    message: str = ""
    most_hops: int = MOST_HOPS
    most_seconds: int = int(MOST_SECONDS)
    most_named: int = obligations.MOST_NAMED
    full: bool = False
    """Whether there are more places than are listed."""

    @property
    def some_quarter(self) -> bool:
        """Whether something is asked for, or wrong, of a quarter by itself."""
        return any(self.values.get(field) or field == self.field for field, _ in self.quarters)


def digest(rules: Mapping[str, Any]) -> str:
    """By it a form tells from which obligations it was filled."""
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:16]


def form(
    rules: Mapping[str, Any],
    revision: int,
    quarters: Sequence[Quarter],
    typed: MultiDict[str, str] | None,
    wrong: Problem | None,
) -> Form:
    """The form with the plan's obligations, or with what was typed and could not be taken."""
    there = choices.places(db.session, g.order)
    if typed is None:
        values = _filled(rules)
        chosen = {name: list(rules.get(name, ())) for name in ("must_serve", "models")}
        seen, held = str(revision), digest(rules)
    else:
        values = {name: value[:40] for name, value in typed.items()}
        chosen = {name: typed.getlist(name) for name in ("must_serve", "models")}
        seen, held = typed.get("as_of", "")[:20], typed.get("held", "")[:20]
    return Form(
        values=values,
        chosen=chosen,
        places=there,
        quarters=[(f"share-{quarter.key}", quarter.name(g.order).text) for quarter in quarters],
        revision=seen,
        held=held,
        field=wrong.field if isinstance(wrong, Invalid) else "",
        message=translate(wrong.message, values=wrong.values) if wrong else "",
        full=len(there) == choices.MOST_LISTED,
    )


def _filled(rules: Mapping[str, Any]) -> dict[str, str]:
    values = {f"share-{key}": number(_percent(share)) for key, share in rules.get("shares", {}).items()}
    values |= {
        name: str(rules[name]) for name in ("unknown_backhaul", "risk_zones", "service") if name in rules
    }
    if rules.get("hops") is not None:
        values["hops"] = str(rules["hops"])
    if rules.get("online"):
        values["online"] = number(_percent(rules["online"]))
    return values | {"seconds": f"{rules.get('seconds', obligations.Rules().seconds):g}"}


def told(rules: Mapping[str, Any], quarters: Sequence[Quarter], equipment: Catalogue | None) -> list[str]:
    """The obligations that a plan has, each in a line."""
    lines = [*_lists(rules, equipment), *_shares(rules, quarters)]
    if (hops := rules.get("hops")) is not None:
        lines.append(translate(HOPS, values={"many": number(hops)}) if hops else translate(OWN_BACKHAUL))
    lines += [translate(sentence) for (name, value), sentence in WORDS.items() if rules.get(name) == value]
    if online := rules.get("online"):
        lines.append(translate(ONLINE, values={"percent": number(_percent(online))}))
    if seconds := rules.get("seconds"):
        lines.append(translate(SECONDS, values={"many": number(seconds)}))
    return lines


def _lists(rules: Mapping[str, Any], equipment: Catalogue | None) -> list[str]:
    """Lines of what is named one by one."""
    lines, called = [], _called(rules, equipment)
    for name, sentence in LISTS.items():
        if keys := rules.get(name):
            names = [called.get(key, key) for key in keys[:NAMED]]
            if len(keys) > NAMED:
                names.append(translate(MORE, values={"many": number(len(keys) - NAMED)}))
            lines.append(translate(sentence, values={"names": "; ".join(names)}))
    return lines


def _shares(rules: Mapping[str, Any], quarters: Sequence[Quarter]) -> list[str]:
    """Lines of what quarters must get, the one of every quarter first."""
    lines = []
    shares = rules.get("shares", {})
    if share := shares.get(EVERY_QUARTER):
        lines.append(translate(ALL_QUARTERS, values={"percent": number(_percent(share))}))
    names_of = {quarter.key: quarter.name(g.order).text for quarter in quarters}
    for key, share in shares.items():
        if key != EVERY_QUARTER:
            values = {"name": names_of.get(key, key), "percent": number(_percent(share))}
            lines.append(translate(QUARTER, values=values))
    return lines


def _called(rules: Mapping[str, Any], equipment: Catalogue | None) -> dict[str, str]:
    """Names of the places and models that the obligations name, by key."""
    keys = rules.get("must_serve")
    there = choices.places(db.session, g.order, only=keys) if keys else ()
    models = equipment.models.values() if equipment else ()
    return {place.key: place.name.text for place in there} | {
        model.key: model.label(g.order).text for model in models
    }


def _percent(part: float) -> float:
    return round(100 * part, 6)
