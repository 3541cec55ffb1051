"""Recordings of texts on the web: the files that pages play, and the desk's list where staff bring and remove
them.
"""

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core import clock, files, paging, sounds
from core.accounts import Role, open_to
from core.caching import unkept
from core.db import db
from core.errors import Invalid, NotFound
from core.languages import Said
from core.translation import translate
from geo import published, recordings, search
from geo.recordings import Given
from geo.vocabulary import N_

blueprint = Blueprint("recordings", __name__)
desk = Blueprint("desk_recordings", __name__, url_prefix="/desk/recordings", template_folder="templates")
desk.after_request(unkept)

PER_PAGE: Final = 50
OFFERED: Final = 20
"""Things that a search for the target offers."""
YEAR: Final = 365 * 24 * 3600
FIELD_NAMES: Final = {
    "summary": N_("Presentation"),
    "period": N_("Period"),
    "protection": N_("Protection"),
    "condition": N_("Condition"),
    "access": N_("Access"),
}
"""Texts that pages play a recording of."""


def _root() -> Path:
    return Path(current_app.config["SETTINGS"].FILES_DIR)


@blueprint.get("/recordings/<name>.<suffix>")
@open_to(Role.PUBLIC)
def recording(name: str, suffix: str) -> ResponseReturnValue:
    """A recording's file; players may ask for parts of it."""
    known = recordings.of_address(db.session, name[:64], suffix[:4])
    path = files.find(_root(), name) if known is not None else None
    if path is None:
        raise NotFound(N_("There is no such recording."))
    answer = send_file(path, mimetype=sounds.KINDS[suffix], conditional=True, etag=name, max_age=YEAR)
    answer.cache_control.public = True
    answer.cache_control.immutable = True
    return answer


@desk.get("")
@open_to(Role.STAFF)
def listed() -> ResponseReturnValue:
    """What was recorded, and a form to bring more."""
    return _page()


def _page(wrong: Invalid | NotFound | None = None) -> Response:
    page = paging.asked()
    lines, total = recordings.listed(db.session, g.order, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    here = paging.of(page, total, PER_PAGE)
    words = request.args.get("q", "").strip()[:100]
    html = render_template(
        "webmap/desk_recordings.html",
        lines=lines,
        total=total,
        here=here,
        words=words,
        targets=_targets(words) if words else [],
        fields=FIELD_NAMES,
        given=request.form,
        wrong=translate(wrong.message, values=wrong.values) if wrong else "",
        megabytes=sounds.LARGEST_BYTES // 2**20,
        minutes=sounds.LONGEST_S // 60,
    )
    return Response(html, 422 if wrong else 200)


def _targets(words: str) -> list[tuple[str, str, Said]]:
    found = []
    for layer in recordings.SPOKEN:
        items = search.found(db.session, layer, order=g.order, query=words, limit=OFFERED).items
        found += [(layer, item.key, item.name) for item in items]
    return found[:OFFERED]


@desk.post("")
@open_to(Role.STAFF)
def bring() -> ResponseReturnValue:
    """Keep a recording; it takes the place of the one that the same text has in the same language."""
    request.max_content_length = sounds.LARGEST_BYTES + 128 * 1024
    form = request.form
    layer, _, key = form.get("target", "").partition("/")
    try:
        given = recordings.checked(
            Given(
                layer[:20],
                key[:80],
                form.get("field", ""),
                form.get("lang", ""),
                form.get("transcript", ""),
                form.get("speaker", ""),
                form.get("licence", ""),
            ),
            g.commune.languages,
        )
        sent = request.files.get("file")
        data = sent.read(sounds.LARGEST_BYTES + 1) if sent else b""
        if not data:
            raise Invalid("file", N_("Choose the file of the recording."))
        sound = sounds.checked(data)
        sha256 = files.keep(_root(), data)
        recordings.keep(db.session, given, sound, sha256, len(data), origin="desk", now=clock.now())
    except (Invalid, NotFound) as wrong:
        db.session.rollback()
        return _page(wrong)
    published.touch(db.session)
    db.session.commit()
    return redirect(url_for(".listed"), 303)


@desk.post("/<int:recording_id>/remove")
@open_to(Role.STAFF)
def remove(recording_id: int) -> ResponseReturnValue:
    """Take a recording off the pages."""
    recordings.remove(db.session, recording_id)
    published.touch(db.session)
    db.session.commit()
    return redirect(url_for(".listed"), 303)
