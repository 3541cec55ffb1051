"""The table [signs] of commune.toml, checked: what the commune decided for all its signs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from geo.loading import crests
from geo.loading.records import At
from geo.loading.words import known_members, members, word

MEMBERS: Final = ("languages", "text_languages", "host", "crests")
HOST: Final = re.compile(r"(?=.{4,60}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def check(at: At, name: str, config: Mapping[str, Any]) -> None:
    """Tell what is wrong with it."""
    table = members(at, name, config[name])
    known_members(at, name, table, MEMBERS)
    spoken = _languages(at, f"{name}.languages", table.get("languages"), config.get("languages"))
    _languages(at, f"{name}.text_languages", table.get("text_languages"), spoken)
    host = table.get("host", "")
    if host != "" and not (isinstance(host, str) and HOST.fullmatch(host)):
        at.wrong(f"{name}.host", "must be empty or a host name in small letters, such as signs.example")


def with_crests(at: At, folder: Path, config: dict[str, Any]) -> None:
    """Read the crests that the table names: the configuration then holds the drawings in place of names."""
    table = config.get("signs")
    if not isinstance(table, dict) or "crests" not in table:
        return
    names = table["crests"]
    if not isinstance(names, list) or len(names) > crests.MOST_CRESTS:
        at.wrong("signs.crests", f"must be a list of at most {crests.MOST_CRESTS} file names")
        return
    config["signs"] = {**table, "crests": [crests.read(at, folder, name) for name in names]}


def _languages(at: At, where: str, given: Any, among: Any) -> list[str]:
    allowed = [lang for lang in among if isinstance(lang, str)] if isinstance(among, list) else []
    if given is None:
        return allowed
    if not isinstance(given, list) or not given or len({str(lang) for lang in given}) < len(given):
        at.wrong(where, 'must be a list such as ["ar", "fr"], each language once')
        return allowed
    return [str(lang) for lang in given if word(at, where, lang, allowed, "language")]
