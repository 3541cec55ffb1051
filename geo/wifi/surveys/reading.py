"""What pages tell of surveys: the list of a plan's, and one with its readings, by band and one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.wifi.catalogue import Band
from geo.wifi.models import Hotspot, Reading, Scenario, Survey
from geo.wifi.surveys import comparing, taking
from geo.wifi.surveys.comparing import Agreement

DRAWN: Final = 1500
"""Readings in a drawing at the most: of more, every so-manieth."""


@dataclass(frozen=True)
class Point:
    """A reading: degrees, dBm; the model is None where it has nothing to say."""

    hotspot: str
    band: str
    lon: float
    lat: float
    dbm: float
    modelled_dbm: float | None

    @property
    def off_db(self) -> float | None:
        """How much more was measured than modelled."""
        return None if self.modelled_dbm is None else self.dbm - self.modelled_dbm


@dataclass(frozen=True)
class SurveyPage:
    """A survey with a page of its readings; `drawn` are those of its drawing, `total` is their number."""

    survey: Survey
    bands: Mapping[Band, Agreement]
    lines: Sequence[Point]
    drawn: Sequence[Point]
    total: int


def listed(session: Session, scenario: Scenario) -> Sequence[Survey]:
    """The surveys of a plan, newest first; there are at most taking.MOST."""
    query = select(Survey).where(Survey.scenario_id == scenario.id).order_by(Survey.id.desc())
    return session.scalars(query.limit(taking.MOST)).all()


def page(session: Session, scenario: Scenario, survey_id: int, *, limit: int, offset: int = 0) -> SurveyPage:
    """One survey; those readings first that lie farthest from the model. NotFound."""
    survey = taking.find(session, scenario, survey_id)
    of_it = Reading.survey_id == survey.id
    total = session.scalar(select(func.count()).select_from(Reading).where(of_it)) or 0
    columns = select(
        func.coalesce(Hotspot.name, Reading.hotspot_key).label("hotspot"),
        Reading.band,
        func.ST_X(Reading.place).label("lon"),
        func.ST_Y(Reading.place).label("lat"),
        Reading.dbm,
        Reading.modelled_dbm,
    ).outerjoin(Hotspot, (Hotspot.key == Reading.hotspot_key) & (Hotspot.scenario_id == scenario.id))
    off = func.abs(Reading.dbm - Reading.modelled_dbm)
    lines = session.execute(
        columns.where(of_it).order_by(off.desc().nulls_last(), Reading.id).limit(limit).offset(offset)
    )
    step = max(1, -(-total // DRAWN))
    drawn = session.execute(columns.where(of_it, Reading.id % step == 0).order_by(Reading.id))
    rows = session.execute(select(Reading.band, Reading.dbm, Reading.modelled_dbm).where(of_it)).all()
    bands = comparing.by_band(
        [row.band for row in rows],
        np.array([row.dbm for row in rows]),
        np.array([np.nan if row.modelled_dbm is None else row.modelled_dbm for row in rows]),
    )
    return SurveyPage(survey, bands, [Point(*row) for row in lines], [Point(*row) for row in drawn], total)
