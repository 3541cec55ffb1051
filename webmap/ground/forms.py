"""Forms to contents of parts and back: what was typed, as the folder's format has it.

What cannot be read stays as it was typed, for the rules of the format to name and the form to show again.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from geo.editing.parts import WALKS
from geo.shapes import Box
from geo.texts import source_hash
from geo.vocabulary import FIELDS
from webmap.ground import fields, words

Form = Mapping[str, str]
LARGEST_BYTES: Final = 8_000_000
"""Of a form: an outline of 200,000 corners takes so much."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_PAIR: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*[,; \t]\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*")


def facts(form: Form, layer: str, base: Mapping[str, Any], box: Box) -> dict[str, Any]:
    """The facts that a form tells; what it has no control for stays as in `base`."""
    content = deepcopy(dict(base))
    for control in fields.facts(layer):
        fields.put(content, control.name, value(control, form, fields.get(base, control.name), box))
    if layer == WALKS:
        content["stops"] = stops(form)
    else:
        for name in ("external_ids", "attributes"):
            content.setdefault(name, {})
        if (shape := geometry(form, box)) is not None:
            content["geometry"] = shape
        else:
            content.pop("geometry", None)
    return content


def value(control: fields.Control, form: Form, before: Any, box: Box) -> Any:
    """One control's value; as typed where it is no such value."""
    typed = form.get(control.name, "")
    said = typed.strip()
    if control.kind == "flag":
        # A flag that was never told stays untold while it is off.
        return True if said else (None if before is None and "." in control.name else False)
    if control.kind == "lines":
        return [line.strip() for line in typed.splitlines() if line.strip()]
    if not said:
        return None
    if control.kind == "number":
        return number(said)
    if control.kind == "place":
        return pair(said, box) or said
    return said.replace("\r\n", "\n")


def number(said: str) -> float | int | str:
    """A number, also with a decimal comma; the text itself if it is none."""
    if not _NUMBER.fullmatch(said) or len(said) > 40:
        return said
    read = float(said.replace(",", "."))
    return int(read) if read.is_integer() and abs(read) < 1e15 else read


def pair(said: str, box: Box) -> list[float] | None:
    """A position out of two numbers in either order: whichever lies in the box, else latitude first."""
    match = _PAIR.fullmatch(said[:100])
    if match is None:
        return None
    first, second = float(match[1]), float(match[2])
    if not (math.isfinite(first) and math.isfinite(second)):
        return None
    return [first, second] if box.holds(first, second) and not box.holds(second, first) else [second, first]


def geometry(form: Form, box: Box) -> Any:
    """The GeoJSON geometry of a form: a point by its coordinates, anything else by the text of it."""
    if form.get("shape", "point") != "point":
        return _json(form.get("geometry", "").strip())
    typed = [form.get(name, "").strip() for name in ("lat", "lon")]
    for one in typed:
        if (both := pair(one, box)) is not None:
            return {"type": "Point", "coordinates": both}
    if not any(typed):
        return None
    lat, lon = (number(one) for one in typed)
    return {"type": "Point", "coordinates": [lon, lat]}


def _json(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def stops(form: Form) -> list[dict[str, str]]:
    """The stops of a walk's form, in their order; those to be taken out are left out."""
    listed = []
    for n in range(1, 202):
        thing = form.get(f"stop-{n}")
        if thing is None:
            break
        layer, _, key = thing.partition("/")
        listed.append({"layer": layer, "id": key, "kind": form.get(f"stop-{n}-kind", "attraction")})
    return moved(listed, form.get("do", ""))


def moved(listed: list[dict[str, str]], act: str) -> list[dict[str, str]]:
    """The stops after a button of the form: up-3, down-3, out-3 or add-monuments/key."""
    what, _, which = act.partition("-")
    if what == "add":
        layer, _, key = which.partition("/")
        return [*listed, {"layer": layer, "id": key, "kind": "attraction"}]
    n = int(which) - 1 if which.isdecimal() and len(which) < 4 else -1
    if not 0 <= n < len(listed):
        return listed
    if what == "out":
        return listed[:n] + listed[n + 1 :]
    other = {"up": n - 1, "down": n + 1}.get(what, -1)
    if 0 <= other < len(listed):
        listed[n], listed[other] = listed[other], listed[n]
    return listed


def text_fields(layer: str, facts: Mapping[str, Any]) -> Sequence[str]:
    """The texts that a thing can have."""
    told = facts.get("stops")
    many = len(told) if layer == WALKS and isinstance(told, list) else 0
    common = (field for field in FIELDS if field != "advice" or layer == "risk_zones")
    return ("name", *common, *(f"stop-{n}" for n in range(1, many + 1)))


def texts(
    form: Form, names: Sequence[str], base: Mapping[str, Any], source: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The texts of a language that a form tells. A text that was changed counts as written anew.

    `source` has the texts of the commune's source language, if this is another one.
    """
    content: dict[str, Any] = {name: one for name, one in base.items() if name not in names}
    for name in names:
        said = form.get(name, "").replace("\r\n", "\n").strip()
        if said:
            content[name] = _text(said, name, form, base.get(name, {}), source)
    return content


def _text(
    said: str, name: str, form: Form, before: Mapping[str, Any], source: Mapping[str, Any] | None
) -> dict[str, Any]:
    same = said == str(before.get("text", "")).strip()
    state = form.get(f"{name}-state", "")
    if state not in words.CHOSEN_STATES:
        state = before.get("state", "machine") if same else "written"
    one = {"text": before["text"] if same else said, "state": state}
    if note := form.get(f"{name}-note", "").strip():
        one["note"] = note
    if same and before.get("source"):
        one["source"] = before["source"]
    elif not same and source and source.get(name):
        one["source"] = source_hash(source[name]["text"])
    return one


def as_json(content: Any) -> str:
    """A content or geometry as text for a form."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def merged(form: Form, chosen: Sequence[str], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The content that a merge view sends: mine, with their value where theirs was chosen."""
    content = _json(form.get("content", ""))
    if not isinstance(content, dict):
        return {}
    for name in chosen:
        fields.put(content, name, fields.get(theirs, name))
    return content
