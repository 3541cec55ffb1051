"""Words of the planner's screen: what its script says, the parts it renews, where its results lead."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_
from geo.wifi.figures import UNITS
from geo.wifi.vocabulary import BACKHAULS, DEMANDS, NEXT, PLANS, SERVICES, STATUSES

__all__ = ["BACKHAULS", "DEMANDS", "NEXT", "PLANS", "SERVICES", "STATUSES", "UNITS"]

PARTS: Final = ("status", "headline", "hotspots", "numbers", "legend", "said", "duties")
"""Parts of the page that follow from the plan: templates/planner/_NAME.html."""
NUMBERS: Final = ("headline", "numbers")
"""Those that change while a hotspot is dragged."""

OUTPUTS: Final[Mapping[str, str]] = {
    "planner_outputs.report": N_("Report for the council (PDF)"),
    "planner_outputs.bill": N_("Bill of quantities (CSV)"),
    "planner_outputs.geopackage": N_("Map data (GeoPackage)"),
    "planner_surveys.listed": N_("Measured signals"),
}
"""Endpoint → name; offered where they are there."""

STEPS: Final[Mapping[str, str]] = {
    "submit": N_("Bring it before the council"),
    "take_back": N_("Take it back and go on"),
    "approve": N_("Approve it"),
    "withdraw": N_("Put it aside"),
    "reopen": N_("Open it again"),
    "consult": N_("Open it for consultation"),
    "close": N_("End the consultation"),
}
POSSIBLE: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("submit", "withdraw"),
    "submitted": ("approve", "take_back", "withdraw"),
    "approved": ("withdraw",),
    "withdrawn": ("reopen",),
}
"""Steps of a plan by its status; consultation is beside them."""

LABELS: Final = {
    "saving": N_("Saving…"),
    "saved": N_("Saved"),
    "unsaved": N_("Not saved: no connection. Your changes are kept on this screen."),
    "retry": N_("Try again"),
    "again": N_("Make my change again"),
    "newer": N_("The plan was brought up to date with what others changed."),
    "newName": N_("Hotspot %d"),
    "hotspot": N_("Hotspot"),
    "placed": N_("Hotspot placed. Its form is open beside the map."),
    "removed": N_("Hotspot taken away. Undo brings it back."),
    "undone": N_("Taken back."),
    "redone": N_("Done again."),
    "placing": N_("Tap the map where the hotspot shall stand. Escape ends it."),
    "turn": N_("Drag to turn the antenna"),
    "peek": N_("Show less"),
    "open": N_("Show more"),
    "proposed": N_("Proposed place"),
    "broken": N_("The answer could not be read. Load the page anew."),
}
"""Words of the screen's script, by the name under which it asks for them."""
