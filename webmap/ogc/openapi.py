"""The interface as an OpenAPI 3.0 document, made from what the views take: one truth for both."""

from collections.abc import Sequence
from typing import Any, Final

from core.imaging import renditions
from core.translation import translate
from geo.commune import Commune
from geo.opendata import crs as systems
from geo.opendata.collections import Collection, Property, queryables
from geo.opendata.crs import CRS84
from geo.opendata.imported import COLLECTIONS
from geo.pictures.licences import LICENCES
from geo.vocabulary import N_
from webmap.ogc import asked
from webmap.ogc.answers import GEOJSON, HTML, JSON, OPENAPI

Told = dict[str, Any]
KEY: Final = r"^[^/\x00]+$"


def document(commune: Commune, order: list[str], base: str) -> Told:
    """The whole document."""
    paths: Told = {
        "/": _operation("landing", translate("The landing page"), {JSON: {"type": "object"}}),
        "/conformance": _operation("conformance", translate("Conformance"), {JSON: {"type": "object"}}),
        "/api": _operation("api", translate("This document"), {OPENAPI: {"type": "object"}}),
        "/collections": _operation("collections", translate("Collections"), {JSON: {"type": "object"}}),
    }
    for name, collection in COLLECTIONS.items():
        home = f"/collections/{name}"
        title = translate(collection.title)
        paths[home] = _operation(f"{name}.about", title, {JSON: {"type": "object"}})
        paths[f"{home}/items"] = _operation(
            f"{name}.items", title, {GEOJSON: _ref("schemas", "featureCollection")}, *_search(collection)
        )
        paths[f"{home}/items/{{featureId}}"] = _operation(
            f"{name}.item", title, {GEOJSON: _ref("schemas", "feature")},
            _ref("parameters", "featureId"), _ref("parameters", "crs"), absent=True,
        )  # fmt: skip
    return {
        "openapi": "3.0.3",
        "info": {
            "title": translate("Open data of %(name)s", values={"name": commune.name(order).text}),
            "version": "1.0.0",
            "description": translate(
                "Monuments, walks, public places and risk zones, as OGC API – Features."
            ),
        },
        "servers": [{"url": f"{base}/ogc"}],
        "paths": paths,
        "components": {
            "parameters": _parameters(commune),
            "schemas": _schemas(),
            "responses": _responses(),
        },
    }


def _operation(name: str, title: str, content: Told, *parameters: Told, absent: bool = False) -> Told:
    answers: Told = {
        "200": {
            "description": title,
            "content": {
                **{media: {"schema": schema} for media, schema in content.items()},
                HTML: {"schema": {"type": "string"}},
            },
        },
        "400": _ref("responses", "invalid"),
        "default": _ref("responses", "failed"),
    }
    if absent:
        answers["404"] = _ref("responses", "absent")
    given = [_ref("parameters", "f"), _ref("parameters", "lang"), *parameters]
    return {"get": {"operationId": name, "summary": title, "parameters": given, "responses": answers}}


def _search(collection: Collection) -> list[Told]:
    shared = ("bbox", "bbox-crs", "crs", "datetime", "limit", "offset")
    return [
        *(_ref("parameters", name) for name in shared),
        *(_parameter(name, _schema(one), one.meaning) for name, one in queryables(collection).items()),
    ]


def _schema(one: Property) -> Told:
    return (
        {"type": "boolean"} if one.kind == "boolean" else {"type": "string", "maxLength": asked.LONGEST_VALUE}
    )


def _parameter(name: str, schema: Told, meaning: str, **more: Any) -> Told:
    return {
        "name": name, "in": "query", "required": False, "description": translate(meaning),
        "schema": schema, **more,
    }  # fmt: skip


def _one_of(words: Sequence[str]) -> Told:
    return {"type": "string", "enum": list(words)}


def _parameters(commune: Commune) -> Told:
    crs = {
        "type": "string",
        "format": "uri",
        "enum": list(systems.offered(commune.metric_crs)),
        "default": CRS84,
    }
    numbers = {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": {"type": "number"},
    }
    whole: Told = {"type": "integer"}
    return {
        "f": _parameter("f", _one_of(["json", "html"]), N_("Format")),
        "lang": _parameter("lang", _one_of(commune.languages), N_("Language of names")),
        "bbox": _parameter("bbox", numbers, N_("Features that touch this box"), style="form", explode=False),
        "bbox-crs": _parameter("bbox-crs", crs, N_("Reference system of bbox")),
        "crs": _parameter("crs", crs, N_("Reference system of the answer")),
        "datetime": _parameter("datetime", {"type": "string"}, N_("Instant or interval (RFC 3339)")),
        "limit": _parameter(
            "limit",
            {**whole, "minimum": 1, "maximum": asked.MOST, "default": asked.LIMIT},
            N_("Features at the most"),
        ),
        "offset": _parameter(
            "offset",
            {**whole, "minimum": 0, "maximum": asked.FURTHEST, "default": 0},
            N_("Features to pass over"),
        ),
        "featureId": {
            "name": "featureId", "in": "path", "required": True, "schema": {"type": "string", "pattern": KEY},
        },
    }  # fmt: skip


def _schemas() -> Told:
    geometry = {"type": "object", "nullable": True, "properties": {"type": {"type": "string"}}}
    links = {"type": "array", "items": {"type": "object", "required": ["href", "rel"]}}
    return {
        "feature": {
            "type": "object",
            "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": {"type": "string"},
                "geometry": geometry,
                "properties": {
                    "type": "object",
                    "properties": {"pictures": {"type": "array", "items": _ref("schemas", "picture")}},
                },
                "links": links,
            },
        },
        "picture": _picture(),
        "featureCollection": {
            "type": "object",
            "required": ["type", "features", "links", "timeStamp", "numberReturned"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": _ref("schemas", "feature")},
                "links": links,
                "timeStamp": {"type": "string", "format": "date-time"},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
            },
        },
        "exception": {
            "type": "object",
            "required": ["code", "description"],
            "properties": {"code": {"type": "string"}, "description": {"type": "string"}},
        },
    }


def _picture() -> Told:
    """A published picture of a feature: where its files are, whose it is, what it shows."""
    words, address, pixels = {"type": "string"}, {"type": "string", "format": "uri"}, {"type": "integer"}
    size = {
        "href": address,
        "type": _one_of(list(renditions.SUFFIXES.values())),
        "width": {**pixels, "minimum": 1},
        "height": {**pixels, "minimum": 1},
    }
    properties: Told = {
        "href": address,
        "sizes": {
            "type": "array",
            "items": {"type": "object", "required": list(size), "properties": size},
        },
        "author": words,
        "licence": _one_of([code for code, one in LICENCES.items() if one.address]),
        "licence_href": address,
        "source": {**words, "nullable": True},
        "taken_on": {**words, "format": "date", "nullable": True},
        "alt": {"type": "object", "additionalProperties": words},
        "alt_unchecked": {"type": "array", "items": words},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _responses() -> Told:
    told = {"invalid": N_("What was asked cannot be understood"), "absent": N_("There is no such feature."),
            "failed": N_("Something broke on our side")}  # fmt: skip
    content = {JSON: {"schema": _ref("schemas", "exception")}}
    return {name: {"description": translate(words), "content": content} for name, words in told.items()}


def _ref(where: str, name: str) -> Told:
    return {"$ref": f"#/components/{where}/{name}"}
