"""What the scripts of portal/static/offline.js say, in the reader's language."""

from collections.abc import Mapping

from flask import g

from core.languages import LANGUAGES
from core.translation import plural, translate
from geo.vocabulary import N_

TAKE = {
    "ask": N_("The whole walk with its texts and its map, for where there is no network. {size} of room."),
    "download": N_("Download {size}"),
    "later": N_("Not now"),
    "progress": N_("{done} of {size}"),
    "stop": N_("Stop"),
    "stopped": N_("Stopped. Nothing was kept."),
    "done": N_("This walk is on this device and opens without a network."),
    "updating": N_("This walk has changed; the new version is being fetched."),
    "manage": N_("Walks on this device"),
}
"""Beside the button of a page."""
FAILED = {
    "network": N_("The network was lost. Nothing was kept; please try again."),
    "room": N_("There is not enough room on this device. Nothing was kept."),
    "changed": N_("The walk was changed while it was fetched. Please try again."),
    "other": N_("That did not work. Nothing was kept; please try again."),
}
LIST = {
    "remove": N_("Remove"),
    "removed": N_("Removed."),
    "gone": N_("“{name}” is no longer published and was removed."),
    "since": N_("fetched {day}"),
}
MEGABYTES = N_("{number} MB")


def spoken(left_out: int) -> dict[str, str]:
    """Words of a pack: what is asked, what went well or wrong, and what found no room in it."""
    found = _in_the_readers_language({**TAKE, **FAILED})
    if left_out:
        said = plural(
            "%(num)s recording is too large to be taken along.",
            "%(num)s recordings are too large to be taken along.",
            left_out,
        )
        found["left_out"] = said % {"num": left_out}
    return found


def of_the_list() -> dict[str, str]:
    """Words of the list of walks."""
    return _in_the_readers_language({**TAKE, **FAILED, **LIST})


def _in_the_readers_language(messages: Mapping[str, str]) -> dict[str, str]:
    found = {name: translate(message) for name, message in messages.items()}
    return {**found, "mb": translate(MEGABYTES), "locale": LANGUAGES[g.lang].locale.replace("_", "-")}
