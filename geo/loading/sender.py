"""What commune.toml says for warnings: the clock of the town, and who the sender of its warnings is."""

import re
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from geo.loading.records import At, quoted
from geo.loading.words import flag, known_members, members

MEMBERS: Final = ("sender", "official")
SENDER: Final = re.compile(r"(?=.{4,120}$)[A-Za-z0-9._+-]+(@[A-Za-z0-9-]+)?(\.[A-Za-z0-9-]+)+")


def timezone(at: At, name: str, config: Mapping[str, Any]) -> None:
    """A name of the time zone database."""
    try:
        ZoneInfo(config[name])
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        at.wrong(name, f"must be a time zone such as Africa/Casablanca, not {quoted(config[name])}")


def check(at: At, name: str, config: Mapping[str, Any]) -> None:
    """The table [alerts]: warnings go out as real ones only from a sender that is named and official."""
    table = members(at, name, config[name])
    known_members(at, name, table, MEMBERS)
    sender = table.get("sender", "")
    if sender != "" and not (isinstance(sender, str) and SENDER.fullmatch(sender)):
        at.wrong(
            f"{name}.sender",
            f"must be an address or host that is the commune's own, such as alerts@town.example,"
            f" not {quoted(sender)}",
        )
    if flag(at, f"{name}.official", table.get("official", False)) and not sender:
        at.wrong(f"{name}.official", "needs a sender: real warnings say who warns")
