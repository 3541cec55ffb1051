"""A plan's surveys on the web: a file is brought, compared with the model, its offset used or not."""

from typing import Any, Final

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, Problem
from core.translation import translate
from geo.vocabulary import N_
from geo.wifi import coverage, scenarios
from geo.wifi.catalogue import BANDS
from geo.wifi.surveys import comparing, formats, reading, taking
from geo.wifi.surveys.comparing import Covered
from geo.wifi.surveys.taking import Given
from webmap.planner import drawing, showing

blueprint = Blueprint(
    "planner_surveys", __name__, url_prefix="/planner/<key>/surveys", template_folder="../templates"
)
blueprint.after_request(unkept)

PER_PAGE: Final = 50
FURTHEST_PAGE: Final = 2000
LEFT: Final = {
    "others": N_("networks of others: not kept"),
    "far": N_("too far from any hotspot that hangs"),
    "other_kind": N_("no Wi-Fi (Bluetooth, mobile network)"),
    "unplaced": N_("without a place"),
    "inexact": N_("place known to more than 30 m only"),
    "other_band": N_("other bands than 2.4 and 5 GHz"),
}
"""Why lines of a file were left out."""
SIGNS: Final = {
    "near": N_("within 6 dB of the model"),
    "above": N_("stronger than modelled"),
    "below": N_("weaker than modelled"),
    "alone": N_("no model there"),
}


@blueprint.get("")
@open_to(Role.PLANNER)
def listed(key: str) -> ResponseReturnValue:
    """The surveys of a plan, and a form to bring another."""
    return _list(key)


@blueprint.post("")
@open_to(Role.PLANNER)
def bring(key: str) -> ResponseReturnValue:
    """Take a file over: what it tells of the plan's own hotspots is kept and compared, the rest is not."""
    request.max_content_length = formats.LARGEST_BYTES + 64 * 1024
    form, sent = request.form, request.files.get("file")
    data = sent.read(formats.LARGEST_BYTES + 1) if sent else b""
    try:
        if not data:
            raise Invalid("file", N_("Choose the file of your program."))
        given = Given(data, form.get("title", ""), form.get("names", ""), form.get("band", ""))
        survey = taking.take(
            db.session, key, g.commune.metric_crs, _covered(), given, by=g.staff_name, now=clock.now()
        )
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _list(key, wrong)
    db.session.commit()
    return redirect(url_for(".shown", key=key, survey_id=survey.id), 303)


@blueprint.get("/<int:survey_id>")
@open_to(Role.PLANNER)
def shown(key: str, survey_id: int) -> ResponseReturnValue:
    """One survey: model against measurement, by band and place by place."""
    return _page(key, survey_id)


@blueprint.post("/<int:survey_id>/use")
@open_to(Role.PLANNER)
def use(key: str, survey_id: int) -> ResponseReturnValue:
    """Add its offset to the signals of the plan."""
    try:
        taking.use(db.session, key, survey_id, by=g.staff_name, now=clock.now())
    except Conflict as wrong:
        db.session.rollback()
        return _page(key, survey_id, wrong)
    db.session.commit()
    return redirect(url_for(".shown", key=key, survey_id=survey_id), 303)


@blueprint.post("/<int:survey_id>/compare")
@open_to(Role.PLANNER)
def compare(key: str, survey_id: int) -> ResponseReturnValue:
    """Compare it anew, with hotspots and model as they are now."""
    taking.compare(db.session, key, survey_id, g.commune.metric_crs, _covered())
    db.session.commit()
    return redirect(url_for(".shown", key=key, survey_id=survey_id), 303)


@blueprint.post("/<int:survey_id>/remove")
@open_to(Role.PLANNER)
def remove(key: str, survey_id: int) -> ResponseReturnValue:
    """Take it away with its readings."""
    taking.remove(db.session, key, survey_id)
    db.session.commit()
    return redirect(url_for(".listed", key=key), 303)


@blueprint.post("/forget-offset")
@open_to(Role.PLANNER)
def forget(key: str) -> ResponseReturnValue:
    """Let the plan's signals be as the model has them."""
    taking.forget_offset(db.session, key, now=clock.now())
    db.session.commit()
    return redirect(url_for(".listed", key=key), 303)


def _covered() -> Covered:
    """The model, without any offset. Conflict where the commune has no equipment."""
    known = showing.needed()
    return lambda site, band: coverage.of(db.session, g.commune, known, site, band)


def _list(key: str, wrong: Problem | None = None) -> Response:
    scenario = scenarios.find(db.session, key)
    html = render_template(
        "planner/surveys.html",
        scenario=scenario,
        surveys=reading.listed(db.session, scenario),
        bands=BANDS,
        given=request.form,
        ready=bool(g.commune.wifi),
        megabytes=formats.LARGEST_BYTES // 2**20,
        most=formats.MOST_LINES,
        wrong=_said(wrong),
    )
    return Response(html, 422 if wrong else 200)


def _page(key: str, survey_id: int, wrong: Problem | None = None) -> Response:
    scenario = scenarios.find(db.session, key)
    at = paging.asked(FURTHEST_PAGE)
    page = reading.page(db.session, scenario, survey_id, limit=PER_PAGE, offset=(at - 1) * PER_PAGE)
    html = render_template(
        "planner/survey.html",
        scenario=scenario,
        page=page,
        survey=page.survey,
        here=paging.of(at, page.total, PER_PAGE),
        left=LEFT,
        signs=SIGNS,
        sign=drawing.sign,
        scatter=drawing.scatter(page.drawn, page.survey.offset_db),
        places=drawing.places(page.drawn),
        sizes=drawing,
        usable=_usable(page),
        wrong=_said(wrong),
    )
    return Response(html, 422 if wrong else 200)


def _usable(page: reading.SurveyPage) -> str:
    """Why its offset may not be used; empty where it may."""
    survey = page.survey
    try:
        comparing.check(comparing.Agreement(survey.compared, survey.offset_db, survey.sd_db))
    except Conflict as why:
        return _said(why)
    return ""


def _said(wrong: Problem | None) -> str:
    values: dict[str, Any] = wrong.values if wrong else {}
    return translate(wrong.message, values=values) if wrong else ""
