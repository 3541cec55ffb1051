"""Collections taken over from OpenStreetMap, in the shape of features: source and licence go with each."""

from collections.abc import Mapping
from typing import Final

from geo.opendata.collections import OWN, Collection, Property
from geo.opendata.network import NETWORK
from geo.streets.models import CREDIT, LICENCE
from geo.streets.tagging import LAYERS
from geo.vocabulary import N_

_NAMING: Final = """
CROSS JOIN LATERAL (
  SELECT f.names ->> best.lang AS text, NULLIF(best.lang, '') AS lang
    FROM (SELECT (SELECT spoken.lang FROM unnest(CAST(:langs AS text[]) || ARRAY['']) WITH ORDINALITY
                      AS spoken (lang, place)
                   WHERE f.names ->> spoken.lang IS NOT NULL ORDER BY spoken.place LIMIT 1) AS lang) AS best
  ) AS name"""
"""The name in the first language asked for that OpenStreetMap has one in, else the one on the spot."""

_BASE: Final = f"""(
SELECT {{row}} AS id, {{key}} AS key, {{kind}} AS kind, o.names, o.geom,
       ST_PointOnSurface(o.geom) AS place, {{columns}},
       'osm'::text AS precision, NULL::float8 AS error_m, NULL::text AS precision_note,
       '{CREDIT}'::text AS coordinate_source, '{LICENCE}'::text AS coordinate_licence,
       jsonb_build_array('https://www.openstreetmap.org/' || {{osm}}) AS sources,
       '{LICENCE}'::text AS licence, false AS licence_risk, i.imported_at AS changed_at
  FROM {{table}} AS o CROSS JOIN osm_import AS i) AS f"""
_OBJECT: Final = "o.osm_type || '/' || o.osm_id"
_ROW: Final = "o.osm_id * 4 + CASE o.osm_type WHEN 'node' THEN 0 WHEN 'way' THEN 1 ELSE 2 END"

_GROUP: Final = "array_position(ARRAY['" + "','".join(LAYERS) + "'], o.layer::text)"
"""An object may belong to several: its row is one of each."""


def _base(table: str, columns: str, *, row: str = _ROW, key: str = _OBJECT, osm: str = _OBJECT) -> str:
    return _BASE.format(table=table, columns=columns, row=row, key=key, osm=osm, kind="o.kind")


IMPORTED: Final[Mapping[str, Collection]] = {
    "streets": Collection(
        "streets", N_("Streets"), N_("Ways that people may walk, cut where they meet, from OpenStreetMap."),
        {
            "length_m": Property("f.length_m", "number", N_("Length in metres")),
            "wheelchair": Property("f.wheelchair", "string", N_("Wheelchairs: yes, no or unknown"), True),
            "width_m": Property("f.width_m", "number", N_("Width in metres, as tagged")),
            "incline_percent": Property("f.incline_percent", "number", N_("Rise in percent, as tagged")),
            "step_count": Property("f.step_count", "integer", N_("Number of steps, as tagged")),
            "surface": Property("f.surface", "string", N_("Surface, as tagged"), True),
        },
        base=_base(
            "street_segment",
            "o.length_m, o.wheelchair, o.width_m, o.incline_percent, o.step_count, o.surface",
            row="o.id", key="o.way_id || '/' || o.part", osm="'way/' || o.way_id",
        ),
        where="true", shape="LineString", naming=_NAMING, optional=True,
    ),
    "buildings": Collection(
        "buildings", N_("Buildings"),
        N_("Outlines of buildings, from OpenStreetMap; heights only as tagged."),
        {
            "levels": Property("f.levels", "number", N_("Storeys, as tagged")),
            "height_m": Property("f.height_m", "number", N_("Height in metres, as tagged")),
            "material": Property("f.material", "string", N_("Material, as tagged"), True),
        },
        base=_base("building", "o.levels, o.height_m, o.material"),
        where="true", shape="Unknown", naming=_NAMING, optional=True,
    ),
    "osm": Collection(
        "osm", N_("Surroundings"),
        N_("Water, walls, barriers, land use, names of places and points of heritage, from OpenStreetMap."),
        {"group": Property("f.osm_layer", "string", N_("What it belongs to"), True)},
        base=_base("osm_feature", "o.layer AS osm_layer", row=f"({_ROW}) * 8 + {_GROUP}",
                   key=f"o.layer || '/' || {_OBJECT}"),
        where="true", shape="Unknown", naming=_NAMING, optional=True,
    ),
}  # fmt: skip
COLLECTIONS: Final[Mapping[str, Collection]] = {**OWN, **NETWORK, **IMPORTED}
"""Every collection there may be, by its id."""
