"""The planner's pages: plans, one plan on the map, two plans side by side.

Planners see every plan and may change drafts; everybody else reads those that are open for consultation, at
the same addresses.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import Role, holds, open_to
from core.caching import unkept
from core.db import db
from core.errors import Problem
from core.translation import translate
from geo.wifi import comparing, scenarios
from geo.wifi.vocabulary import PLANS
from webmap import maps, screens, style
from webmap.planner import proposing, settings, showing, sketching

blueprint = Blueprint("planner", __name__, url_prefix="/planner", template_folder="../templates")
blueprint.after_request(unkept)

PER_PAGE: Final = 30
SCRIPTS: Final = (*style.SCRIPTS, "planner.js", "planner-saving.js", "planner-marks.js", "planner-panel.js",
                  "planner-proposal.js")  # fmt: skip
SHEETS: Final = (*style.SHEETS, "desk.css", "planner.css")
USUAL_MAD: Final = 60_000
"""Budget that a new plan begins with where there is no catalogue to say so."""


@blueprint.get("")
@open_to(Role.PUBLIC)
def listed() -> ResponseReturnValue:
    """Plans: for planners all of them, for others those open for consultation."""
    return listing()


def listing(wrong: Problem | None = None, status: int = 200) -> ResponseReturnValue:
    """The page with the list, and what was wrong with what was sent."""
    page, staff = paging.asked(), holds(Role.PLANNER)
    found = scenarios.listed(db.session, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, public=not staff)
    here = paging.of(page, found.total, PER_PAGE)
    known = showing.equipment()
    html = render_template(
        "planner/plans.html",
        found=found,
        here=here,
        plans=PLANS,
        equipment=known,
        budget=known.budget_mad if known else USUAL_MAD,
        form=request.form if wrong else {},
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
    )
    return Response(html, status)


@blueprint.get("/<key>")
@open_to(Role.PUBLIC)
def shown(key: str) -> ResponseReturnValue:
    """One plan: the map with its hotspots, what they would do, what they cost, what is said of it."""
    return page_of(key)


def page_of(key: str, wrong: Problem | None = None, status: int = 200) -> ResponseReturnValue:
    """A plan's page, and what was wrong with what was sent."""
    plan = showing.plan(key)
    edited, values = _edited(plan, request.form if wrong else {})
    duties = request.form if wrong and request.endpoint == "planner_acts.oblige" else None
    others = scenarios.listed(db.session, limit=PER_PAGE).lines if plan.staff else ()
    html = render_template(
        "planner/plan.html",
        **showing.context(plan),
        map=screens.plan(),
        style=style,
        scripts=SCRIPTS,
        sheets=SHEETS,
        settings=maps.as_script(settings.of(plan)),
        links=showing.links(key) if plan.staff else (),
        others=[line for line in others if line.scenario.key != key],
        proposal_part=proposing.part(key, proposing.newest(plan.scenario)) if plan.staff else "",
        edited=edited,
        values=values,
        duty=showing.obliged(plan, duties, wrong if duties else None) if plan.editable else None,
        asked_for=bool(request.args.get("edit")) or bool(wrong and not duties),
        spot=next((each for each in plan.hotspots if each.key == edited), None),
        copy_title=f"{plan.scenario.title} (2)"[:120],
        thanked=request.args.get("said") == "1",
        form=request.form if wrong else {},
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
    )
    return Response(html, status)


def _edited(plan: showing.Plan, typed: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """Which hotspot the form is of ("": a new one) and what stands in it: what was typed goes first."""
    asked_for = request.args.get("edit") or (request.view_args or {}).get("hotspot", "")
    spot = next((each for each in plan.hotspots if each.key == asked_for), None)
    values = dict(spot.plan) if spot else settings.new(plan)
    return spot.key if spot else "", {**values, **{name: typed[name] for name in values if name in typed}}


@blueprint.get("/compare")
@open_to(Role.PUBLIC)
def compare() -> ResponseReturnValue:
    """Two plans side by side: ?a=KEY&b=KEY."""
    staff = holds(Role.PLANNER)
    found = scenarios.listed(db.session, limit=PER_PAGE, public=not staff)
    keys = [request.args.get(name, "")[:40] for name in ("a", "b")]
    plans = [showing.plan(key) for key in keys] if all(keys) else []
    outlooks = [plan.outlook for plan in plans if plan.outlook]
    known = showing.equipment()
    html = render_template(
        "planner/compare.html",
        found=found,
        keys=keys,
        plans=plans,
        rows=comparing.rows(outlooks) if len(outlooks) == len(keys) else [],
        drawings=sketching.drawings(g.published.ground, known, outlooks) if known else [],
        frame=sketching,
        statuses=PLANS,
    )
    return Response(html)
