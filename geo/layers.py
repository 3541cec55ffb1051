"""The layers as GeoJSON, built in SQL: one question a layer, always in the same order, so that ETags are
stable.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock
from core.errors import NotFound
from geo.shapes import Box
from geo.zones import state_sql


class Layer(NamedTuple):
    """How a layer is read: what it selects from, where, and its own properties (SQL, columns of `f` and
    joins).
    """

    source: str
    where: str
    properties: str = "'{}'::jsonb"
    geom: str = "f.geom"
    key: str = "f.key"
    name: str = "NULL::text"
    """Of things that are named in no language of their own; texts of features come first."""
    page: str | None = None
    """Section of the site that has a page for each thing."""


_HERE = "f.withdrawn_at IS NULL"
_OSM: Final = (
    "(SELECT -{id} AS id, {key} AS key, '{layer}'::text AS layer, kind, 'osm'::text AS precision,"
    " NULL::float8 AS error_m, geom FROM {table}{where}) f"
)
"""Rows taken over from OpenStreetMap in the shape of features. Ids are turned negative: no text is theirs."""
_BESIDE: Final = (
    "(:route = '' OR ST_DWithin(f.geom, (SELECT geom FROM feature WHERE layer = 'routes' AND key = :route),"
    " 0.0007))"
)
"""All of them, or those within about 75 m of a walk."""
_TO_A_METRE: Final = "ST_SnapToGrid(f.geom, 0.00001)"

_WIFI: Final = """(
  SELECT f.id, f.key, f.layer, f.kind, f.precision, f.error_m, f.place AS geom,
         'candidate'::text AS status, NULL::text AS name
    FROM feature f JOIN place p ON p.id = f.id
   WHERE f.layer = 'places' AND f.withdrawn_at IS NULL AND p.wifi_candidate
     AND NOT EXISTS (SELECT 1 FROM wifi_hotspot h JOIN wifi_scenario s ON s.id = h.scenario_id
                      WHERE h.feature_id = f.id AND s.status = 'approved' AND h.status <> 'removed')
  UNION ALL
  SELECT -h.id, h.key, 'wifi'::text, 'hotspot'::text, 'approximate'::text, NULL::float8, h.place,
         h.status, h.name
    FROM wifi_hotspot h JOIN wifi_scenario s ON s.id = h.scenario_id
   WHERE s.status = 'approved' AND h.status <> 'removed') f"""
"""Candidate places, and the hotspots of the approved plan; a place that got one is no candidate any more."""

LAYERS: Final[Mapping[str, Layer]] = {
    "water": Layer(
        _OSM.format(
            id="osm_id",
            key="osm_type || '/' || osm_id",
            layer="water",
            table="osm_feature",
            where=" WHERE layer = 'water'",
        ),
        _BESIDE,
        geom=_TO_A_METRE,
    ),
    "buildings": Layer(
        _OSM.format(
            id="osm_id", key="osm_type || '/' || osm_id", layer="buildings", table="building", where=""
        ),
        _BESIDE,
        geom=_TO_A_METRE,
    ),
    "streets": Layer(
        _OSM.format(id="id", key="way_id || '/' || part", layer="streets", table="street_segment", where=""),
        _BESIDE,
        geom=_TO_A_METRE,
    ),
    "monuments": Layer(
        "feature f JOIN monument m ON m.id = f.id",
        f"f.layer = 'monuments' AND {_HERE}",
        "jsonb_build_object('condition', m.condition, 'inside_walls', m.inside_walls)",
        geom="f.place",
        page="monuments",
    ),
    "places": Layer(
        "feature f JOIN place p ON p.id = f.id",
        f"f.layer = 'places' AND {_HERE}",
        "jsonb_build_object('wifi_candidate', p.wifi_candidate)",
        geom="f.place",
    ),
    "wifi": Layer(
        _WIFI,
        "true",
        "jsonb_build_object('status', f.status)",
        name="f.name",
    ),
    "quarters": Layer("feature f", f"f.layer = 'quarters' AND {_HERE}"),
    "walls": Layer("feature f", f"f.layer = 'walls' AND {_HERE}"),
    "boundary": Layer(
        "feature f",
        f"f.layer = 'boundary' AND {_HERE} AND f.kind = 'commune'"
        " AND NOT COALESCE((f.attributes->>'alternative')::boolean, false)",
    ),
    "risk_zones": Layer(
        "feature f JOIN risk_zone z ON z.id = f.id",
        f"f.layer = 'risk_zones' AND {_HERE} AND z.measure IS DISTINCT FROM 'PGA'",
        "jsonb_build_object('record', z.record, 'official', z.official, 'measure', z.measure,"
        " 'unit', z.unit, 'value', z.value, 'event_time', z.event_time, 'hazard', z.hazard, 'level', z.level,"
        " 'reported_by', z.reported_by, 'valid_from', f.attributes->>'valid_from',"
        f" 'valid_until', f.attributes->>'valid_until', 'state', {state_sql()})",
        geom="CASE WHEN z.record THEN ST_SimplifyPreserveTopology(f.geom, 0.001) ELSE f.geom END",
        page="risks/zones",
    ),
    "reference": Layer(
        "feature f",
        f"f.layer = 'reference' AND {_HERE}",
        "f.attributes",
    ),
    "routes": Layer(
        "feature f JOIN route r ON r.id = f.id",
        f"f.layer = 'routes' AND {_HERE} AND f.geom IS NOT NULL AND (:route = '' OR f.key = :route)",
        "jsonb_build_object('status', r.status, 'loop', r.loop)",
        page="routes",
    ),
    "stops": Layer(
        "route_stop s JOIN feature r ON r.id = s.route_id AND r.withdrawn_at IS NULL"
        " JOIN feature f ON f.id = s.feature_id",
        "(:route = '' OR r.key = :route)",
        "jsonb_build_object('route', r.key, 'ordinal', s.ordinal, 'stop_kind', s.kind)",
        geom="f.place",
        key="r.key || ':' || s.ordinal",
        page="monuments",
    ),
}

ZONES: Final = {"risks/zones": "risk_zones"}
"""Section of the site → layer whose things have their pages there, where the two are not called the same."""
MOST: Final = 5000
"""Features in one answer at the most; a client asks again with a smaller box."""

_QUERY: Final = """
WITH matched AS (
  SELECT f.id, {key} AS key, f.key AS slug, f.layer, f.kind, f.precision, f.error_m, {properties} AS own,
  {name} AS given, {geom} AS geom
    FROM {source}
   WHERE {where}
     AND (CAST(:west AS float8) IS NULL OR f.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
), page AS (SELECT * FROM matched ORDER BY id, key LIMIT :most)
SELECT jsonb_build_object(
         'type', 'FeatureCollection',
         'numberMatched', (SELECT count(*) FROM matched),
         'numberReturned', (SELECT count(*) FROM page),
         'features', COALESCE((
           SELECT jsonb_agg(jsonb_build_object(
                    'type', 'Feature',
                    'id', page.key,
                    'geometry', ST_AsGeoJSON(page.geom, 6)::jsonb,
                    'properties', page.own || jsonb_build_object(
                        'key', page.slug, 'kind', page.kind, 'precision', page.precision,
                        'error_m', page.error_m, 'name', COALESCE(name.text, page.given),
                        'name_lang', name.lang,
                        'page', {page} )
                  ) ORDER BY page.id, page.key)
             FROM page LEFT JOIN LATERAL (
                  SELECT t.text, t.lang FROM feature_text t
                   WHERE t.feature_id = page.id AND t.field = 'name'
                   ORDER BY array_position(CAST(:langs AS text[]), t.lang::text) NULLS LAST, t.lang LIMIT 1)
                   AS name ON true
         ), '[]'::jsonb))::text
"""

_TOGETHER: Final = """
WITH part (at, name, data) AS ({values})
SELECT jsonb_build_object(
         'type', 'FeatureCollection',
         'layers', (SELECT jsonb_object_agg(name, data - 'features' - 'type') FROM part),
         'features', COALESCE((
           SELECT jsonb_agg(jsonb_set(each.feature, '{{properties,layer}}', to_jsonb(part.name))
                            ORDER BY part.at, each.nth)
             FROM part, jsonb_array_elements(part.data->'features') WITH ORDINALITY AS each (feature, nth)
         ), '[]'::jsonb))::text
"""


def geojson(
    session: Session,
    layer: str,
    order: Sequence[str],
    *,
    box: Box | None,
    most: int,
    route: str = "",
    today: date | None = None,
) -> str:
    """A layer as the text of a GeoJSON FeatureCollection, names in the first language of `order` that has
    one.

    `numberMatched` tells how many things there are in `box` (WGS 84 degrees), `numberReturned` how many came:
    `most`, but never above MOST. Properties: key, kind, name, name_lang, precision, error_m (metres), page
    (the section with its page, or null) and the layer's own; zones tell what they are on the day `today`.
    NotFound for a layer that there isn't.
    """
    statement = _statement(layer)
    return str(session.scalar(text(statement), _values(statement, order, box, most, route, today)))


def together(
    session: Session,
    names: Sequence[str],
    order: Sequence[str],
    *,
    box: Box | None,
    most: int,
    route: str = "",
    today: date | None = None,
) -> str:
    """Several layers as one GeoJSON FeatureCollection, in the order of `names`, by one query.

    Features are as `geojson` gives them and tell their `layer`; the member `layers` has numberMatched and
    numberReturned of each, of which at most `most` come. NotFound for a layer that there isn't.
    """
    parts = [f"({_statement(name)})::jsonb" for name in names]
    values = " UNION ALL ".join(
        f"SELECT {at}, '{name}', {part}" for at, (name, part) in enumerate(zip(names, parts, strict=True))
    )
    statement = _TOGETHER.format(values=values)
    return str(session.scalar(text(statement), _values(statement, order, box, most, route, today)))


def _statement(layer: str) -> str:
    """Only constants of this module are put into it; what the reader sent is bound."""
    if layer not in LAYERS:
        raise NotFound("There is no such layer.")
    how = LAYERS[layer]
    return _QUERY.format(
        source=how.source,
        where=how.where,
        properties=how.properties,
        geom=how.geom,
        key=how.key,
        name=how.name,
        page=f"CASE WHEN page.layer = '{ZONES.get(how.page, how.page)}' THEN '{how.page}' END"
        if how.page
        else "NULL",
    )


def _values(
    statement: str, order: Sequence[str], box: Box | None, most: int, route: str, today: date | None
) -> dict[str, object]:
    west, south, east, north = box or (None, None, None, None)
    values: dict[str, object] = {"west": west, "south": south, "east": east, "north": north}
    values |= {"langs": list(order), "most": min(most, MOST), "route": route}
    values |= {"today": (today or clock.today()).isoformat()}
    return {name: value for name, value in values.items() if f":{name}" in statement}
