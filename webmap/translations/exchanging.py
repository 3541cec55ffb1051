"""Files for agencies and back: what is taken away, what a file would change, and its keeping."""

import base64
import binascii
from typing import Final

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import open_to
from core.db import db
from core.errors import Conflict, Invalid, NotFound, Problem, Refused
from geo.translating import exchange, tables, xliff
from geo.translating.exchange import LARGEST_BYTES, SCOPES
from geo.vocabulary import LAYERS, N_
from webmap.desks import person
from webmap.translations.room import READS, WRITES, blueprint, language, page

KINDS: Final = {"xlf": "application/xliff+xml", "csv": "text/csv"}
SHOWN: Final = 500
"""Changes of a file that its preview shows; the others are counted."""
LARGEST_FORM: Final = LARGEST_BYTES * 4 // 3 + 128 * 1024
"""A file that has been looked at comes back in the form, as base64."""


def _wanted() -> tuple[str, str]:
    scope, layer = request.args.get("scope", "todo"), request.args.get("layer", "")
    return scope if scope in SCOPES else "todo", layer if layer in LAYERS else ""


def _files(lang: str, wrong: Problem | None = None) -> Response:
    scope, layer = _wanted()
    return page(
        "files", wrong, lang=lang, scope=scope, layer=layer, scopes=SCOPES, most=exchange.MOST,
        sources=exchange.sources(db.session, lang, scope, layer), megabytes=LARGEST_BYTES // 2**20,
        may=any(person().may_edit(each, lang) for each in LAYERS),
    )  # fmt: skip


@blueprint.get("/translations/<lang:into>/files")
@open_to(*READS)
def files(into: str) -> ResponseReturnValue:
    """What to take away, and where to bring it back."""
    return _files(language(into))


@blueprint.get("/translations/<lang:into>/export.<any(xlf, csv):kind>")
@open_to(*READS)
def export(into: str, kind: str) -> ResponseReturnValue:
    """One file: ?source=fr&part=2 of the texts that ?scope= and ?layer= choose."""
    lang, (scope, layer) = language(into), _wanted()
    source, typed = request.args.get("source", ""), request.args.get("part", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    units = (
        exchange.going(db.reading, lang, source, scope, layer, number)
        if source in g.commune.languages and number
        else []
    )
    if not units:
        raise NotFound(N_("There is no text in this file."))
    data = (
        xliff.written(units, source, lang, g.commune.key)
        if kind == "xlf"
        else tables.written(units, source, lang)
    )
    name = f"{g.commune.key}-{source}-{lang}-{scope}-{number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, mimetype=KINDS[kind], headers=headers)


def _read(data: bytes, lang: str) -> exchange.Preview:
    """What a file would change, whichever of the two kinds it is."""
    plain = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    coming = xliff.read(data, lang) if plain.startswith(b"<") else tables.read(data, lang)
    return exchange.preview(db.session, lang, coming)


def _preview(lang: str, data: bytes, wrong: Problem | None = None) -> Response:
    seen = _read(data, lang)
    return page(
        "preview", wrong, status=409, lang=lang, seen=seen, shown=seen.changes[:SHOWN], odd=exchange.ODD,
        file=base64.b64encode(data).decode(), fresh=sum(not change.stale for change in seen.changes),
    )  # fmt: skip


@blueprint.post("/translations/<lang:into>/files")
@open_to(*WRITES)
def bring(into: str) -> ResponseReturnValue:
    """Look at a file that came back; nothing is kept yet."""
    request.max_content_length = LARGEST_BYTES + 128 * 1024
    lang = language(into)
    sent = request.files.get("file")
    data = sent.read(LARGEST_BYTES + 1) if sent else b""
    if sent:
        sent.close()
    try:
        if not data:
            raise Invalid("file", N_("Choose the file that came back."))
        return _preview(lang, data)
    except Invalid as wrong:
        return _files(lang, wrong)


@blueprint.post("/translations/<lang:into>/take")
@open_to(*WRITES)
def take(into: str) -> ResponseReturnValue:
    """Keep what was looked at, as drafts."""
    request.max_content_length = request.max_form_memory_size = LARGEST_FORM
    lang, form = language(into), request.form
    try:
        data = base64.b64decode(form.get("file", ""), validate=True)
        seen = _read(data, lang)
    except (binascii.Error, ValueError, Invalid) as wrong:
        problem = wrong if isinstance(wrong, Invalid) else Invalid("file", N_("Bring the file again."))
        return _files(lang, problem)
    try:
        kept, odd = exchange.take(
            db.session, g.commune, lang, seen, stamp=form.get("stamp", ""),
            also_stale=bool(form.get("stale")), person=person(), now=clock.now(),
        )  # fmt: skip
    except (Conflict, Refused) as wrong:
        db.session.rollback()
        return _preview(lang, data, wrong)
    db.session.commit()
    return redirect(
        url_for(".listed", into=lang, rank="written", stage="draft", kept=kept, odd=len(odd)), 303
    )
