"""Words of the import's pages, and how values of the map are shown on them. No HTTP here."""

import json
from collections.abc import Mapping
from typing import Any, Final

from core.languages import LANGUAGES
from core.translation import number, translate
from geo.editing.importing import building
from geo.editing.parts import FACTS
from geo.vocabulary import ACCESS, CONDITIONS, INSIDE, KINDS, N_, PRECISIONS
from webmap.words import LAYER_NAMES

OUTCOMES: Final = {
    "added": N_("New"),
    "changed": N_("Changed"),
    "unchanged": N_("As it is"),
    "rejected": N_("Rejected"),
}
TAKEN: Final = {
    "done": N_("Taken over"),
    "stale": N_("Changed by somebody meanwhile: not taken over"),
    "refused": N_("Not taken over"),
}
FORMS: Final = {
    "csv": "CSV",
    "geojson": "GeoJSON",
    "folder": N_("GeoJSON as in the data folder"),
    "gpx": "GPX",
    "gpkg": "GeoPackage",
}
STAGES: Final = {
    "read": N_("columns to be named"),
    "shown": N_("previewed"),
    "taking": N_("being taken over"),
    "taken": N_("taken over"),
}
LAYERS: Final = {layer: name for layer, name in LAYER_NAMES.items() if layer != "routes"}
FIELDS: Final = {
    "geometry": N_("Place"),
    "entrance": N_("Entrance"),
    "kind": N_("Kind"),
    "name": N_("Name"),
    "summary": N_("Summary"),
    "precision": N_("How exact the place is: kind of source"),
    "precision_note": N_("Remark on the place's exactness"),
    "error_m": N_("How exact the place is, in metres"),
    "licence": N_("Licence of the data"),
    "licence_risk": N_("Place without a licence"),
    "sources": N_("Sources"),
    "coordinate_source": N_("Source of the coordinates"),
    "coordinate_licence": N_("Licence of the coordinates"),
    "key": N_("Key"),
}
SHAPES: Final = {
    "Point": N_("Point"),
    "MultiPoint": N_("Points"),
    "LineString": N_("Line"),
    "MultiLineString": N_("Lines"),
    "Polygon": N_("Area"),
    "MultiPolygon": N_("Areas"),
}
LONGEST: Final = 400
"""Characters of a value that the table shows."""
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "precision": PRECISIONS,
    "attributes.condition": CONDITIONS,
    "attributes.access": ACCESS,
    "attributes.inside_walls": INSIDE,
}


def field(part: str, name: str) -> str:
    """What a field is called, with its language where it is a text."""
    called = translate(FIELDS[name]) if name in FIELDS else name
    return (
        called if part == FACTS else f"{called} ({LANGUAGES[part].own_name})" if part in LANGUAGES else called
    )


def place(name: str | None) -> str:
    """What a problem is about, such as `names.fr`; nothing for the row as a whole."""
    if not name:
        return ""
    if name == building.FOR_ALL:
        return translate(name)
    first, _, rest = name.partition(".")
    called = "name" if first == "names" else rest.partition(".")[0] if first == "texts" else first
    if called not in FIELDS:
        return name
    lang = rest.rpartition(".")[2]
    return field(lang if lang in LANGUAGES else FACTS, called)


def value(layer: str, name: str, given: Any) -> str:
    """A value as a person reads it."""
    if given is None or given in ([], ""):
        return "—"
    known = KINDS[layer] if name == "kind" else _CODES.get(name, {})
    if isinstance(given, str):
        return translate(known[given]) if given in known else _short(given)
    if isinstance(given, bool):
        return translate("yes") if given else translate("no")
    if isinstance(given, int | float):
        return number(given)
    if isinstance(given, Mapping) and "vertices" in given:
        return _shape(given)
    if isinstance(given, list):
        return _short(" | ".join(one if isinstance(one, str) else json.dumps(one) for one in given))
    return _short(json.dumps(given, ensure_ascii=False))


def _shape(given: Mapping[str, Any]) -> str:
    shape = str(given.get("type"))
    kind = translate(SHAPES[shape]) if shape in SHAPES else shape
    lon, lat = (given.get("first") or [0, 0])[:2]
    vertices = given["vertices"]
    more = f" · {number(vertices)}" if vertices > 1 else ""
    return f"{kind} {lat:.6f}, {lon:.6f}{more}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
