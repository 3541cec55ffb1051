"""Making a thing, opening it, changing one of its parts."""

import re
import unicodedata
from typing import Any, Final

from flask import Blueprint, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid
from core.translation import translate
from geo.editing import versions, walks
from geo.editing.checking import BadRecord
from geo.editing.parts import FACTS, WALKS
from geo.editing.rights import SEES
from geo.editing.versions import Stale
from geo.loading.words import KEY
from geo.vocabulary import N_
from webmap import desks
from webmap.ground import forms, pages, telling
from webmap.ground.pages import Draft
from webmap.ground.views import LAYER

blueprint = Blueprint("ground_things", __name__, url_prefix="/desk", template_folder="../templates")
blueprint.after_request(unkept)

TAKEN: Final = ("new",)
"""Keys that would be an address of the desk itself."""


@blueprint.before_request
def _room() -> None:
    """An outline of many corners is longer than other forms."""
    request.max_content_length = request.max_form_memory_size = forms.LARGEST_BYTES


@blueprint.get(f"{LAYER}/new")
@open_to(*SEES)
def new(layer: str) -> ResponseReturnValue:
    """An empty form."""
    return pages.new(layer)


@blueprint.post(f"{LAYER}/new")
@open_to(*SEES)
def create(layer: str) -> ResponseReturnValue:
    """A new thing, as drafts."""
    person = desks.person()
    person.check(layer, FACTS)
    form = request.form
    contents: dict[str, Any] = {FACTS: forms.facts(form, layer, {}, g.commune.bbox)}
    for lang in g.commune.languages:
        if said := form.get(f"name-{lang}", "").strip():
            contents[lang] = {"name": {"text": said, "state": "written"}}
    key = form.get("key", "").strip() or _key(contents)
    draft = Draft(contents, key=key, sought=form.get("seek", "").strip()[:100])
    if form.get("do"):
        return pages.new(layer, draft)
    try:
        if not KEY.fullmatch(key) or key in TAKEN:
            raise Invalid("key", N_("Give a short name of a-z, digits and hyphens."))
        versions.create(db.session, layer, key, contents, person=person, now=clock.now())
    except (BadRecord, Invalid, Conflict) as bad:
        db.session.rollback()
        draft.wrong = _wrong(layer, FACTS, bad)
        return pages.refused(layer, draft.wrong, pages.new(layer, draft, 422))
    db.session.commit()
    return done(layer, key, FACTS, "saved", 1)


def _wrong(layer: str, part: str, bad: BadRecord | Invalid | Conflict) -> list[telling.Wrong]:
    if isinstance(bad, BadRecord):
        return telling.wrong(layer, part, bad)
    return [telling.Wrong("key", translate(N_("Short name")), translate(bad.message, values=bad.values), "")]


def _key(contents: dict[str, Any]) -> str:
    """A short name out of a name in Latin letters; "" if there is none."""
    for lang in ("fr", "en", "es", "de"):
        said = contents.get(lang, {}).get("name", {}).get("text", "")
        plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
        if key := re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-"):
            return key
    return ""


@blueprint.get(f"{LAYER}/<key>")
@open_to(*SEES)
def shown(layer: str, key: str) -> ResponseReturnValue:
    """A thing: where and what it is."""
    return pages.thing(layer, key, FACTS)


@blueprint.get(f"{LAYER}/<key>/<part>")
@open_to(*SEES)
def part(layer: str, key: str, part: str) -> ResponseReturnValue:
    """A thing's facts, or its texts in a language."""
    return pages.thing(layer, key, part)


@blueprint.post(f"{LAYER}/<key>/<part>")
@open_to(*SEES)
def save(layer: str, key: str, part: str) -> ResponseReturnValue:
    """Keep a part as a draft; 409 with both changes if somebody came between."""
    desks.person().check(layer, pages.part_of(part))
    form, base = request.form, _base()
    content = _typed(layer, key, part, base)
    draft = Draft({part: content}, base=base, sought=form.get("seek", "").strip()[:100])
    if form.get("do"):
        return pages.thing(layer, key, part, draft)
    return _keep(layer, key, part, content, draft, "saved")


@blueprint.post(f"{LAYER}/<key>/<part>/merge")
@open_to(*SEES)
def merge(layer: str, key: str, part: str) -> ResponseReturnValue:
    """Keep what came of two people's changes, with whose value was chosen where they clashed."""
    desks.person().check(layer, pages.part_of(part))
    base = _base()
    theirs = versions.version(db.session, layer, key, part, base).content
    chosen = [
        name[7:] for name, whose in request.form.items() if name.startswith("choose-") and whose == "theirs"
    ]
    content = forms.merged(request.form, chosen, theirs)
    return _keep(layer, key, part, content, Draft({part: content}, base=base), "merged")


def _base() -> int:
    typed = request.form.get("base", "")
    if not typed.isdecimal() or len(typed) > 9:
        raise Invalid("base", N_("What was sent cannot be read."))
    return int(typed)


def _typed(layer: str, key: str, part: str, base: int) -> dict[str, Any]:
    """The part that the form tells, on what it began from."""
    there = versions.find(db.session, layer, key)
    now = there.parts.get(part, pages.NOTHING)
    began = now.content
    if base not in (0, now.version):
        began = versions.version(db.session, layer, key, part, base).content
    if part == FACTS:
        return forms.facts(request.form, layer, began, g.commune.bbox)
    source = there.parts.get(g.commune.source_language) if part != g.commune.source_language else None
    names = forms.text_fields(layer, there.parts[FACTS].content)
    return forms.texts(request.form, names, began, source.content if source else None)


def _keep(
    layer: str, key: str, part: str, content: dict[str, Any], draft: Draft, said: str
) -> ResponseReturnValue:
    person, now, base = desks.person(), clock.now(), draft.base or 0
    try:
        if layer == WALKS and part == FACTS:
            number = walks.save(db.session, key, content, base=base, person=person, now=now)
        else:
            number = versions.save(db.session, layer, key, part, content, base=base, person=person, now=now)
    except Stale as stale:
        db.session.rollback()
        return pages.stale(layer, key, part, stale)
    except BadRecord as bad:
        db.session.rollback()
        draft.wrong = telling.wrong(layer, part, bad)
        return pages.refused(layer, draft.wrong, pages.thing(layer, key, part, draft, 422))
    if number == base:
        db.session.rollback()  # not even a record that it was looked at
        return done(layer, key, part, "same", number)
    db.session.commit()
    return done(layer, key, part, said, number)


def done(layer: str, key: str, part: str, said: str, number: int) -> ResponseReturnValue:
    """Where it goes on after something was kept."""
    following = url_for("ground_things.part", layer=layer, key=key, part=part, done=said)
    if pages.by_script():
        return jsonify(next=following, version=number, key=key)
    return redirect(following, 303)
