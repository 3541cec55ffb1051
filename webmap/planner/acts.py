"""What planners do with a plan, and what the public says of it: by the screen's script or by plain forms.

The script sends JSON and gets the plan's new state; a form gets the page it came from. Wrong input, a
conflict or a refusal is told in both: as JSON {message, field}, or at the top of the page.
"""

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, holds, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from core.translation import translate
from geo.vocabulary import N_
from geo.wifi import comments, history, hotspots, lifecycle, scenarios, tuning
from webmap.planner import asked, obliging, showing, views, words

blueprint = Blueprint("planner_acts", __name__, url_prefix="/planner", template_folder="../templates")
blueprint.after_request(unkept)


@blueprint.errorhandler(Invalid)
@blueprint.errorhandler(Conflict)
def told(problem: Invalid | Conflict) -> ResponseReturnValue:
    """What cannot be taken, and why; nothing of the request is kept. A conflict brings the newest state."""
    db.session.rollback()
    try:
        return _told(problem, (request.view_args or {}).get("key", ""))
    except NotFound as gone:  # the plan itself: told as everywhere
        return current_app.handle_user_exception(gone)


def _told(problem: Invalid | Conflict, key: str) -> ResponseReturnValue:
    status = 409 if isinstance(problem, Conflict) else 422
    if not asked.by_script():
        return views.page_of(key, problem, status) if key else views.listing(problem, status)
    answer: dict[str, Any] = {
        "message": translate(problem.message, values=problem.values),
        "field": problem.field if isinstance(problem, Invalid) else None,
    }
    if isinstance(problem, Conflict) and key:
        answer["state"] = showing.state(showing.plan(key))
    return jsonify(answer), status


@blueprint.post("")
@open_to(Role.PLANNER)
def create() -> ResponseReturnValue:
    """A new plan."""
    sent = asked.given()
    budget = asked.decimal(sent.get("budget_mad"), "budget_mad")
    made = scenarios.create(
        db.session, sent.get("title", ""), budget_mad=budget, by=g.staff_name, now=clock.now()
    )
    db.session.commit()
    return redirect(url_for("planner.shown", key=made.key), 303)


@blueprint.post("/<key>/copy")
@open_to(Role.PLANNER)
def copy(key: str) -> ResponseReturnValue:
    """A draft like this plan."""
    title = asked.given().get("title", "")
    made = scenarios.copy(db.session, key, title, by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for("planner.shown", key=made.key), 303)


@blueprint.get("/<key>/state")
@open_to(Role.PUBLIC)
def state(key: str) -> ResponseReturnValue:
    """The plan as it is now; nothing if it is still at the revision ?seen=."""
    scenario = scenarios.find(db.session, key, public=not holds(Role.PLANNER))
    if request.args.get("seen") == str(scenario.revision):
        return Response(status=204)
    return jsonify(showing.state(showing.plan(key)))


@blueprint.post("/<key>/hotspots")
@open_to(Role.PLANNER)
def place(key: str) -> ResponseReturnValue:
    """A new hotspot."""
    values = asked.hotspot(asked.given())
    changed = hotspots.place(
        db.session, g.commune, showing.needed(), key, values, by=g.staff_name, now=clock.now()
    )
    return done(key, hotspot=changed.hotspot.key if changed.hotspot else None)


@blueprint.post("/<key>/hotspots/<hotspot>")
@open_to(Role.PLANNER)
def change(key: str, hotspot: str) -> ResponseReturnValue:
    """Move, turn, rename a hotspot, give it another model or power."""
    sent = asked.given()
    hotspots.change(
        db.session,
        g.commune,
        showing.needed(),
        key,
        hotspot,
        asked.hotspot(sent),
        seen=asked.revision(sent),
        by=g.staff_name,
        now=clock.now(),
    )
    return done(key, hotspot=hotspot)


@blueprint.post("/<key>/hotspots/<hotspot>/try")
@open_to(Role.PLANNER)
def attempt(key: str, hotspot: str) -> ResponseReturnValue:
    """Numbers and coverage as they would be with a hotspot changed; nothing is kept."""
    return jsonify(showing.attempt(key, hotspot, asked.hotspot(asked.given())))


@blueprint.post("/<key>/hotspots/<hotspot>/remove")
@open_to(Role.PLANNER)
def remove(key: str, hotspot: str) -> ResponseReturnValue:
    """Take a hotspot away."""
    seen = asked.revision(asked.given())
    hotspots.remove(db.session, key, hotspot, seen=seen, by=g.staff_name, now=clock.now())
    return done(key)


@blueprint.post("/<key>/hotspots/<hotspot>/status")
@open_to(Role.PLANNER)
def step(key: str, hotspot: str) -> ResponseReturnValue:
    """Note that a hotspot was ordered, installed, put on air, broke, was removed."""
    sent = asked.given()
    lifecycle.step(
        db.session,
        key,
        hotspot,
        asked.text(sent, "status"),
        note=asked.text(sent, "note", 1000),
        seen=asked.revision(sent),
        by=g.staff_name,
        now=clock.now(),
    )
    return done(key, hotspot=hotspot)


@blueprint.post("/<key>/undo")
@open_to(Role.PLANNER)
def undo(key: str) -> ResponseReturnValue:
    """Take back one's own last change."""
    back = history.undo(db.session, key, by=g.staff_name, now=clock.now(), own=True)
    return done(key, hotspot=back.keys[0] if len(back.keys) == 1 else None)


@blueprint.post("/<key>/redo")
@open_to(Role.PLANNER)
def redo(key: str) -> ResponseReturnValue:
    """Do again what one has taken back."""
    back = history.redo(db.session, key, by=g.staff_name, now=clock.now(), own=True)
    return done(key, hotspot=back.keys[0] if len(back.keys) == 1 else None)


@blueprint.post("/<key>/channels")
@open_to(Role.PLANNER)
def channels(key: str) -> ResponseReturnValue:
    """Choose channels for all hotspots, so that they disturb each other least."""
    tuning.tune(db.session, g.commune, showing.needed(), key, by=g.staff_name, now=clock.now())
    return done(key)


@blueprint.post("/<key>/settings")
@open_to(Role.PLANNER)
def settings(key: str) -> ResponseReturnValue:
    """Title, budget, what counts how much."""
    sent = asked.given()
    scenarios.change(
        db.session,
        key,
        asked.settings(sent),
        seen=asked.revision(sent),
        by=g.staff_name,
        now=clock.now(),
    )
    return done(key)


@blueprint.post("/<key>/rules")
@open_to(Role.PLANNER)
def oblige(key: str) -> ResponseReturnValue:
    """What a proposal has to keep to, all of it. Conflict if somebody changed it since the form was made."""
    scenario = scenarios.find(db.session, key)
    if asked.by_script():
        sent = asked.given()
        rules, seen = sent.get("rules"), asked.revision(sent)
    else:
        rules = asked.rules(request.form, scenario.rules)
        unchanged = request.form.get("held") == obliging.digest(scenario.rules)
        seen = scenario.revision if unchanged else asked.revision({"seen": request.form.get("as_of")})
    scenarios.change(db.session, key, {"rules": rules}, seen=seen, by=g.staff_name, now=clock.now())
    showing.check_rules(scenario.rules)
    db.session.commit()
    if asked.by_script():
        return done(key)
    return redirect(url_for("planner.shown", key=key, _anchor="proposal"), 303)


@blueprint.post("/<key>/step")
@open_to(Role.PLANNER)
def move(key: str) -> ResponseReturnValue:
    """A step in the plan's life: before the council, approved, put aside, open to everybody."""
    sent = asked.given()
    what, now = asked.text(sent, "step"), clock.now()
    if what not in words.STEPS:
        raise Invalid("step", N_("Choose one of the list."))
    if what == "approve":
        instead = asked.text(sent, "instead_of") or None
        showing.approve(key, asked.revision(sent), instead, now)
    elif what == "withdraw":
        scenarios.withdraw(db.session, key, by=g.staff_name, now=now)
    elif what in ("consult", "close"):
        scenarios.consult(db.session, key, is_open=what == "consult", now=now)
    else:
        simple = {"submit": scenarios.submit, "take_back": scenarios.take_back, "reopen": scenarios.reopen}
        simple[what](db.session, key, now=now)
    return done(key)


@blueprint.post("/<key>/comments")
@open_to(Role.PUBLIC)
def say(key: str) -> ResponseReturnValue:
    """Say something of the plan or of one of its hotspots."""
    sent = asked.given()
    by = g.staff_name if holds(Role.PLANNER) else None
    about = asked.text(sent, "hotspot", 40) or None
    comments.say(db.session, key, sent.get("text", ""), by=by, now=clock.now(), hotspot=about)
    return done(key, said=True)


@blueprint.post("/<key>/comments/<int:comment>")
@open_to(Role.PLANNER)
def judge(key: str, comment: int) -> ResponseReturnValue:
    """Let a comment through, hide it, or delete it."""
    what = asked.text(asked.given(), "what")
    if what == "delete":
        comments.delete(db.session, key, comment)
    elif what in ("show", "hide"):
        comments.show(db.session, key, comment, shown=what == "show")
    else:
        raise Invalid("what", N_("Choose one of the list."))
    return done(key)


def done(key: str, *, hotspot: str | None = None, said: bool = False) -> ResponseReturnValue:
    """Keep what was done; answer with the plan as it is now."""
    db.session.commit()
    if asked.by_script():
        return jsonify({**showing.state(showing.plan(key)), "hotspot": hotspot})
    anchor = "said" if said else f"h-{hotspot}" if hotspot else None
    return redirect(url_for("planner.shown", key=key, said=1 if said else None, _anchor=anchor), 303)
