"""What published pictures show, in words, for translators: beside the picture what other languages say."""

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import open_to
from core.db import db
from core.errors import Conflict, Invalid, NotFound, Problem, Refused
from core.imaging import renditions
from geo import published
from geo.pictures import keeping, untold
from geo.pictures.keeping import PICTURED
from geo.vocabulary import N_
from webmap.desks import person
from webmap.translations.room import READS, WRITES, blueprint, language, page

PER_PAGE = 20
"""Pictures are seen there, not only read."""


@blueprint.get("/translations/<lang:into>/pictures")
@open_to(*READS)
def pictures(into: str) -> ResponseReturnValue:
    """Published pictures that say nothing in this language, or what a machine drafted."""
    return _page(language(into))


def _page(lang: str, wrong: Problem | None = None, typed: int = 0) -> ResponseReturnValue:
    """`typed` is the number of the picture whose text was sent: it is shown again as it was typed."""
    number = paging.asked()
    total, found = untold.listed(
        db.session, lang, PICTURED, g.order, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    others = [g.commune.source_language, *g.order]
    return page(
        "pictures",
        wrong,
        status=409 if isinstance(wrong, Conflict) else 422,
        lang=lang,
        total=total,
        found=found,
        here=paging.of(number, total, PER_PAGE),
        others=[code for code in dict.fromkeys(others) if code != lang],
        may={layer: person().may_edit(layer, lang) for layer in PICTURED},
        preview=renditions.preview,
        longest=keeping.LONGEST["alt"],
        typed=typed,
        given=request.form,
    )


@blueprint.post("/translations/<lang:into>/pictures/<int:picture_id>")
@open_to(*WRITES)
def describe_picture(into: str, picture_id: int) -> ResponseReturnValue:
    """Keep what a picture shows; everybody reads it at once."""
    lang, seen = language(into), request.form.get("seen", "")
    layer = untold.layer_of(db.session, picture_id)
    if layer is None:
        raise NotFound(N_("There is no such picture here."))
    if not person().may_edit(layer, lang):
        raise Refused(N_("Your account does not translate into this language."))
    try:
        keeping.tell(
            db.session, picture_id, lang, request.form.get("alt", "")[: 4 * keeping.LONGEST["alt"]],
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1,
        )  # fmt: skip
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _page(lang, wrong, picture_id)
    published.touch(db.session)
    db.session.commit()
    return redirect(url_for(".pictures", into=lang, page=request.args.get("page") or None), 303)
