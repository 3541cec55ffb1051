"""An extract of OpenStreetMap into the database: the file is read and checked first, then one transaction."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo import models
from geo.shapes import Box
from geo.streets import following
from geo.streets.extract import Progress, Source, cut, look
from geo.streets.models import OsmImport
from geo.streets.staging import STAGED, stage
from geo.vocabulary import N_

VERSION: Final = "2"
"""Grows when the same file would be read into other rows."""


@dataclass(frozen=True)
class Imported:
    """What an import did: rows by layer; `unchanged` when this very file was in already."""

    counts: Mapping[str, int]
    unchanged: bool
    followed: int
    """Legs of walks that follow streets now."""


def run(session: Session, path: Path, *, now: datetime, progress: Progress) -> Imported:
    """Replace what was taken over from OpenStreetMap by the contents of `path`, in the caller's transaction.

    Invalid, before anything is written, for a file that is missing, damaged or of another place; and if no
    commune is loaded, since its box says what to take. The same file a second time changes nothing.
    """
    commune = session.get(models.Commune, 1)
    if commune is None:
        raise Invalid("file", N_("Load a commune first (athar load DIR): its box says what to import."))
    box = Box(*commune.config["bbox"])
    source = look(path)
    digest = hashlib.sha256(json.dumps([VERSION, source.sha256, box]).encode()).hexdigest()
    known = session.get(OsmImport, 1)
    if known is not None and known.digest == digest:
        return Imported(known.counts, unchanged=True, followed=0)
    with tempfile.TemporaryDirectory(prefix="athar-osm-") as room:
        small = Path(room) / "cut.osm.pbf"
        cut(source, box, small, progress)
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": models.LOAD_LOCK})
        stage(session, small, box, progress)
    counts = _replace(session, box)
    _remember(session, source, digest, box, counts, now)
    followed = following.legs(session, now=now)
    # A load that was waited for may have changed the row meanwhile.
    session.refresh(commune)
    commune.version += 1
    session.flush()
    progress("done", 0)
    return Imported(counts, unchanged=False, followed=followed)


_REPLACE: Final[Mapping[str, str]] = {
    "segments": """
        INSERT INTO street_segment (way_id, osm_version, part, from_node, to_node, geom, length_m, kind,
                                    names, wheelchair, width_m, incline_percent, step_count, surface)
        SELECT way_id, osm_version, part, from_node, to_node, geom, ST_Length(geom::geography), kind, names,
               wheelchair, width_m, incline_percent, step_count, surface
          FROM staged_segment ORDER BY ST_GeoHash(ST_StartPoint(geom), 9), way_id, part""",
    "nodes": """
        INSERT INTO street_node (osm_id, geom, closed)
        SELECT DISTINCT ON (osm_id) osm_id, geom,
               EXISTS (SELECT FROM staged_closed c WHERE c.osm_id = e.osm_id)
          FROM (SELECT from_node AS osm_id, ST_StartPoint(geom) AS geom FROM staged_segment
                 UNION ALL SELECT to_node, ST_EndPoint(geom) FROM staged_segment) AS e
         ORDER BY osm_id""",
    "buildings": """
        INSERT INTO building (osm_type, osm_id, osm_version, geom, kind, names, levels, height_m,
                              min_height_m, material)
        SELECT osm_type, osm_id, osm_version, valid, kind, names, levels, height_m, min_height_m, material
          FROM (SELECT *, ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(geom, 4326)), 3)) AS valid
                  FROM staged_building) AS made
         WHERE NOT ST_IsEmpty(valid) AND valid && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
         ORDER BY ST_GeoHash(ST_Centroid(valid), 9), osm_type, osm_id
            ON CONFLICT DO NOTHING""",
    "features": """
        INSERT INTO osm_feature (layer, osm_type, osm_id, osm_version, kind, names, tags, geom)
        SELECT layer, osm_type, osm_id, osm_version, kind, names, tags, valid
          FROM (SELECT *, ST_MakeValid(ST_SetSRID(geom, 4326)) AS valid FROM staged_feature) AS made
         WHERE NOT ST_IsEmpty(valid) AND valid && ST_MakeEnvelope(:west, :south, :east, :north, 4326)
         ORDER BY layer, ST_GeoHash(ST_Centroid(valid), 9), osm_type, osm_id
            ON CONFLICT DO NOTHING""",
}
"""What is imported → the statement that moves it from its staging table. Rows near each other on the ground
stand near each other on the disk."""

_TABLES: Final = ("street_segment", "street_node", "building", "osm_feature")
_LAYERS: Final = text("SELECT layer, count(*) FROM osm_feature GROUP BY layer ORDER BY layer")


def _replace(session: Session, box: Box) -> dict[str, int]:
    """Staged rows in place of those that are there. DELETE, not TRUNCATE: readers go on with the old ones."""
    for table in _TABLES:
        session.execute(text(f"DELETE FROM {table}"))
    counts: dict[str, int] = {}
    for what, statement in _REPLACE.items():
        values = box._asdict() if ":west" in statement else {}
        done: Any = session.execute(text(statement), values)
        counts[what] = done.rowcount
    session.execute(text(f"DROP TABLE {', '.join(STAGED)}"))
    del counts["features"]
    counts |= {layer: many for layer, many in session.execute(_LAYERS)}
    session.execute(text(f"ANALYZE {', '.join(_TABLES)}"))
    return counts


def _remember(
    session: Session, source: Source, digest: str, box: Box, counts: dict[str, int], now: datetime
) -> None:
    session.merge(
        OsmImport(
            id=1,
            file_name=source.path.name,
            digest=digest,
            data_time=source.data_time,
            box=list(box),
            counts=counts,
            imported_at=now,
        )
    )
    session.flush()
