"""A walk for phones and globes: GPX 1.1 and KML 2.2, in the reader's language, stops in walking order."""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from core.languages import Said
from geo.routes import RoutePage

GPX: Final = "http://www.topografix.com/GPX/1/1"
KML: Final = "http://www.opengis.net/kml/2.2"
Line = Sequence[Sequence[float]]


def gpx(page: RoutePage, address: str, credit: str) -> bytes:
    """The walk as one route with its stops, each also a waypoint. Order of elements is the schema's."""
    root = ET.Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": "Athar"})
    about = ET.SubElement(root, "metadata")
    _told(about, page.walk.name, page.walk.summary)
    ET.SubElement(ET.SubElement(about, "author"), "name").text = credit
    ET.SubElement(about, "link", {"href": address})
    ET.SubElement(about, "time").text = f"{page.changed_at:%Y-%m-%dT%H:%M:%SZ}"
    for kind in ("wpt", "rte"):
        parent = root
        if kind == "rte":
            parent = ET.SubElement(root, "rte")
            _told(parent, page.walk.name, page.walk.summary)
            ET.SubElement(parent, "src").text = page.licence
            ET.SubElement(parent, "link", {"href": address})
        for stop in page.stops:
            at = {"lat": f"{stop.at.lat:.7f}", "lon": f"{stop.at.lon:.7f}"}
            point = ET.SubElement(parent, "wpt" if kind == "wpt" else "rtept", at)
            ET.SubElement(point, "name").text = f"{stop.ordinal}. {stop.thing.name.text}"
            ET.SubElement(point, "type").text = stop.thing.kind
    return _written(root)


def kml(page: RoutePage, line: Line, address: str, credit: str) -> bytes:
    """The walk as a folder of its stops and its line."""
    root = ET.Element("kml", {"xmlns": KML})
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = page.walk.name.text
    summary = page.walk.summary.text if page.walk.summary else ""
    ET.SubElement(document, "description").text = "\n".join(
        part for part in (summary, credit, page.licence, address) if part
    )
    if len(line) > 1:
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = page.walk.name.text
        shape = ET.SubElement(mark, "LineString")
        ET.SubElement(shape, "tessellate").text = "1"
        ET.SubElement(shape, "coordinates").text = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat, *_ in line)
    for stop in page.stops:
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = f"{stop.ordinal}. {stop.thing.name.text}"
        point = ET.SubElement(mark, "Point")
        ET.SubElement(point, "coordinates").text = f"{stop.at.lon:.7f},{stop.at.lat:.7f}"
    return _written(root)


def _told(parent: ET.Element, name: Said, summary: Said | None) -> None:
    ET.SubElement(parent, "name").text = name.text
    if summary:
        ET.SubElement(parent, "desc").text = summary.text


def _written(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
