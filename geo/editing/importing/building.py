"""A row put together to what it says of a thing, by a mapping: pure. Cells are read as people write them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import shapely

from core.languages import LANGUAGES
from core.translation import translate
from geo.editing.importing.fields import Mapped
from geo.editing.importing.tables import Given, Said
from geo.folding import fold
from geo.loading.attributes import OWN, WORDS
from geo.loading.records import quoted
from geo.loading.words import KEY
from geo.vocabulary import KINDS, N_, PRECISIONS

_NUMBER: Final = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_YES: Final = ("yes", "true", "oui", "vrai", "1", "x", "نعم", "si", "ja")
_NO: Final = ("no", "false", "non", "faux", "0", "لا", "nein")
FOR_ALL: Final = N_("for all rows")
"""Stands for a column in what is said of all rows at once."""
DEEPEST_WKT: Final = 4
"""Brackets within brackets of a geometry that we keep; GEOS would follow any number of them down."""


@dataclass
class Told:
    """What a row says. `facts` has what its columns and constants say, `texts` language → field → text."""

    key: str | None = None
    geometry: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    lacking: dict[str, Any] = field(default_factory=dict)
    """What was said for all rows, of what the row itself does not say."""
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    state: str = "machine"
    wrong: list[Said] = field(default_factory=list)


def build(layer: str, given: Given, mapping: Mapped) -> Told:
    """The row by its mapping; what cannot be read stands in `wrong`."""
    told = Told(geometry=given.geometry, state=mapping["constants"].get("state", "machine"))
    if given.wrong:
        told.wrong.append(given.wrong)
        return told
    for column, target in mapping["columns"].items():
        value = given.values.get(column)
        if target and value not in (None, "") and target not in ("lon", "lat", "wkt"):
            _put(told, layer, column, target, value)
    _constants(told, layer, mapping["constants"])
    places = {target: column for column, target in mapping["columns"].items()}
    if {"lon", "lat"} <= set(places):
        told.geometry = _point(told, given.values.get(places["lon"]), given.values.get(places["lat"]))
    elif "wkt" in places:
        told.geometry = _wkt(told, given.values.get(places["wkt"]))
    return told


def _put(told: Told, layer: str, column: str, target: str, value: Any) -> None:
    kind, _, rest = target.partition(":")
    if kind == "name":
        told.texts.setdefault(rest, {})["name"] = _said(told, column, value)
    elif kind == "text":
        name, _, lang = rest.partition(":")
        told.texts.setdefault(lang, {})[name] = _said(told, column, value)
    elif kind == "external":
        told.facts.setdefault("external_ids", {})[rest] = _text(value)
    elif kind == "attribute":
        name = rest or column
        told.facts.setdefault("attributes", {})[name] = _attribute(told, layer, column, rest, value)
    elif kind == "key":
        told.key = _text(value)
        if not KEY.fullmatch(told.key):
            message = N_("must be of a-z, digits and hyphens, at most 80 long, not %(value)s")
            told.wrong.append(Said(column, message, {"value": quoted(value)}))
    else:
        told.facts[kind] = _fact(told, layer, column, kind, value)


def _fact(told: Told, layer: str, column: str, name: str, value: Any) -> Any:
    if name == "kind":
        return coded(_text(value), KINDS[layer])
    if name == "precision":
        return coded(_text(value), PRECISIONS)
    if name == "error_m":
        return _number(told, column, value)
    if name == "sources":
        return listed(value)
    return _text(value)


def _attribute(told: Told, layer: str, column: str, name: str, value: Any) -> Any:
    default = OWN.get(layer, {}).get(name)
    if name in WORDS:
        return coded(_text(value), WORDS[name])
    if isinstance(default, bool):
        return _flag(value)
    if name == "value":
        return _number(told, column, value)
    return value


def _constants(told: Told, layer: str, constants: Mapping[str, str]) -> None:
    for name, said in constants.items():
        if name == "state" or name in told.facts:
            continue
        told.lacking[name] = _fact(told, layer, FOR_ALL, name, said)
    if "error_m" not in told.facts:
        told.lacking.setdefault("error_m", None)


def _said(told: Told, column: str, value: Any) -> str:
    """A text of a cell. One that a spreadsheet would run as a formula is refused: it is sent on to others."""
    text = _text(value)
    if text.startswith(("=", "@", "+=", "-=")) or re.match(r"[-+]\w+[(|!]", text):
        message = N_("begins like a formula of a spreadsheet, not like a text: %(value)s")
        told.wrong.append(Said(column, message, {"value": quoted(text)}))
    return text


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def listed(value: Any) -> list[Any]:
    """Citations: a list as it is, a text cut at bars and line ends."""
    if isinstance(value, list):
        return value
    return [part.strip() for part in re.split(r"[|\n]", _text(value)) if part.strip()]


def coded(typed: str, known: Iterable[str] | Mapping[str, str]) -> str:
    """The word of the format that somebody wrote: itself, or what it is called in any language."""
    if typed in known or not isinstance(known, Mapping):
        return typed
    return _called(tuple(known.items())).get(fold(typed), typed)


@cache
def _called(known: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, label in known:
        for said in (code, *(translate(label, lang) for lang in LANGUAGES)):
            found.setdefault(fold(said.replace("_", " ")), code)
    return found


def _flag(value: Any) -> Any:
    plain = _text(value).casefold()
    return True if plain in _YES else False if plain in _NO else value


def number(value: Any) -> float | None:
    """A number as people write it: with a point, a comma, Arabic digits, groups of thin spaces; else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return float(value) if abs(value) < 1e15 else None
    plain = (
        re.sub(r"[\s\u00a0\u202f\u2009\u200e\u200f]", "", value).replace("\u066b", ".").replace("\u2212", "-")
    )
    if "," in plain and "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    return float(plain) if _NUMBER.fullmatch(plain) and len(plain) < 40 else None


def _number(told: Told, column: str, value: Any) -> float | None:
    found = number(value)
    if found is None:
        told.wrong.append(Said(column, N_("%(value)s is no number"), {"value": quoted(value)}))
    return found


def _point(told: Told, lon: Any, lat: Any) -> Any:
    if lon in (None, "") and lat in (None, ""):
        return None
    x, y = number(lon), number(lat)
    if x is None or y is None:
        message = N_("%(lon)s, %(lat)s are no decimal degrees, such as -8.877 and 30.470")
        told.wrong.append(Said("geometry", message, {"lon": quoted(lon), "lat": quoted(lat)}))
        return None
    if not (abs(x) <= 180 and abs(y) <= 180):
        message = N_(
            "%(lon)s, %(lat)s are no degrees: they may be metres of another CRS."
            " Export the file in longitude and latitude (WGS 84, EPSG:4326)."
        )
        told.wrong.append(Said("geometry", message, {"lon": quoted(lon), "lat": quoted(lat)}))
        return None
    return {"type": "Point", "coordinates": [x, y]}


def _wkt(told: Told, value: Any) -> Any:
    text = _text(value) if value not in (None, "") else ""
    srid, _, shape = text.rpartition(";")
    if srid and srid.replace(" ", "").upper() != "SRID=4326":
        message = N_("is in another CRS (%(crs)s): export the file in WGS 84, EPSG:4326")
        told.wrong.append(Said("geometry", message, {"crs": quoted(srid)}))
        return None
    try:
        if _depth(shape) > DEEPEST_WKT:
            raise ValueError("nested too deeply")
        read = shapely.force_2d(shapely.from_wkt(shape))
        return json.loads(shapely.to_geojson(read))
    except (ValueError, TypeError, shapely.errors.GEOSException) as why:
        told.wrong.append(Said("geometry", N_("cannot be read: %(why)s"), {"why": quoted(why)}))
        return None


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest
