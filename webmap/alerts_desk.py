"""The desk of warnings: one person drafts, another reads and issues; updates and all-clears the same way."""

from dataclasses import replace
from datetime import timedelta
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
from geo.alerts import cap, drafting, reading, texts
from geo.alerts.active import Message
from geo.alerts.drafting import Given, Person
from geo.alerts.vocabulary import PLACES
from geo.hazards import listing
from geo.vocabulary import HAZARDS
from webmap.ogc import answers
from webmap.risks import WORDS

blueprint = Blueprint("alerts_desk", __name__, url_prefix="/desk/alerts", template_folder="templates")
blueprint.after_request(unkept)

PER_PAGE: Final = 50
OFFERED: Final = 200
"""Risk zones that one may choose as an area."""
USUAL: Final = timedelta(hours=12)
"""How long a new warning lasts unless something else is said."""


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
    now = g.commune.local(clock.now())
    return _form(Given(place="commune", onset=_clock(now), expires=_clock(now + USUAL)))


@blueprint.post("/new")
@open_to(Role.RISK)
def draft() -> ResponseReturnValue:
    """Keep a new draft."""
    given = _given()
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
        earlier=reading.before(db.session, alert_id),
        mine=_person().is_among(list(map(dict, found.written_by))),
        words=WORDS,
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
    )
    status = {Refused: 403, Conflict: 409}.get(type(wrong), 422) if wrong else 200
    return Response(html, status)


@blueprint.get("/<int:alert_id>/change")
@open_to(Role.RISK)
def changing(alert_id: int) -> ResponseReturnValue:
    """The form of a draft."""
    drafting.unsent(db.session, alert_id)
    return _form(_as_given(reading.by_id(db.session, alert_id, clock.now())), of=alert_id)


@blueprint.post("/<int:alert_id>/change")
@open_to(Role.RISK)
def change(alert_id: int) -> ResponseReturnValue:
    """Change a draft."""
    given = _given()
    try:
        drafting.change(db.session, g.commune, alert_id, given, _person())
    except Invalid as wrong:
        db.session.rollback()
        return _form(given, wrong, of=alert_id)
    return _kept(alert_id)


@blueprint.get("/<int:alert_id>/<any(Update, Cancel):kind>")
@open_to(Role.RISK)
def following(alert_id: int, kind: str) -> ResponseReturnValue:
    """The form of an update, filled in as the message was; that of an all-clear, without its words.

    An all-clear that still said to keep away would be worse than none.
    """
    found = reading.by_id(db.session, alert_id, clock.now())
    given = _as_given(found)
    if kind == "Cancel":
        given = replace(given, words={lang: {"area": said.area} for lang, said in found.texts.items()})
    return _form(given, of=alert_id, kind=kind, before=found)


@blueprint.post("/<int:alert_id>/<any(Update, Cancel):kind>")
@open_to(Role.RISK)
def follow(alert_id: int, kind: str) -> ResponseReturnValue:
    """Keep the draft of an update or an all-clear."""
    given = _given()
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
        drafting.issue(db.session, g.commune, alert_id, _person(), now=clock.now())
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
        db.session, g.commune.context_bbox, g.order, g.today, record=False, limit=OFFERED
    )
    html = render_template(
        "risks/desk/form.html",
        given=given,
        of=of,
        kind=kind,
        before=before.texts if before else {},
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
        field=wrong.field if isinstance(wrong, Invalid) else "",
        zones=zones,
        hazards=HAZARDS,
        places=PLACES,
        names=texts.NAMES,
        longest=texts.LONGEST,
        words=WORDS,
    )
    return Response(html, 422 if wrong else 200)


def _given() -> Given:
    form = request.form
    plain = {name: form.get(name, "") for name in Given.__dataclass_fields__ if name != "words"}
    words = {
        lang: {name: form.get(f"{name}-{lang}", "") for name in texts.LONGEST} for lang in g.commune.languages
    }
    return Given(**plain, words=words)


def _as_given(found: Message) -> Given:
    """A message as its form shows it."""
    return Given(
        hazard=found.hazard,
        urgency=found.urgency,
        severity=found.severity,
        certainty=found.certainty,
        onset=_clock(g.commune.local(found.onset)),
        expires=_clock(g.commune.local(found.expires)),
        place=found.place,
        zone=reading.zone_key(db.session, found.id),
        polygon=reading.geojson(db.session, found.id) if found.place == "polygon" else "",
        words={
            lang: {name: getattr(said, name) for name in texts.LONGEST} for lang, said in found.texts.items()
        },
    )


def _clock(local: object) -> str:
    return f"{local:%Y-%m-%dT%H:%M}"
