"""GPX of receivers and telephones: waypoints are points, tracks and routes are lines."""

from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from geo.editing.importing.tables import Given, Table, bad, bounded, measured, row
from geo.loading.records import quoted
from geo.vocabulary import N_

COLUMNS: Final = ("name", "desc", "cmt", "type", "sym", "src", "ele", "time")
"""Members of waypoints, tracks and routes that are taken (GPX 1.1)."""
ENDS: Final = 2
"""An element has a tag where it begins and mostly one where it ends."""


def read(data: bytes) -> Table:
    """A row for each waypoint, track and route, in the order of the file. Raises Invalid."""
    tags = data.count(b"<")
    measured(tags // ENDS, tags + data.count(b"="))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as why:
        raise bad(N_("This XML file cannot be read: %(why)s"), why=quoted(str(why))) from None
    info = root.getroottree().docinfo
    if info.internalDTD is not None or info.doctype:
        raise bad(N_("This XML file declares a document type of its own, which a GPX file has no need of."))
    if _name(root) != "gpx":
        raise bad(N_("This XML file is no GPX file. Export what you have as GPX or GeoJSON."))
    rows: list[Given] = []
    for node in root:
        if _name(node) in ("wpt", "trk", "rte"):
            rows.append(row(len(rows) + 1, _geometry(node), _values(node)))
            bounded(len(rows), 0)
    bounded(len(rows), 0)
    there = [name for name in COLUMNS if any(name in one.values for one in rows)]
    return Table("gpx", there, rows)


def _values(node: Any) -> dict[str, str]:
    found = {}
    for inner in node:
        if (name := _name(inner)) in COLUMNS and inner.text and inner.text.strip():
            found[name] = inner.text.strip()
    return found


def _geometry(node: Any) -> dict[str, Any] | None:
    if _name(node) == "wpt":
        at = _position(node)
        return {"type": "Point", "coordinates": at} if at else None
    segments = [node] if _name(node) == "rte" else [each for each in node if _name(each) == "trkseg"]
    lines = [line for segment in segments if len(line := list(_line(segment))) > 1]
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines} if lines else None


def _line(segment: Any) -> Iterator[list[float]]:
    for node in segment:
        if _name(node) in ("trkpt", "rtept") and (at := _position(node)):
            yield at


def _position(node: Any) -> list[float] | None:
    try:
        return [float(node.get("lon")), float(node.get("lat"))]
    except (TypeError, ValueError):
        return None


def _name(node: Any) -> str:
    """Without its namespace; "" for what is no element."""
    return etree.QName(node).localname if isinstance(node.tag, str) else ""
