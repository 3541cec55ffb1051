"""What a reader of the figures must know of how they were made, as sentences with named values."""

from collections.abc import Mapping
from typing import Final

from geo.vocabulary import N_

NOTES: Final[Mapping[str, str]] = {
    "residents_buildings": N_(
        "Residents: the census's %(people)s people spread over %(buildings)s known buildings by floor area"
        " (outline times storeys; one storey where none is given). Where each person lives is not known, and"
        " buildings that nobody has drawn get nobody."
    ),
    "residents_quarters": N_(
        "Residents: the census's %(people)s people spread evenly over %(quarters)s quarters and villages,"
        " each within %(metres)s m of its point; a village counts %(village)s of a quarter. This is an"
        " assumption of planning: the census gives one figure for the commune, quarters have no limits here,"
        " and how many live inside the walls is not known."
    ),
    "residents_unknown": N_("Residents: not known. The data folder has no figure “population”."),
    "residents_unplaced": N_(
        "Residents: the census counts %(people)s people, but neither buildings nor quarters are known to"
        " spread them over."
    ),
    "buildings_few": N_(
        "Only %(buildings)s homes are drawn, too few for everybody to live in: they were not used to spread"
        " the residents."
    ),
    "walks_straight": N_(
        "Walks: %(metres)s m of their length are straight lines between stops, not streets."
    ),
    "area_unknown": N_(
        "Open area: %(places)s squares, gardens and markets are known as a point only. Their area is not"
        " known and not counted; as places they are."
    ),
    "twice": N_(
        "A school is a public place and a place of children: the figures stand side by side and are not to be"
        " added up."
    ),
    "outside": N_("%(points)s things of the map lie outside the commune's boundary and are not counted."),
    "quarters_points": N_(
        "A place belongs to the quarter whose point is nearest: the limits of the quarters are not known."
    ),
}
