"""A plan put together for its exports: read, worked out and added up as the planner's screen shows it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.wifi import demand, figures, money, serving, spots, warnings
from geo.wifi.catalogue import Catalogue
from geo.wifi.exports import quantities
from geo.wifi.exports.plan import Area, Plan
from geo.wifi.models import Scenario, Survey
from geo.wifi.rasters import Basis
from geo.wifi.serving import Serving
from geo.wifi.surveys import matching
from geo.wifi.warnings import Placed


def of(session: Session, commune: Commune, catalogue: Catalogue, scenario: Scenario) -> Plan:
    """The plan as it is now. Hotspots of a model that is no more in the catalogue serve nothing."""
    standing = [spot for spot in spots.listed(session, scenario.id) if spot.status != "removed"]
    at = matching.projected(
        session, [each.at.lon for each in standing], [each.at.lat for each in standing], commune.metric_crs
    )
    places = tuple((float(x), float(y)) for x, y in at)
    placed = [Placed(spot.key, spot.values, *place) for spot, place in zip(standing, places, strict=True)]
    bought = money.of(catalogue, [spot.values for spot in standing], float(scenario.budget_mad))
    wanted = demand.of(session, commune, scenario.weights)
    served, areas, basis = _signals(placed, len(wanted))
    return Plan(
        scenario=scenario,
        catalogue=catalogue,
        hotspots=tuple(standing),
        at=places,
        bill=quantities.bill(bought, catalogue, scenario.budget_mad),
        figures=figures.of(wanted, served, money_mad=bought.total_mad) if served else None,
        quarters=wanted.quarters,
        notes=wanted.notes,
        warnings=tuple(warnings.of(catalogue, placed, bought)),
        areas=tuple(areas),
        basis=basis,
        measured=_measured(session, scenario),
    )


def _signals(placed: Sequence[Placed], points: int) -> tuple[Serving | None, list[Area], frozenset[Basis]]:
    return (None if placed else serving.nothing(points)), [], frozenset()


def _measured(session: Session, scenario: Scenario) -> Survey | None:
    """The survey that the plan's offset comes from, if one was used."""
    query = select(Survey).where(Survey.scenario_id == scenario.id, Survey.used_at.is_not(None))
    found = session.scalar(query.order_by(Survey.used_at.desc()).limit(1))
    return found if found is not None and found.offset_db == scenario.offset_db else None
