"""From draft over review to the public and back; versions side by side; a look at what would be public."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import open_to
from core.caching import unkept
from core.db import db
from core.errors import Conflict, Invalid, NotFound, Refused
from geo.editing import checking, stages, versions
from geo.editing.checking import BadRecord
from geo.editing.parts import FACTS, WALKS
from geo.editing.rights import SEES
from geo.editing.versions import Stale
from geo.loading import single
from geo.vocabulary import N_
from webmap import desks, views
from webmap.ground import outline, pages, telling, words
from webmap.ground.pages import Draft
from webmap.ground.views import LAYER

blueprint = Blueprint("ground_acts", __name__, url_prefix="/desk", template_folder="../templates")
blueprint.after_request(unkept)

STEPS: Final[dict[str, Callable[..., None]]] = {
    "submit": stages.submit,
    "send-back": stages.send_back,
    "withdraw": stages.withdraw,
}
PER_PAGE: Final = 20


@blueprint.post(f'{LAYER}/<key>/<part>/<any(submit, "send-back", withdraw):act>')
@open_to(*SEES)
def step(layer: str, key: str, part: str, act: str) -> ResponseReturnValue:
    """Ask for review, send back, take away from the public."""
    desks.person().check(layer, pages.part_of(part))
    number = _number(request.form.get("version", ""))
    return _done(
        layer,
        key,
        pages.part_of(part),
        act,
        lambda: STEPS[act](
            db.session, layer, key, part, version=number, person=desks.person(), now=clock.now()
        ),
    )


@blueprint.post(f"{LAYER}/<key>/<part>/publish")
@open_to(*SEES)
def publish(layer: str, key: str, part: str) -> ResponseReturnValue:
    """Show the parts that were ticked to the public, as they were looked at."""
    ticked = [pages.part_of(one) for one in request.form.getlist("part")]
    if not ticked:
        raise Invalid("part", N_("Choose what is to be published."))
    wanted = {one: _number(request.form.get(f"version-{one}", "")) for one in ticked}
    return _done(
        layer,
        key,
        pages.part_of(part),
        "publish",
        lambda: stages.publish(
            db.session,
            layer,
            key,
            wanted,
            person=desks.person(),
            now=clock.now(),
            all_read=bool(request.form.get("all_read")),
        ),
    )


@blueprint.post(f"{LAYER}/<key>/<part>/restore")
@open_to(*SEES)
def restore(layer: str, key: str, part: str) -> ResponseReturnValue:
    """Make an old version the newest again, as a draft."""
    desks.person().check(layer, pages.part_of(part))
    number, base = (_number(request.form.get(name, "")) for name in ("number", "base"))
    return _done(
        layer,
        key,
        pages.part_of(part),
        "restore",
        lambda: versions.restore(
            db.session, layer, key, part, number, base=base, person=desks.person(), now=clock.now()
        ),
    )


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 9:
        raise Invalid("version", N_("What was sent cannot be read."))
    return int(typed)


def _done(layer: str, key: str, part: str, said: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do it and go back to the thing; what stands in the way is told there."""
    try:
        act()
    except Stale as stale:
        db.session.rollback()
        return pages.stale(layer, key, part, stale)
    except (BadRecord, Conflict, Refused) as bad:
        db.session.rollback()
        desks.person().check(layer, part)  # who has no right to the part is told so as everywhere
        status = 422 if isinstance(bad, BadRecord) else 403 if isinstance(bad, Refused) else 409
        return pages.thing(layer, key, part, Draft(wrong=telling.stopped(layer, part, bad)), status)
    db.session.commit()
    return redirect(url_for("ground_things.part", layer=layer, key=key, part=part, done=said), 303)


@blueprint.get(f"{LAYER}/<key>/<part>/versions")
@open_to(*SEES)
def history(layer: str, key: str, part: str) -> ResponseReturnValue:
    """All versions of a part, a page of them; ?first= and ?second= side by side."""
    person = desks.person()
    person.see(layer)
    there = versions.find(db.session, layer, key)
    now = there.parts.get(pages.part_of(part), pages.NOTHING)
    page = paging.asked()
    total, listed = versions.history(
        db.session, layer, key, part, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    chosen = [request.args.get(name, "") for name in ("first", "second")]
    compared: Any = None
    drawing = None
    if all(chosen):
        first, second = sorted(_number(one) for one in chosen)
        compared = telling.changes(layer, part, versions.compare(db.session, layer, key, part, first, second))
        if any(one.field == "geometry" for one in compared):
            drawing = outline.draw(
                *(
                    versions.version(db.session, layer, key, part, number).content.get("geometry")
                    for number in (first, second)
                )
            )
        chosen = [str(first), str(second)]
    return render_template(
        "ground/versions.html",
        thing=there,
        layer=layer,
        key=key,
        part=part,
        now=now,
        listed=listed,
        total=total,
        here=paging.of(page, total, PER_PAGE),
        chosen=chosen,
        compared=compared,
        drawing=drawing,
        words=words,
        outline=outline,
        may=person.may_edit(layer, part),
        name=pages.name_of(there),
        parts=(FACTS, *g.commune.languages),
    )


@blueprint.get(f"{LAYER}/<key>/preview")
@open_to(*SEES)
def preview(layer: str, key: str) -> ResponseReturnValue:
    """The public page as it would be with every draft published. Nothing of it is kept."""
    desks.person().see(layer)
    there = versions.find(db.session, layer, key)
    if layer not in pages.PAGES:
        raise NotFound(N_("Things of this layer have no page of their own."))
    g.preview = url_for("ground_things.shown", layer=layer, key=key)
    try:
        thing = checking.checked(db.session, layer, key, there.contents)
        single.publish(db.session, thing, now=clock.now())
        db.session.flush()
        html = views.route_page(key) if layer == WALKS else views.monument_page(key)
    except BadRecord as bad:
        db.session.rollback()
        return pages.thing(layer, key, FACTS, Draft(wrong=telling.wrong(layer, FACTS, bad)), 422)
    finally:
        db.session.rollback()
    return html, {"X-Robots-Tag": "noindex"}
