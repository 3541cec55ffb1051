"""What a row would make of a thing, or of nothing: contents of parts, as the desk would save them. Pure."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, Final

from geo.editing import merging
from geo.editing.importing.building import Told
from geo.editing.parts import FACTS

OF_THE_PLACE: Final = ("precision", "precision_note", "error_m", "coordinate_source", "coordinate_licence")
"""Facts about where a thing is: with a new place the old ones are true no longer."""
SAME_DEGREES: Final = 1e-7
"""About a centimetre: a file's rounding is no change of place."""
NOTHING: Final[Mapping[str, Any]] = {
    "licence_risk": False,
    "sources": [],
    "external_ids": {},
    "attributes": {},
}
LONGEST_KEY: Final = 60
NAMED_IN: Final = ("fr", "en", "es", "de")
"""Languages in Latin letters, in the order in which a key is made of a name in them."""


def contents(told: Told, there: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Part → its content after the row, of those that the row says anything of.

    What the row does not say stays as it is. What was said for all rows is for new things; of a thing that is
    there it tells only about the place, where the place is new.
    """
    return {FACTS: _facts(told, there.get(FACTS)), **_texts(told, there)}


def _facts(told: Told, before: Mapping[str, Any] | None) -> dict[str, Any]:
    after: dict[str, Any] = {**(before or NOTHING)}
    moved = told.geometry is not None and not is_same(told.geometry, after.get("geometry"))
    if moved:
        after["geometry"] = told.geometry
        for name in OF_THE_PLACE:
            after.pop(name, None)
    for name, value in told.facts.items():
        after[name] = {**after.get(name, {}), **value} if isinstance(value, dict) else value
    for name, value in told.lacking.items():
        if before is None or (moved and name in OF_THE_PLACE):
            after[name] = value
    return after


def _texts(told: Told, there: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {}
    for lang, fields in told.texts.items():
        said = dict(there.get(lang, {}))
        for name, text in fields.items():
            plain = unicodedata.normalize("NFC", text)
            if said.get(name, {}).get("text") != plain:
                said[name] = {"text": plain, "state": told.state}
        found[lang] = said
    return found


def is_same(first: Any, second: Any) -> bool:
    """Whether two geometries are the same but for their rounding."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        same_kind = first.get("type") == second.get("type")
        return same_kind and is_same(first.get("coordinates"), second.get("coordinates"))
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(is_same, first, second))
    numbers = isinstance(first, int | float) and isinstance(second, int | float)
    return abs(first - second) < SAME_DEGREES if numbers else bool(first == second)


def changed(
    there: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], list[list[Any]]]:
    """The parts that differ, and what does: [part, field, before, after], geometries in short."""
    parts: dict[str, Any] = {}
    told: list[list[Any]] = []
    for part, content in after.items():
        changes = merging.changes(there.get(part, {}), content)
        if changes:
            parts[part] = dict(content)
            told += [[part, one.field, _short(one.before), _short(one.after)] for one in changes]
    return parts, told


def _short(value: Any) -> Any:
    """What of a value the preview shows: a text of a name or summary, the first place of a geometry."""
    if not isinstance(value, dict):
        return value
    if "coordinates" in value:
        first, vertices = _places(value["coordinates"])
        return {"type": value.get("type"), "first": first, "vertices": vertices}
    return value.get("text", value)


def _places(coordinates: Any) -> tuple[list[float] | None, int]:
    if isinstance(coordinates, list) and coordinates and not isinstance(coordinates[0], list):
        return coordinates[:2], 1
    first, vertices = None, 0
    for inner in coordinates if isinstance(coordinates, list) else ():
        begin, number = _places(inner)
        first, vertices = first or begin, vertices + number
    return first, vertices


def first(coordinates: Any) -> list[Any] | None:
    """The first place of a geometry."""
    return _places(coordinates)[0]


def made_key(told: Told, kind: str, taken: Collection[str], tried: dict[str, int]) -> str:
    """A key that nothing has yet, of the name in Latin letters, else of the kind.

    `tried` remembers how far the numbers of each name are used up: of twenty thousand lamp posts of one name
    each would else be counted from the first.
    """
    names = [told.texts.get(lang, {}).get("name", "") for lang in (*NAMED_IN, *told.texts)]
    stem = next(slug for name in (*names, kind, "thing") if (slug := slugged(name)))
    n = tried.get(stem, 1)
    while (key := stem if n == 1 else f"{stem}-{n}") in taken:
        n += 1
    tried[stem] = n
    return key


def slugged(name: str) -> str:
    """A name as a part of an address: a to z, digits and hyphens; "" if nothing of it is in Latin letters."""
    for written, meant in (("œ", "oe"), ("æ", "ae"), ("ß", "ss")):
        name = name.casefold().replace(written, meant)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", plain))[:LONGEST_KEY].strip("-")
