"""The collections of the open data: one a public layer, with the properties that each of its features
carries.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from geo.opendata import pictured
from geo.vocabulary import N_

Kind = Literal["string", "number", "integer", "boolean", "date-time", "array", "pictures"]
"""JSON types; date-time is a string as RFC 3339 writes it, array one of strings, pictures one of objects."""


NAME: Final = """
LEFT JOIN feature_text AS spoken ON spoken.feature_id = f.id AND spoken.field = 'name' AND spoken.lang = :lang
LEFT JOIN LATERAL (
  SELECT t.text, t.lang FROM feature_text AS t
   WHERE spoken.text IS NULL AND t.feature_id = f.id AND t.field = 'name'
   ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1
  ) AS next_best ON true
CROSS JOIN LATERAL (SELECT COALESCE(spoken.text, next_best.text) AS text,
                           COALESCE(spoken.lang, next_best.lang) AS lang) AS name"""
"""Joins the best name of `f`: in the language :lang, else in the first of :langs that has one."""


class Property(NamedTuple):
    """A property of a feature: its SQL (columns of `f` and the collection's joins), type and meaning.

    `filters` tells that features may be asked for by its value.
    """

    sql: str
    kind: Kind
    meaning: str
    filters: bool = False


class Collection(NamedTuple):
    """A layer as open data. `base` gives its features (the feature is `f`), `joins` what their own
    properties need; `row` is a number that is each feature's own, in which order they come.
    """

    layer: str
    title: str
    meaning: str
    own: Mapping[str, Property] = MappingProxyType({})
    base: str = "feature f"
    joins: str = ""
    row: str = "f.id"
    key: str = "f.key"
    where: str = ""
    geom: str = "f.geom"
    shape: Literal["Point", "LineString", "Unknown"] = "Point"
    """What its geometries are, as GeoPackage and OGC name it; Unknown: of several types."""
    time: str = "f.changed_at"
    """What `datetime` asks about."""
    page: str | None = None
    """Section of the site that has a page for each feature."""
    naming: str = NAME
    """Joins the best name of `f` as `name.text` and `name.lang`."""
    pictured: bool = False
    """Whether its features may have pictures."""
    optional: bool = False
    """Told of only where there is anything: after an import of OpenStreetMap, after a plan was approved."""


FIRST: Final[Mapping[str, Property]] = MappingProxyType(
    {
        "key": Property("f.key", "string", N_("Permanent key of the thing"), filters=True),
        "kind": Property("f.kind", "string", N_("Kind of thing"), filters=True),
        "name": Property("name.text", "string", N_("Name, in the language asked for or the next best")),
        "name_lang": Property("name.lang", "string", N_("Language of the name (BCP 47)")),
    }
)
LAST: Final[Mapping[str, Property]] = MappingProxyType(
    {
        "precision": Property("f.precision", "string", N_("Where the coordinate comes from"), filters=True),
        "error_m": Property(
            "f.error_m", "number", N_("Radius in metres within which the real place is expected")
        ),
        "precision_note": Property("f.precision_note", "string", N_("What else is known of the coordinate")),
        "coordinate_source": Property("f.coordinate_source", "string", N_("Source of the coordinate")),
        "coordinate_licence": Property("f.coordinate_licence", "string", N_("Licence of the coordinate")),
        "sources": Property("f.sources", "array", N_("Sources of the data")),
        "licence": Property("f.licence", "string", N_("Licence of the data")),
        "licence_risk": Property("f.licence_risk", "boolean", N_("Whether its terms are in doubt"), True),
        "changed_at": Property("f.changed_at", "date-time", N_("When the data last changed here")),
    }
)
"""Properties that every feature carries, before and after those of its own collection."""
PICTURES: Final = Property(
    pictured.of("f.id"),
    "pictures",
    N_("Published pictures under open licences: their sizes, author, licence, and what they show"),
)

_CONDITION: Final = {
    "condition": Property("m.condition", "string", N_("State since the earthquake of 2023"), filters=True),
    "access": Property("m.access", "string", N_("Who may go in"), filters=True),
    "inside_walls": Property("m.inside_walls", "string", N_("Inside the walls or not"), filters=True),
}
_ZONE: Final = {
    "record": Property("z.record", "boolean", N_("A record of a past event: no zoning"), filters=True),
    "official": Property("z.official", "boolean", N_("From an official source"), filters=True),
    "measure": Property("z.measure", "string", N_("What the value measures"), filters=True),
    "unit": Property("z.unit", "string", N_("Unit of the value")),
    "value": Property("z.value", "number", N_("Measured or modelled value")),
    "event_time": Property("z.event_time", "date-time", N_("When the event was")),
    "hazard": Property("z.hazard", "string", N_("Hazard, by the UNDRR-ISC profiles"), filters=True),
    "level": Property("z.level", "string", N_("How strong it is, as the source judges"), filters=True),
    "reported_by": Property("z.reported_by", "string", N_("Who says so, where no office does")),
    "valid_from": Property("(f.attributes->>'valid_from')", "string", N_("First day on which it holds")),
    "valid_until": Property("(f.attributes->>'valid_until')", "string", N_("Last day on which it holds")),
}
_STOP: Final = {
    "route": Property("r.key", "string", N_("Key of the walk"), filters=True),
    "ordinal": Property("s.ordinal", "integer", N_("Number of the stop in walking order")),
    "stop_kind": Property("s.kind", "string", N_("Kind of stop"), filters=True),
}

OWN: Final[Mapping[str, Collection]] = {
    "monuments": Collection(
        "monuments", N_("Monuments"), N_("Monuments of the commune: gates, mosques, squares, palaces."),
        _CONDITION, joins="JOIN monument m ON m.id = f.id", geom="f.place", page="monuments", pictured=True,
    ),
    "routes": Collection(
        "routes", N_("Walks"), N_("Walks through the town, as lines."),
        {
            "status": Property("w.status", "string", N_("Proposal or adopted"), filters=True),
            "loop": Property("w.loop", "boolean", N_("Whether it ends where it began"), filters=True),
        },
        joins="JOIN route w ON w.id = f.id", where="f.geom IS NOT NULL", shape="LineString", page="routes",
        pictured=True,
    ),
    "stops": Collection(
        "routes", N_("Stops"), N_("Stops of the walks, in walking order."), _STOP,
        base="route_stop s JOIN feature r ON r.id = s.route_id AND r.withdrawn_at IS NULL"
        " JOIN feature f ON f.id = s.feature_id",
        row="(s.route_id * 1000 + s.ordinal)", key="(r.key || ':' || s.ordinal)", where="true",
        geom="f.place",
    ),
    "places": Collection(
        "places", N_("Public places"), N_("Squares, libraries, schools, baths and other public places."),
        {
            "wifi_candidate": Property(
                "p.wifi_candidate", "boolean", N_("Suggested for public Wi-Fi; nothing is decided"), True
            )
        },
        joins="JOIN place p ON p.id = f.id", geom="f.place", pictured=True,
    ),
    "wifi": Collection(
        "places", N_("Candidate places for Wi-Fi"),
        N_("Suggested by their kind; what was decided is in the collection of hotspots."),
        base="feature f JOIN place p ON p.id = f.id AND p.wifi_candidate", geom="f.place",
    ),
    "quarters": Collection(
        "quarters", N_("Quarters"),
        N_("Names of quarters and villages at an anchor point; no limits are known."),
        geom="f.place", pictured=True,
    ),
    "walls": Collection(
        "walls", N_("Walls"), N_("Schematic: straight lines between the gates."), shape="Unknown",
        pictured=True,
    ),
    "boundary": Collection(
        "boundary", N_("Limits"), N_("Limits of the commune, its province and its region."), shape="Unknown",
    ),
    "risk_zones": Collection(
        "risk_zones", N_("Risk zones"), N_("Records of past events are no zoning; each says what it is."),
        _ZONE, joins="JOIN risk_zone z ON z.id = f.id", shape="Unknown", time="z.event_time",
    ),
    "reference": Collection(
        "reference", N_("Reference points"), N_("Taken over from other sources as they are."),
        shape="Unknown",
    ),
}  # fmt: skip
"""The commune's own, by their id, in the order in which they are listed."""


def properties(collection: Collection) -> dict[str, Property]:
    """Every property of a collection's features, in order."""
    pictures = {"pictures": PICTURES} if collection.pictured else {}
    return {**FIRST, **collection.own, **LAST, **pictures}


def as_points(collection: Collection) -> bool:
    """Whether it tells the places of its things, one a row of `feature`: ready texts can answer a box."""
    return collection.geom == "f.place" and collection.row == "f.id"


def queryables(collection: Collection) -> dict[str, Property]:
    """The properties that features may be asked for by."""
    return {name: one for name, one in properties(collection).items() if one.filters}


def published(collection: Collection) -> str:
    """The SQL condition under which a feature of the collection is public."""
    layer = "" if collection.where == "true" else f"f.layer = '{collection.layer}' AND f.withdrawn_at IS NULL"
    return " AND ".join(part for part in (layer, collection.where) if part)


def from_clause(collection: Collection, names: bool = False) -> str:
    """The whole FROM of a collection; with its name in the languages bound as :langs."""
    return f"{collection.base} {collection.joins}" + (f" {collection.naming}" if names else "")
