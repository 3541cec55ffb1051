"""The desk of translators: how far each language is, what there is to do, source beside target, review."""

from typing import Any, Final

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock, paging
from core.accounts import open_to
from core.db import db
from core.errors import Conflict, Invalid, Problem, Refused
from core.languages import say
from geo.editing import stages, versions
from geo.editing.checking import BadRecord
from geo.editing.versions import Stale
from geo.pictures import untold
from geo.pictures.keeping import PICTURED
from geo.translating import sheets, terms, units
from geo.translating.sheets import Given, Sheet
from geo.translating.units import RANKS, Asked
from geo.vocabulary import LAYERS, N_
from webmap.desks import is_own, person
from webmap.translations.room import PER_PAGE, READS, WRITES, blueprint, language, page
from webmap.words import STAGES

LARGEST_FORM: Final = 2 * 2**20
"""Bytes: a walk of many stops with long texts."""


@blueprint.get("/translations")
@open_to(*READS)
def progress() -> ResponseReturnValue:
    """Every language with how far it has come; one's own first."""
    mine = [lang for lang in g.commune.languages if lang in person().languages]
    langs = [*mine, *(lang for lang in g.commune.languages if lang not in mine)]
    return page(
        "progress",
        done=units.progress(db.reading, langs),
        rank_order=RANKS,
        untold=untold.count(db.reading, langs, PICTURED),
    )


def _asked() -> Asked:
    args = request.args
    rank = args.get("rank", "")
    layer = args.get("layer", "")
    stage = args.get("stage", "")
    return Asked(
        layer=layer if layer in LAYERS else "",
        field=args.get("field", "")[:20].replace("\0", ""),
        rank=rank if rank in RANKS else "",
        stage=stage if stage in STAGES else "",
        sought="".join(sign for sign in args.get("q", "")[: units.LONGEST_SOUGHT] if sign.isprintable()),
        to_do=rank != "all",
    )


@blueprint.get("/translations/<lang:into>")
@open_to(*READS)
def listed(into: str) -> ResponseReturnValue:
    """The texts of a language, the most needed first."""
    lang, number, asked = language(into), paging.asked(), _asked()
    total = units.counted(db.reading, lang, asked)
    at = paging.of(number, total, PER_PAGE)
    there, fields = units.choices(db.reading, lang)
    found = units.page(db.reading, lang, asked, g.order, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    narrowed = ("layer", "field", "rank", "stage", "q")
    kept = {name: request.args[name] for name in narrowed if request.args.get(name)}
    return page(
        "units", lang=lang, asked=asked, total=total, here=at, units=found, kept=kept,
        there=there, fields=fields, done=units.progress(db.reading, [lang])[lang], rank_order=RANKS,
    )  # fmt: skip


@blueprint.get("/translations/<lang:into>/review")
@open_to(*READS)
def waiting(into: str) -> ResponseReturnValue:
    """What waits for a second person, the longest first."""
    lang, number = language(into), paging.asked()
    total, found = units.waiting(db.reading, lang, g.order, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return page("review", lang=lang, total=total, found=found, here=paging.of(number, total, PER_PAGE))


@blueprint.get("/translations/<lang:into>/<layer>/<key>")
@open_to(*READS)
def sheet(into: str, layer: str, key: str) -> ResponseReturnValue:
    """The texts of a thing, source beside target."""
    return _sheet(_found(into, layer, key))


def _found(into: str, layer: str, key: str) -> Sheet:
    return sheets.sheet(db.session, g.commune, layer[:20], key[:80], language(into))


def _sheet(
    found: Sheet, wrong: Problem | None = None, *, typed: dict[str, str] | None = None,
    theirs: dict[str, str] | None = None, base: int | None = None,
) -> Response:  # fmt: skip
    """`typed` takes the place of what is kept, `theirs` stands beside it."""
    typed = typed or {}
    known = terms.known(db.session, found.lang)
    _, newest = versions.history(db.session, found.layer, found.key, found.lang, limit=1)
    said = {p.field: typed.get(p.field, p.target.text if p.target else "") for p in found.pieces}
    return page(
        "sheet",
        wrong,
        status=409 if isinstance(wrong, Conflict) else 403 if isinstance(wrong, Refused) else 422,
        sheet=found,
        name=say(found.names, g.order),
        lang=found.lang,
        shown=said,
        theirs=theirs or {},
        base=found.base if base is None else base,
        terms={p.field: known.among(p.source.text, said[p.field]) for p in found.pieces},
        notes=sheets.notes(db.session, found.layer, found.key, found.lang),
        may=person().may_edit(found.layer, found.lang),
        own=is_own(newest),
        saved=request.args.get("saved", "")[:120],
        only=_only(request.values.get("only", "")),
    )


@blueprint.post("/translations/<lang:into>/<layer>/<key>")
@open_to(*WRITES)
def save(into: str, layer: str, key: str) -> ResponseReturnValue:
    """Keep what was written; with it ask for review, or go on to the next."""
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    found, form, who = _found(into, layer, key), request.form, person()
    given = {
        piece.field: Given(
            form.get(f"text-{piece.field}", ""),
            form.get(f"from-{piece.field}", ""),
            bool(form.get(f"right-{piece.field}")),
        )
        for piece in found.pieces
        if f"text-{piece.field}" in form
    }
    act, base = form.get("act", ""), form.get("base", "")
    of, onward = (found.layer, found.key, found.lang), _after(found, act)
    try:
        number = sheets.save(
            db.session, g.commune, *of, given, base=_number(base), person=who, now=clock.now()
        )
        if act == "submit":
            stages.submit(db.session, *of, version=number, person=who, now=clock.now())
    except Stale as stale:
        newest = stale.theirs.number
        db.session.rollback()
        return _merging(_found(*_of(found)), stale, newest)
    except (Invalid, BadRecord, Conflict, Refused) as wrong:
        db.session.rollback()
        typed = {field: one.text for field, one in given.items()}
        return _sheet(_found(*_of(found)), wrong, typed=typed)
    db.session.commit()
    return redirect(onward, 303)


def _of(found: Sheet) -> tuple[str, str, str]:
    return found.lang, found.layer, found.key


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _merging(now: Sheet, stale: Stale, newest: int) -> Response:
    """Both changes together; where they clash one's own stands in the field and theirs beside it."""
    merged: dict[str, Any] = stale.merged.content
    typed = {piece.field: merged.get(piece.field, {}).get("text", "") for piece in now.pieces}
    theirs = {clash.field: (clash.theirs or {}).get("text", "") for clash in stale.merged.clashes}
    return _sheet(now, stale, typed=typed, theirs=theirs, base=newest)


def _after(found: Sheet, act: str) -> str:
    """Where one goes on: the next thing of the list, or the same. Asked before it is saved."""
    only = _only(request.form.get("only", ""))
    further = None
    if act == "next":
        further = units.followed_by(db.session, found.lang, (found.layer, found.key), only)
    layer, key = further or (found.layer, found.key)
    saved = f"{found.layer}/{found.key}"
    return url_for(
        "translations.sheet", into=found.lang, layer=layer, key=key, saved=saved, only=only or None
    )


def _only(typed: str) -> str:
    """The layer that the list was narrowed to."""
    return typed if typed in LAYERS else ""


@blueprint.post("/translations/<lang:into>/<layer>/<key>/review")
@open_to(*WRITES)
def review(into: str, layer: str, key: str) -> ResponseReturnValue:
    """A second person has read it: onto the map, or back with what is to be mended."""
    found, who, form = _found(into, layer, key), person(), request.form
    of = (found.layer, found.key, found.lang)
    number = _number(form.get("base", ""))
    try:
        if form.get("act") == "publish":
            sheets.approve(db.session, *of, version=number, person=who, now=clock.now())
        elif form.get("act") == "back":
            sheets.send_back(
                db.session, *of, form.get("said", ""), version=number, person=who, now=clock.now()
            )
        else:
            raise Invalid("act", N_("Choose what is to be done."))
    except (Invalid, BadRecord, Conflict, Refused) as wrong:
        db.session.rollback()
        return _sheet(_found(*_of(found)), wrong)
    db.session.commit()
    return redirect(url_for("translations.waiting", into=found.lang), 303)
