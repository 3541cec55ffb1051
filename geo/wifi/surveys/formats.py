"""Files of measured signals, as telephones' programs write them: WiGLE, G-NetTrack and alike, plain CSV.

Every file is a table; columns are known by their names, in any order. What is read of a line is its place,
its strength, and what tells whose network it was: the caller keeps the commune's own and forgets the rest.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from core.errors import Invalid, Word
from geo.vocabulary import N_
from geo.wifi.catalogue import Band

LARGEST_BYTES: Final = 5 * 1024 * 1024
MOST_LINES: Final = 100_000
INEXACT_M: Final = 30.0
"""A place that is known less exactly says nothing about a signal among walls."""
BAD_SHARE: Final = 0.1
"""Share of lines that cannot be read above which the whole file is refused: it is not what it seems."""
TOLD: Final = 20
"""Bad lines that are told one by one."""
WEAKEST_DBM: Final = -120.0
STRONGEST_DBM: Final = -5.0

_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "lat": ("lat", "latitude", "currentlatitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "currentlongitude", "x"),
    "dbm": (
        "dbm",
        "rssi",
        "signal",
        "signalstrength",
        "signaldbm",
        "rssidbm",
        "leveldbm",
        "level",
        "strength",
    ),
    "name": ("ssid", "networkname", "network"),
    "device": ("bssid", "mac", "macaddress", "netid"),
    "hotspot": ("hotspot", "ap", "accesspoint"),
    "band": ("band",),
    "frequency": ("frequency", "frequencymhz", "freq", "primaryfrequency", "centerfrequency"),
    "channel": ("channel", "primarychannel"),
    "time": ("time", "timestamp", "firstseen", "date", "datetime", "seen"),
    "accuracy": ("accuracymeters", "accuracy", "accuracym", "gpsaccuracy"),
    "type": ("type", "networktype"),
}
"""What a column is called, without spaces and signs, by what it means to us."""
_NEEDED: Final = ("lat", "lon", "dbm")
_PLAIN: Final = ("lat", "lon", "dbm", "name", "band", "time", "hotspot")
"""Columns of a file without a heading."""
_SEPARATORS: Final = ",;\t|"
_NUMBER: Final = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,18})?)(?:\s*(?:dBm|m|MHz|GHz))?", re.IGNORECASE)
_DAY: Final = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?")

NO_PLACE: Final = N_("no latitude and longitude in degrees")
NO_STRENGTH: Final = N_("no signal strength in dBm (-120 to -5)")
NO_BAND: Final = N_("no band of 2.4 or 5 GHz")
TOO_SHORT: Final = N_("columns are missing")


@dataclass(frozen=True)
class Line:
    """One reading of a file: degrees, dBm, and whose it is, as the file names it."""

    number: int
    lon: float
    lat: float
    dbm: float
    band: Band | None
    name: str
    device: str
    hotspot: str
    day: date | None


@dataclass
class Read:
    """What a file holds. `names` tells whether it says whose networks it heard; `left` counts lines that are
    none of Wi-Fi or too inexact, by reason; `bad` are lines that cannot be read, with why.
    """

    lines: list[Line] = field(default_factory=list)
    names: bool = False
    left: Counter[str] = field(default_factory=Counter)
    bad: list[tuple[int, str]] = field(default_factory=list)


def read(data: bytes) -> Read:
    """The readings of a file. Invalid says why it cannot be taken: too large, no table, columns missing, or
    more than BAD_SHARE of its lines unreadable (the first one is named).
    """
    if len(data) > LARGEST_BYTES:
        raise Invalid("file", N_("This file is too large: at most %(most)s MB."), most=LARGEST_BYTES // 2**20)
    text = _decoded(data)
    first = _first(text)
    separator, columns, headed = _layout(text, first)
    found = Read(names=bool({"name", "device", "hotspot"} & columns.keys()))
    many = 0
    for number, cells in _rows(text, separator, first + headed):
        many += 1
        if many > MOST_LINES:
            raise Invalid("file", N_("This file has too many lines: at most %(most)s."), most=MOST_LINES)
        told = _line(number, cells, columns)
        if isinstance(told, Line):
            found.lines.append(told)
        elif told in _WHY:
            found.bad.append((number, told))
        else:
            found.left[told] += 1
    if not many:
        raise Invalid("file", N_("This file has no readings."))
    if len(found.bad) > BAD_SHARE * many:
        number, why = found.bad[0]
        raise Invalid(
            "file",
            N_("%(bad)s of %(many)s lines cannot be read, the first is line %(number)s: %(why)s."),
            bad=len(found.bad),
            many=many,
            number=number,
            why=Word(why),
        )
    return found


_WHY: Final = (NO_PLACE, NO_STRENGTH, NO_BAND, TOO_SHORT)


def _decoded(data: bytes) -> str:
    """By its mark; else UTF-8; else what Windows writes."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((name for mark, name in marks if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Invalid("file", N_("This is no file of readings: send the CSV of your program."))
    return text


def _first(text: str) -> int:
    """How many lines come before the table: WiGLE writes one about the telephone, which is not read."""
    return 1 if text.startswith("WigleWifi-") else 0


def _layout(text: str, first: int) -> tuple[str, dict[str, int], int]:
    """The separator, which column is what, and how many lines the heading takes: 1, or 0 without one."""
    lines = text.split("\n", first + 1)
    heading = lines[first].strip("\r\ufeff") if len(lines) > first else ""
    best: tuple[str, dict[str, int]] = (",", {})
    for separator in _SEPARATORS:
        known = _named(_split(heading, separator))
        if len(known) > len(best[1]):
            best = separator, known
    separator, columns = best
    if all(name in columns for name in _NEEDED):
        return separator, columns, 1
    for separator in ";\t|,":
        cells = _split(heading, separator)
        if len(cells) >= len(_NEEDED) and all(_number(cell) is not None for cell in cells[:3]):
            return separator, {name: at for at, name in enumerate(_PLAIN[: len(cells)])}, 0
    lacking = ", ".join(name for name in _NEEDED if name not in columns)
    raise Invalid("file", N_("This file has no columns for: %(names)s."), names=lacking)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line[:5000]], delimiter=separator), [])
    except csv.Error:
        return []


def _named(cells: Sequence[str]) -> dict[str, int]:
    plain = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in cells]
    found: dict[str, int] = {}
    for meaning, names in _COLUMNS.items():
        at = next((plain.index(name) for name in names if name in plain), None)
        if at is not None:
            found[meaning] = at
    return found


def _rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of the table with their numbers in the file, blank ones left out."""
    # A quote that is never closed would swallow the rest of the file: each line stands for itself.
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if number > skipped and line.strip():
            yield number, _split(line.rstrip("\n"), separator)


def _line(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Line | str:
    """A reading, or why the line is none."""

    def cell(name: str) -> str:
        at = columns.get(name, -1)
        return cells[at].strip() if 0 <= at < len(cells) else ""

    if len(cells) <= max(columns[name] for name in _NEEDED):
        return TOO_SHORT
    if cell("type") and cell("type").upper() not in ("WIFI", "WI-FI", "WLAN", "W"):
        return "other_kind"
    measured = _measured(*(_number(cell(name)) for name in _NEEDED))
    if isinstance(measured, str):
        return measured
    if (_number(cell("accuracy")) or 0) > INEXACT_M:
        return "inexact"
    band = _band(cell("band"), cell("frequency"), cell("channel"))
    if band in ("other", "bad"):
        return "other_band" if band == "other" else NO_BAND
    known: Band | None = "2.4" if band == "2.4" else "5" if band == "5" else None
    name, device, hotspot = (cell(one)[:120] for one in ("name", "device", "hotspot"))
    return Line(number, *measured, known, name, device, hotspot, _day(cell("time")))


def _measured(lat: float | None, lon: float | None, dbm: float | None) -> tuple[float, float, float] | str:
    """Longitude, latitude and strength; or why they are none."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return NO_PLACE
    if lat == 0 and lon == 0:
        return "unplaced"
    if dbm is None or not WEAKEST_DBM <= dbm <= STRONGEST_DBM:
        return NO_STRENGTH
    return lon, lat, dbm


def _number(text: str) -> float | None:
    """A number with a point or a comma, a unit behind it or none."""
    found = _NUMBER.fullmatch(text.strip().replace("\u2212", "-").replace(",", "."))
    return float(found[1]) if found else None


def _band(band: str, frequency: str, channel: str) -> str:
    """2.4 or 5; other for a band that is planned for by nobody here; empty where the file does not say; bad
    for what is no band. Channels: IEEE 802.11-2020, annex E.
    """
    if band:
        number = _number(band)
        return {2.4: "2.4", 2.0: "2.4", 5.0: "5", 5.8: "5", 6.0: "other"}.get(number or 0, "bad")
    if (megahertz := _number(frequency)) is not None:
        megahertz = megahertz * 1000 if megahertz < 100 else megahertz
        return "2.4" if 2400 <= megahertz <= 2500 else "5" if 5150 <= megahertz <= 5895 else "other"
    if (number := _number(channel)) is not None:
        return "2.4" if 1 <= number <= 14 else "5" if 32 <= number <= 177 else "other"
    return ""


def _day(text: str) -> date | None:
    """The day of a time, in whatever order of writing is beyond doubt; its hour is not read."""
    if (found := _DAY.match(text)) is not None:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            return None
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC).date()
    return None
