"""A file that was read, whatever its form: columns, and rows with a geometry and values. Bounded, and such
that the database can keep it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Any, Final

from core.errors import Invalid
from geo.vocabulary import N_

LARGEST_BYTES: Final = 20 * 2**20
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
LONGEST_COLUMN: Final = 80
DEEPEST: Final = 20
"""Levels of nesting in a value; geometries take five."""
LONGEST_TITLE: Final = 120
MOST_OBJECTS: Final = 500_000
MOST_VALUES: Final = 4_000_000
"""Of what is read into memory as a whole: things that have members, and values of any kind. A million
vertices are three million values; 20 MB of nothing but brackets would take many times as much.
"""
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Said:
    """A sentence about a file or a row: what it is about, its message id, what stands in its places."""

    field: str | None
    template: str
    values: Mapping[str, Any] = field_(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """A row as it was read. `line` is where a person finds it in the file; `wrong`, what cannot be kept."""

    line: int
    geometry: dict[str, Any] | None
    values: dict[str, Any]
    id: Any = None
    wrong: Said | None = None


@dataclass(frozen=True)
class Table:
    """A file. `form` is csv, geojson, folder, gpx or gpkg."""

    form: str
    columns: list[str]
    rows: list[Given]
    remarks: list[Said] = field_(default_factory=list)


class SeveralLayers(Invalid):
    """The file has several layers and nobody said which; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        message = N_("This file has several layers. Choose one below, and choose the file again: %(names)s")
        super().__init__("part", message, names=", ".join(f"“{name}”" for name in names))
        self.names = names


class Unstorable(ValueError):
    """A value that the database cannot keep; `template` and `values` say why."""

    def __init__(self, template: str, **values: Any) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


def bad(message: str, **values: object) -> Invalid:
    """What to raise for a file that cannot be read at all."""
    return Invalid("file", message, **values)


def bounded(rows: int, columns: int) -> None:
    """Invalid for a file with more than can be looked through."""
    if rows > MOST_ROWS:
        raise bad(N_("This file has more than %(most)s rows: split it."), most=MOST_ROWS)
    if columns > MOST_COLUMNS:
        raise bad(
            N_("This file has more than %(most)s columns: take out what is not needed."), most=MOST_COLUMNS
        )
    if not rows:
        raise bad(N_("This file has no rows."))


def measured(objects: int, values: int) -> None:
    """Invalid for a file that would take far more memory than it is long, before it is taken apart."""
    if objects > MOST_OBJECTS or values > MOST_VALUES:
        raise bad(N_("This file holds more values than can be looked through: split it."))


def row(line: int, geometry: Any, values: Mapping[str, Any], id_: Any = None) -> Given:
    """A row that can be kept: what the database cannot hold is left out of it, and said."""
    try:
        checked({"geometry": geometry, "values": dict(values), "id": id_}, DEEPEST + 2)
    except Unstorable as why:
        return Given(line, None, {}, None, Said(None, why.template, why.values))
    return Given(line, geometry, dict(values), id_)


def checked(value: Any, levels: int = DEEPEST) -> None:
    """Unstorable for what is no JSON of the database: too deep, not finite, NUL, half a surrogate pair."""
    if isinstance(value, str):
        if found := _UNSTORABLE.search(value):
            sign = f"U+{ord(found[0]):04X}"
            raise Unstorable(N_("holds the invisible character %(sign)s; remove it"), sign=sign)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Unstorable(N_("holds a number that is not finite"))
    elif isinstance(value, dict | list):
        if levels == 0:
            raise Unstorable(N_("are nested more than %(most)s levels deep"), most=DEEPEST)
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            checked(name if isinstance(name, str) else "", 1)
            checked(inner, levels - 1)


def headed(names: list[str]) -> list[str]:
    """Names of columns: short, plain, none empty, none twice."""
    found: list[str] = []
    for index, name in enumerate(names, 1):
        plain = "".join(sign if sign.isprintable() else " " for sign in name).strip()[:LONGEST_COLUMN]
        column, n = plain or f"#{index}", 1
        while column in found:
            n += 1
            column = f"{plain or f'#{index}'} ({n})"
        found.append(column)
    return found


def titled(name: str) -> str:
    """A file's name as it may be shown: its last part, printable, short."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable()).strip()[:LONGEST_TITLE] or "…"
