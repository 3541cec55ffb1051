"""A file of things is brought: its columns are named, what it would do is looked through, and taken over."""

from typing import Final

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging, translation
from core.accounts import Role, holds, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, NotFound, Problem, Refused
from geo.editing.importing import batches, fields, formats, tables, told
from geo.editing.importing.models import ImportBatch
from geo.editing.rights import EDITS
from geo.vocabulary import KINDS, N_, NAMELESS_LAYERS, PRECISIONS, WIDE_LAYERS
from webmap.desks import person
from webmap.importing import drawing, words

blueprint = Blueprint("importing", __name__, url_prefix="/desk/import", template_folder="../templates")
blueprint.after_request(unkept)

ROLES: Final = (Role.EDITOR, Role.PLANNER, Role.RISK)
"""Who edits a layer that can be imported; which of them, is checked for each layer."""
PER_PAGE: Final = 50
FURTHEST_PAGE: Final = tables.MOST_ROWS // PER_PAGE
MOST_DRAWN: Final = 2_000


@blueprint.get("")
@open_to(*ROLES)
def start() -> ResponseReturnValue:
    """The layers that one may bring files for."""
    mine = {layer: name for layer, name in words.LAYERS.items() if holds(EDITS[layer])}
    return render_template("importing/start.html", layers=mine)


@blueprint.get("/<layer>")
@open_to(*ROLES)
def bring(layer: str) -> ResponseReturnValue:
    """A form to bring a file, and what one has brought this week."""
    return _bring(layer)


@blueprint.post("/<layer>")
@open_to(*ROLES)
def read(layer: str) -> ResponseReturnValue:
    """Read a file and keep its rows; the file itself is not kept."""
    _check(layer)
    request.max_content_length = tables.LARGEST_BYTES + 64 * 1024
    sent = request.files.get("file")
    data = sent.read(tables.LARGEST_BYTES + 1) if sent else b""
    if sent:
        sent.close()
    try:
        if not data:
            raise Invalid("file", N_("Choose a file."))
        table = formats.read(db.session, data, request.form.get("part", "")[:200])
        known = fields.targets(layer, table.form, g.commune.languages)
        before = batches.remembered(db.session, layer)
        guess = fields.guessed(table.columns, known, g.commune.source_language, before)
        title = tables.titled(sent.filename or "" if sent else "")
        batch = batches.store(db.session, layer, title, table, guess, person=person(), now=clock.now())
    except Invalid as wrong:
        db.session.rollback()
        return _bring(layer, wrong)
    db.session.commit()
    next_ = ".shown" if batch.stage == "shown" else ".columns"
    return redirect(url_for(next_, layer=layer, batch_id=batch.id), 303)


@blueprint.get("/<layer>/<int:batch_id>/columns")
@open_to(*ROLES)
def columns(layer: str, batch_id: int) -> ResponseReturnValue:
    """What each column is: a guess, to be put right; and what is to be said for all rows."""
    return _columns(_found(layer, batch_id))


@blueprint.post("/<layer>/<int:batch_id>/columns")
@open_to(*ROLES)
def name(layer: str, batch_id: int) -> ResponseReturnValue:
    """Name the columns; the preview is worked out by that."""
    batch = _held(layer, batch_id)
    given = {
        "columns": {
            column: request.form.get(f"column-{index}", "") for index, column in enumerate(batch.columns)
        },
        "constants": {each: request.form.get(each, "") for each in fields.CONSTANTS},
    }
    try:
        if batch.form == fields.FOLDER:
            raise Conflict(N_("Lines of the data folder have no columns to be named."))
        mapping = fields.chosen(layer, batch.form, batch.columns, g.commune.languages, given)
        batches.show(db.session, batch, mapping, now=clock.now())
    except Invalid as wrong:
        db.session.rollback()
        return _columns(_found(layer, batch_id), given, wrong)
    db.session.commit()
    return redirect(url_for(".shown", layer=layer, batch_id=batch_id), 303)


@blueprint.get("/<layer>/<int:batch_id>")
@open_to(*ROLES)
def shown(layer: str, batch_id: int) -> ResponseReturnValue:
    """What the file would add, change or not do, a page of it; later what came of it."""
    batch = _found(layer, batch_id)
    if batch.stage == "read":
        return redirect(url_for(".columns", layer=layer, batch_id=batch_id), 303)
    return _preview(batch)


@blueprint.post("/<layer>/<int:batch_id>")
@open_to(*ROLES)
def decide(layer: str, batch_id: int) -> ResponseReturnValue:
    """Keep the ticks of a page, or tick or untick all rows of an outcome; then go on, or take over."""
    batch = _held(layer, batch_id)
    numbers = _numbers("row")
    same = {row: request.form.get(f"same-{row}", "")[:80] for row in numbers if f"same-{row}" in request.form}
    act, _, outcome = request.form.get("act", "keep").partition(":")
    batches.decide(db.session, batch, numbers, _numbers("tick"), same)
    if act in ("all", "none"):
        batches.tick_all(db.session, batch, outcome, act == "all")
    try:
        if act == "take":
            batches.take(db.session, batch, person=person())
    except Conflict as wrong:
        db.session.rollback()
        return _preview(_found(layer, batch_id), wrong)
    db.session.commit()
    if act == "take":
        return redirect(url_for(".shown", layer=layer, batch_id=batch_id), 303)
    page, show = request.args.get("page"), request.args.get("show")
    return redirect(url_for(".shown", layer=layer, batch_id=batch_id, page=page, show=show), 303)


@blueprint.post("/<layer>/<int:batch_id>/again")
@open_to(*ROLES)
def again(layer: str, batch_id: int) -> ResponseReturnValue:
    """Put a take-over in line once more that did not come to its end."""
    batches.again(db.session, _found(layer, batch_id), person=person())
    db.session.commit()
    return redirect(url_for(".shown", layer=layer, batch_id=batch_id), 303)


@blueprint.post("/<layer>/<int:batch_id>/remove")
@open_to(*ROLES)
def remove(layer: str, batch_id: int) -> ResponseReturnValue:
    """Forget what was brought; drafts that came of it stay."""
    batches.remove(db.session, _held(layer, batch_id))
    db.session.commit()
    return redirect(url_for(".bring", layer=layer), 303)


def _check(layer: str) -> None:
    if layer not in words.LAYERS:
        raise NotFound(N_("There is no such layer, or no file can be brought for it."))
    if not holds(EDITS[layer]):
        raise Refused(N_("Your account does not hold the role for this part of the map."))


def _found(layer: str, batch_id: int) -> ImportBatch:
    _check(layer)
    return batches.find(db.session, layer, batch_id, person=person(), now=clock.now())


def _held(layer: str, batch_id: int) -> ImportBatch:
    _check(layer)
    return batches.held(db.session, layer, batch_id, person=person(), now=clock.now())


def _numbers(name: str) -> list[int]:
    """Row numbers of a form, as many as a page has."""
    typed = request.form.getlist(name)[:PER_PAGE]
    return [int(each) for each in typed if each.isascii() and each.isdecimal() and len(each) < 7]


def _bring(layer: str, wrong: Problem | None = None) -> Response:
    _check(layer)
    html = render_template(
        "importing/bring.html",
        layer=layer,
        title=words.LAYERS[layer],
        brought=batches.listed(db.session, layer, person=person(), now=clock.now()),
        forms=words.FORMS,
        stages=words.STAGES,
        megabytes=tables.LARGEST_BYTES // 2**20,
        most=tables.MOST_ROWS,
        parts=wrong.names if isinstance(wrong, tables.SeveralLayers) else [],
        wrong=_said(wrong),
    )
    return Response(html, 422 if wrong else 200)


def _columns(
    batch: ImportBatch, given: fields.Mapped | None = None, wrong: Invalid | None = None
) -> Response:
    targets = fields.targets(batch.layer, batch.form, g.commune.languages)
    html = render_template(
        "importing/columns.html",
        layer=batch.layer,
        title=words.LAYERS[batch.layer],
        batch=batch,
        remarks=[told.read(one) for one in batch.remarks],
        targets=targets,
        mapping=given or batch.mapping,
        sample=batches.sample(db.session, batch),
        kinds=KINDS[batch.layer],
        precisions=PRECISIONS,
        states=fields.STATES,
        nameless=batch.layer in NAMELESS_LAYERS,
        wrong_field=wrong.field if wrong else "",
        wrong=_said(wrong),
    )
    return Response(html, 422 if wrong else 200)


def _preview(batch: ImportBatch, wrong: Problem | None = None) -> Response:
    show = request.args.get("show", "")
    at = paging.asked(FURTHEST_PAGE)
    total, rows = batches.page(db.session, batch, show, limit=PER_PAGE, offset=(at - 1) * PER_PAGE)
    box = g.commune.context_bbox if batch.layer in WIDE_LAYERS else g.commune.bbox
    drawn = batches.places(db.session, batch, MOST_DRAWN)
    html = render_template(
        "importing/preview.html",
        layer=batch.layer,
        title=words.LAYERS[batch.layer],
        batch=batch,
        rows=rows,
        counts=batches.counts(db.session, batch),
        show=show,
        here=paging.of(at, total, PER_PAGE),
        outcomes=words.OUTCOMES,
        taken=words.TAKEN,
        words=words,
        sentence=told.read,
        sheet=drawing,
        drawing=drawing.places(drawn, batches.around(db.session, batch.layer, box, MOST_DRAWN), box),
        wrong=_said(wrong),
    )
    return Response(html, 422 if wrong else 200)


def _said(wrong: Problem | None) -> str:
    return translation.told(told.of_error(wrong)) if wrong else ""
