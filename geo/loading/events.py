"""hazard_events.json: what happened, with day and source, where no map of it exists: places in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from geo.loading.files import EVENTS, read_json
from geo.loading.records import At, Problems, quoted
from geo.loading.words import KEY, known_members, members, per_language, plain, states, word
from geo.vocabulary import HAZARDS

MOST: Final = 2_000
MEMBERS: Final = ("id", "hazard", "from", "until", "forecast", "texts", "texts_state", "sources")
_WHEN: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def read(problems: Problems, folder: Path, languages: Sequence[str]) -> list[dict[str, Any]]:
    """The good events, the latest first; [] where the folder has none."""
    if not (folder / EVENTS).exists():
        return []
    at = At(problems, EVENTS)
    value = read_json(at, folder, EVENTS)
    listed = value.get("events") if isinstance(value, dict) else None
    if not isinstance(listed, list) or len(listed) > MOST:
        if value is not None:
            at.wrong(None, f'must be an object with a list "events" of at most {MOST:,}')
        return []
    found: dict[str, dict[str, Any]] = {}
    for index, given in enumerate(listed):
        key = given.get("id") if isinstance(given, dict) else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            at.wrong(f"events[{index}].id", f"must be of a-z, digits and hyphens, not {quoted(key)}")
        elif key in found:
            at.wrong(f"events[{index}].id", f"{quoted(key)} stands twice")
        else:
            found[key] = _event(At(problems, EVENTS, key), given, languages)
    return sorted(found.values(), key=lambda event: str(event["from"]), reverse=True)


def _event(at: At, given: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    known_members(at, None, given, MEMBERS)
    begun, ended = (_when(at, name, given.get(name)) for name in ("from", "until"))
    if begun is None and "from" not in given:
        at.wrong("from", "is missing: a year, month or day such as 2014-11-28")
    if begun and ended and ended < begun[: len(ended)]:
        at.wrong("until", "is before from")
    texts = per_language(at, "texts", given.get("texts"), languages, "text")
    if not texts:
        at.wrong("texts", "a text in at least one language is needed")
    told = given.get("sources")
    if not isinstance(told, list) or not told:
        at.wrong("sources", "must be a list of at least one source: an event without one is not shown")
        told = []
    if not isinstance(given.get("forecast", False), bool):
        at.wrong("forecast", "must be true or false")
    return {
        "id": given["id"],
        "hazard": word(at, "hazard", given.get("hazard"), HAZARDS, "hazard"),
        "from": begun,
        "until": ended,
        "forecast": given.get("forecast", False),
        "texts": texts,
        "states": states(at, "texts_state", members(at, "texts_state", given.get("texts_state")), languages),
        "sources": [said for source in told if (said := plain(at, "sources", source))],
    }


def _when(at: At, name: str, value: Any) -> str | None:
    """A year, a month or a day, as far as it is known."""
    if value is None:
        return None
    try:
        if isinstance(value, str) and _WHEN.fullmatch(value):
            date.fromisoformat((value + "-01-01")[:10])
            return value
    except ValueError:
        pass
    at.wrong(name, f"must be a year, month or day such as 2014, 2014-11 or 2014-11-28, not {quoted(value)}")
    return None
