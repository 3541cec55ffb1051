"""What a commune's folder holds once it has been read: plain records, and the problems found on the way."""

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from pathlib import Path
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

MOST_PROBLEMS: Final = 200
"""Problems that are listed; of further ones only the number is told."""
QUOTED: Final = 60
"""Characters of the input that a message quotes at most."""
PLACED: Final = 120
"""Characters of a file's or a member's name that tell where a problem is."""


@dataclass(frozen=True)
class FolderProblem:
    """One thing that is wrong: where, and what to do.

    `message` is the finished English sentence. `template` is its gettext id and `values` fill its places,
    numbers as numbers: core.translation.told says it in the reader's language.
    """

    file: str
    feature_id: str | None
    field: str | None
    message: str
    template: str = ""
    values: Mapping[str, object] = field_(default_factory=dict, compare=False)

    def __str__(self) -> str:
        where = [self.file, *(part for part in (self.feature_id, self.field) if part)]
        return ": ".join([*where, self.message])


class BadFolder(Exception):
    """The folder cannot be loaded; `problems` are all that were found (the first 200 of them)."""

    def __init__(self, problems: Sequence[FolderProblem], more: int = 0) -> None:
        super().__init__(f"{len(problems) + more} problem(s)")
        self.problems = list(problems)
        self.more = more


@dataclass
class Problems:
    """Collects problems while reading goes on."""

    found: list[FolderProblem] = field_(default_factory=list)
    more: int = 0

    def add(
        self, file: str, feature_id: str | None, where: str | None, message: str, /, **values: object
    ) -> None:
        """One problem: an English sentence, its named places filled with `values`.

        Names of files and members come from the input: they are shortened and made plain.
        """
        if len(self.found) >= MOST_PROBLEMS:
            self.more += 1
            return
        place = _plain(where, PLACED) if where is not None else None
        told = message % english(values) if values else message
        self.found.append(FolderProblem(_plain(file, PLACED), feature_id, place, told, message, values))

    def raise_any(self) -> None:
        """BadFolder if there are any."""
        if self.found:
            raise BadFolder(self.found, self.more)


@dataclass(frozen=True)
class At:
    """Where we are in the folder: a file and a feature, so that a check can say so."""

    problems: Problems
    file: str
    id: str | None = None

    def wrong(self, where: str | None, message: str, /, **values: object) -> None:
        """A problem here, its named places filled with `values`; whole numbers and others are told apart."""
        self.problems.add(self.file, self.id, where, message, **values)


@dataclass(frozen=True)
class Counts:
    """What a load did with a layer."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


@dataclass(frozen=True)
class TextRecord:
    """One text of a thing."""

    field: str
    lang: str
    text: str
    state: str
    note: str | None = None
    made_from: str | None = None
    """Hash of the text that it was translated from, where that is known."""


@dataclass(frozen=True)
class FeatureRecord:
    """A thing of a layer. `own` are the columns of the layer's own table."""

    layer: str
    key: str
    kind: str
    geometry: BaseGeometry | None
    entrance: tuple[float, float] | None
    columns: Mapping[str, Any]
    own: Mapping[str, Any]
    texts: tuple[TextRecord, ...]
    content_hash: str
    given: Mapping[str, Any] = field_(default_factory=dict, repr=False, compare=False)
    """The line of the folder, as it was read."""


@dataclass(frozen=True)
class RouteRecord:
    """A walk: the thing itself, and its stops as (layer, key, kind)."""

    feature: FeatureRecord
    stops: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Folder:
    """A folder that may be loaded."""

    path: Path
    config: Mapping[str, Any]
    hash: str
    features: Mapping[str, Sequence[FeatureRecord]]
    routes: Sequence[RouteRecord]

    @property
    def keys(self) -> dict[str, set[str]]:
        """Layer → keys, for what points at things from elsewhere (signs)."""
        found = {layer: {record.key for record in records} for layer, records in self.features.items()}
        return {**found, "routes": {route.feature.key for route in self.routes}}


def english(values: Mapping[str, object]) -> dict[str, object]:
    """Values as an English sentence has them: whole numbers in groups of three digits, others in six."""
    return {name: _in_english(value) for name, value in values.items()}


def _in_english(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else value


def quoted(value: object) -> str:
    """A value as a message may show it: short, on one line, without control characters."""
    return f"“{_plain(shown(value), QUOTED)}”"


def shown(value: object) -> str:
    """The beginning of a value as text, whatever the value: deep, huge or a number of many digits."""
    if isinstance(value, str):
        return value[: PLACED + 1]
    try:
        return _SHORT.repr(value)
    except (ValueError, RecursionError):
        return f"a long {type(value).__name__}"


_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = PLACED


def _plain(text: str, most: int) -> str:
    """The text's first characters; what would move a terminal's cursor or turn the writing is replaced."""
    short = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[: most + 1])
    return f"{short[:most]}…" if len(short) > most else short
