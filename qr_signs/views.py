"""Signs on the web: /q/NUMBER is what is printed; the page behind it comes at once, without a redirect."""

import logging

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from core import caching, clock
from core.accounts import Role, open_to
from core.db import db
from core.errors import Invalid, NotFound
from core.languages import Said, say
from core.settings import Settings
from geo import locator, monuments, places, routes
from geo.features import Way
from geo.monuments import MonumentPage
from geo.places import PlacePage
from geo.wifi import public
from qr_signs import register, reports, tags
from qr_signs.models import Sign
from qr_signs.register import NeedsTag, WrongTag
from qr_signs.vocabulary import REPORTS

log = logging.getLogger("athar")
blueprint = Blueprint("qr_signs", __name__, template_folder="templates")

COUNTED = frozenset(("qr_signs.scan", "qr_signs.scan_in"))


@blueprint.get("/Q/<code>")
@blueprint.get("/q/<code>")
@open_to(Role.PUBLIC, same_for_all=True)
def scan(code: str) -> ResponseReturnValue:
    """The page behind a sign, in the language that the reader or their phone asks for."""
    return _shown(code)


@blueprint.get("/Q/<code>/<tongue:lang>")
@blueprint.get("/q/<code>/<tongue:lang>")
@open_to(Role.PUBLIC, same_for_all=True)
def scan_in(code: str) -> ResponseReturnValue:
    """The same in a language chosen by hand, which the browser then remembers."""
    return _shown(code)


@blueprint.get("/q")
@open_to(Role.PUBLIC)
def typed() -> ResponseReturnValue:
    """From the form where a code is typed to its address."""
    code = "".join(request.args.get("code", "")[:40].split()).replace("/", "-")
    return redirect(url_for("qr_signs.scan", code=code or "-"))


@blueprint.get("/q/<code>/report")
@open_to(Role.PUBLIC)
def report(code: str) -> ResponseReturnValue:
    """What is wrong with this sign? One tap each."""
    return _report_form(code)


def _report_form(code: str, wrong: Invalid | None = None) -> Response:
    sign = _reported(code)
    page = render_template(
        "qr_signs/report.html", sign=sign, code=code[:40], kinds=REPORTS, wrong=wrong, given=request.form
    )
    return make_response(page, 422 if wrong else 200, {"Cache-Control": "no-store"})


@blueprint.post("/q/<code>/report")
@open_to(Role.PUBLIC)
def reported(code: str) -> ResponseReturnValue:
    """Keep a report. Nothing about who sent it is kept."""
    try:
        note = request.form.get("note", "")
        reports.file(db.session, _reported(code), request.form.get("kind", ""), note, now=clock.now())
    except Invalid as wrong:
        db.session.rollback()
        return _report_form(code, wrong)
    db.session.commit()
    page = render_template("qr_signs/thanks.html", code=code[:40])
    return make_response(page, 200, {"Cache-Control": "no-store"})


def _reported(code: str) -> Sign:
    """The sign that a report is about: also with a wrong tag, for then something is wrong indeed."""
    try:
        sign = db.session.get(Sign, tags.split(code).code)
    except ValueError:
        sign = None
    if sign is None:
        raise NotFound("No sign has this number.")
    return sign


@blueprint.after_request
def count(response: Response) -> Response:
    """Count a page that was shown, and remember a language chosen by hand. Neither can fail the page."""
    if request.endpoint not in COUNTED:
        return response
    if response.status_code in (200, 304) and request.method == "GET" and "roles" not in g:
        _count((request.view_args or {})["code"])
        if request.endpoint == "qr_signs.scan_in":
            caching.remember_language(response)
    return response


def _count(typed_code: str) -> None:
    try:
        counter = current_app.extensions["scan_counter"]
        counter.note(tags.split(typed_code).code, g.lang, clock.today())
    except Exception:
        # A number that is lost is a small harm; a page that is lost is a visitor standing in the street.
        log.exception("a scan was not counted")


def sign_key() -> str:
    """The key behind tags."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.SIGN_KEY


def _shown(typed_code: str) -> ResponseReturnValue:
    try:
        sign = register.behind(db.session, typed_code, sign_key())
    except (WrongTag, NeedsTag) as doubtful:
        html = render_template("qr_signs/doubtful.html", typed=typed_code[:40], why=doubtful)
        return make_response(html, 404, {"Cache-Control": "no-store"})
    except NotFound:
        return _mistyped(typed_code)
    target = register.target(db.session, sign)
    if sign.withdrawn_at is not None or target is None:
        return _withdrawn(sign)
    if (at_stop := register.stop_of(db.session, sign)) is not None:
        target = at_stop
    if target.layer == "monuments":
        return _monument(sign, target.key)
    if target.layer == "routes":
        speed = g.commune.walking_speed_kmh
        page = routes.page(db.session, target.key, g.order, speed)
        return render_template(
            "webmap/route.html", page=page, pace="usual", speed=speed, map=None, ld=None, sign=sign
        )
    return _place(sign, target.key)


def _monument(sign: Sign, key: str) -> ResponseReturnValue:
    page = monuments.page(db.session, key, g.order, g.commune.walking_speed_kmh, g.today if g.zones else None)
    small_map = locator.of_monument(db.session, g.published.ground, page, g.commune.metric_crs)
    return render_template(
        "webmap/monument.html", page=page, locator=small_map, ld=None, wifi=_wifi(page), sign=sign
    )


def _place(sign: Sign, key: str) -> ResponseReturnValue:
    day = g.today if g.zones else None
    page = places.page(db.session, key, g.order, g.commune.walking_speed_kmh, g.commune.metric_crs, day)
    small_map = locator.drawing(g.published.ground, here=page.at_metres, error_m=page.error_m)
    return render_template("qr_signs/place.html", page=page, locator=small_map, wifi=_wifi(page), sign=sign)


def _wifi(page: MonumentPage | PlacePage) -> Way | None:
    """The way to the nearest public Wi-Fi, if one is on air near what a sign leads to."""
    hotspots = public.network(db.reading, g.published.stamp)
    return public.nearby(hotspots, page.at, g.commune.walking_speed_kmh, error_m=page.error_m)


def _mistyped(typed_code: str) -> ResponseReturnValue:
    found = register.suggestions(db.session, typed_code, sign_key())
    page = render_template("qr_signs/unknown.html", typed=typed_code[:40], suggestions=found)
    return make_response(page, 404, {"Cache-Control": "no-store"})


def _withdrawn(sign: Sign) -> ResponseReturnValue:
    reason = say({lang: Said(text, lang) for lang, text in sign.reason.items()}, g.order)
    page = render_template("qr_signs/withdrawn.html", sign=sign, reason=reason)
    return make_response(page, 410, {"Cache-Control": "no-store"})
