"""The parts of a thing, as plain JSON: read from what is published, and put together to a line of the folder.

Facts are what the folder's format (docs/data-folder.md) says of a thing beside its texts: geometry, kind,
precision, sources, attributes, for a walk its stops. The texts of a language are field → {text, state, note,
source}; `source` is the hash of the text that a translation was made from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

Content = Mapping[str, Any]
FACTS: Final = "facts"
WALKS: Final = "routes"
FIRST: Final = 1
"""Number of the version that was published before anybody touched the thing at the desk."""

_FACTS: Final = text("""
SELECT f.id, jsonb_strip_nulls(jsonb_build_object('geometry', ST_AsGeoJSON(f.geom, 15, 0)::jsonb, 'entrance',
         CASE WHEN f.entrance IS NOT NULL THEN jsonb_build_array(ST_X(f.entrance), ST_Y(f.entrance)) END,
         'precision_note', f.precision_note, 'coordinate_source', f.coordinate_source,
         'coordinate_licence', f.coordinate_licence))
       || jsonb_build_object('kind', f.kind, 'precision', f.precision, 'error_m', f.error_m,
         'licence', f.licence, 'licence_risk', f.licence_risk, 'sources', f.sources,
         'external_ids', f.external_ids, 'attributes', f.attributes)
  FROM feature f WHERE f.id = ANY (:ids)
""")
_WALK: Final = text("""
SELECT f.id, jsonb_build_object('kind', f.kind, 'licence', f.licence, 'sources', f.sources,
         'status', r.status, 'loop', r.loop, 'theme', r.theme, 'stops', (
           SELECT COALESCE(jsonb_agg(jsonb_build_object('layer', t.layer, 'id', t.key, 'kind', s.kind)
                                     ORDER BY s.ordinal), '[]')
             FROM route_stop s JOIN feature t ON t.id = s.feature_id WHERE s.route_id = f.id))
  FROM feature f JOIN route r ON r.id = f.id WHERE f.id = ANY (:ids)
""")
_TEXTS: Final = text("""
SELECT feature_id, lang, jsonb_object_agg(field, jsonb_strip_nulls(
         jsonb_build_object('text', text, 'state', state, 'note', note, 'source', source_hash)))
  FROM feature_text WHERE feature_id = ANY (:ids) GROUP BY feature_id, lang
""")


def published(session: Session, layer: str, feature_id: int) -> dict[str, dict[str, Any]]:
    """Part → content of a thing as the public sees it."""
    return all_published(session, layer, [feature_id])[feature_id]


def all_published(
    session: Session, layer: str, feature_ids: Sequence[int]
) -> dict[int, dict[str, dict[str, Any]]]:
    """The same of many things of a layer at once, by their numbers."""
    asked = {"ids": list(feature_ids)}
    facts = session.execute(_WALK if layer == WALKS else _FACTS, asked)
    found: dict[int, dict[str, dict[str, Any]]] = {id_: {FACTS: told} for id_, told in facts}
    for id_, lang, said in session.execute(_TEXTS, asked):
        found.setdefault(id_, {})[lang] = said
    return found


def line(layer: str, key: str, contents: Mapping[str, Content]) -> dict[str, Any]:
    """The thing as its folder would have it: a GeoJSON feature, or a walk of routes.json."""
    facts = dict(contents.get(FACTS, {}))
    spoken = {lang: said for lang, said in contents.items() if lang != FACTS}
    told = _texts(spoken)
    if layer != WALKS:
        geometry = facts.pop("geometry", None)
        return {"type": "Feature", "id": key, "geometry": geometry, "properties": {**facts, **told}}
    stops = [{**stop, **_stop_texts(spoken, n)} for n, stop in enumerate(facts.get("stops", ()), 1)]
    return {"id": key, **facts, "stops": stops, **told}


def _texts(spoken: Mapping[str, Content]) -> dict[str, Any]:
    told: dict[str, Any] = {"names": {}, "names_state": {}, "names_note": {}, "texts": {}, "texts_state": {}}
    for lang, fields in spoken.items():
        for name, one in fields.items():
            if name == "name":
                told["names"][lang], told["names_state"][lang] = one.get("text"), one.get("state", "machine")
                if one.get("note"):
                    told["names_note"][lang] = one["note"]
            elif not name.startswith("stop-"):
                told["texts"].setdefault(name, {})[lang] = one.get("text")
                told["texts_state"].setdefault(name, {})[lang] = one.get("state", "machine")
    return told


def _stop_texts(spoken: Mapping[str, Content], n: int) -> dict[str, Any]:
    here = {lang: fields[f"stop-{n}"] for lang, fields in spoken.items() if f"stop-{n}" in fields}
    texts = {lang: one.get("text") for lang, one in here.items()}
    return {"texts": texts, "texts_state": {lang: one.get("state", "machine") for lang, one in here.items()}}


def of_line(layer: str, given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The other way: part → content of a line of the folder that was checked."""
    facts = {**given.get("properties", {}), "geometry": given["geometry"]} if layer != WALKS else dict(given)
    for name in ("id", "type"):
        facts.pop(name, None)
    names, states = facts.pop("names", None) or {}, facts.pop("names_state", None) or {}
    notes = facts.pop("names_note", None) or {}
    texts, texts_states = facts.pop("texts", None) or {}, facts.pop("texts_state", None) or {}
    spoken: dict[str, dict[str, Any]] = {}
    for lang, said in names.items():
        _put(spoken, lang, "name", said, states.get(lang), notes.get(lang))
    for field, told in texts.items():
        for lang, said in (told or {}).items():
            _put(spoken, lang, field, said, (texts_states.get(field) or {}).get(lang))
    for n, stop in enumerate(facts.get("stops", ()), 1):
        for lang, said in (stop.get("texts") or {}).items():
            _put(spoken, lang, f"stop-{n}", said, (stop.get("texts_state") or {}).get(lang))
    if layer == WALKS:
        kept = ("layer", "id", "kind")
        facts["stops"] = [{name: stop.get(name, "attraction") for name in kept} for stop in facts["stops"]]
        facts = {"kind": "walk", "theme": None, "sources": [], **facts}
    else:
        lacking = {"licence_risk": False, "sources": [], "external_ids": {}, "attributes": {}}
        whole = {name: value for name, value in facts.items() if value is not None or name == "error_m"}
        facts = {**lacking, **whole}
    return {FACTS: facts, **spoken}


def _put(
    spoken: dict[str, dict[str, Any]], lang: str, field: str, said: Any, state: Any, note: Any = None
) -> None:
    if said is not None:
        one = {"text": said, "state": state or "machine", "note": note}
        spoken.setdefault(lang, {})[field] = {name: value for name, value in one.items() if value}
