"""A plan as its exports tell it: what was decided, what it does, what it costs, and how sure all that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from geo.wifi.catalogue import Band, Catalogue, Service
from geo.wifi.exports.quantities import Bill
from geo.wifi.figures import Figures
from geo.wifi.models import Scenario
from geo.wifi.rasters import Basis
from geo.wifi.served.points import Note
from geo.wifi.served.quarters import Quarter
from geo.wifi.spots import Spot
from geo.wifi.warnings import Warning

Ring = Sequence[tuple[float, float]]
SERVED: Final[tuple[Service, ...]] = ("browsing", "voice")
"""Classes of which there are areas, the larger first: where there is voice there is browsing, too."""


@dataclass(frozen=True)
class Area:
    """Where a service of the class, or a better one, is expected in a band: polygons with their holes, in
    metres of the commune's metric CRS, as the outer ring and then the inner ones.
    """

    band: Band
    service: Service
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
    areas: tuple[Area, ...]
    basis: frozenset[Basis]
    measured: Mapping[str, Any] | None = None
    """Offset, deviation, number of places and day of the survey that the plan's offset comes from."""

    def areas_of(self, band: Band) -> list[Area]:
        """The areas of a band, the larger class first."""
        return [
            area for service in SERVED for area in self.areas if (area.band, area.service) == (band, service)
        ]
