"""The rules of the site's url map, as tests walk them: a new view is in every one from its first day."""

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask
from werkzeug.routing import Rule

SAFE: Final = ("GET", "HEAD", "OPTIONS")
VALUES: Final[Mapping[str, str]] = {"lang": "en", "tongue": "en", "into": "fr"}

ENDING: Final = ("/desk/leave", "/account/sign-ins/end")
"""After which somebody is nobody any more."""


def rules(app: Flask) -> list[Rule]:
    """Every rule, in order of its address."""
    return sorted(app.url_map.iter_rules(), key=str)


def methods(rule: Rule) -> list[str]:
    """What a rule can be asked by, but for what Flask answers by itself."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def tries(app: Flask) -> list[tuple[Rule, str]]:
    """Every rule with each of its methods."""
    return [(rule, method) for rule in rules(app) for method in methods(rule)]


def changing(app: Flask) -> list[tuple[Rule, str]]:
    """Those that change something."""
    return [(rule, method) for rule, method in tries(app) if method not in SAFE]


def address(rule: Rule, word: str = "x", number: str = "1") -> str:
    """The rule with something in each of its places that fits there."""

    def fitting(place: re.Match[str]) -> str:
        kind, _, name = place.group(1).rpartition(":")
        choice = re.fullmatch(r"any\(([^,)]+).*\)", kind)
        return choice.group(1) if choice else number if kind.startswith("int") else VALUES.get(name, word)

    return re.sub(r"<([^>]+)>", fitting, str(rule))
