"""Words of the planner. Labels are gettext message ids."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

STATUSES: Final[Mapping[str, str]] = {
    "planned": N_("Planned"),
    "approved": N_("Approved"),
    "ordered": N_("Ordered"),
    "installed": N_("Installed"),
    "on_air": N_("On air"),
    "faulty": N_("Faulty"),
    "removed": N_("Removed"),
}
"""A hotspot's life."""

TOLD: Final[Mapping[str, str]] = {
    "candidate": N_("Candidate for Wi-Fi; nothing has been decided."),
    "planned": N_("Planned; nothing has been built."),
    "approved": N_("Decided; nothing has been built yet."),
    "ordered": N_("Ordered; not on air yet."),
    "installed": N_("Installed; not on air yet."),
    "on_air": N_("On air."),
    "faulty": N_("Out of order for now."),
}
"""What everybody is told of a place on the map of the Wi-Fi."""

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "planned": ("approved", "removed"),
    "approved": ("ordered", "removed"),
    "ordered": ("installed", "removed"),
    "installed": ("on_air", "faulty", "removed"),
    "on_air": ("faulty", "removed"),
    "faulty": ("on_air", "removed"),
    "removed": (),
}
"""Which step may follow which."""

PLANS: Final[Mapping[str, str]] = {
    "draft": N_("Draft"),
    "submitted": N_("Before the council"),
    "approved": N_("Approved"),
    "withdrawn": N_("Withdrawn"),
}
"""A scenario's life."""

ACTS: Final[Mapping[str, str]] = {
    "place": N_("Placed"),
    "change": N_("Changed"),
    "remove": N_("Taken away"),
    "adopt": N_("Proposal taken over"),
    "channels": N_("Channels chosen"),
    "settings": N_("Settings"),
}
"""What can be done to a scenario, undone and done again."""

ENVIRONMENTS: Final = ("urban_high_rise", "urban_low_rise", "residential")
"""Environments of the site-general model of ITU-R P.1411, between ends below roof height."""

BACKHAULS: Final[Mapping[str, str]] = {
    "fibre": N_("Fibre or cable"),
    "powered": N_("Powered building"),
    "mesh": N_("Radio hop to another hotspot"),
    "unknown": N_("Not known"),
}

SERVICES: Final[Mapping[str, str]] = {
    "voice": N_("Voice and video"),
    "browsing": N_("Browsing"),
    "none": N_("No service"),
}

DEMANDS: Final[Mapping[str, tuple[str, float]]] = {
    "residents": (N_("Residents"), 1.0),
    "places": (N_("Public places"), 1.0),
    "walks": (N_("Length of the historic walks"), 1.0),
    "stops": (N_("Stops of the walks"), 1.0),
    "open_area": (N_("Open public area"), 1.0),
    "children": (N_("Places of children"), 1.0),
}
"""What is served, and how much it counts unless a planner says otherwise."""
