"""Words of the desk of things: origins, acts, what may be said of texts. Labels are gettext message ids."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_
from webmap.words import LAYER_NAMES, STAGES, TEXTS

__all__ = [
    "CHOSEN_STATES",
    "DONE",
    "LAYER_NAMES",
    "ORIGINS",
    "ROUTE_STATUSES",
    "STAGES",
    "STOP_KINDS",
    "TEXTS",
    "TEXT_STATES",
]
ORIGINS: Final[Mapping[str, str]] = {
    "folder": N_("from the commune's folder"),
    "merged": N_("the folder's and the desk's changes together"),
    "desk": N_("written at the desk"),
    "import": N_("imported"),
    "restored": N_("an older version restored"),
    "reviewed": N_("read by a second person"),
}
TEXT_STATES: Final[Mapping[str, str]] = {
    "attested": N_("Found in a source"),
    "reviewed": N_("Read by a second person"),
    "written": N_("Written by a person"),
    "machine": N_("Drafted by machine"),
}
CHOSEN_STATES: Final = ("written", "attested")
"""What whoever writes may say of their text; the others come about by themselves."""
STOP_KINDS: Final[Mapping[str, str]] = {
    "attraction": N_("Something to see"),
    "waypoint": N_("On the way"),
    "service": N_("A service"),
}
ROUTE_STATUSES: Final[Mapping[str, str]] = {"draft": N_("Proposed"), "official": N_("Official")}
DONE: Final[Mapping[str, str]] = {
    "saved": N_("Saved as a draft."),
    "same": N_("Nothing was changed."),
    "submit": N_("Review was asked for."),
    "send-back": N_("Sent back: it is a draft again."),
    "withdraw": N_("Withdrawn from the public."),
    "publish": N_("Published."),
    "restore": N_("The older version is the newest draft now."),
    "merged": N_("Both changes are kept, as a draft."),
}
