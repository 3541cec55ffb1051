"""Files of pictures: published ones for everybody and for good, drafts for those who keep them."""

from typing import Final

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from core import store
from core.accounts import Role, holds, open_to
from core.db import db
from core.errors import NotFound
from core.imaging import renditions
from geo.pictures import shown
from geo.vocabulary import N_

blueprint = Blueprint("pictures", __name__)

YEAR: Final = 365 * 24 * 3600
NONE: Final = N_("There is no such picture here.")


def keeper(layer: str) -> Role:
    """Who keeps the pictures of a layer: the tourism council those of walks, editors all others."""
    return Role.TOURISM if layer == "routes" else Role.EDITOR


@blueprint.get("/pictures/<sha256>/<name>")
@open_to(Role.PUBLIC)
def file(sha256: str, name: str) -> ResponseReturnValue:
    """A picture at one width, in one format. Its address names its content: it never changes."""
    known = shown.of_name(db.reading, sha256[:65])
    may = known is not None and (known.published or any(holds(keeper(layer)) for layer in known.layers))
    if known is None or not may or name not in renditions.names(known.width):
        raise NotFound(NONE)
    answer = Response(mimetype=renditions.SUFFIXES[name.partition(".")[2]])
    answer.set_etag(f"{sha256}-{name}")
    if known.published:
        answer.cache_control.public = answer.cache_control.immutable = True
        answer.cache_control.max_age = YEAR
    else:
        answer.cache_control.no_store = True
    if request.if_none_match.contains_weak(answer.get_etag()[0] or ""):
        answer.status_code = 304
        return answer
    kept = store.of(current_app.config["SETTINGS"]).open(renditions.key(sha256, name))
    if kept is None:
        raise NotFound(NONE)
    answer.response = kept.chunks
    answer.content_length = kept.size
    return answer
