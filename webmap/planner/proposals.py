"""Proposals of better sites on the web: asked for, watched, stopped, taken over."""

from typing import Any

from flask import Blueprint, g, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid
from geo.wifi import hotspots, scenarios
from geo.wifi.models import Proposal
from geo.wifi.siting import proposals
from webmap.planner import acts, asked, proposing, showing

blueprint = Blueprint(
    "planner_proposals", __name__, url_prefix="/planner/<key>/proposals", template_folder="../templates"
)
blueprint.after_request(unkept)
blueprint.register_error_handler(Invalid, acts.told)
blueprint.register_error_handler(Conflict, acts.told)


@blueprint.post("")
@open_to(Role.PLANNER)
def ask(key: str) -> ResponseReturnValue:
    """Have the best sites for the plan's budget and weights looked for in the background."""
    showing.needed()
    scenario = scenarios.find(db.session, key)
    made = proposals.ask(db.session, scenario, by=g.staff_name, now=clock.now(), languages=g.order)
    db.session.commit()
    return _answer(key, made)


@blueprint.get("/<int:proposal>")
@open_to(Role.PLANNER)
def progress(key: str, proposal: int) -> ResponseReturnValue:
    """How far it is: best, bound, gap and seconds; its sites once it has ended."""
    scenario = scenarios.find(db.session, key)
    return jsonify(_told(key, proposals.find(db.session, scenario.id, proposal)))


@blueprint.post("/<int:proposal>/stop")
@open_to(Role.PLANNER)
def stop(key: str, proposal: int) -> ResponseReturnValue:
    """End the search with the best so far."""
    scenario = scenarios.find(db.session, key)
    stopped = proposals.stop(db.session, scenario.id, proposal, now=clock.now())
    db.session.commit()
    return _answer(key, stopped)


@blueprint.post("/<int:proposal>/adopt")
@open_to(Role.PLANNER)
def adopt(key: str, proposal: int) -> ResponseReturnValue:
    """Take its sites over into the plan, beside what is there or instead of it."""
    instead = asked.truth(asked.given(), "instead")
    scenario = scenarios.find(db.session, key)
    sites = proposals.sites(proposals.find(db.session, scenario.id, proposal))
    hotspots.adopt(
        db.session,
        g.commune,
        showing.needed(),
        key,
        sites,
        instead=instead,
        by=g.staff_name,
        now=clock.now(),
    )
    return acts.done(key)


def _answer(key: str, proposal: Proposal) -> ResponseReturnValue:
    if asked.by_script():
        return jsonify(_told(key, proposal))
    return redirect(url_for("planner.shown", key=key, _anchor="proposal"), 303)


def _told(key: str, proposal: Proposal) -> dict[str, Any]:
    """What the script takes: whether it goes on, the part of the page, the sites for the map."""
    return {
        "open": proposal.state in proposals.OPEN,
        "url": url_for(".progress", key=key, proposal=proposal.id),
        "parts": {"proposal": proposing.part(key, proposal)},
        "sites": proposing.sites(proposal),
    }
