"""The desk for signs: the list, one sign with its life, what needs somebody, inspection on a phone."""

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core import clock, files, paging, pictures
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, NotFound
from geo.vocabulary import N_
from qr_signs import life, register, reports, tags
from qr_signs.desk import forms, lists, words
from qr_signs.life import ALLOWED, Step
from qr_signs.views import sign_key
from qr_signs.vocabulary import EVENTS, FIXINGS, MATERIALS, PURPOSES, REPORTS, STATES

blueprint = Blueprint("desk", __name__, url_prefix="/desk/signs")

words.use(blueprint)
blueprint.after_request(unkept)

PER_PAGE: Final = 50
LATEST: Final = 100
"""Events and reports that a page shows."""


@blueprint.get("")
@open_to(Role.STAFF)
def listed() -> ResponseReturnValue:
    """Signs, by state or by words."""
    page = paging.asked()
    state, asked = (request.args.get(name, "").replace("\0", "").strip()[:100] for name in ("state", "q"))
    found = lists.found(
        db.session, g.order, state=state, words=asked, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    return render_template(
        "qr_signs/desk/signs.html",
        found=found,
        states=STATES,
        purposes=PURPOSES,
        state_code=state,
        words=asked,
        here=paging.of(page, found.total, PER_PAGE),
        waiting=len(reports.open_ones(db.session, limit=LATEST)),
    )


@blueprint.get("/attention")
@open_to(Role.STAFF)
def attention() -> ResponseReturnValue:
    """Open reports, damaged signs, signs that fell silent."""
    return render_template(
        "qr_signs/desk/attention.html",
        reports=reports.open_ones(db.session, limit=LATEST),
        kinds=REPORTS,
        attention=lists.attention(db.session, g.order, clock.today(), limit=LATEST),
    )


@blueprint.post("/reports/<int:report_id>/settle")
@open_to(Role.STAFF)
def settle(report_id: int) -> ResponseReturnValue:
    """Close a report."""
    reports.settle(db.session, report_id, by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for(".attention"), 303)


@blueprint.get("/sign/<code>")
@open_to(Role.STAFF)
def sign(code: str) -> ResponseReturnValue:
    """One sign: what is known, what happened, what may happen next."""
    return _sign(code)


def _sign(code: str, wrong: Invalid | Conflict | None = None) -> ResponseReturnValue:
    line = lists.one(db.session, g.order, code)
    events = life.timeline(db.session, code, limit=LATEST)
    asked = request.args.get("target", "").strip()[:100]
    html = render_template(
        "qr_signs/desk/sign.html",
        line=line,
        number=tags.number(code, line.sign.tag or tags.tag(sign_key(), code)),
        at_stop=register.stop_of(db.session, line.sign),
        events=events,
        seen=events[0].id if events else 0,
        allowed=ALLOWED[line.sign.state],
        artworks=lists.artworks(db.session, code, limit=LATEST),
        targets=lists.targets(db.session, g.order, asked, limit=20),
        words=asked,
        reports=reports.open_ones(db.session, limit=LATEST, code=code),
        today=clock.today(),
        wrong=wrong,
        vocabulary={
            "events": EVENTS,
            "states": STATES,
            "purposes": PURPOSES,
            "materials": MATERIALS,
            "fixings": FIXINGS,
            "reports": REPORTS,
        },
    )
    status = 409 if isinstance(wrong, Conflict) else 422 if wrong else 200
    return Response(html, status)


@blueprint.post("/sign/<code>/events")
@open_to(Role.STAFF)
def record(code: str) -> ResponseReturnValue:
    """Write down what happened."""
    request.max_content_length = pictures.LARGEST_BYTES + 64 * 1024
    try:
        step = Step(
            kind=request.form.get("kind", ""),
            at=forms.day(request.form.get("at", ""), clock.now()),
            person=g.staff_name,
            note=request.form.get("note", ""),
            photo=_photo(),
            artwork_id=forms.number(request.form.get("artwork", ""), "artwork"),
            reason={lang: request.form.get(f"reason-{lang}", "")[:1000] for lang in g.commune.languages},
        )
        seen = forms.number(request.form.get("seen", ""), "seen") or 0
        life.record(db.session, code, step, seen=seen, now=clock.now())
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _sign(code, wrong)
    db.session.commit()
    return redirect(url_for(".sign", code=code), 303)


def _photo() -> str | None:
    """The uploaded photo, cleaned and kept; its name. None where there is none."""
    sent = request.files.get("photo")
    data = sent.read(pictures.LARGEST_BYTES + 1) if sent else b""
    return files.keep(forms.files_root(current_app), pictures.cleaned(data)) if data else None


@blueprint.post("/sign/<code>/target")
@open_to(Role.STAFF)
def repoint(code: str) -> ResponseReturnValue:
    """Have a sign lead somewhere else."""
    layer, _, key = request.form.get("target", "").partition("/")
    try:
        life.repoint(
            db.session,
            code,
            layer[:20],
            key[:80],
            purpose=request.form.get("purpose", ""),
            stop=forms.number(request.form.get("stop", ""), "stop"),
            person=g.staff_name,
            seen=forms.number(request.form.get("seen", ""), "seen") or 0,
            now=clock.now(),
        )
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _sign(code, wrong)
    db.session.commit()
    return redirect(url_for(".sign", code=code), 303)


@blueprint.post("/sign/<code>/details")
@open_to(Role.STAFF)
def change(code: str) -> ResponseReturnValue:
    """Change what is known of the object."""
    try:
        life.change(
            db.session,
            code,
            forms.details(request.form),
            bbox=g.commune.bbox,
            person=g.staff_name,
            seen=forms.number(request.form.get("seen", ""), "seen") or 0,
            now=clock.now(),
        )
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _sign(code, wrong)
    db.session.commit()
    return redirect(url_for(".sign", code=code), 303)


@blueprint.get("/inspect/<code>")
@open_to(Role.STAFF)
def inspect(code: str) -> ResponseReturnValue:
    """The form for standing before the sign with a phone."""
    return _inspect(code)


def _inspect(code: str, wrong: Invalid | Conflict | None = None) -> ResponseReturnValue:
    line = lists.one(db.session, g.order, code)
    events = life.timeline(db.session, code, limit=1)
    html = render_template(
        "qr_signs/desk/inspect.html",
        line=line,
        seen=events[0].id if events else 0,
        possible="inspected" in ALLOWED[line.sign.state],
        states=STATES,
        wrong=wrong,
    )
    return Response(html, 409 if isinstance(wrong, Conflict) else 422 if wrong else 200)


@blueprint.post("/inspect/<code>")
@open_to(Role.STAFF)
def inspected(code: str) -> ResponseReturnValue:
    """Keep an inspection: fine or damaged, with a photo and where the phone was."""
    request.max_content_length = pictures.LARGEST_BYTES + 64 * 1024
    try:
        lon, lat = forms.point(request.form)
        life.check_point(lon, lat, g.commune.bbox)
        where = f" ({lat:.5f}, {lon:.5f})" if lat is not None and lon is not None else ""
        kind = "damaged" if request.form.get("state") == "damaged" else "inspected"
        note = request.form.get("note", "")[: life.LONGEST_NOTE - 40] + where
        step = Step(kind, datetime.now(UTC), g.staff_name, note, photo=_photo())
        seen = forms.number(request.form.get("seen", ""), "seen") or 0
        life.record(db.session, code, step, seen=seen, now=clock.now())
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _inspect(code, wrong)
    db.session.commit()
    return redirect(url_for(".sign", code=code), 303)


@blueprint.get("/pictures/<name>")
@open_to(Role.STAFF)
def picture(name: str) -> ResponseReturnValue:
    """A photo."""
    path = files.find(forms.files_root(current_app), name)
    if path is None:
        raise NotFound(N_("There is no such file."))
    return send_file(path, mimetype=pictures.KIND, max_age=0)
