"""What a proposal's answer is told with: message ids by code. Nothing here needs the search itself."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

ASSUMPTIONS: Final[Mapping[str, str]] = {
    "backhaul_assumed": N_(
        "For %(many)s candidates nobody knows the nearest fibre or power: it is assumed that it can be had."
    ),
    "backhaul_excluded": N_("%(many)s candidates are left out, or need a mesh: their backhaul is not known."),
    "mesh_needed": N_(
        "%(many)s candidates are left out: they are far from fibre and power, and no radio hops are allowed."
    ),
    "left_out": N_("%(many)s candidates are left out: they are forbidden or lie in an active risk zone."),
    "too_many": N_("Of %(total)s possible sites, the first %(many)s were looked at."),
    "online": N_("It is assumed that %(percent)s %% of the residents are online at once."),
    "statistics": N_("No buildings are known here: coverage is a statistical estimate, not a measurement."),
}
"""What an answer rests on, by code."""
CONFLICTS: Final[Mapping[str, str]] = {
    "budget": N_("the budget of %(mad)s MAD"),
    "must": N_("serve or build “%(name)s”"),
    "share": N_("quarter “%(name)s” at %(percent)s %%"),
    "backhaul": N_("a backhaul for every site"),
    "capacity": N_("room for everybody who is online at once"),
}
"""Obligations as they are told when they conflict, by kind."""
CONFLICT: Final = N_("These cannot all be met: %(which)s.")
MEND: Final = N_("Give one of them up or ask for less, or raise the budget. Nothing of the plan was changed.")
NEEDED: Final = N_("All of them together would take %(mad)s MAD.")
