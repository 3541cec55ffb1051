"""A plan as its exports tell it: what was decided, what it does, what it costs, and how sure all that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from geo.wifi.catalogue import Band, Catalogue, Service
from geo.wifi.exports.quantities import Bill
from geo.wifi.figures import Figures
from geo.wifi.models import Scenario, Survey
from geo.wifi.rasters import Basis
from geo.wifi.rules import Finding
from geo.wifi.served.points import Note
from geo.wifi.served.quarters import Quarter
from geo.wifi.spots import Spot
from geo.wifi.warnings import Warning

Ring = Sequence[tuple[float, float]]
CHANCES: Final = (0.1, 0.5, 0.9)
"""Probabilities of service whose areas are told, the largest area first."""


@dataclass(frozen=True)
class Area:
    """Where a telephone has a service of the class, or a better one, in a band with at least this chance:
    polygons in metres of the commune's metric CRS, each as its outer ring and then its holes.
    """

    band: Band
    service: Service
    chance: float
    square_metres: float
    polygons: Sequence[Sequence[Ring]]


@dataclass(frozen=True)
class Plan:
    """Everything that an export may tell. Hotspots that were removed are left out; `at` are their places in
    metres. `basis` says by which model the areas were found; none while there are none.
    """

    scenario: Scenario
    catalogue: Catalogue
    hotspots: tuple[Spot, ...]
    at: tuple[tuple[float, float], ...]
    bill: Bill
    figures: Figures
    quarters: tuple[Quarter, ...]
    notes: tuple[Note, ...]
    warnings: tuple[Warning, ...]
    findings: tuple[tuple[Spot, Finding], ...]
    """What the map says against places of hotspots: monuments, risks, walls."""
    areas: tuple[Area, ...]
    basis: frozenset[Basis]
    measured: Survey | None = None
    """The survey that the plan's offset comes from."""

    def areas_of(self, band: Band, service: Service = "browsing") -> list[Area]:
        """The areas of a band, the largest first."""
        found = [area for area in self.areas if (area.band, area.service) == (band, service)]
        return sorted(found, key=lambda area: area.chance)
