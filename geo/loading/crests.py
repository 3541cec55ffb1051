"""Crests for signs: drawings of the commune, taken in only as flat vector shapes.

Signs are vector from edge to edge, so a raster picture is refused whatever its size; and a drawing is read by
what it may hold, not by what it may not: shapes, groups, flat colours.
"""

import re
from pathlib import Path
from typing import Final

from lxml import etree

from geo.loading.records import At

LARGEST_BYTES: Final = 200_000
MOST_ELEMENTS: Final = 3_000
MOST_CRESTS: Final = 4
NAMESPACE: Final = "http://www.w3.org/2000/svg"
ELEMENTS: Final = frozenset(
    ("svg", "g", "path", "rect", "circle", "ellipse", "line", "polygon", "polyline", "title", "desc")
)
ATTRIBUTES: Final = frozenset(
    (
        *("viewBox", "width", "height", "d", "points", "transform", "x", "y", "x1", "x2", "y1", "y2"),
        *("cx", "cy", "r", "rx", "ry", "fill", "stroke", "stroke-width", "stroke-linecap", "fill-rule"),
        *("stroke-linejoin", "stroke-miterlimit", "version", "id"),
    )
)
COLOUR: Final = re.compile(r"none|#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}")
VALUE: Final = re.compile(r"[-+0-9a-zA-Z.,()%# \t\r\n]*")


def read(at: At, folder: Path, name: object) -> str | None:
    """A crest of the folder as safe SVG; None, and a problem that says what to do, for any other file."""
    if not isinstance(name, str) or not re.fullmatch(r"[\w.-]{1,80}", name) or name.startswith("."):
        at.wrong("signs.crests", "must be a list of file names in this folder, such as crest.svg")
        return None
    here = At(at.problems, name)
    path = folder / name
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        here.wrong(None, "is not there")
        return None
    if path.stat().st_size > LARGEST_BYTES:
        here.wrong(None, f"has {path.stat().st_size} bytes; a crest may have {LARGEST_BYTES}")
        return None
    return _checked(here, path.read_bytes())


def _checked(at: At, data: bytes) -> str | None:
    if not data.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        at.wrong(None, "is no SVG: signs are printed from vector drawings, a PNG or JPEG cannot be used")
        return None
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        at.wrong(None, "has a DOCTYPE; save it as plain SVG")
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        at.wrong(None, f"is not well-formed XML: {str(error)[:120]}")
        return None
    before = len(at.problems.found)
    if root.tag != f"{{{NAMESPACE}}}svg" or not root.get("viewBox"):
        at.wrong(None, "must be an <svg> with a viewBox")
    elements = list(root.iter())
    if len(elements) > MOST_ELEMENTS:
        at.wrong(None, f"has {len(elements)} elements; a crest may have {MOST_ELEMENTS}")
        return None
    for element in elements:
        _element(at, element)
    if len(at.problems.found) > before:
        return None
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _element(at: At, element: etree._Element) -> None:
    name = etree.QName(element).localname
    if etree.QName(element).namespace != NAMESPACE or name not in ELEMENTS:
        at.wrong(f"<{name[:40]}>", "is not allowed: only shapes with flat colours, no script or picture")
        return
    for attribute, value in element.attrib.items():
        what = f"{name} {str(attribute)[:40]}"
        if attribute not in ATTRIBUTES or not VALUE.fullmatch(str(value)):
            at.wrong(what, "is not allowed: only shapes with flat colours")
        elif attribute in ("fill", "stroke") and not COLOUR.fullmatch(str(value)):
            at.wrong(what, "must be none or a colour such as #97391a")
