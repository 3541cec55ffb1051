"""What a feature has besides geometry and texts: provenance, precision, attributes; each value checked."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from geo.loading.records import At, quoted
from geo.loading.words import flag, members, number, optional, plain, word
from geo.vocabulary import ACCESS, CONDITIONS, HAZARDS, HIPS, INSIDE, LEVELS, N_, PRECISIONS, SCHEMES

LARGEST_ATTRIBUTES: Final = 50_000
"""Characters that a feature's further attributes may take as JSON."""
DEEPEST: Final = 20
"""Levels of nesting in them: readers of the layer's data, ours included, have a limit too."""
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "condition": CONDITIONS,
    "access": ACCESS,
    "inside_walls": INSIDE,
    "hazard": HAZARDS,
    "level": LEVELS,
}
OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    "monuments": {"condition": "unknown", "access": "unknown", "inside_walls": "unknown"},
    "places": {"wifi_candidate": False, "inside_walls": "unknown"},
    "risk_zones": {
        **{
            "record": False,
            "official": False,
            "measure": None,
            "unit": None,
            "value": None,
            "event_time": None,
            "hazard": None,
            "level": None,
            "reported_by": None,
        },
    },
}
"""Columns of the layers' own tables, with what stands for a value that is not given."""

DAYS: Final[Mapping[str, tuple[str, ...]]] = {"risk_zones": ("valid_from", "valid_until")}
"""Attributes that must be days, where they are given: the first not after the second."""
LENGTHS: Final[Mapping[str, int]] = {"reported_by": 200}
"""Characters that a text of a column may have; SHORT where nothing is said."""
SHORT: Final = 20


def columns(at: At, given: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of `feature` that say where the thing comes from and how exactly it is known."""
    error_m = None
    if "error_m" not in given:
        at.wrong(
            "error_m",
            N_("is missing: the radius in metres within which the real place is expected, or null"),
        )
    elif given["error_m"] is not None:
        error_m = number(at, "error_m", given["error_m"], least=0, most=1_000_000)
    return {
        "precision": word(at, "precision", given.get("precision"), PRECISIONS, N_("precision")),
        "precision_note": optional(at, given, "precision_note"),
        "error_m": error_m,
        "coordinate_source": optional(at, given, "coordinate_source"),
        "coordinate_licence": optional(at, given, "coordinate_licence"),
        "licence": plain(at, "licence", given.get("licence")),
        "licence_risk": flag(at, "licence_risk", given.get("licence_risk", False)),
        "sources": sources(at, given),
        "external_ids": _external_ids(at, given.get("external_ids")),
        "attributes": _attributes(at, given.get("attributes")),
    }


def sources(at: At, given: Mapping[str, Any]) -> list[str]:
    """The list of citations."""
    listed = given.get("sources", [])
    if not isinstance(listed, list) or len(listed) > 200:
        at.wrong("sources", N_("must be a list of at most %(most)s texts"), most=200)
        return []
    return [said for source in listed if (said := plain(at, "sources", source)) is not None]


def _external_ids(at: At, value: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for scheme, given in members(at, "external_ids", value).items():
        where = f"external_ids.{scheme[:40]}"
        if word(at, where, scheme, SCHEMES, N_("scheme")) and (said := plain(at, where, given)) is not None:
            found[scheme] = said
    return found


def _attributes(at: At, value: Any) -> dict[str, Any]:
    attributes = members(at, "attributes", value)
    if _is_deeper(attributes, DEEPEST):
        at.wrong("attributes", N_("are nested more than %(most)s levels deep"), most=DEEPEST)
        return {}
    size = len(json.dumps(attributes, ensure_ascii=False))
    if size > LARGEST_ATTRIBUTES:
        at.wrong(
            "attributes",
            N_("take %(number)s characters; at most %(most)s are allowed"),
            number=size,
            most=LARGEST_ATTRIBUTES,
        )
        return {}
    for name, leaf in _leaves("attributes", attributes):
        if isinstance(leaf, str):
            plain(at, name, leaf, "text", may_be_empty=True)
        elif not isinstance(leaf, bool | None):
            number(at, name, leaf)
    return attributes


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _leaves(where: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every member's name and every value that is no object or list, with its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield where, name
            yield from _leaves(f"{where}.{name[:40]}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(where, inner)
    else:
        yield where, value


def own(at: At, layer: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of the layer's own table, out of the attributes."""
    found: dict[str, Any] = {}
    for name, default in OWN.get(layer, {}).items():
        value = attributes.get(name, default)
        where = f"attributes.{name}"
        if isinstance(default, bool):
            found[name] = flag(at, where, value)
        elif value is None and default is None:
            found[name] = None
        elif name in WORDS:
            found[name] = word(at, where, value, WORDS[name], name)
        elif name == "value":
            found[name] = number(at, where, value)
        elif name == "event_time":
            found[name] = _moment(at, where, value)
        else:
            found[name] = _short(at, where, value, LENGTHS.get(name, SHORT))
    days = [_day(at, f"attributes.{name}", attributes.get(name)) for name in DAYS.get(layer, ())]
    if len(days) == 2 and None not in days and days[0] > days[1]:  # type: ignore[operator]
        at.wrong(f"attributes.{DAYS[layer][1]}", N_("is before %(field)s"), field=DAYS[layer][0])
    return found


def zone(at: At, kind: str | None, dimension: int | None, found: Mapping[str, Any]) -> None:
    """What must fit together in a risk zone: shape, kind, hazard, and who says so."""
    if dimension == 0:
        at.wrong("geometry", "must be an area or a line: a point is no zone")
    hazard = found.get("hazard")
    if hazard and kind is not None and HIPS[hazard][0] != kind:
        at.wrong(
            "attributes.hazard",
            N_("%(hazard)s is a hazard of the kind %(right)s, not %(kind)s"),
            hazard=hazard,
            right=HIPS[hazard][0],
            kind=kind,
        )
    if found.get("official") and found.get("reported_by"):
        at.wrong("attributes.reported_by", "is for zones that are not official; name the office in sources")


def _day(at: At, where: str, value: Any) -> str | None:
    try:
        good = value is None or date.fromisoformat(value).isoformat() == value
    except (TypeError, ValueError):
        good = False
    if not good:
        at.wrong(where, N_("must be a day such as 2026-03-31, not %(value)s"), value=quoted(value))
    return value if good else None


def _short(at: At, where: str, value: Any, most: int) -> str | None:
    said = plain(at, where, value)
    if said is not None and len(said) > most:
        at.wrong(where, N_("is longer than %(most)s characters"), most=most)
    return said


def _moment(at: At, where: str, value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    # The first and last year may fall out of the calendar in another time zone.
    if moment is None or moment.tzinfo is None or not 1 < moment.year < 9999:
        at.wrong(
            where,
            N_("must be a time with its offset, such as 2023-09-08T22:11:02Z, not %(value)s"),
            value=quoted(value),
        )
        return None
    return moment
