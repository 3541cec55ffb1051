"""What OpenStreetMap's tags mean here: who may walk where, how wide, how steep, for whom. Plain functions.

Source: the OSM wiki's pages on each key as of 2026. A value that cannot be read is not known; nothing is
guessed.
"""

import math
import re
from collections.abc import Mapping
from typing import Final

from core.languages import ALIASES, LANGUAGES

Tags = Mapping[str, str]

LAYERS: Final = ("water", "walls", "barriers", "land_use", "places", "heritage", "fixtures")
"""Layers of `osm_feature`."""

WALKED: Final = frozenset(
    (
        *("trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary"),
        *("tertiary_link", "unclassified", "residential", "living_street", "pedestrian", "service", "track"),
        *("footway", "path", "steps", "cycleway", "bridleway", "corridor", "road"),
    )
)
"""Values of `highway` that people may walk along unless `foot` or `access` says otherwise."""
FORBIDDEN: Final = frozenset(("no", "private", "customers", "delivery", "agricultural", "forestry"))
ALLOWED: Final = frozenset(("yes", "designated", "permissive", "public", "destination"))
SHUT: Final = frozenset(("gate", "lift_gate", "swing_gate", "kissing_gate", "wicket_gate", "door"))
"""Barriers at a node that are open unless `access` or `foot` forbids."""
IMPASSABLE: Final = frozenset(("wall", "fence", "hedge", "retaining_wall", "ditch", "jersey_barrier"))

ROUGH: Final = frozenset(("bad", "very_bad", "horrible", "very_horrible", "impassable"))
SMOOTH: Final = frozenset(("excellent", "good", "intermediate"))
SOFT: Final = frozenset(("sand", "mud", "rock", "stepping_stones", "woodchips"))
STEEPEST_PERCENT: Final = 6.0
"""Longer ramps should not be steeper for a wheelchair (ISO 21542:2021, ramps: 1:20 to 1:12 by rise)."""
TOO_STEEP_PERCENT: Final = 12.0

WATER: Final = frozenset(("river", "stream", "canal", "ditch", "drain"))
WALLS: Final = frozenset(("wall", "city_wall", "retaining_wall"))
PLACES: Final = frozenset(
    ("town", "city", "village", "hamlet", "suburb", "quarter", "neighbourhood", "locality", "square")
)
FIXTURES: Final[Mapping[str, Mapping[str, str]]] = {
    "highway": {"street_lamp": "lamp_post"},
    "man_made": {"mast": "mast"},
}
"""Points that something may hang at: key and value → kind, in the words of the layer `infrastructure`."""
SIGHTS: Final = frozenset(("museum", "attraction", "gallery"))
KEPT: Final = (
    *("historic", "heritage", "tourism", "wikidata", "wikipedia", "start_date", "material", "height"),
    *("access", "natural", "water", "landuse", "leisure", "barrier", "place", "waterway"),
)
"""Tags that `osm_feature` keeps as they are."""
INTERESTING: Final = (
    *("highway", "building", "building:part", "natural", "waterway", "water", "barrier", "landuse"),
    *("leisure", "place", "historic", "heritage", "tourism"),
)
"""Keys of which an object must have one to be of any use here."""

LONGEST: Final = 300
_NUMBER: Final = re.compile(r"[-+]?\d{1,6}(?:[.,]\d{1,4})?")
_LENGTH: Final = re.compile(r"(\d{1,6}(?:[.,]\d{1,4})?)\s*(?:m|metres?|meters?)?", re.IGNORECASE)
_SLOPE: Final = re.compile(r"([-+]?\d{1,3}(?:[.,]\d{1,3})?)\s*([%°])")


def plain(text: str) -> str:
    """A value as it may be stored and shown: one line, nothing invisible, of bounded length."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST]


def names(tags: Tags) -> dict[str, str]:
    """Language → name in languages that Athar speaks; "" is the name as it stands on the spot."""
    found = {"": plain(tags["name"])} if "name" in tags else {}
    for lang in (*LANGUAGES, *ALIASES):
        if said := plain(tags.get(f"name:{lang}", "")):
            found.setdefault(ALIASES.get(lang, lang), said)
    return {lang: said for lang, said in found.items() if said}


def walkable(tags: Tags) -> bool:
    """Whether people may walk along this way. A tunnel for deliveries is for walkers only if it says so."""
    if tags.get("highway") not in WALKED:
        return False
    foot = tags.get("foot")
    if foot in ALLOWED:
        return True
    if tags["highway"] == "service" and tags.get("tunnel", "no") != "no":
        return False
    return foot not in FORBIDDEN and tags.get("access") not in FORBIDDEN and tags.get("motorroad") != "yes"


def closed(tags: Tags) -> bool:
    """Whether this node stops people on foot."""
    barrier = tags.get("barrier")
    if barrier is None or tags.get("foot") in ALLOWED:
        return False
    forbidden = tags.get("foot") in FORBIDDEN or tags.get("access") in FORBIDDEN
    return (barrier in SHUT and forbidden) or barrier in IMPASSABLE


def metres(text: str | None, most: float = 1000.0) -> float | None:
    """A length in metres above 0, of `2.5`, `2,5 m`; None for feet, ranges and whatever else."""
    match = _LENGTH.fullmatch(text.strip()) if text else None
    value = float(match[1].replace(",", ".")) if match else 0.0
    return value if 0 < value <= most else None


def count(text: str | None, most: float = 1000.0) -> float | None:
    """A number from 0."""
    match = _NUMBER.fullmatch(text.strip()) if text else None
    value = float(match[0].replace(",", ".")) if match else -1.0
    return value if 0 <= value <= most else None


def incline_percent(text: str | None) -> float | None:
    """`8%` or `5°` as a rise in percent; None for `up`, `down` and what is no slope."""
    match = _SLOPE.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    value = float(match[1].replace(",", "."))
    percent = value if match[2] == "%" else 100 * math.tan(math.radians(max(-80.0, min(80.0, value))))
    return round(percent, 1) if abs(percent) <= 100 else None


def wheelchair(tags: Tags) -> str:
    """Whether a wheelchair can use this way: yes, no, or unknown, which is what little tagging means.

    `wheelchair=*` counts first (`limited` is not known: it depends on the chair). Steps without a ramp, a
    rough or soft surface and a slope above 12 % are a no; a smooth surface of a way that is not steep is a
    yes.
    """
    said = tags.get("wheelchair")
    if said in ("yes", "designated"):
        return "yes"
    if said == "no":
        return "no"
    if tags.get("highway") == "steps":
        return "yes" if tags.get("ramp:wheelchair") == "yes" else "no"
    slope = abs(incline_percent(tags.get("incline")) or 0.0)
    if tags.get("smoothness") in ROUGH or tags.get("surface") in SOFT or slope > TOO_STEEP_PERCENT:
        return "no"
    level = slope <= STEEPEST_PERCENT and tags.get("incline") not in ("up", "down")
    return "yes" if said is None and tags.get("smoothness") in SMOOTH and level else "unknown"


def layers(tags: Tags, shape: str) -> list[tuple[str, str]]:
    """The layers of `osm_feature` that an object belongs to, each with the object's kind there.

    `shape` is point, line, ring (a line that ends where it began) or area: a ring comes once as a line and
    once, if its tags make it one, as an area.
    """
    found = []
    if (kind := _water(tags, shape)) is not None:
        found.append(("water", kind))
    if shape != "area" and (barrier := tags.get("barrier")) is not None:
        found.append(("walls", barrier) if barrier in WALLS and shape != "point" else ("barriers", barrier))
    elif shape in ("line", "ring") and tags.get("historic") == "citywalls":
        found.append(("walls", "city_wall"))
    if shape == "area" and (kind := _land_use(tags)) is not None:
        found.append(("land_use", kind))
    if shape in ("point", "area") and tags.get("place") in PLACES and "name" in tags:
        found.append(("places", tags["place"]))
    if shape != "ring" and (kind := heritage(tags)) is not None:
        found.append(("heritage", kind))
    if shape == "point" and (kind := _fixture(tags)) is not None:
        found.append(("fixtures", kind))
    return [(layer, plain(kind)[:40] or "yes") for layer, kind in found]


def _land_use(tags: Tags) -> str | None:
    if (kind := tags.get("landuse") or tags.get("leisure")) is not None:
        return kind
    if tags.get("highway") == "pedestrian" and tags.get("area") == "yes":
        return "pedestrian"
    return "marketplace" if tags.get("amenity") == "marketplace" else None


def _fixture(tags: Tags) -> str | None:
    return next((kinds[tags[key]] for key, kinds in FIXTURES.items() if tags.get(key) in kinds), None)


def _water(tags: Tags, shape: str) -> str | None:
    if shape == "area" and tags.get("natural") == "water":
        return tags.get("water") or "water"
    if shape == "area":
        return "riverbank" if tags.get("waterway") == "riverbank" else None
    return tags["waterway"] if shape != "point" and tags.get("waterway") in WATER else None


def heritage(tags: Tags) -> str | None:
    """What kind of heritage an object may be for editors to look at; None if it is none."""
    historic = tags.get("historic")
    if historic not in (None, "no"):
        return historic
    if "heritage" in tags and tags["heritage"] != "no":
        return "heritage"
    return tags["tourism"] if tags.get("tourism") in SIGHTS else None


def kept(tags: Tags) -> dict[str, str]:
    """The tags that are kept as they are."""
    return {key: plain(tags[key]) for key in KEPT if key in tags}
