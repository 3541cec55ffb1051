"""The desk of warnings: one person drafts, another reads and issues; updates and all-clears the same way."""

from typing import Final

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, Refused
from core.translation import translate
from geo import published
from geo.alerts import cap, drafting, reading, shown, texts
from geo.alerts.active import Message
from geo.alerts.drafting import Given, Person, Stale
from geo.alerts.vocabulary import PLACES
from geo.hazards import exposure, listing
from geo.vocabulary import HAZARDS
from webmap import alert_area, alert_forms, screens, style
from webmap.ogc import answers
from webmap.risks import WORDS, method

blueprint = Blueprint("alerts_desk", __name__, url_prefix="/desk/alerts", template_folder="templates")
blueprint.after_request(unkept)

PER_PAGE: Final = 50
NAMED: Final = 60
"""Things in an area that the page of a message names."""


@blueprint.get("")
@open_to(Role.RISK)
def listed() -> ResponseReturnValue:
    """Drafts that wait, and what was issued."""
    page = paging.asked()
    now = clock.now()
    waiting, _ = reading.drafts(db.session, now, limit=drafting.MOST_DRAFTS, offset=0)
    issued, total = reading.issued(db.session, now, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    here = paging.of(page, total, PER_PAGE)
    return render_template("risks/desk/alerts.html", waiting=waiting, issued=issued, here=here, words=WORDS)


@blueprint.get("/new")
@open_to(Role.RISK)
def new() -> ResponseReturnValue:
    """The form of a new warning."""
    return _form(alert_forms.new(clock.now()))


@blueprint.post("/new")
@open_to(Role.RISK)
def draft() -> ResponseReturnValue:
    """Keep a new draft."""
    given = alert_forms.typed(request.form)
    try:
        alert = drafting.draft(db.session, g.commune, given, _person(), now=clock.now())
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _form(given, wrong)
    return _kept(alert.id)


@blueprint.get("/<int:alert_id>")
@open_to(Role.RISK)
def message(alert_id: int) -> ResponseReturnValue:
    """A message as it will be, or was, sent; with what can be done with it."""
    return _page(alert_id)


def _page(alert_id: int, wrong: Refused | Invalid | Conflict | None = None) -> Response:
    found = reading.by_id(db.session, alert_id, clock.now())
    html = render_template(
        "risks/desk/alert.html",
        message=found,
        base=reading.version(db.session, alert_id),
        area=alert_area.of(alert_id),
        size=shown.size(db.session, alert_id),
        exposed=exposure.of_warning(db.session, g.commune, alert_id),
        near_m=exposure.USUAL_M,
        things=exposure.things_warned(db.session, g.commune, alert_id, g.order, limit=NAMED),
        most=NAMED,
        method=method(),
        layers=style.LAYERS,
        shapes=style.SHAPES,
        sheets=screens.DRAWN_SHEETS,
        scripts=alert_area.SHOWN_SCRIPTS,
        earlier=reading.before(db.session, alert_id),
        mine=_person().is_among(list(map(dict, found.written_by))),
        words=WORDS,
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
    )
    return Response(html, _status(wrong))


def _status(wrong: Refused | Invalid | Conflict | None) -> int:
    if wrong is None:
        return 200
    return 403 if isinstance(wrong, Refused) else 409 if isinstance(wrong, Conflict) else 422


@blueprint.get("/<int:alert_id>/change")
@open_to(Role.RISK)
def changing(alert_id: int) -> ResponseReturnValue:
    """The form of a draft."""
    drafting.unsent(db.session, alert_id)
    return _form(alert_forms.of(reading.by_id(db.session, alert_id, clock.now())), of=alert_id)


@blueprint.post("/<int:alert_id>/change")
@open_to(Role.RISK)
def change(alert_id: int) -> ResponseReturnValue:
    """Change a draft."""
    given = alert_forms.typed(request.form)
    try:
        drafting.change(
            db.session,
            g.commune,
            alert_id,
            given,
            _person(),
            now=clock.now(),
            base=request.form.get("base", ""),
        )
    except (Invalid, Stale) as wrong:
        db.session.rollback()
        return _form(given, wrong, of=alert_id)
    return _kept(alert_id)


@blueprint.get("/<int:alert_id>/<any(Update, Cancel):kind>")
@open_to(Role.RISK)
def following(alert_id: int, kind: str) -> ResponseReturnValue:
    """The form of an update, filled in as the message was, or of an all-clear; Conflict once it is over."""
    now = clock.now()
    drafting.in_force(db.session, alert_id, now)
    found = reading.by_id(db.session, alert_id, now)
    return _form(alert_forms.of(found, kind=kind), of=alert_id, kind=kind, before=found)


@blueprint.post("/<int:alert_id>/<any(Update, Cancel):kind>")
@open_to(Role.RISK)
def follow(alert_id: int, kind: str) -> ResponseReturnValue:
    """Keep the draft of an update or an all-clear."""
    given = alert_forms.typed(request.form)
    try:
        alert = drafting.follow(db.session, g.commune, alert_id, kind, given, _person(), now=clock.now())
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        before = reading.by_id(db.session, alert_id, clock.now())
        return _form(given, wrong, of=alert_id, kind=kind, before=before)
    return _kept(alert.id)


@blueprint.post("/<int:alert_id>/issue")
@open_to(Role.RISK, confirmed=True)
def issue(alert_id: int) -> ResponseReturnValue:
    """Send a draft out. Whoever wrote at it is refused."""
    try:
        drafting.issue(
            db.session,
            g.commune,
            alert_id,
            _person(),
            now=clock.now(),
            base=request.form.get("base", ""),
        )
    except (Refused, Invalid, Conflict) as wrong:
        db.session.rollback()
        return _page(alert_id, wrong)
    published.touch(db.session)
    return _kept(alert_id)


@blueprint.post("/<int:alert_id>/discard")
@open_to(Role.RISK)
def discard(alert_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    drafting.discard(db.session, alert_id)
    db.session.commit()
    return redirect(url_for(".listed"), 303)


@blueprint.get("/<int:alert_id>.xml")
@open_to(Role.RISK)
def preview(alert_id: int) -> ResponseReturnValue:
    """The message as CAP 1.2, drafts too: with status Draft."""
    found = reading.by_id(db.session, alert_id, clock.now())
    body = cap.document(
        found,
        reading.before(db.session, alert_id),
        reading.rings(db.session, alert_id),
        g.commune,
        answers.base(),
    )
    return Response(body, content_type=f"{cap.MEDIA}; charset=utf-8")


@blueprint.get("/shapes.geojson")
@open_to(Role.RISK)
def shapes() -> ResponseReturnValue:
    """The commune and its zones, for the map of the form."""
    found = shown.shapes(db.session, g.commune, alert_area.OFFERED)
    return Response(found, content_type="application/geo+json")


def _base(of: int | None, kind: str, wrong: Invalid | Conflict | None) -> str:
    # What was typed on an older draft stays on it until somebody has seen how it stands now.
    if isinstance(wrong, Invalid):
        return request.form.get("base", "")
    return reading.version(db.session, of) if of and not kind else ""


def _kept(alert_id: int) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for(".message", alert_id=alert_id), 303)


def _person() -> Person:
    return Person(g.staff_name, g.known.account_id)


def _form(
    given: Given,
    wrong: Invalid | Conflict | None = None,
    *,
    of: int | None = None,
    kind: str = "",
    before: Message | None = None,
) -> ResponseReturnValue:
    zones, _ = listing.touching(
        db.session, g.commune.context_bbox, g.order, g.today, record=False, limit=alert_area.OFFERED
    )
    others = None
    if of and isinstance(wrong, Stale):
        now_there = alert_forms.of(reading.by_id(db.session, of, clock.now()))
        others = list(alert_forms.others(given, now_there))
    html = render_template(
        "risks/desk/form.html",
        given=given,
        of=of,
        kind=kind,
        before=before.texts if before else {},
        base=_base(of, kind, wrong),
        others=others,
        over=bool(kind) and isinstance(wrong, Conflict),
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
        field=wrong.field if isinstance(wrong, Invalid) else "",
        zones=zones,
        hazards=HAZARDS,
        places=PLACES,
        names=texts.NAMES,
        longest=texts.LONGEST,
        words=WORDS,
        **alert_area.drawn(),
    )
    return Response(html, _status(wrong))
