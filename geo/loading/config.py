"""commune.toml, checked: what is missing, misspelt or impossible in it."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core.languages import LANGUAGES
from geo.loading import sender, signage
from geo.loading.files import CONFIG, read_text
from geo.loading.records import At, Problems, quoted, shown
from geo.loading.words import KEY, known_members, members, number, per_language, plain, states, word
from geo.vocabulary import LAYERS, UNITS

MEMBERS: Final = (
    *("key", "languages", "source_language", "public_url", "bbox", "context_bbox", "metric_crs", "country"),
    *(
        "walking_speed_kmh",
        "names",
        "names_state",
        "texts",
        "texts_state",
        "ids",
        "facts",
        "layers",
        "sources",
    ),
    *("unknown", "signs", "timezone", "alerts"),
)
NEEDED: Final = (
    "key",
    "languages",
    "source_language",
    "bbox",
    "metric_crs",
    "country",
    "walking_speed_kmh",
    "names",
)
LISTED_LAYERS: Final = tuple(layer for layer in LAYERS if layer != "routes")


def read(problems: Problems, folder: Path) -> dict[str, Any] | None:
    """The configuration, if it is good enough to read the layers by it."""
    at = At(problems, CONFIG)
    text = read_text(at, folder, CONFIG)
    if text is None:
        return None
    try:
        config = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: a number of more than 4,300 digits is a plain ValueError.
        at.wrong(None, f"is not valid TOML: {str(error)[:200]}")
        return None
    before = len(problems.found)
    known_members(at, None, config, MEMBERS)
    for name in NEEDED:
        if name not in config:
            at.wrong(name, "is missing")
    for name, check in _CHECKS.items():
        if name in config:
            check(at, name, config)
    _names(at, config)
    signage.with_crests(at, folder, config)
    return config if len(problems.found) == before else None


def languages(config: Mapping[str, Any]) -> list[str]:
    """The commune's languages, as far as they are known ones."""
    given = config.get("languages")
    listed = given if isinstance(given, list) else []
    return [lang for lang in listed if isinstance(lang, str) and lang in LANGUAGES]


def _key(at: At, name: str, config: Mapping[str, Any]) -> None:
    if not isinstance(config[name], str) or not KEY.fullmatch(config[name]):
        at.wrong(name, "must be of the letters a-z, digits and hyphens")


def _languages(at: At, name: str, config: Mapping[str, Any]) -> None:
    given = config[name]
    if not isinstance(given, list) or not given:
        at.wrong(name, 'must be a list such as ["ar", "fr"]')
        return
    for lang in given:
        word(at, name, lang, LANGUAGES, "language")
    if len(set(map(str, given))) < len(given):
        at.wrong(name, "names a language twice")


def _source_language(at: At, name: str, config: Mapping[str, Any]) -> None:
    word(at, name, config[name], languages(config), "language")


def _public_url(at: At, name: str, config: Mapping[str, Any]) -> None:
    url = config[name]
    if url == "":
        return
    if not _is_address(url) or urlsplit(url).path or any(sign in url for sign in "?#@"):
        at.wrong(name, "must be empty or an address such as https://map.example, without a final slash")


def _is_address(url: Any) -> bool:
    """Whether it is an address of the web: anything else in a link might run as a script."""
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _box(at: At, name: str, config: Mapping[str, Any]) -> None:
    box = config[name]
    if not isinstance(box, list) or len(box) != 4:
        at.wrong(name, "must be [west, south, east, north] in degrees")
        return
    numbers = [number(at, name, part, least=-180, most=180) for part in box]
    if None in numbers:
        return
    west, south, east, north = (float(part) for part in box)
    if not (west < east and south < north and abs(south) <= 90 and abs(north) <= 90):
        at.wrong(name, "must be [west, south, east, north]: west below east, south below north")


def _context_box(at: At, name: str, config: Mapping[str, Any]) -> None:
    before = len(at.problems.found)
    _box(at, name, config)
    if len(at.problems.found) > before or not _is_box(config.get("bbox")):
        return
    outer, inner = config[name], config["bbox"]
    if not (outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]):
        at.wrong(name, "must hold the whole of bbox")


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(isinstance(part, int | float) for part in box)


def _crs(at: At, name: str, config: Mapping[str, Any]) -> None:
    if (
        not isinstance(config[name], int)
        or isinstance(config[name], bool)
        or not 1024 <= config[name] <= 32767
    ):
        at.wrong(name, "must be the EPSG number of a projected CRS, such as 32629")


def _country(at: At, name: str, config: Mapping[str, Any]) -> None:
    country = config[name]
    if not isinstance(country, str) or len(country) != 2 or not country.isascii() or not country.isupper():
        at.wrong(name, "must be two capital letters (ISO 3166-1), such as MA")


def _speed(at: At, name: str, config: Mapping[str, Any]) -> None:
    number(at, name, config[name], least=1, most=10)


def _texts(at: At, name: str, config: Mapping[str, Any]) -> None:
    for field, said in members(at, name, config[name]).items():
        if word(at, f"{name}.{field[:40]}", field, ("intro",), "text"):
            per_language(at, f"{name}.{field}", said, languages(config), "text")


def _texts_state(at: At, name: str, config: Mapping[str, Any]) -> None:
    for field, given in members(at, name, config[name]).items():
        states(at, f"{name}.{field[:40]}", given, languages(config))


def _strings(at: At, name: str, config: Mapping[str, Any]) -> None:
    for member, value in members(at, name, config[name]).items():
        plain(at, f"{name}.{member[:40]}", value)


def _tables(at: At, name: str, config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tables of a list, each with an id of its own."""
    tables = config[name]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        at.wrong(name, f"must be tables: [[{name}]]")
        return []
    seen: set[str] = set()
    for table in tables:
        given = table.get("id")
        if not isinstance(given, str) or not KEY.fullmatch(given.replace("_", "-")):
            at.wrong(f"{name}.id", f"is missing or not of a-z, digits and hyphens: {quoted(given)}")
        elif given in seen:
            at.wrong(f"{name}.id", f"{quoted(given)} stands twice")
        seen.add(shown(given))
    return tables


def _under(name: str, table: Mapping[str, Any]) -> str:
    """Where a table of a list is."""
    return f"{name}.{shown(table.get('id'))[:40]}"


def _facts(at: At, name: str, config: Mapping[str, Any]) -> None:
    for fact in _tables(at, name, config):
        where = _under(name, fact)
        known_members(at, where, fact, ("id", "value", "unit", "year", "source"))
        number(at, f"{where}.value", fact.get("value"))
        year = number(at, f"{where}.year", fact.get("year"), least=-4000, most=3000)
        if year is not None and not isinstance(fact["year"], int):
            at.wrong(f"{where}.year", "must be a whole number")
        word(at, f"{where}.unit", fact.get("unit"), UNITS, "unit")
        plain(at, f"{where}.source", fact.get("source"))


def _layers(at: At, name: str, config: Mapping[str, Any]) -> None:
    for layer, files in members(at, name, config[name]).items():
        if not word(at, f"{name}.{layer[:40]}", layer, LISTED_LAYERS, "layer"):
            continue
        if not isinstance(files, list) or not all(isinstance(file, str) and file for file in files):
            at.wrong(f"{name}.{layer}", "must be a list of file names")


def _sources(at: At, name: str, config: Mapping[str, Any]) -> None:
    for source in _tables(at, name, config):
        where = _under(name, source)
        known_members(at, where, source, ("id", "title", "licence", "url", "note", "layers"))
        for member in ("title", "licence"):
            plain(at, f"{where}.{member}", source.get(member))
        if "note" in source:
            plain(at, f"{where}.note", source["note"], may_be_empty=True)
        if source.get("url", "") != "" and not _is_address(source["url"]):
            at.wrong(f"{where}.url", f"must be an address of the web, not {quoted(source['url'])}")
        listed = source.get("layers", [])
        if not isinstance(listed, list):
            at.wrong(f"{where}.layers", "must be a list of layers")
            continue
        for layer in listed:
            word(at, f"{where}.layers", layer, LAYERS, "layer")


def _unknown(at: At, name: str, config: Mapping[str, Any]) -> None:
    for item in _tables(at, name, config):
        texts = {lang: text for lang, text in item.items() if lang not in ("id", "about")}
        if "about" in item:
            word(at, f"{_under(name, item)}.about", item["about"], ("risks",), "subject")
        if not per_language(at, _under(name, item), texts, languages(config), "text"):
            at.wrong(_under(name, item), "needs a text in at least one language")


def _names(at: At, config: Mapping[str, Any]) -> None:
    if "names" in config and not per_language(at, "names", config["names"], languages(config), "name"):
        at.wrong("names", "needs the commune's name in at least one language")
    if "names_state" in config:
        states(at, "names_state", config["names_state"], languages(config))


_CHECKS: Final[Mapping[str, Callable[[At, str, Mapping[str, Any]], object]]] = {
    "key": _key,
    "languages": _languages,
    "source_language": _source_language,
    "public_url": _public_url,
    "bbox": _box,
    "context_bbox": _context_box,
    "metric_crs": _crs,
    "country": _country,
    "walking_speed_kmh": _speed,
    "texts": _texts,
    "texts_state": _texts_state,
    "ids": _strings,
    "facts": _facts,
    "layers": _layers,
    "sources": _sources,
    "unknown": _unknown,
    "signs": signage.check,
    "timezone": sender.timezone,
    "alerts": sender.check,
}
