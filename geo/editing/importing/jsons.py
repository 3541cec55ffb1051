"""GeoJSON: lines of a data folder, or any other one, whose properties are then columns."""

from typing import Any, Final

from core.errors import Invalid
from geo.editing.importing.tables import Given, Said, Table, bad, bounded, headed, measured, row
from geo.loading.files import json_value
from geo.loading.records import At, Problems, quoted
from geo.vocabulary import N_

WGS84: Final = ("CRS84", "EPSG::4326", "EPSG:4326")


def read(text: str) -> Table:
    """The features of a FeatureCollection, or a single one. Raises Invalid."""
    objects = text.count("{")
    measured(objects, objects + text.count("[") + text.count(","))
    value = _value(text)
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = {"type": "FeatureCollection", "features": [value]}
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list) or value.get("type") != "FeatureCollection":
        raise bad(N_("This JSON file is no GeoJSON FeatureCollection."))
    _crs(value.get("crs"))
    bounded(len(features), 0)
    rows = [_row(number, feature) for number, feature in enumerate(features, 1)]
    if _is_folder(features):
        return Table("folder", [], rows)
    names = list(dict.fromkeys(name for one in rows for name in one.values))
    bounded(len(rows), len(names))
    columns = headed(names)
    short = dict(zip(names, columns, strict=True))
    named = [
        Given(
            one.line,
            one.geometry,
            {short[name]: said for name, said in one.values.items()},
            one.id,
            one.wrong,
        )
        for one in rows
    ]
    return Table("geojson", columns, named)


def _value(text: str) -> Any:
    problems = Problems()
    value = json_value(At(problems, ""), text)
    for problem in problems.found:
        raise Invalid("file", problem.template, **problem.values)
    return value


def _crs(given: Any) -> None:
    """GeoJSON is WGS 84 (RFC 7946); older files may say otherwise, and are refused then."""
    if given is None:
        return
    properties = given.get("properties") if isinstance(given, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not (isinstance(name, str) and name.endswith(WGS84)):
        raise bad(
            N_(
                "GeoJSON is in longitude and latitude (WGS 84); this file says %(crs)s."
                " Export it in EPSG:4326."
            ),
            crs=quoted(name),
        )


def _row(number: int, feature: Any) -> Given:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return Given(number, None, {}, None, Said(None, N_("is not a GeoJSON Feature")))
    properties = feature.get("properties")
    values = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    if geometry is not None and not isinstance(geometry, dict):
        return Given(number, None, {}, None, Said("geometry", N_("is missing; every feature needs one")))
    kept = {name: geometry.get(name) for name in ("type", "coordinates")} if geometry else None
    return row(number, kept, values, feature.get("id"))


def _is_folder(features: list[Any]) -> bool:
    """Whether the first feature is of the form of docs/data-folder.md."""
    first = features[0] if isinstance(features[0], dict) else {}
    properties = first.get("properties")
    return (
        isinstance(properties, dict)
        and isinstance(first.get("id"), str)
        and {"kind", "precision", "licence"} <= set(properties)
    )
