"""Values of parts in the reader's words: for versions side by side, merging, problems beside their field."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from core.errors import Problem
from core.languages import LANGUAGES
from core.translation import told, translate
from geo.editing.checking import BadRecord
from geo.editing.merging import Change
from geo.editing.parts import FACTS
from geo.vocabulary import N_
from webmap.ground import fields, words

LONGEST: Final = 4000
"""Characters of a value that are shown."""


class Told(NamedTuple):
    """A field that differs, in words. `lang` is that of texts, "" for what is in the reader's own."""

    field: str
    label: str
    before: str
    after: str
    lang: str


class Wrong(NamedTuple):
    """A problem: the field of the form, its label, the sentence, and the language the sentence is in."""

    field: str
    label: str
    message: str
    lang: str = ""


def label(layer: str, part: str, name: str) -> str:
    """What a field is called."""
    if part == FACTS:
        for control in fields.facts(layer):
            if control.name == name:
                return translate(control.label)
        own = {"geometry": N_("Place"), "stops": N_("Stops"), "attributes": N_("Further details")}
        return translate(own[name]) if name in own else name
    if name.startswith("stop-"):
        return translate(N_("Told at stop %(number)s"), values={"number": name[5:]})
    return translate(words.TEXTS[name]) if name in words.TEXTS else name


def value(layer: str, part: str, name: str, what: Any) -> str:
    """A value as a line or a few."""
    if what is None or what in ("", [], {}):
        return ""
    if part != FACTS:
        return _text(what)
    control = next((one for one in fields.facts(layer) if one.name == name), None)
    if name == "geometry":
        return shape(what)
    if name == "stops" and isinstance(what, list):
        return "\n".join(f"{n}. {stop.get('layer')}/{stop.get('id')}" for n, stop in enumerate(what, 1))
    if isinstance(what, bool):
        return translate(N_("Yes") if what else N_("No"))
    if control and isinstance(what, str) and what in control.words:
        return translate(control.words[what])
    if isinstance(what, list):
        return "\n".join(str(one) for one in what)[:LONGEST]
    return str(what)[:LONGEST] if not isinstance(what, dict) else _written(what)


def _text(what: Any) -> str:
    if not isinstance(what, Mapping):
        return str(what)[:LONGEST]
    state = words.TEXT_STATES.get(what.get("state", "machine"), "")
    return f"{str(what.get('text', ''))[:LONGEST]}\n({translate(state)})"


def _written(what: Any) -> str:
    return json.dumps(what, ensure_ascii=False)[:LONGEST]


def shape(what: Any) -> str:
    """A geometry in a few words: its type, and the position or the number of corners."""
    if not isinstance(what, Mapping):
        return str(what)[:LONGEST]
    at = what.get("coordinates")
    if what.get("type") == "Point" and isinstance(at, list) and len(at) > 1:
        return f"{at[1]}, {at[0]}"
    corners = len(re.findall(r"\[\s*-?[\d.]", json.dumps(at)))
    return translate(
        N_("%(shape)s, %(number)s corners"), values={"shape": what.get("type"), "number": corners}
    )


def changes(layer: str, part: str, listed: Sequence[Change]) -> list[Told]:
    """What differs between two versions, in words."""
    lang = "" if part == FACTS else part
    return [
        Told(
            one.field,
            label(layer, part, one.field),
            value(layer, part, one.field, one.before),
            value(layer, part, one.field, one.after),
            lang,
        )
        for one in listed
    ]


def wrong(layer: str, part: str, bad: BadRecord) -> list[Wrong]:
    """The loader's problems, each at a field of the form; in the reader's language."""
    found = []
    for problem in bad.problems:
        name = place(part, problem.field or "")
        found.append(Wrong(name, label(layer, part, name), told(problem)))
    return found


def place(part: str, where: str) -> str:
    """The form's field that a problem's place in the folder's line belongs to."""
    steps = where.split(".")
    if steps[0] in ("names", "names_state", "names_note"):
        return "name"
    if steps[0] in ("texts", "texts_state") and len(steps) > 1:
        return steps[1]
    if told := re.fullmatch(r"stops\[(\d+)\]\.texts.*", where):
        return f"stop-{told[1]}"
    if where.startswith("stops"):
        return "stops"
    if steps[0] in LANGUAGES and len(steps) > 1:
        return steps[1]
    return where


def stopped(layer: str, part: str, bad: Problem) -> list[Wrong]:
    """Why an act was not done, whatever stood in its way."""
    if isinstance(bad, BadRecord):
        return wrong(layer, part, bad)
    return [Wrong("", "", translate(bad.message, values=bad.values), "")]
