"""A plan put together for its exports: read, worked out and added up as the planner's screen shows it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.commune import Commune
from geo.wifi import coverage, outlook, spots
from geo.wifi.catalogue import BANDS, Catalogue
from geo.wifi.exports import areas, quantities
from geo.wifi.exports.plan import Area, Plan
from geo.wifi.models import Scenario, Survey
from geo.wifi.outlook import Outlook


def of(
    session: Session, commune: Commune, catalogue: Catalogue, scenario: Scenario, order: Sequence[str]
) -> Plan:
    """The plan as it is now, models named in the first language of `order` that has a name.

    Hotspots of a model that is no more in the catalogue serve nothing.
    """
    standing = [spot for spot in spots.listed(session, scenario.id) if spot.status != "removed"]
    seen = outlook.of(session, commune, catalogue, scenario)
    at = {each.key: (each.x, each.y) for each in seen.placed}
    return Plan(
        scenario=scenario,
        catalogue=catalogue,
        hotspots=tuple(standing),
        at=tuple(at[spot.key] for spot in standing),
        bill=quantities.bill(seen.money, catalogue, scenario.budget_mad, order),
        figures=seen.figures,
        quarters=seen.demand.quarters,
        notes=seen.demand.notes,
        warnings=seen.warnings,
        findings=tuple((spot, found) for spot in standing for found in seen.findings.get(spot.key, ())),
        areas=tuple(_areas(session, commune, catalogue, scenario, seen)),
        basis=seen.bases,
        measured=_measured(session, scenario),
    )


def _areas(
    session: Session, commune: Commune, catalogue: Catalogue, scenario: Scenario, seen: Outlook
) -> list[Area]:
    """By band, where service is how likely. What was reckoned for the outlook is still in memory."""
    found: list[Area] = []
    for band in BANDS:
        covers = [
            coverage.of(
                session,
                commune,
                catalogue,
                spots.site(each.values, each.x, each.y),
                band,
                offset_db=scenario.offset_db,
            )
            for each in seen.placed
            if (model := catalogue.models.get(each.values.model)) and model.radio(band)
        ]
        found += areas.of(covers, catalogue.demands, band)
    return found


def _measured(session: Session, scenario: Scenario) -> Survey | None:
    """The survey that the plan's offset comes from, if one was used."""
    query = select(Survey).where(Survey.scenario_id == scenario.id, Survey.used_at.is_not(None))
    found = session.scalar(query.order_by(Survey.used_at.desc()).limit(1))
    return found if found is not None and found.offset_db == scenario.offset_db else None
