"""Orders at the desk: place one, watch it, look at each sign's report, fetch the files."""

import json
import re
from pathlib import Path
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

import qr_signs.builds.jobs  # noqa: F401 - declares the task that orders are made by
from core import clock, jobs, paging
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Invalid, NotFound
from core.settings import Settings
from geo.vocabulary import N_
from qr_signs.artwork import sizes
from qr_signs.builds import orders, warnings, wording
from qr_signs.builds.orders import Options, Progress
from qr_signs.desk import forms, words

blueprint = Blueprint("desk_orders", __name__, url_prefix="/desk/signs/orders")

blueprint.after_request(unkept)
words.use(blueprint)

PER_PAGE: Final = 25
SIGNS_PER_PAGE: Final = 60
OF_ORDER: Final = re.compile(r"order\.csv|order\.pdf|SHA256SUMS|signs\.zip|sheet-\d{3,5}\.pdf")
OF_SIGN: Final = frozenset(
    ("print.pdf", "proof.pdf", "accessible.pdf", "symbol.svg", "symbol.png", "preview.png", "damage.png")
)
FURTHER: Final = ("es", "de")
"""Languages that an order may add to the commune's."""


@blueprint.get("")
@open_to(Role.STAFF)
def listed() -> ResponseReturnValue:
    """Orders, newest first, and the form for a new one."""
    return _form()


def _form(wrong: Invalid | None = None) -> ResponseReturnValue:
    page = paging.asked()
    html = render_template(
        "qr_signs/desk/orders.html",
        listed=orders.listed(db.session, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
        here=paging.of(page, orders.number(db.session), PER_PAGE),
        series=sizes.SERIES,
        sheets=orders.SHEETS,
        further=FURTHER,
        given=request.form if wrong else request.args,
        wrong=wrong,
        warnings=list(warnings.of(db.session, _settings())),
    )
    return Response(html, 422 if wrong else 200)


@blueprint.post("")
@open_to(Role.STAFF)
def place() -> ResponseReturnValue:
    """Place an order; the worker makes it."""
    form = request.form
    try:
        options = Options(
            size=(form.get("millimetres", "").strip() or form.get("size", "A4"))[:60],
            level=form.get("level", "H")[:4],
            distance_m=forms.decimal(form.get("distance", ""), "distance"),
            languages=tuple(lang for lang in FURTHER if lang in form.getlist("languages")),
            arrow=form.get("arrow", "")[:10],
            sheet=form.get("sheet", "")[:10],
        )
        build = orders.place(db.session, _codes(form.get("codes", "")), options, by=g.staff_name)
    except Invalid as wrong:
        db.session.rollback()
        return _form(wrong)
    jobs.defer(db.session, orders.JOB, lock=f"{orders.JOB}:{build.id}", build_id=build.id)
    db.session.commit()
    return redirect(url_for(".shown", build_id=build.id), 303)


@blueprint.get("/<int:build_id>")
@open_to(Role.STAFF)
def shown(build_id: int) -> ResponseReturnValue:
    """An order: how far it is, its signs with their pictures, its files."""
    progress = orders.progress(db.session, orders.find(db.session, build_id))
    page = paging.asked()
    here = paging.of(page, progress.total, SIGNS_PER_PAGE)
    items = orders.items(db.session, build_id, limit=SIGNS_PER_PAGE, offset=(page - 1) * SIGNS_PER_PAGE)
    directory = _directory(build_id)
    return render_template(
        "qr_signs/desk/order.html",
        progress=progress,
        options=Options.of(progress.build.options),
        items=items,
        here=here,
        files=sorted(path.name for path in directory.glob("*") if OF_ORDER.fullmatch(path.name)),
    )


@blueprint.get("/<int:build_id>.json")
@open_to(Role.STAFF)
def state(build_id: int) -> ResponseReturnValue:
    """How far an order is, for the progress bar."""
    return jsonify(_as_json(orders.progress(db.session, orders.find(db.session, build_id))))


def _as_json(progress: Progress) -> dict[str, Any]:
    build = progress.build
    return {"state": build.state, "done": progress.done, "total": progress.total, "counts": progress.counts}


@blueprint.post("/<int:build_id>/<any(stop,resume):what>")
@open_to(Role.STAFF)
def change(build_id: int, what: str) -> ResponseReturnValue:
    """Stop an order, or let it go on where it was."""
    build = orders.find(db.session, build_id)
    if what == "stop":
        orders.stop(db.session, build, now=clock.now())
    else:
        orders.resume(db.session, build)
        jobs.defer(db.session, orders.JOB, lock=f"{orders.JOB}:{build.id}", build_id=build.id)
    db.session.commit()
    return redirect(url_for(".shown", build_id=build_id), 303)


@blueprint.get("/<int:build_id>/signs/<code>")
@open_to(Role.STAFF)
def report(build_id: int, code: str) -> ResponseReturnValue:
    """What preflight found about one sign, with pictures."""
    item = orders.item(db.session, build_id, code)
    options = Options.of(orders.find(db.session, build_id).options)
    path = _directory(build_id) / "signs" / item.code / "report.json"
    reasons, unread = wording.standing(db.session, _settings(), item.code, options.languages)
    return render_template(
        "qr_signs/desk/report.html",
        build_id=build_id,
        item=item,
        report=json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None,
        reasons=reasons,
        unread=unread,
    )


@blueprint.post("/<int:build_id>/signs/<code>/approve")
@open_to(Role.STAFF)
def approve(build_id: int, code: str) -> ResponseReturnValue:
    """Note that this person read the wording of a sign; the next order may then print it."""
    item = orders.item(db.session, build_id, code)
    options = Options.of(orders.find(db.session, build_id).options)
    wording.approve(db.session, _settings(), [item.code], by=g.staff_name, extra=options.languages)
    db.session.commit()
    return redirect(url_for(".report", build_id=build_id, code=item.code, approved=1), 303)


@blueprint.get("/<int:build_id>/files/<name>")
@open_to(Role.STAFF)
def file(build_id: int, name: str) -> ResponseReturnValue:
    """A list of an order, a press sheet, or the zip of all."""
    orders.find(db.session, build_id)
    if not OF_ORDER.fullmatch(name):
        raise NotFound(N_("There is no such file."))
    return _sent(_directory(build_id) / name, f"order-{build_id}-{name}", attachment=True)


@blueprint.get("/<int:build_id>/signs/<code>/<name>")
@open_to(Role.STAFF)
def sign_file(build_id: int, code: str, name: str) -> ResponseReturnValue:
    """A file of one sign."""
    item = orders.item(db.session, build_id, code)
    if name not in OF_SIGN:
        raise NotFound(N_("There is no such file."))
    path = _directory(build_id) / "signs" / item.code / name
    return _sent(path, f"{item.code}-{name}", attachment=name.endswith((".pdf", ".svg")))


def _sent(path: Path, name: str, *, attachment: bool) -> Response:
    if not path.is_file():
        raise NotFound(N_("There is no such file."))
    return send_file(path, as_attachment=attachment, download_name=name, max_age=0)


def _directory(build_id: int) -> Path:
    return Path(_settings().FILES_DIR) / "builds" / str(build_id)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _codes(typed: str) -> list[str]:
    """Codes as a person lists them: any separators, with or without tags."""
    return [each.upper().split("-")[0] for each in re.split(r"[\s,;\0]+", typed.strip()) if each]
