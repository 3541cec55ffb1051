"""Whole collections as files: GeoJSON, GeoPackage, CSV. Read in pieces, so that memory stays the same."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyogrio
from pyogrio import raw
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.opendata import pictured, telling
from geo.opendata.collections import Collection, Property, from_clause, properties, published
from geo.opendata.crs import Crs
from geo.opendata.items import find
from geo.vocabulary import N_

PIECE: Final = 5_000
"""Features that are read and written at a time."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that spreadsheets would run."""
_FIRST_PICTURE: Final[Mapping[str, Property]] = {
    "picture": Property("first_picture.href", "string", N_("Address of the first picture")),
    "picture_author": Property("first_picture.author", "string", N_("Author of the first picture")),
    "picture_licence": Property(
        "first_picture.licence", "string", N_("Licence of the first picture (SPDX identifier)")
    ),
    "picture_alt": Property(
        "first_picture.alt",
        "string",
        N_("What the first picture shows, in the language asked for or the next best"),
    ),
}
_SQL: Final[Mapping[str, str]] = {
    "date-time": """to_char({}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
    "pictures": "({})::text",
}
_DTYPES: Final[Mapping[str, Any]] = {"number": np.float64, "integer": np.int32, "boolean": np.bool_}


class Asked(NamedTuple):
    """What a file is made for: the collection, the languages of names in order, the site's address."""

    name: str
    order: Sequence[str]
    site: str


def geojson(session: Session, asked: Asked, crs: Crs, path: Path) -> None:
    """Write a FeatureCollection (RFC 7946), one feature a line. Raises NotFound for an unknown collection."""
    collection = find(asked.name)
    bound = telling.values(collection, asked.order, asked.site)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        between = "\n"
        for piece in _pieces(session, collection, telling.made(collection, crs), bound):
            for row in piece:
                file.write(between + row[1])
                between = ",\n"
        file.write("\n]}\n")


def table(session: Session, asked: Asked, path: Path) -> None:
    """Write CSV with a header (UTF-8 with its mark, as spreadsheets want it), lists joined by ` | `."""
    collection = find(asked.name)
    columns = dictionary(collection)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for piece in _pieces(session, collection, _columns(columns), _bound(asked, collection)):
            writer.writerows([_cell(value) for value in row[1:]] for row in piece)


def dictionary(collection: Collection) -> dict[str, Property]:
    """The columns of the CSV: the properties, the first picture, then where the thing is."""
    at = {
        "lon": Property(f"ST_X({_place(collection)})", "number", N_("Degrees east (WGS 84)")),
        "lat": Property(f"ST_Y({_place(collection)})", "number", N_("Degrees north (WGS 84)")),
    }
    if collection.shape != "Point":
        at["wkt"] = Property(f"ST_AsText({collection.geom}, 7)", "string", N_("The whole shape, as WKT"))
    return {**_flat(collection), **at}


def _flat(collection: Collection) -> dict[str, Property]:
    """The properties as columns. Tables hold all pictures in one cell; the first has cells of its own."""
    return {**properties(collection), **(_FIRST_PICTURE if collection.pictured else {})}


def geopackage(session: Session, asked: Asked, path: Path, changed_at: datetime) -> None:
    """Write a GeoPackage with one layer. Equal data makes equal bytes: its date is that of the data."""
    collection = find(asked.name)
    columns = _flat(collection)
    wanted = f"{_columns(columns)}, ST_AsBinary({collection.geom})"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{changed_at:%Y-%m-%dT%H:%M:%S.000Z}"})
    begun = False
    for piece in _pieces(session, collection, wanted, _bound(asked, collection)):
        _append(path, asked.name, collection, columns, piece, append=begun)
        begun = True
    if not begun:
        _append(path, asked.name, collection, columns, [], append=False)


def _append(
    path: Path, name: str, collection: Collection, columns: Mapping[str, Property], rows: Any, *, append: bool
) -> None:
    values = list(zip(*rows, strict=True))[1:] if rows else [()] * (len(columns) + 1)
    fields = [_array(one, column) for one, column in zip(columns.values(), values[:-1], strict=True)]
    raw.write(
        str(path),
        np.array([bytes(shape) if shape is not None else None for shape in values[-1]], dtype=object),
        [data for data, _ in fields],
        np.array(list(columns)),
        field_mask=[mask for _, mask in fields],
        layer=name,
        driver="GPKG",
        geometry_type=collection.shape,
        crs="EPSG:4326",
        append=append,
        layer_options=None if append else {"IDENTIFIER": name},
    )


def _array(one: Property, column: Sequence[Any]) -> tuple[Any, Any]:
    """A column as an array of its type, and where it is NULL."""
    mask = np.array([value is None for value in column], dtype=bool)
    kind = _DTYPES.get(one.kind)
    if kind is not None:
        return np.array([kind(0) if value is None else value for value in column], dtype=kind), mask
    return np.array([None if value is None else _plain(value) for value in column], dtype=object), mask


def _columns(columns: Mapping[str, Property]) -> str:
    """SQL of the columns, in order; times and pictures as text, so that every format writes them alike."""
    return ", ".join(_SQL.get(one.kind, "{}").format(one.sql) for one in columns.values())


def _pieces(
    session: Session, collection: Collection, wanted: str, bound: Mapping[str, Any]
) -> Iterator[Sequence[Any]]:
    """The rows of a collection, each after its number, PIECE at a time in their order."""
    first = pictured.FIRST if "first_picture." in wanted else ""
    statement = text(
        f"SELECT {collection.row} AS row, {wanted} FROM {from_clause(collection, names=True)} {first}"
        f" WHERE {published(collection)} AND {collection.row} > :after ORDER BY 1 LIMIT {PIECE}"
    )
    after = -1
    while rows := session.execute(statement, {**bound, "after": after}).all():
        yield rows
        after = rows[-1][0]


def _bound(asked: Asked, collection: Collection) -> dict[str, Any]:
    return telling.values(collection, asked.order, asked.site if collection.pictured else "")


def _place(collection: Collection) -> str:
    return collection.geom if collection.geom.endswith("place") else "f.place"


def _plain(value: Any) -> str:
    return " | ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    words = _plain(value)
    return f"'{words}" if words.startswith(FORMULA) else words
