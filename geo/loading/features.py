"""The features of a layer's file, checked one by one; and walks, which have stops instead of a geometry."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from geo.loading import geometry
from geo.loading.files import content_hash
from geo.loading.records import At, FeatureRecord, RouteRecord, TextRecord, quoted
from geo.loading.words import (
    KEY,
    flag,
    known_members,
    members,
    number,
    optional,
    per_language,
    plain,
    states,
    word,
)
from geo.shapes import Box
from geo.vocabulary import (
    ACCESS,
    CONDITIONS,
    FIELDS,
    INSIDE,
    KINDS,
    NAMELESS_LAYERS,
    PRECISIONS,
    ROUTE_STATUSES,
    SCHEMES,
    STOP_KINDS,
    WIDE_LAYERS,
)

MOST_FEATURES: Final = 200_000
MOST_STOPS: Final = 200
LARGEST_ATTRIBUTES: Final = 50_000
"""Characters that a feature's further attributes may take as JSON."""
TEXT_MEMBERS: Final = ("names", "names_state", "names_note", "texts", "texts_state")
MEMBERS: Final = (
    *(
        "kind",
        *TEXT_MEMBERS,
        "precision",
        "precision_note",
        "error_m",
        "coordinate_source",
        "coordinate_licence",
    ),
    *("licence", "licence_risk", "sources", "external_ids", "entrance", "attributes"),
)
ROUTE_MEMBERS: Final = ("id", "kind", *TEXT_MEMBERS, "status", "loop", "sources", "licence", "stops")
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "condition": CONDITIONS,
    "access": ACCESS,
    "inside_walls": INSIDE,
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
        },
    },
}
"""Columns of the layers' own tables, with what stands for a value that is not given."""


@dataclass
class Reader:
    """Reads features in the light of the commune's languages and boxes; remembers the ids that it saw."""

    langs: list[str]
    bbox: Box
    context_bbox: Box
    seen: dict[str, dict[str, str]] = field(default_factory=dict)

    def layer(self, at: At, layer: str, value: Any) -> Iterator[FeatureRecord]:
        """The good features of a FeatureCollection; a problem for each that is not."""
        features = value.get("features") if isinstance(value, dict) else None
        if (
            not isinstance(value, dict)
            or value.get("type") != "FeatureCollection"
            or not isinstance(features, list)
        ):
            at.wrong(None, "is not a GeoJSON FeatureCollection")
            return
        if len(features) > MOST_FEATURES:
            at.wrong(None, f"has {len(features):,} features; at most {MOST_FEATURES:,} are allowed")
            return
        for index, feature in enumerate(features):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                at.wrong(f"features[{index}]", "is not a GeoJSON Feature")
                continue
            here = self._identified(at, layer, feature.get("id"), f"features[{index}]")
            if here is not None and (record := self._feature(here, layer, feature)) is not None:
                yield record

    def routes(self, at: At, value: Any, keys: Mapping[str, set[str]]) -> Iterator[RouteRecord]:
        """The good walks of routes.json."""
        routes = value.get("routes") if isinstance(value, dict) else None
        if not isinstance(routes, list):
            at.wrong(None, 'must be an object with a list "routes"')
            return
        for index, route in enumerate(routes):
            if not isinstance(route, dict):
                at.wrong(f"routes[{index}]", "is not an object")
                continue
            here = self._identified(at, "routes", route.get("id"), f"routes[{index}]")
            if here is not None and (record := self._route(here, route, keys)) is not None:
                yield record

    def _identified(self, at: At, layer: str, key: Any, index: str) -> At | None:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            at.wrong(f"{index}.id", f"must be of a-z, digits and hyphens, at most 80 long, not {quoted(key)}")
            return None
        here = replace(at, id=key)
        seen = self.seen.setdefault(layer, {})
        if key in seen:
            here.wrong("id", f"stands twice in the layer {layer} (first in {seen[key]}); ids must be unique")
            return None
        seen[key] = at.file
        return here

    def _feature(self, at: At, layer: str, feature: Mapping[str, Any]) -> FeatureRecord | None:
        before = _problems(at)
        given = members(at, "properties", feature.get("properties"))
        known_members(at, None, given, MEMBERS)
        box = self.context_bbox if layer in WIDE_LAYERS else self.bbox
        shape = geometry.checked(at, feature.get("geometry"), box)
        entrance = None
        if given.get("entrance") is not None:
            entrance = geometry.point(at, "entrance", given["entrance"], box)
        kind = word(at, "kind", given.get("kind"), KINDS[layer], "kind")
        texts = self._texts(at, given, nameless=layer in NAMELESS_LAYERS)
        columns = _columns(at, given)
        own = _own(at, layer, columns["attributes"])
        if _problems(at) > before or kind is None:
            return None
        digest = content_hash({"geometry": feature["geometry"], "properties": given})
        return FeatureRecord(layer, at.id or "", kind, shape, entrance, columns, own, texts, digest)

    def _route(self, at: At, route: Mapping[str, Any], keys: Mapping[str, set[str]]) -> RouteRecord | None:
        before = _problems(at)
        known_members(at, None, route, ROUTE_MEMBERS)
        kind = word(at, "kind", route.get("kind", "walk"), KINDS["routes"], "kind")
        status = word(at, "status", route.get("status"), ROUTE_STATUSES, "status")
        loop = flag(at, "loop", route.get("loop"))
        texts = self._texts(at, route, nameless=False)
        columns = {
            **{"precision": "approximate", "precision_note": None, "error_m": None, "attributes": {}},
            **{
                "coordinate_source": None,
                "coordinate_licence": None,
                "licence_risk": False,
                "external_ids": {},
            },
            **{"licence": plain(at, "licence", route.get("licence")), "sources": _sources(at, route)},
        }
        stops = _stops(at, route.get("stops"), keys)
        if _problems(at) > before or kind is None:
            return None
        own = {"status": status, "loop": loop}
        feature = FeatureRecord(
            "routes", at.id or "", kind, None, None, columns, own, texts, content_hash(dict(route))
        )
        return RouteRecord(feature, stops)

    def _texts(self, at: At, given: Mapping[str, Any], *, nameless: bool) -> tuple[TextRecord, ...]:
        names = per_language(at, "names", given.get("names"), self.langs, "name")
        if not names and not nameless:
            at.wrong("names", "a name in at least one language is needed")
        notes = per_language(at, "names_note", given.get("names_note"), self.langs, "word")
        said = states(at, "names_state", given.get("names_state"), self.langs)
        records = [
            TextRecord("name", lang, text, said.get(lang, "machine"), notes.get(lang))
            for lang, text in names.items()
        ]
        told_states = members(at, "texts_state", given.get("texts_state"))
        for name, told in members(at, "texts", given.get("texts")).items():
            if word(at, f"texts.{name[:40]}", name, FIELDS, "text") is None:
                continue
            state = states(at, f"texts_state.{name}", told_states.get(name), self.langs)
            for lang, text in per_language(at, f"texts.{name}", told, self.langs, "text").items():
                records.append(TextRecord(name, lang, text, state.get(lang, "machine")))
        return tuple(records)


def _problems(at: At) -> int:
    return len(at.problems.found) + at.problems.more


def _columns(at: At, given: Mapping[str, Any]) -> dict[str, Any]:
    error_m = None
    if "error_m" not in given:
        at.wrong(
            "error_m", "is missing: the radius in metres within which the real place is expected, or null"
        )
    elif given["error_m"] is not None:
        error_m = number(at, "error_m", given["error_m"], least=0, most=1_000_000)
    return {
        "precision": word(at, "precision", given.get("precision"), PRECISIONS, "precision"),
        "precision_note": optional(at, given, "precision_note"),
        "error_m": error_m,
        "coordinate_source": optional(at, given, "coordinate_source"),
        "coordinate_licence": optional(at, given, "coordinate_licence"),
        "licence": plain(at, "licence", given.get("licence")),
        "licence_risk": flag(at, "licence_risk", given.get("licence_risk", False)),
        "sources": _sources(at, given),
        "external_ids": _external_ids(at, given.get("external_ids")),
        "attributes": _attributes(at, given.get("attributes")),
    }


def _sources(at: At, given: Mapping[str, Any]) -> list[str]:
    sources = given.get("sources", [])
    if not isinstance(sources, list) or len(sources) > 200:
        at.wrong("sources", "must be a list of at most 200 texts")
        return []
    return [said for source in sources if (said := plain(at, "sources", source)) is not None]


def _external_ids(at: At, value: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for scheme, given in members(at, "external_ids", value).items():
        where = f"external_ids.{scheme[:40]}"
        if word(at, where, scheme, SCHEMES, "scheme") and (said := plain(at, where, given)) is not None:
            found[scheme] = said
    return found


def _attributes(at: At, value: Any) -> dict[str, Any]:
    attributes = members(at, "attributes", value)
    try:
        size = len(json.dumps(attributes, ensure_ascii=False))
    except RecursionError:
        size = LARGEST_ATTRIBUTES + 1
    if size > LARGEST_ATTRIBUTES:
        at.wrong("attributes", f"take {size:,} characters; at most {LARGEST_ATTRIBUTES:,} are allowed")
        return {}
    for name, text in _strings("attributes", attributes):
        plain(at, name, text, "text", may_be_empty=True)
    return attributes


def _strings(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield where, name
            yield from _strings(f"{where}.{name[:40]}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(where, inner)


def _own(at: At, layer: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for name, default in OWN.get(layer, {}).items():
        value = attributes.get(name, default)
        where = f"attributes.{name}"
        if name in WORDS:
            own[name] = word(at, where, value, WORDS[name], name)
        elif isinstance(default, bool):
            own[name] = flag(at, where, value)
        elif value is None:
            own[name] = None
        elif name == "value":
            own[name] = number(at, where, value)
        elif name == "event_time":
            own[name] = _moment(at, where, value)
        else:
            own[name] = _short(at, where, value)
    return own


def _short(at: At, where: str, value: Any) -> str | None:
    said = plain(at, where, value)
    if said is not None and len(said) > 20:
        at.wrong(where, "is longer than 20 characters")
    return said


def _moment(at: At, where: str, value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        at.wrong(where, f"must be a time with its offset, such as 2023-09-08T22:11:02Z, not {quoted(value)}")
        return None
    return moment


def _stops(at: At, value: Any, keys: Mapping[str, set[str]]) -> tuple[tuple[str, str, str], ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= MOST_STOPS:
        at.wrong("stops", f"must be a list of 2 to {MOST_STOPS} stops")
        return ()
    stops = []
    for number_, stop in enumerate(value, 1):
        where = f"stops[{number_}]"
        given = members(at, where, stop)
        known_members(at, where, given, ("layer", "id", "kind"))
        layer = word(at, f"{where}.layer", given.get("layer"), ("monuments", "places"), "layer")
        kind = word(at, f"{where}.kind", given.get("kind", "attraction"), STOP_KINDS, "kind")
        key = given.get("id")
        if layer and key not in keys.get(layer, set()):
            at.wrong(f"{where}.id", f"there is no {quoted(key)} in the layer {layer}")
        elif layer and kind:
            stops.append((layer, str(key), kind))
    return tuple(stops)
