"""What lies around a thing that is being drawn, and what the stops of a walk are called."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.languages import Said
from geo.shapes import Box

MOST: Final = 400
"""Things in one answer; on the scale on which somebody draws there are fewer."""
MOST_CORNERS: Final = 2_000
"""Outlines with more corners, such as a region's, are left out: nobody snaps to them by hand."""


@dataclass(frozen=True)
class Stop:
    """A thing that a walk stops at. `place` is longitude and latitude."""

    layer: str
    key: str
    name: Said
    place: tuple[float, float] | None


def near(session: Session, box: Box, layers: Collection[str]) -> str:
    """Shapes of public things in the box as GeoJSON, each with its layer; at most 400."""
    found = session.scalar(
        text("""
        SELECT json_build_object('type', 'FeatureCollection', 'features', COALESCE(json_agg(json_build_object(
                 'type', 'Feature', 'id', layer || '/' || key,
                 'properties', json_build_object('layer', layer), 'geometry', ST_AsGeoJSON(geom, 7)::json)
                 ORDER BY id), '[]'))::text
          FROM (SELECT id, layer, key, geom FROM feature
                 WHERE geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) AND withdrawn_at IS NULL
                   AND layer = ANY (:layers) AND ST_NPoints(geom) <= :corners
                 ORDER BY id LIMIT :most) AS there
        """),
        {**box._asdict(), "layers": list(layers), "corners": MOST_CORNERS, "most": MOST},
    )
    return str(found)


def stops(session: Session, things: Iterable[tuple[str, str]], order: Sequence[str]) -> dict[str, Stop]:
    """Names and places of public things, by `layer/key`; names in the first language of `order`."""
    pairs = list(things)
    rows = session.execute(
        text("""
        SELECT f.layer, f.key, ST_X(f.place) AS lon, ST_Y(f.place) AS lat, name.text, name.lang, name.state
          FROM feature f LEFT JOIN LATERAL (
               SELECT t.text, t.lang, t.state FROM feature_text t
                WHERE t.feature_id = f.id AND t.field = 'name'
                ORDER BY array_position(CAST(:order AS text[]), t.lang::text) NULLS LAST, t.lang
                LIMIT 1) AS name
               ON true
         WHERE f.key = ANY (:keys) AND f.layer = ANY (:layers) AND f.withdrawn_at IS NULL
        """),
        {
            "keys": [key for _, key in pairs],
            "layers": [layer for layer, _ in pairs],
            "order": list(order),
        },
    )
    return {
        f"{row.layer}/{row.key}": Stop(
            row.layer,
            row.key,
            Said(row.text, row.lang, row.state) if row.text else Said(row.key, "und"),
            None if row.lon is None else (row.lon, row.lat),
        )
        for row in rows
    }
