"""GeoPackage (OGC 12-128): one of its layers, read by GDAL in a process of its own, in any known CRS."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from geo.editing.importing.tables import (
    MOST_ROWS,
    Given,
    Said,
    SeveralLayers,
    Table,
    bad,
    bounded,
    headed,
    row,
)
from geo.loading.records import quoted
from geo.vocabulary import N_

CHILD: Final = Path(__file__).with_name("package_child.py")
PATIENCE_S: Final = 30
"""Seconds that reading may take."""
MOST_VERTICES: Final = 1_000_000
AT_ONCE: Final = 50_000
"""Points that are brought into WGS 84 in one question to the database."""
DEGREES: Final = ("EPSG:4326", "OGC:CRS84")
_TRANSFORM: Final = text("""
SELECT ST_X(p), ST_Y(p) FROM (
  SELECT ST_Transform(ST_SetSRID(ST_MakePoint(x, y), :srid), 4326) AS p, n
    FROM unnest(CAST(:xs AS float8[]), CAST(:ys AS float8[])) WITH ORDINALITY AS t (x, y, n)) AS moved
 ORDER BY n
""")


def is_package(data: bytes) -> bool:
    """Whether these are the bytes of a GeoPackage: an SQLite file that says so in its head."""
    return data.startswith(b"SQLite format 3\0") and data[68:72] in (b"GPKG", b"GP10", b"GP11")


def read(session: Session, data: bytes, layer: str) -> Table:
    """A layer of the package; SeveralLayers if none is named and there are more, Invalid for a bad file."""
    lines = _told(data, layer)
    layers = next(lines).get("layers", [])
    if not layers:
        raise bad(N_("This GeoPackage has no layer with geometries."))
    told = next(lines, None)
    if told is None:
        raise SeveralLayers(layers[:50])
    bounded(told["rows"], len(told["columns"]))
    columns = headed(told["columns"])
    found = list(lines)
    if len(found) != told["rows"]:
        raise bad(N_("This GeoPackage is broken: export it anew."))
    shapes = np.array([_shape(one[0]) for one in found], dtype=object)
    crs = told["crs"]
    rows = [
        _row(number, shape, dict(zip(columns, one[1:], strict=True)))
        for number, (shape, one) in enumerate(zip(_moved(session, shapes, crs), found, strict=True), 1)
    ]
    remarks = []
    if crs not in DEGREES:
        said = N_("Coordinates were brought from %(crs)s to longitude and latitude (WGS 84).")
        remarks.append(Said(None, said, {"crs": crs}))
    return Table("gpkg", columns, rows, remarks)


def _told(data: bytes, layer: str) -> Iterator[Any]:
    """What the child says, line by line. Invalid if it fails, whatever took it down."""
    with tempfile.TemporaryDirectory(prefix="athar-import-") as folder:
        package, answer = Path(folder) / "given.gpkg", Path(folder) / "told"
        package.write_bytes(data)
        command = [sys.executable, "-I", str(CHILD), str(package), layer, str(MOST_ROWS)]
        # Nothing of our environment: it may hold the database's address.
        surroundings = {"LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "TMPDIR": folder}
        with answer.open("wb") as told:
            try:
                done = subprocess.run(  # noqa: S603 - our own command
                    command, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.DEVNULL,
                    timeout=PATIENCE_S, env=surroundings, cwd=folder, check=False,
                )  # fmt: skip
                failed = done.returncode != 0
            except subprocess.TimeoutExpired:
                failed = True
        if failed:
            raise bad(N_("This GeoPackage is broken or takes too long to read: export it anew."))
        with answer.open(encoding="utf-8") as told_:
            for line in told_:
                yield json.loads(line)


def _shape(wkb: str | None) -> Any:
    try:
        return shapely.force_2d(shapely.from_wkb(wkb)) if wkb else None
    except (ValueError, shapely.errors.GEOSException):
        return None


def _moved(session: Session, shapes: Any, crs: Any) -> Any:
    """The shapes in WGS 84. Invalid where the CRS is not told or not known."""
    if crs in DEGREES:
        return shapes
    kind, _, number = str(crs or "").partition(":")
    if kind != "EPSG" or not number.isdecimal():
        raise bad(
            N_("The CRS of this layer is %(crs)s: save it in one with an EPSG number, such as EPSG:4326."),
            crs=quoted(crs or "?"),
        )
    places = shapely.get_coordinates(shapes)
    if len(places) > MOST_VERTICES:
        raise bad(N_("This file has more than %(most)s vertices: simplify it."), most=MOST_VERTICES)
    try:
        with session.begin_nested():
            moved = [
                _degrees(session, places[n : n + AT_ONCE], int(number))
                for n in range(0, len(places), AT_ONCE)
            ]
    except DBAPIError:
        raise bad(
            N_("Coordinates of this layer cannot be brought from %(crs)s to longitude and latitude."),
            crs=str(crs),
        ) from None
    return shapely.set_coordinates(shapes, np.concatenate(moved)) if moved else shapes


def _degrees(session: Session, places: Any, srid: int) -> Any:
    asked = {"xs": places[:, 0].tolist(), "ys": places[:, 1].tolist(), "srid": srid}
    return np.array([tuple(at) for at in session.execute(_TRANSFORM, asked)], dtype=float)


def _row(number: int, shape: Any, values: dict[str, Any]) -> Given:
    told = json.loads(shapely.to_geojson(shape)) if shape is not None and not shape.is_empty else None
    return row(number, told, {name: said for name, said in values.items() if said is not None})
