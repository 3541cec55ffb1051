"""The term list at the desk: names and words with the one form that each language gives them."""

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import Role, open_to, translates
from core.db import db
from core.errors import Conflict, Invalid, Problem, Refused
from geo.translating import terms
from geo.vocabulary import N_
from webmap.translations.room import PER_PAGE, READS, blueprint, page

KEEPERS = (Role.TRANSLATOR, Role.EDITOR)


def _mine() -> list[str]:
    """Languages whose forms the person may fix: editors all, translators their own."""
    everything = Role.EDITOR in g.roles
    return [
        lang
        for lang in g.commune.languages
        if lang != g.commune.source_language and (everything or translates(lang))
    ]


def _page(wrong: Problem | None = None) -> ResponseReturnValue:
    number, sought = paging.asked(), request.args.get("q", "").strip()[:100].replace("\0", "")
    total, found = terms.listed(db.session, sought, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return page(
        "terms", wrong, total=total, found=found, here=paging.of(number, total, PER_PAGE), sought=sought,
        mine=_mine(), keeps=any(role in g.roles for role in KEEPERS), given=request.form,
        edits=Role.EDITOR in g.roles,
    )  # fmt: skip


@blueprint.get("/terms")
@open_to(*READS)
def term_list() -> ResponseReturnValue:
    """The terms, in order."""
    return _page()


@blueprint.post("/terms")
@open_to(*KEEPERS)
def add_term() -> ResponseReturnValue:
    """A new term."""
    form = request.form
    try:
        terms.add(
            db.session, form.get("term", ""), form.get("kind", ""), note=form.get("note", ""),
            source=form.get("source", ""), by=g.staff_name, now=clock.now(),
        )  # fmt: skip
    except (Invalid, Conflict) as wrong:
        db.session.rollback()
        return _page(wrong)
    db.session.commit()
    return redirect(url_for(".term_list", q=form.get("term", "")[:100]), 303)


@blueprint.post("/terms/<int:term_id>")
@open_to(*KEEPERS)
def fix_term(term_id: int) -> ResponseReturnValue:
    """Say how a term is said, in one's own languages."""
    form = request.form
    named = {name.removeprefix("form-") for name in form if name.startswith("form-")}
    if not named <= set(_mine()):
        raise Refused(N_("Your account does not translate into this language."))
    try:
        forms = {lang: form[f"form-{lang}"] for lang in named}
        terms.fix(db.session, term_id, forms, by=g.staff_name, now=clock.now())
    except Invalid as wrong:
        db.session.rollback()
        return _page(wrong)
    db.session.commit()
    return redirect(url_for(".term_list", q=request.args.get("q") or None), 303)


@blueprint.post("/terms/<int:term_id>/remove")
@open_to(Role.EDITOR)
def remove_term(term_id: int) -> ResponseReturnValue:
    """Take a term out of the list."""
    terms.remove(db.session, term_id)
    db.session.commit()
    return redirect(url_for(".term_list"), 303)


@blueprint.post("/terms/seed")
@open_to(Role.EDITOR)
def seed_terms() -> ResponseReturnValue:
    """Take over names that sources attest or a person has reviewed."""
    terms.seed(db.session, g.commune.source_language, by=g.staff_name, now=clock.now())
    db.session.commit()
    return redirect(url_for(".term_list"), 303)
