"""Surveys of a plan: a file taken over, compared with the model, its offset used, or the survey removed.

Whoever changes one holds the scenario's row (geo/wifi/history.py); the caller commits.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from core.db import is_id
from core.errors import Conflict, Invalid, NotFound
from geo.shapes import LonLat
from geo.vocabulary import N_
from geo.wifi import checks, history, spots
from geo.wifi.catalogue import BANDS, Band
from geo.wifi.models import Scenario, Survey
from geo.wifi.rasters import RADIUS_M, Site
from geo.wifi.spots import Spot
from geo.wifi.surveys import comparing, formats, matching
from geo.wifi.surveys.comparing import Covered
from geo.wifi.surveys.matching import Square

MOST: Final = 100
"""Surveys of one scenario."""

_WRITTEN: Final = text("""
INSERT INTO wifi_reading (survey_id, hotspot_key, band, place, dbm, modelled_dbm)
SELECT :survey, hotspot, band,
       ST_Transform(ST_SetSRID(ST_MakePoint(x, y), CAST(:crs AS integer)), 4326), dbm, NULLIF(model, 'NaN')
  FROM unnest(CAST(:hotspots AS text[]), CAST(:bands AS text[]), CAST(:xs AS float8[]), CAST(:ys AS float8[]),
              CAST(:dbms AS float8[]), CAST(:models AS float8[])) WITH ORDINALITY
       AS each (hotspot, band, x, y, dbm, model, at)
 ORDER BY at""")
_READ: Final = text("""
SELECT id, hotspot_key, band, ST_X(p) AS x, ST_Y(p) AS y, dbm
  FROM (SELECT *, ST_Transform(place, CAST(:crs AS integer)) AS p FROM wifi_reading
         WHERE survey_id = :survey) AS each
 ORDER BY id""")
_MODELLED: Final = text("""
UPDATE wifi_reading AS r SET modelled_dbm = NULLIF(each.model, 'NaN')
  FROM unnest(CAST(:ids AS bigint[]), CAST(:models AS float8[])) AS each (id, model) WHERE r.id = each.id""")


@dataclass(frozen=True)
class Given:
    """A file and what the planner says of it. `band` is that of lines that do not say."""

    data: bytes
    title: str
    names: str = ""
    band: str = "2.4"


def take(
    session: Session, key: str, metric_crs: int, covered: Covered, given: Given, *, by: str, now: datetime
) -> Survey:
    """Keep what a file tells of the plan's own hotspots, compared with the model.

    Invalid for a file that cannot be read or tells of none of them, Conflict for one that was taken already,
    NotFound for a plan that there isn't.
    """
    title = checks.words("title", given.title)
    band = _band(given.band)
    read = formats.read(given.data)
    scenario = history.held(session, key)
    digest = hashlib.sha256(given.data).hexdigest()
    _check_new(session, scenario, digest)
    there = [spot for spot in spots.listed(session, scenario.id) if spot.status != "removed"]
    ours = matching.own(given.names, there)
    at = _in_metres(session, [LonLat(each.lon, each.lat) for each in read.lines], metric_crs)
    spots_at = _in_metres(session, [each.at for each in there], metric_crs)
    found, left = matching.squares(read.lines, at, there, spots_at, ours, named=read.names, band=band)
    if not found:
        raise _nothing(read, left, there)
    days = Counter(line.day for line in read.lines if line.day is not None and line.day <= now.date())
    survey = Survey(
        scenario_id=scenario.id,
        title=title,
        digest=digest,
        taken_on=days.most_common(1)[0][0] if days else None,
        counts=_counts(read, left, found),
        by=by,
        at=now,
    )
    session.add(survey)
    session.flush()
    sites = _sites(there, spots_at)
    model = comparing.modelled(found, sites, covered)
    _write(session, survey, found, model, metric_crs)
    _set(survey, comparing.agreement(np.array([square.dbm for square in found]), model))
    session.flush()
    return survey


def compare(session: Session, key: str, survey_id: int, metric_crs: int, covered: Covered) -> Survey:
    """Compare a survey anew: with hotspots where they are now and the model as it is now. NotFound."""
    scenario = history.held(session, key)
    survey = find(session, scenario, survey_id)
    rows = session.execute(_READ, {"survey": survey.id, "crs": metric_crs}).all()
    there = spots.listed(session, scenario.id)
    spots_at = _in_metres(session, [each.at for each in there], metric_crs)
    measured = [Square(row.hotspot_key, row.band, row.x, row.y, row.dbm) for row in rows]
    model = comparing.modelled(measured, _sites(there, spots_at), covered)
    session.execute(_MODELLED, {"ids": [row.id for row in rows], "models": model.tolist()})
    _set(survey, comparing.agreement(np.array([row.dbm for row in rows]), model))
    session.flush()
    return survey


def use(session: Session, key: str, survey_id: int, *, by: str, now: datetime) -> Scenario:
    """Add the survey's offset to every modelled signal of the plan, from now on; who did is kept.

    It is a correction of the model, no change of the plan: an approved one takes it too. NotFound; Conflict
    for an offset that is not to be trusted, or for a plan that was withdrawn.
    """
    scenario = history.held(session, key)
    if scenario.status == "withdrawn":
        raise Conflict(N_("This plan was withdrawn. Open it again before you change it."))
    survey = find(session, scenario, survey_id)
    found = comparing.Agreement(survey.compared, survey.offset_db, survey.sd_db)
    scenario.offset_db = comparing.check(found)
    survey.used_by, survey.used_at = by, now
    scenario.revision += 1
    scenario.changed_at = now
    session.flush()
    return scenario


def forget_offset(session: Session, key: str, *, now: datetime) -> Scenario:
    """Let the plan's signals be as the model has them."""
    scenario = history.held(session, key)
    if scenario.offset_db:
        scenario.offset_db = 0.0
        scenario.revision += 1
        scenario.changed_at = now
    return scenario


def remove(session: Session, key: str, survey_id: int) -> None:
    """Take a survey and its readings away; an offset that was used of it stays until another is. NotFound."""
    session.delete(find(session, history.held(session, key), survey_id))
    session.flush()


def find(session: Session, scenario: Scenario, survey_id: int) -> Survey:
    """A survey of the plan. NotFound."""
    query = select(Survey).where(Survey.id == survey_id, Survey.scenario_id == scenario.id)
    survey = session.scalar(query) if is_id(survey_id) else None
    if survey is None:
        raise NotFound(N_("This plan has no such survey."))
    return survey


def _check_new(session: Session, scenario: Scenario, digest: str) -> None:
    query = select(Survey).where(Survey.scenario_id == scenario.id)
    if (same := session.scalar(query.where(Survey.digest == digest))) is not None:
        raise Conflict(
            N_("This file was taken over already: “%(title)s”, by %(person)s."),
            title=same.title,
            person=same.by,
        )
    if (session.scalar(select(func.count()).select_from(query.subquery())) or 0) >= MOST:
        raise Conflict(N_("This plan has %(most)s surveys already. Remove one first."), most=MOST)


def _nothing(read: formats.Read, left: Mapping[str, int], there: Sequence[Spot]) -> Invalid:
    """Why nothing of a file was kept."""
    if not read.lines:
        return Invalid("file", N_("This file has no readings of Wi-Fi with an exact enough place."))
    if left.get("others", 0) >= left.get("far", 0):
        return Invalid(
            "names",
            N_("None of the networks in this file is on your list. Write the commune's own there."),
        )
    if not any(spot.status in matching.HEARD for spot in there):
        return Invalid(
            "file",
            N_(
                "No hotspot of this plan hangs yet. Say in the list which network is which hotspot:"
                " name = hotspot."
            ),
        )
    return Invalid(
        "file", N_("Nothing was measured within %(metres)s m of a hotspot."), metres=round(RADIUS_M)
    )


def _counts(read: formats.Read, left: Mapping[str, int], found: Sequence[Square]) -> dict[str, Any]:
    taken = len(read.lines) - sum(left.values())
    return {
        "taken": taken,
        "squares": len(found),
        "left": {**read.left, **left},
        "bad": len(read.bad),
        "bad_lines": [[number, why] for number, why in read.bad[: formats.TOLD]],
    }


def _in_metres(session: Session, places: Sequence[LonLat], metric_crs: int) -> matching.Floats:
    """Places in metres of the commune's metric CRS, shape (n, 2)."""
    return np.array(spots.in_metres(session, places, metric_crs), dtype=float).reshape(-1, 2)


def _sites(there: Sequence[Spot], at: matching.Floats) -> dict[str, Site]:
    return {spot.key: spots.site(spot.values, x, y) for spot, (x, y) in zip(there, at, strict=True)}


def _write(session: Session, survey: Survey, found: Sequence[Square], model: Any, metric_crs: int) -> None:
    session.execute(
        _WRITTEN,
        {
            "survey": survey.id,
            "crs": metric_crs,
            "hotspots": [square.hotspot for square in found],
            "bands": [square.band for square in found],
            "xs": [square.x for square in found],
            "ys": [square.y for square in found],
            "dbms": [square.dbm for square in found],
            "models": model.tolist(),
        },
    )


def _set(survey: Survey, found: comparing.Agreement) -> None:
    survey.compared, survey.offset_db, survey.sd_db = found.compared, found.offset_db, found.sd_db


def _band(given: str) -> Band:
    for band in BANDS:
        if given == band:
            return band
    raise Invalid("band", N_("Choose one of the list."))
