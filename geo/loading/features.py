"""The features of a layer's file, checked one by one; and walks, which have stops instead of a geometry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import shapely

from geo.loading import geometry
from geo.loading.attributes import columns, own, sources, zone
from geo.loading.files import content_hash
from geo.loading.records import At, FeatureRecord, RouteRecord, TextRecord, quoted
from geo.loading.words import (
    KEY,
    flag,
    known_members,
    members,
    per_language,
    plain,
    states,
    word,
)
from geo.shapes import Box
from geo.texts import stop_field
from geo.vocabulary import (
    FIELDS,
    KINDS,
    N_,
    NAMELESS_LAYERS,
    ROUTE_STATUSES,
    STOP_KINDS,
    THEMES,
    WIDE_LAYERS,
)

MOST_FEATURES: Final = 200_000
MOST_STOPS: Final = 200
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
ROUTE_MEMBERS: Final = ("id", "kind", *TEXT_MEMBERS, "status", "loop", "theme", "sources", "licence", "stops")
STOP_MEMBERS: Final = ("layer", "id", "kind", "texts", "texts_state")


@dataclass
class Reader:
    """Reads features in the light of the commune's languages and boxes; remembers the ids that it saw."""

    langs: list[str]
    bbox: Box
    context_bbox: Box
    hashed: bool = True
    """Whether features get the hash of their line; the desk has hashes of its own."""
    seen: dict[str, dict[str, str]] = field(default_factory=dict)

    def layer(self, at: At, layer: str, value: Any) -> Iterator[FeatureRecord]:
        """The good features of a FeatureCollection; a problem for each that is not."""
        features = value.get("features") if isinstance(value, dict) else None
        if (
            not isinstance(value, dict)
            or value.get("type") != "FeatureCollection"
            or not isinstance(features, list)
        ):
            at.wrong(None, N_("is not a GeoJSON FeatureCollection"))
            return
        if len(features) > MOST_FEATURES:
            at.wrong(
                None,
                N_("has %(number)s features; at most %(most)s are allowed"),
                number=len(features),
                most=MOST_FEATURES,
            )
            return
        for index, feature in enumerate(features):
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                at.wrong(f"features[{index}]", N_("is not a GeoJSON Feature"))
                continue
            here = self._identified(at, layer, feature.get("id"), f"features[{index}]")
            if here is not None and (record := self.feature(here, layer, feature)) is not None:
                yield record

    def routes(self, at: At, value: Any, keys: Mapping[str, set[str]]) -> Iterator[RouteRecord]:
        """The good walks of routes.json."""
        routes = value.get("routes") if isinstance(value, dict) else None
        if not isinstance(routes, list):
            at.wrong(None, N_('must be an object with a list "routes"'))
            return
        for index, route in enumerate(routes):
            if not isinstance(route, dict):
                at.wrong(f"routes[{index}]", N_("is not an object"))
                continue
            here = self._identified(at, "routes", route.get("id"), f"routes[{index}]")
            if here is not None and (record := self.walk(here, route, keys)) is not None:
                yield record

    def _identified(self, at: At, layer: str, key: Any, index: str) -> At | None:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            at.wrong(
                f"{index}.id",
                N_("must be of a-z, digits and hyphens, at most 80 long, not %(value)s"),
                value=quoted(key),
            )
            return None
        here = replace(at, id=key)
        seen = self.seen.setdefault(layer, {})
        if key in seen:
            here.wrong(
                "id",
                N_("stands twice in the layer %(layer)s (first in %(file)s); ids must be unique"),
                layer=layer,
                file=seen[key],
            )
            return None
        seen[key] = at.file
        return here

    def feature(self, at: At, layer: str, feature: Mapping[str, Any]) -> FeatureRecord | None:
        """One feature; None, and its problems, if it cannot be stored."""
        before = _problems(at)
        given = feature.get("properties")
        if not isinstance(given, dict):
            at.wrong(
                "properties", N_("must be an object; every feature needs kind, names, precision, licence")
            )
            return None
        known_members(at, None, given, MEMBERS)
        box = self.context_bbox if layer in WIDE_LAYERS else self.bbox
        shape = geometry.checked(at, feature.get("geometry"), box)
        entrance = None
        if given.get("entrance") is not None:
            entrance = geometry.point(at, "entrance", given["entrance"], box)
        kind = word(at, "kind", given.get("kind"), KINDS[layer], N_("kind"))
        texts = self._texts(at, given, nameless=layer in NAMELESS_LAYERS)
        common = columns(at, given)
        special = own(at, layer, common["attributes"])
        if layer == "risk_zones":
            zone(at, kind, None if shape is None else shapely.get_dimensions(shape), special)
        if _problems(at) > before or kind is None:
            return None
        stored = {member: feature["geometry"][member] for member in ("type", "coordinates")}
        digest = content_hash({"geometry": stored, "properties": given}) if self.hashed else ""
        return FeatureRecord(
            layer, at.id or "", kind, shape, entrance, common, special, texts, digest, feature
        )

    def walk(self, at: At, route: Mapping[str, Any], keys: Mapping[str, set[str]]) -> RouteRecord | None:
        """One walk; `keys` are the things there are, by layer."""
        before = _problems(at)
        known_members(at, None, route, ROUTE_MEMBERS)
        kind = word(at, "kind", route.get("kind", "walk"), KINDS["routes"], N_("kind"))
        status = word(at, "status", route.get("status"), ROUTE_STATUSES, N_("status"))
        loop = flag(at, "loop", route.get("loop"))
        theme = route.get("theme")
        if theme is not None:
            theme = word(at, "theme", theme, THEMES, N_("theme"))
        texts = self._texts(at, route, nameless=False)
        common: dict[str, Any] = {
            **{"precision": "approximate", "precision_note": None, "error_m": None, "attributes": {}},
            **{
                "coordinate_source": None,
                "coordinate_licence": None,
                "licence_risk": False,
                "external_ids": {},
            },
            **{"licence": plain(at, "licence", route.get("licence")), "sources": sources(at, route)},
        }
        stops = _stops(at, route.get("stops"), keys)
        texts = (*texts, *self._stop_texts(at, route.get("stops")))
        if _problems(at) > before or kind is None:
            return None
        special = {"status": status, "loop": loop, "theme": theme}
        feature = FeatureRecord(
            "routes", at.id or "", kind, None, None, common, special, texts, content_hash(dict(route)), route
        )
        return RouteRecord(feature, stops)

    def _stop_texts(self, at: At, stops: Any) -> Iterator[TextRecord]:
        """What is told at each stop, kept as texts of the walk: field `stop-N`."""
        for n, stop in enumerate(stops if isinstance(stops, list) else (), 1):
            if isinstance(stop, dict):
                where = f"stops[{n}].texts"
                said = states(at, f"stops[{n}].texts_state", stop.get("texts_state"), self.langs)
                for lang, text in per_language(at, where, stop.get("texts"), self.langs, "text").items():
                    yield TextRecord(stop_field(n), lang, text, said.get(lang, "machine"))

    def _texts(self, at: At, given: Mapping[str, Any], *, nameless: bool) -> tuple[TextRecord, ...]:
        before = _problems(at)
        names = per_language(at, "names", given.get("names"), self.langs, "name")
        if not names and not nameless and _problems(at) == before:
            at.wrong("names", N_("a name in at least one language is needed"))
        notes = per_language(at, "names_note", given.get("names_note"), self.langs, "word")
        said = states(at, "names_state", given.get("names_state"), self.langs)
        records = [
            TextRecord("name", lang, text, said.get(lang, "machine"), notes.get(lang))
            for lang, text in names.items()
        ]
        told_states = members(at, "texts_state", given.get("texts_state"))
        known_members(at, "texts_state", told_states, FIELDS)
        for name, told in members(at, "texts", given.get("texts")).items():
            if word(at, f"texts.{name[:40]}", name, FIELDS, N_("text")) is None:
                continue
            state = states(at, f"texts_state.{name}", told_states.get(name), self.langs)
            for lang, text in per_language(at, f"texts.{name}", told, self.langs, "text").items():
                records.append(TextRecord(name, lang, text, state.get(lang, "machine")))
        return tuple(records)


def _problems(at: At) -> int:
    return len(at.problems.found) + at.problems.more


def _stops(at: At, value: Any, keys: Mapping[str, set[str]]) -> tuple[tuple[str, str, str], ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= MOST_STOPS:
        at.wrong("stops", N_("must be a list of 2 to %(most)s stops"), most=MOST_STOPS)
        return ()
    stops: list[tuple[str, str, str]] = []
    for number_, given in enumerate(value, 1):
        where = f"stops[{number_}]"
        stop = _stop(at, where, given, keys)
        if stop and stops and stops[-1][:2] == stop[:2]:
            at.wrong(where, N_("is the same as the stop before it"))
        if stop:
            stops.append(stop)
    return tuple(stops)


def _stop(at: At, where: str, given: Any, keys: Mapping[str, set[str]]) -> tuple[str, str, str] | None:
    if not isinstance(given, dict):
        at.wrong(where, N_("must be an object with layer, id and kind"))
        return None
    known_members(at, where, given, STOP_MEMBERS)
    layer = word(at, f"{where}.layer", given.get("layer"), ("monuments", "places"), N_("layer"))
    kind = word(at, f"{where}.kind", given.get("kind", "attraction"), STOP_KINDS, N_("kind"))
    key = given.get("id")
    if layer and not (isinstance(key, str) and key in keys.get(layer, ())):
        at.wrong(
            f"{where}.id", N_("there is no %(thing)s in the layer %(layer)s"), thing=quoted(key), layer=layer
        )
        return None
    return (layer, str(key), kind) if layer and kind else None
