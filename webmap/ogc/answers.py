"""How the open data is answered: which format, which tag, which headers; and errors as OGC API wants them."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Response, current_app, g, request

from core.errors import Gone, Invalid, NotFound, Problem, Unavailable
from core.translation import translate

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
HTML: Final = "text/html"
EVERYWHERE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Crs, ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Pages of other sites may read open data."""
FORM: Final = "1"
"""Counts up when the same data is to be told in another way: tags of old answers are void then."""

_STATUS: Final[dict[type[Problem], int]] = {Invalid: 400, NotFound: 404, Gone: 404, Unavailable: 503}


def base() -> str:
    """Address of the site without a final slash: the settled one, else the one that the client came by."""
    settings = current_app.config["SETTINGS"]
    return str(settings.PUBLIC_URL or g.commune.public_url or request.host_url).rstrip("/")


def wants_html(form: str | None) -> bool:
    """Whether the answer is for a person. `form` is the parameter f; Invalid if it is none of the two."""
    if form is not None:
        if form not in ("json", "html"):
            raise Invalid("f", "f must be json or html.")
        return form == "html"
    best = request.accept_mimetypes.best_match([JSON, GEOJSON, OPENAPI, HTML], default=JSON)
    return best == HTML


def tagged(form: str, make: Callable[[], Response]) -> Response:
    """The answer that `make` makes, or 304 where the client has it: neither data nor page is read then.

    The tag is that of the state of the data, and weak: bytes may differ by the time they were made.
    """
    seen = (FORM, g.published.stamp, base(), request.full_path, form, g.lang)
    tag = hashlib.sha256("\n".join(seen).encode()).hexdigest()[:24]
    known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if known else make()
    response.set_etag(tag, weak=True)
    response.headers.setdefault("Cache-Control", "no-cache")
    response.headers.update(EVERYWHERE)
    response.vary.add("Accept")
    return response


def document(content: Any, media: str = JSON) -> Response:
    """A JSON document."""
    return Response(json.dumps(content, ensure_ascii=False), content_type=media)


def exception(problem: Problem) -> Response:
    """The exception document of OGC API: code and description, in the reader's language."""
    status = next((_STATUS[kind] for kind in type(problem).__mro__ if kind in _STATUS), 500)
    code = {400: "InvalidParameterValue", 404: "NotFound"}.get(status, "NoApplicableCode")
    told = {"code": code, "description": translate(problem.message, values=problem.values)}
    response = document(told)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(EVERYWHERE)
    return response


def link(href: str, rel: str, media: str, title: str = "", lang: str = "") -> dict[str, str]:
    """A link object; what is empty is left out."""
    pairs = {"href": href, "rel": rel, "type": media, "title": title, "hreflang": lang}
    return {name: value for name, value in pairs.items() if value}


def both(address: str, media: str = JSON, *, rel: str = "self") -> Sequence[dict[str, str]]:
    """Links to a resource as data and as a page."""
    glue = "&" if "?" in address else "?"
    return (
        link(f"{address}{glue}f=json", rel, media, translate("This document as JSON")),
        link(f"{address}{glue}f=html", "alternate" if rel == "self" else rel, HTML, translate("As a page")),
    )
