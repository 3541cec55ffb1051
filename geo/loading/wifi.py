"""wifi.toml, checked: what planning reckons with. A folder without it has no planner."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from geo.loading.files import WIFI, read_text
from geo.loading.records import At, Problems, quoted, shown
from geo.loading.words import KEY, flag, known_members, number, per_language, plain, word
from geo.wifi.catalogue import BANDS
from geo.wifi.vocabulary import BACKHAULS, ENVIRONMENTS

MEMBERS: Final = (
    *("budget_mad", "heights_m", "environment", "default_material", "heritage_m", "mesh_m", "sources"),
    *("limits", "models", "clients", "demands", "materials", "costs"),
)
MOST: Final = 100
"""Entries in a list at the most."""
LOUDEST_DBM: Final = 36.0
"""No access point for the public radiates more anywhere."""
Check = Callable[[At, str, Any], object]


def read(problems: Problems, folder: Path, langs: Iterable[str]) -> dict[str, Any]:
    """The catalogue as it stands in the file, {} where there is no file or something is wrong with it."""
    if not (folder / WIFI).exists():
        return {}
    at = At(problems, WIFI)
    text = read_text(at, folder, WIFI)
    if text is None:
        return {}
    try:
        config = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at.wrong(None, f"is not valid TOML: {str(error)[:200]}")
        return {}
    before = len(problems.found)
    known_members(at, None, config, MEMBERS)
    for name in MEMBERS:
        if name not in config and name != "sources":
            at.wrong(name, "is missing")
    _plain_members(at, config)
    _lists(at, config, tuple(langs))
    _costs(at, config.get("costs"))
    _together(at, config)
    return config if len(problems.found) == before else {}


def _plain_members(at: At, config: Mapping[str, Any]) -> None:
    bounds = {"budget_mad": (0, 1e9), "heritage_m": (0, 1000), "mesh_m": (0, 2000)}
    for name, (least, most) in bounds.items():
        if name in config:
            number(at, name, config[name], least=least, most=most)
    if "environment" in config:
        word(at, "environment", config["environment"], ENVIRONMENTS, "environment")
    if "heights_m" in config:
        _heights(at, config["heights_m"])
    for source in _list(at, "sources", config.get("sources", [])):
        plain(at, "sources", source)
    if "demands" in config:
        _demands(at, config["demands"])


def _heights(at: At, given: Any) -> None:
    if not isinstance(given, list) or len(given) != 2:
        at.wrong("heights_m", "must be [lowest, highest] in metres above ground")
        return
    low, high = (number(at, "heights_m", part, least=0.5, most=60) for part in given)
    if low is not None and high is not None and low > high:
        at.wrong("heights_m", "must be [lowest, highest]: the first is above the second")


def _demands(at: At, given: Any) -> None:
    values = _table(at, "demands", given, ("voice_dbm", "browsing_dbm", "source"))
    voice, browsing = (
        number(at, f"demands.{name}", values.get(name), least=-100, most=-20)
        for name in ("voice_dbm", "browsing_dbm")
    )
    plain(at, "demands.source", values.get("source"))
    if voice is not None and browsing is not None and voice < browsing:
        at.wrong("demands.voice_dbm", "voice needs at least the signal of browsing")


def _costs(at: At, given: Any) -> None:
    if given is None:
        return
    values = _table(at, "costs", given, ("site_mad", "backhaul_mad", "source", "date"))
    number(at, "costs.site_mad", values.get("site_mad"), least=0, most=1e7)
    by_kind = _table(at, "costs.backhaul_mad", values.get("backhaul_mad"), tuple(BACKHAULS))
    for kind in BACKHAULS:
        number(at, f"costs.backhaul_mad.{kind}", by_kind.get(kind), least=0, most=1e7)
    for name in ("source", "date"):
        plain(at, f"costs.{name}", values.get(name))


def _lists(at: At, config: Mapping[str, Any], langs: tuple[str, ...]) -> None:
    _each(at, config, "limits", "band", _limit)
    _each(at, config, "clients", "band", _client)
    _each(at, config, "materials", "key", _material)
    _each(at, config, "models", "key", lambda at, where, row: _model(at, where, row, langs))


def _each(at: At, config: Mapping[str, Any], name: str, id_name: str, check: Check) -> None:
    """Check each table of a list; no two may have one id."""
    seen: set[str] = set()
    rows = _list(at, name, config.get(name, []))
    if name in config and not rows:
        at.wrong(name, f"must be tables: [[{name}]]")
    for row in rows:
        if not isinstance(row, dict):
            at.wrong(name, f"must be tables: [[{name}]]")
            continue
        given = row.get(id_name)
        where = f"{name}.{shown(given)[:40]}"
        if id_name == "band":
            word(at, f"{name}.band", given, BANDS, "band")
        elif not isinstance(given, str) or not KEY.fullmatch(given) or len(given) > 40:
            at.wrong(f"{name}.key", f"is missing or not of a-z, digits and hyphens: {quoted(given)}")
        if shown(given) in seen:
            at.wrong(where, f"{quoted(given)} stands twice")
        seen.add(shown(given))
        check(at, where, row)


def _limit(at: At, where: str, row: Mapping[str, Any]) -> None:
    known_members(at, where, row, ("band", "eirp_dbm", "channels", "source", "confirmed"))
    number(at, f"{where}.eirp_dbm", row.get("eirp_dbm"), least=0, most=LOUDEST_DBM)
    _confirmed(at, where, row)
    plain(at, f"{where}.source", row.get("source"))
    channels = _list(at, f"{where}.channels", row.get("channels"))
    for channel in channels:
        if isinstance(channel, bool) or not isinstance(channel, int) or not 1 <= channel <= 200:
            at.wrong(f"{where}.channels", f"must be numbers of channels of 20 MHz, not {quoted(channel)}")
    if not channels:
        at.wrong(f"{where}.channels", "names no channel")
    elif len({shown(channel) for channel in channels}) < len(channels):
        at.wrong(f"{where}.channels", "names a channel twice")


def _client(at: At, where: str, row: Mapping[str, Any]) -> None:
    known_members(at, where, row, ("band", "height_m", "eirp_dbm", "sensitivity_dbm", "source"))
    number(at, f"{where}.height_m", row.get("height_m"), least=0.5, most=3)
    number(at, f"{where}.eirp_dbm", row.get("eirp_dbm"), least=0, most=30)
    number(at, f"{where}.sensitivity_dbm", row.get("sensitivity_dbm"), least=-110, most=-50)
    plain(at, f"{where}.source", row.get("source"))


def _material(at: At, where: str, row: Mapping[str, Any]) -> None:
    known_members(at, where, row, ("key", "loss_db", "source"))
    losses = _table(at, f"{where}.loss_db", row.get("loss_db"), BANDS)
    for band in BANDS:
        number(at, f"{where}.loss_db.{band}", losses.get(band), least=0, most=200)
    plain(at, f"{where}.source", row.get("source"))


def _model(at: At, where: str, row: Mapping[str, Any], langs: tuple[str, ...]) -> None:
    texts = ("name", "source", "price_source", "price_date")
    known_members(
        at, where, row, ("key", *texts, "names", "radios", "price_mad", "clients", "mesh", "confirmed")
    )
    for name in texts:
        plain(at, f"{where}.{name}", row.get(name), "name" if name == "name" else "word")
    per_language(at, f"{where}.names", row.get("names"), langs, "name")
    number(at, f"{where}.price_mad", row.get("price_mad"), least=0, most=1e6)
    clients = number(at, f"{where}.clients", row.get("clients"), least=1, most=5000)
    if clients is not None and not isinstance(row["clients"], int):
        at.wrong(f"{where}.clients", "must be a whole number of people")
    flag(at, f"{where}.mesh", row.get("mesh"))
    _confirmed(at, where, row)
    radios = _list(at, f"{where}.radios", row.get("radios"))
    if not radios:
        at.wrong(f"{where}.radios", "names no radio")
    bands = [shown(radio.get("band")) for radio in radios if isinstance(radio, dict)]
    if len(set(bands)) < len(bands):
        at.wrong(f"{where}.radios", "has two radios of one band")
    for radio in radios:
        _radio(at, f"{where}.radios", radio)


_RADIO: Final[Mapping[str, tuple[float, float]]] = {
    "frequency_mhz": (2400, 5900),
    "power_dbm": (-10, LOUDEST_DBM),
    "gain_dbi": (-5, 30),
    "sensitivity_dbm": (-110, -50),
    "capacity_mbps": (1, 10_000),
    "horizontal_deg": (5, 360),
    "vertical_deg": (3, 180),
}
"""What a radio says of itself, and between what it must lie."""
_SPAN: Final = {"2.4": (2400, 2500), "5": (5150, 5900)}


def _radio(at: At, where: str, given: Any) -> None:
    radio = _table(at, where, given, ("band", *_RADIO))
    band = word(at, f"{where}.band", radio.get("band"), BANDS, "band")
    for name, (least, most) in _RADIO.items():
        if name in radio or name not in ("horizontal_deg", "vertical_deg"):
            number(at, f"{where}.{name}", radio.get(name), least=least, most=most)
    mhz = radio.get("frequency_mhz")
    if band and isinstance(mhz, int | float) and not _SPAN[band][0] <= mhz <= _SPAN[band][1]:
        at.wrong(f"{where}.frequency_mhz", f"is {mhz:g}, which is not in the band of {band} GHz")


def _together(at: At, config: Mapping[str, Any]) -> None:
    """What only shows when the parts are seen side by side."""
    materials = {row.get("key") for row in _tables(config, "materials")}
    if "default_material" in config and config["default_material"] not in materials:
        at.wrong("default_material", f"{quoted(config['default_material'])} is none of the materials")
    known = {row.get("band") for row in _tables(config, "limits")}
    phones = {row.get("band") for row in _tables(config, "clients")}
    for model in _tables(config, "models"):
        for radio in _tables(model, "radios"):
            band = radio.get("band")
            if band in BANDS and not (band in known and band in phones):
                at.wrong(
                    f"models.{shown(model.get('key'))[:40]}", f"has {band} GHz, which has no limit or client"
                )


def _tables(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = value.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _list(at: At, where: str, given: Any) -> list[Any]:
    if not isinstance(given, list) or len(given) > MOST:
        at.wrong(where, f"must be a list of at most {MOST}")
        return []
    return given


def _table(at: At, where: str, given: Any, names: Iterable[str]) -> dict[str, Any]:
    if not isinstance(given, dict):
        at.wrong(where, "must be a table")
        return {}
    known_members(at, where, given, names)
    return given


def _confirmed(at: At, where: str, row: Mapping[str, Any]) -> None:
    flag(at, f"{where}.confirmed", row.get("confirmed"))
