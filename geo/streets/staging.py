"""The small file's contents, as rows that go by COPY into tables of the transaction's own."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import osmium
from osmium.osm import NODE, WAY
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.shapes import SRID, Box, LonLat
from geo.streets import tagging
from geo.streets.extract import STEP, Progress
from geo.streets.splitting import inside, junctions, pieces

Row = tuple[Any, ...]
TABLES: Final = (
    """CREATE TEMP TABLE staged_segment (way_id bigint, osm_version integer, part integer, from_node bigint,
    to_node bigint, geom geometry, kind text, names jsonb, wheelchair text, width_m float8,
    incline_percent float8, step_count integer, surface text) ON COMMIT DROP""",
    "CREATE TEMP TABLE staged_closed (osm_id bigint) ON COMMIT DROP",
    """CREATE TEMP TABLE staged_building (osm_type text, osm_id bigint, osm_version integer, geom geometry,
    kind text, names jsonb, levels float8, height_m float8, min_height_m float8, material text)
    ON COMMIT DROP""",
    """CREATE TEMP TABLE staged_feature (layer text, osm_type text, osm_id bigint, osm_version integer,
    kind text, names jsonb, tags jsonb, geom geometry) ON COMMIT DROP""",
)
STAGED: Final = ("staged_segment", "staged_closed", "staged_building", "staged_feature")
_SHAPES: Final = osmium.geom.WKBFactory()


def stage(session: Session, file: Path, box: Box, progress: Progress) -> None:
    """Fill the staging tables from a file that `extract.cut` made."""
    for table in TABLES:
        session.execute(text(table))
    closed = _closed(file)
    _copy(session, "staged_closed", ((node,) for node in closed))
    _copy(session, "staged_segment", _segments(file, box, set(closed), progress))
    with closing(_Shapes(file, progress)) as shapes:
        _copy(session, "staged_building", shapes.buildings())
        _copy(session, "staged_feature", shapes.features())


def _copy(session: Session, table: str, rows: Iterable[Row]) -> None:
    cursor: Any
    with (
        closing(session.connection().connection.cursor()) as cursor,
        cursor.copy(f"COPY {table} FROM STDIN") as stream,
    ):
        for row in rows:
            stream.write_row(row)


def _read(file: Path, entities: Any, *keys: str, filters: Sequence[Any] = ()) -> Iterator[Any]:
    """Objects of those kinds with one of those keys; ways know where their nodes are."""
    reader = osmium.FileProcessor(str(file), NODE | entities)
    if entities != NODE:
        reader = reader.with_locations().with_filter(osmium.filter.EntityFilter(entities))
    for filter_ in (*filters, *([osmium.filter.KeyFilter(*keys)] if keys else [])):
        reader = reader.with_filter(filter_)
    return iter(reader)


def _closed(file: Path) -> list[int]:
    """Nodes that stop people on foot."""
    return [node.id for node in _read(file, NODE, "barrier") if tagging.closed(dict(node.tags))]


def _streets(file: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    for way in _read(file, WAY, "highway"):
        if tagging.walkable(tags := dict(way.tags)):
            yield way, tags


def _segments(file: Path, box: Box, closed: set[int], progress: Progress) -> Iterator[Row]:
    # Twice through the file rather than all of it in memory.
    cuts = junctions([node.ref for node in way.nodes] for way, _ in _streets(file)) | closed
    done = 0
    for way, tags in _streets(file):
        places = {node.ref: LonLat(node.lon, node.lat) for node in way.nodes if node.location.valid()}
        parts = list(pieces([node.ref for node in way.nodes], cuts))
        common = _walked(tags, alone=len(parts) == 1)
        for piece in parts:
            if inside(piece, places, box):
                done += 1
                if done % STEP == 0:
                    progress("segments", done)
                line = ",".join(f"{places[node].lon:.7f} {places[node].lat:.7f}" for node in piece.nodes)
                yield (
                    *(way.id, way.version, piece.part, piece.nodes[0], piece.nodes[-1]),
                    *(f"SRID={SRID};LINESTRING({line})", *common),
                )
    progress("segments", done)


def _walked(tags: dict[str, str], *, alone: bool) -> Row:
    steps = tagging.count(tags.get("step_count")) if alone else None
    return (
        tags["highway"][:20],
        json.dumps(tagging.names(tags)),
        tagging.wheelchair(tags),
        tagging.metres(tags.get("width"), 200),
        tagging.incline_percent(tags.get("incline")),
        int(steps) if steps else None,
        tagging.plain(tags.get("surface", ""))[:40] or None,
    )


class _Shapes:
    """Buildings and the other layers. Each is read in a pass of its own, so that none waits in memory."""

    def __init__(self, file: Path, progress: Progress) -> None:
        self.file, self.progress = file, progress

    def close(self) -> None:
        """Nothing is held."""

    def buildings(self) -> Iterator[Row]:
        """Outlines tagged `building`, whether of a way or of a multipolygon."""
        done = 0
        for area, tags in self._areas("building"):
            if tags["building"] == "no" or (shape := _area(area)) is None:
                continue
            done += 1
            yield (
                *("way" if area.from_way() else "relation", area.orig_id(), area.version, shape),
                *(tagging.plain(tags["building"])[:40] or "yes", json.dumps(tagging.names(tags))),
                tagging.count(tags.get("building:levels"), 200),
                tagging.metres(tags.get("height")),
                tagging.count(tags.get("min_height")),
                tagging.plain(tags.get("building:material", ""))[:40] or None,
            )
        self.progress("buildings", done)

    def features(self) -> Iterator[Row]:
        """Points, lines and areas of the other layers."""
        done = 0
        for each in (self._points(), self._lines(), self._outlined()):
            for row in each:
                done += 1
                yield row
        self.progress("features", done)

    def _points(self) -> Iterator[Row]:
        for node in _read(self.file, NODE, filters=[osmium.filter.EmptyTagFilter()]):
            at = f"SRID={SRID};POINT({node.lon:.7f} {node.lat:.7f})"
            yield from _rows("point", "node", node.id, node.version, dict(node.tags), at)

    def _lines(self) -> Iterator[Row]:
        for way in _read(self.file, WAY, "barrier", "waterway", "historic", "heritage", "tourism"):
            line = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(set(line)) > 1:
                drawn = ",".join(f"{lon:.7f} {lat:.7f}" for lon, lat in line)
                shape = "ring" if way.is_closed() else "line"
                wkt = f"SRID={SRID};LINESTRING({drawn})"
                yield from _rows(shape, "way", way.id, way.version, dict(way.tags), wkt)

    def _outlined(self) -> Iterator[Row]:
        keys = (
            *("natural", "waterway", "landuse", "leisure", "place", "historic", "heritage", "tourism"),
            *("highway", "amenity"),
        )
        for area, tags in self._areas(*keys):
            # A closed way may be a street that leads round; an outlined relation is an area for sure.
            tags = tags if area.from_way() else {"area": "yes", **tags}
            if tagging.layers(tags, "area") and (shape := _area(area)) is not None:
                kind = "way" if area.from_way() else "relation"
                yield from _rows("area", kind, area.orig_id(), area.version, tags, shape)

    def _areas(self, *keys: str) -> Iterator[tuple[Any, dict[str, str]]]:
        filter_ = osmium.filter.KeyFilter(*keys)
        each: Any
        for each in osmium.FileProcessor(str(self.file)).with_areas(filter_).with_filter(filter_):
            if each.is_area():
                yield each, dict(each.tags)


def _area(area: Any) -> str | None:
    """The area as EWKB; None where its rings cannot be made into one."""
    try:
        return f"{_SHAPES.create_multipolygon(area)}"
    except (RuntimeError, osmium.InvalidLocationError):
        return None


def _rows(
    shape: str, osm_type: str, osm_id: int, version: int, tags: dict[str, str], drawn: str
) -> Iterator[Row]:
    for layer, kind in tagging.layers(tags, shape):
        yield (
            *(layer, osm_type, osm_id, version, kind, json.dumps(tagging.names(tags))),
            *(json.dumps(tagging.kept(tags)), drawn),
        )
