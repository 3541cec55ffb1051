"""Words of warnings: the codes of CAP 1.2 (OASIS, 1 July 2010) with their labels, and our own."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

URGENCIES: Final[Mapping[str, str]] = {
    "Immediate": N_("Act at once"),
    "Expected": N_("Act within the hour"),
    "Future": N_("Act soon"),
    "Past": N_("No more to be done"),
    "Unknown": N_("Not known"),
}
SEVERITIES: Final[Mapping[str, str]] = {
    "Extreme": N_("Extraordinary danger to life and property"),
    "Severe": N_("Great danger to life and property"),
    "Moderate": N_("Possible danger to life and property"),
    "Minor": N_("Little danger to life and property"),
    "Unknown": N_("Not known"),
}
CERTAINTIES: Final[Mapping[str, str]] = {
    "Observed": N_("Seen, or happening now"),
    "Likely": N_("Likely: more than one in two"),
    "Possible": N_("Possible: less than one in two"),
    "Unlikely": N_("Hardly to be expected"),
    "Unknown": N_("Not known"),
}
CATEGORIES: Final[Mapping[str, str]] = {
    "earthquake": "Geo",
    "flood": "Met",
    "heat": "Met",
    "fire": "Fire",
    "collapse": "Safety",
}
"""Kind of hazard → CAP's category: the standard counts floods among the meteorological."""
KINDS: Final[Mapping[str, str]] = {
    "Alert": N_("Warning"),
    "Update": N_("Update"),
    "Cancel": N_("All clear"),
}
STATES: Final[Mapping[str, str]] = {
    "draft": N_("Draft"),
    "active": N_("In force"),
    "expired": N_("Expired"),
    "updated": N_("Replaced by an update"),
    "cancelled": N_("Cancelled"),
    "cancel": N_("All clear"),
}
"""What a message is at a moment."""
PLACES: Final[Mapping[str, str]] = {
    "commune": N_("The whole commune"),
    "zone": N_("A risk zone"),
    "polygon": N_("An area of its own"),
}
EXERCISE: Final = N_("Exercise: this is not a real warning.")
"""Stands on and in every message that the commune does not send as an official sender."""
