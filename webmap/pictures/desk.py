"""The desk of pictures: the list of things, and the pictures of one thing."""

from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging, store
from core.accounts import Role, holds, open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, NotFound, Refused
from core.imaging import intake, limits, renditions
from core.translation import translate
from geo import published
from geo.pictures import keeping, lists
from geo.pictures.licences import LICENCES
from geo.pictures.lists import Thing
from geo.pictures.models import DRAFT, PUBLISHED, Picture
from geo.vocabulary import N_
from webmap.pictures import forms
from webmap.pictures.serving import keeper

blueprint = Blueprint("desk_pictures", __name__, url_prefix="/desk/pictures", template_folder="../templates")
blueprint.after_request(unkept)

PER_PAGE: Final = 50
Wrong = Invalid | Conflict
Refusal = tuple[str, str]
"""Name of a file, and why it was not taken, in the reader's language."""


@blueprint.get("")
@open_to(Role.EDITOR, Role.TOURISM)
def listed() -> ResponseReturnValue:
    """Things with their pictures: by state, by what they lack, by name."""
    page = paging.asked()
    mine = [layer for layer in keeping.PICTURED if holds(keeper(layer))]
    asked = {name: request.args.get(name, "")[:100].strip() for name in ("layer", "state", "lacks", "q")}
    layers = [layer for layer in mine if asked["layer"] in ("", layer)]
    found = lists.found(
        db.session,
        layers,
        g.order,
        state=asked["state"] if asked["state"] in lists.STATES else "",
        lacks=asked["lacks"] if asked["lacks"] in g.commune.languages else "",
        words=asked["q"],
        limit=PER_PAGE,
        offset=(page - 1) * PER_PAGE,
    )
    return render_template(
        "webmap/desk_pictures.html",
        found=found,
        asked=asked,
        mine=mine,
        layers=forms.LAYERS,
        states=lists.STATES,
        here=paging.of(page, found.total, PER_PAGE),
    )


def _thing(layer: str, key: str) -> Thing:
    """The thing of the address; NotFound, or Refused for who does not keep its layer."""
    if layer not in keeping.PICTURED:
        raise NotFound(N_("There is no such thing on the map."))
    if not holds(keeper(layer)):
        raise Refused(N_("Pictures of walks are kept by the tourism council, all others by editors."))
    return lists.thing(db.session, layer, key, g.order)


@blueprint.get("/<layer>/<key>")
@open_to(Role.EDITOR, Role.TOURISM)
def thing(layer: str, key: str) -> ResponseReturnValue:
    """The pictures of a thing, and a form to bring more."""
    return _page(_thing(layer, key))


def _page(
    about: Thing, wrong: Wrong | None = None, refused: Sequence[Refusal] = (), typed: int | None = None
) -> Response:
    """`typed` is the number of the picture whose form was sent: what stood in it is shown again."""
    required = keeping.required(g.commune)
    pictures = lists.of_thing(db.session, about.id)
    html = render_template(
        "webmap/desk_pictures_of.html",
        about=about,
        pictures=pictures,
        alts={each.id: {alt.lang: alt for alt in each.alts} for each in pictures},
        lacking={each.id: keeping.lacking(each, required) for each in pictures},
        lacking_words=forms.LACKING,
        required=required,
        languages=[*required, *(lang for lang in g.commune.languages if lang not in required)],
        licences=LICENCES,
        last=lists.latest(db.session, g.staff_name),
        layers=forms.LAYERS,
        states=lists.STATES,
        preview=renditions.preview,
        longest=keeping.LONGEST,
        megabytes=limits.LARGEST_BYTES // 2**20,
        most_files=forms.MOST_FILES,
        today=clock.today(),
        wrong=wrong,
        refused=refused,
        typed=typed,
        given=request.form,
    )
    status = 409 if isinstance(wrong, Conflict) else 422 if wrong or refused else 200
    return Response(html, status)


@blueprint.post("/<layer>/<key>")
@open_to(Role.EDITOR, Role.TOURISM)
def bring(layer: str, key: str) -> ResponseReturnValue:
    """Take pictures. Those that can be taken are kept; of each other one it is said why not."""
    request.max_content_length = forms.LARGEST_REQUEST + 64 * 1024
    about = _thing(layer, key)
    try:
        words = forms.words(request.form)
        chosen = forms.chosen(request.files.getlist("file"))
        refused = _brought(about, words, chosen)
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _answered(about, wrong, [])
    db.session.commit()
    return _answered(about, None, refused)


def _brought(about: Thing, words: keeping.Words, chosen: Sequence[Any]) -> list[Refusal]:
    refused: list[Refusal] = []
    taken = []
    # All are read before the first is kept: nobody waits for a thing while pictures are decoded.
    for file in chosen:
        try:
            taken.append(intake.cleaned(file.stream.read(limits.LARGEST_BYTES + 1)))
        except Invalid as wrong:
            refused.append((forms.shown_name(file), _said(wrong)))
    files = store.of(current_app.config["SETTINGS"])
    for cleaned in taken:
        keeping.bring(db.session, files, about.id, cleaned, words, by=g.staff_name, now=clock.now())
    return refused


def _answered(about: Thing, wrong: Wrong | None, refused: list[Refusal]) -> ResponseReturnValue:
    """For the page's script what went wrong; for a form without it the page."""
    if request.accept_mimetypes.best == "application/json":
        told = [f"{name}: {why}" for name, why in refused]
        said = [_said(wrong)] if wrong else told
        return jsonify(refused=said), 409 if isinstance(wrong, Conflict) else 422 if said else 200
    if wrong or refused:
        return _page(about, wrong, refused)
    return redirect(url_for(".thing", layer=about.layer, key=about.key), 303)


def _said(wrong: Wrong) -> str:
    return translate(wrong.message, values=wrong.values)


@blueprint.get("/<layer>/<key>/state")
@open_to(Role.EDITOR, Role.TOURISM)
def state(layer: str, key: str) -> ResponseReturnValue:
    """For the page's script: how far the sizes of each picture are."""
    pictures = lists.of_thing(db.session, _thing(layer, key).id)
    return jsonify(
        {
            each.id: {"ready": each.ready_at is not None, "problem": translate(each.problem)}
            for each in pictures
        }
    )


@blueprint.post("/<layer>/<key>/<int:picture_id>/words")
@open_to(Role.EDITOR, Role.TOURISM)
def describe(layer: str, key: str, picture_id: int) -> ResponseReturnValue:
    """Keep what is said of a picture; publish it, if that button was used."""
    about = _thing(layer, key)
    required = keeping.required(g.commune)
    try:
        picture = keeping.one(db.session, about.id, picture_id, forms.seen(request.form))
        keeping.describe(picture, forms.words(request.form, g.commune.languages), g.commune.languages)
        publishing = request.form.get("then") == "publish" and picture.state == DRAFT
        if publishing and not keeping.lacking(picture, required):
            keeping.publish(picture, required, by=g.staff_name, now=clock.now())
        elif picture.state == PUBLISHED:
            keeping.check(picture, required)
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _page(about, wrong, typed=picture_id)
    done = _done(about, picture, shown=picture.state == PUBLISHED)
    if publishing and picture.state != PUBLISHED:
        return _page(
            about, Invalid("state", N_("The texts are kept. To be published, it needs what is listed."))
        )
    return done


@blueprint.post("/<layer>/<key>/<int:picture_id>/<any(withdraw, restore, up, down):act>")
@open_to(Role.EDITOR, Role.TOURISM)
def change(layer: str, key: str, picture_id: int, act: str) -> ResponseReturnValue:
    """Withdraw a picture, take it back as a draft, or move it up or down."""
    about = _thing(layer, key)
    try:
        picture = keeping.one(db.session, about.id, picture_id)
        shown = picture.state == PUBLISHED
        if act == "withdraw":
            keeping.withdraw(picture, by=g.staff_name, now=clock.now())
        elif act == "restore":
            keeping.restore(picture)
        else:
            keeping.move(db.session, picture, up=act == "up")
    except Conflict as wrong:
        db.session.rollback()
        return _page(about, wrong)
    return _done(about, picture, shown=shown)


def _done(about: Thing, picture: Picture, *, shown: bool) -> ResponseReturnValue:
    """Pages of everybody follow at once, if the picture is on them."""
    if shown:
        published.touch(db.session)
    db.session.commit()
    address = url_for(".thing", layer=about.layer, key=about.key, _anchor=f"picture-{picture.id}")
    return redirect(address, 303)
