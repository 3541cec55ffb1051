"""Reads a hostile file of 20 MB and tells what memory that took: a program of its own."""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Final

from core.errors import Invalid
from geo.editing.importing import commas, jsons, tables, tracks

SIZE: Final = tables.LARGEST_BYTES - 1024


def filled(unit: str, before: str = "", after: str = "") -> bytes:
    """As many of the unit as 20 MB hold."""
    return (before + unit * (SIZE // len(unit)) + after).encode()


FILES: Final[Mapping[str, Callable[[], bytes]]] = {
    "brackets in brackets": lambda: filled("["),
    "objects in objects": lambda: filled('{"a":'),
    "empty objects": lambda: filled("{},", '{"type":"FeatureCollection","features":[', "{}]}"),
    "empty lists": lambda: filled("[],", '{"type":"FeatureCollection","features":[', "[]]}"),
    "one cell without end": lambda: filled("a", "nom;lon;lat\n"),
    "one line of cells": lambda: filled("ab;", "nom;lon;lat\n"),
    "headings without end": lambda: filled("ab;"),
    "an open quotation mark": lambda: filled('a""', 'nom;lon;lat\n"'),
    "empty lines": lambda: filled("\n", "nom;lon;lat\n"),
    "waypoints without place": lambda: filled("<wpt/>", "<gpx>", "</gpx>"),
    "elements in elements": lambda: filled("<a>", "<gpx>"),
    "attributes without end": lambda: filled(' a=""', "<gpx", "/>"),
    "an entity of 20 MB": lambda: filled("a", '<!DOCTYPE gpx [<!ENTITY a "', '">]><gpx>&a;</gpx>'),
}
READERS: Final[Mapping[str, Callable[[bytes], object]]] = {
    "{": lambda data: jsons.read(data.decode()),
    "[": lambda data: jsons.read(data.decode()),
    "<": tracks.read,
}


def main(name: str) -> None:
    """Read the file of that name; tell why it was refused, and by how many MB the process grew."""
    data = FILES[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        READERS.get(chr(data[0]), commas.read)(data)
        why = ""
    except Invalid as refused:
        why = str(refused)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"why": why, "grew_mb": (after - before) // 1024}))


if __name__ == "__main__":
    main(sys.argv[1])
