"""The table [signs] of commune.toml, checked: what the commune decided for all its signs."""

import re
from collections.abc import Mapping
from typing import Any, Final

from geo.loading.records import At
from geo.loading.words import known_members, members, word

MEMBERS: Final = ("languages", "text_languages", "host")
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


def _languages(at: At, where: str, given: Any, among: Any) -> list[str]:
    allowed = [lang for lang in among if isinstance(lang, str)] if isinstance(among, list) else []
    if given is None:
        return allowed
    if not isinstance(given, list) or not given or len({str(lang) for lang in given}) < len(given):
        at.wrong(where, 'must be a list such as ["ar", "fr"], each language once')
        return allowed
    return [str(lang) for lang in given if word(at, where, lang, allowed, "language")]
