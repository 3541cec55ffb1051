"""OGC API – Features at /ogc: Part 1 (core, GeoJSON, HTML, OpenAPI 3.0) and Part 2 (reference systems)."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.errors import Problem
from geo.opendata import crs, extents, items
from geo.opendata.collections import Collection, properties, queryables
from webmap.ogc import answers, asked, documents, openapi
from webmap.ogc.answers import GEOJSON, HTML, OPENAPI, document, link, tagged

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")
COMMON = ("f", "lang")
ITEMS = (*COMMON, "bbox", "bbox-crs", "crs", "datetime", "limit", "offset")


@blueprint.errorhandler(Problem)
def _told(problem: Problem) -> Response:
    return answers.exception(problem)


@blueprint.get("")
@blueprint.get("/")
@open_to(Role.PUBLIC)
def landing() -> ResponseReturnValue:
    """The landing page."""
    _, html = _asked(COMMON)
    return _either(html, "landing", lambda: documents.landing(g.commune, g.order, answers.base()))


@blueprint.get("/conformance")
@open_to(Role.PUBLIC)
def conformance() -> ResponseReturnValue:
    """Which parts of the standard hold here."""
    _, html = _asked(COMMON)
    return _either(html, "conformance", lambda: {"conformsTo": list(documents.CONFORMANCE)})


@blueprint.get("/api")
@open_to(Role.PUBLIC)
def api() -> ResponseReturnValue:
    """The interface as OpenAPI 3.0, or as a page that explains it."""
    _, html = _asked(COMMON)
    return _either(html, "api", lambda: openapi.document(g.commune, g.order, answers.base()), media=OPENAPI)


@blueprint.get("/collections")
@open_to(Role.PUBLIC)
def collections() -> ResponseReturnValue:
    """Every collection."""
    _, html = _asked(COMMON)

    def told() -> dict[str, Any]:
        every = extents.every(db.reading, g.published.stamp)
        return documents.collections(g.commune, every, answers.base())

    return _either(html, "collections", told)


@blueprint.get("/collections/<name>")
@open_to(Role.PUBLIC)
def collection(name: str) -> ResponseReturnValue:
    """One collection: what it holds, where, in which reference systems."""
    here = items.find(name)
    _, html = _asked(COMMON)

    def told() -> dict[str, Any]:
        extent = extents.of(db.reading, name, g.published.stamp)
        return documents.collection(g.commune, name, extent, answers.base())

    return _either(html, "collection", told, name=name, properties=properties(here))


@blueprint.get("/collections/<name>/items")
@open_to(Role.PUBLIC)
def features(name: str) -> ResponseReturnValue:
    """Features: in a box, of a time, with given values, a page at a time."""
    here = items.find(name)
    given, html = _asked((*ITEMS, *queryables(here)))
    wanted = _wanted(given, here, name)
    if html:
        return tagged("html", lambda: _table(name, here, wanted, given))
    return tagged("json", lambda: _features(name, wanted, given))


@blueprint.get("/collections/<name>/items/<path:key>")
@open_to(Role.PUBLIC)
def feature(name: str, key: str) -> ResponseReturnValue:
    """One feature."""
    here = items.find(name)
    given, html = _asked((*COMMON, "crs"))
    wanted = items.Wanted(asked.crs(given, "crs", g.commune.metric_crs), g.order, site=answers.base())
    home = f"{answers.base()}/ogc/collections/{name}"

    def told() -> Response:
        text = items.one(db.reading, name, key.replace("\0", ""), wanted)
        if html:
            one = json.loads(text)
            return Response(
                render_template("ogc/feature.html", name=name, here=here, one=one, known=properties(here))
            )
        links = [
            *answers.both(f"{home}/items/{key}", GEOJSON),
            link(home, "collection", answers.JSON),
        ]
        response = Response(f'{text[:-1]},"links":{json.dumps(links, ensure_ascii=False)}}}')
        response.content_type = GEOJSON
        response.headers["Content-Crs"] = f"<{wanted.crs.uri}>"
        return response

    return tagged("html" if html else "json", told)


def _asked(allowed: tuple[str, ...]) -> tuple[dict[str, str], bool]:
    """The checked parameters, and whether a person asks."""
    given = asked.only(request.args.to_dict(flat=False), allowed, request.query_string)
    asked.language(given.get("lang"), g.commune.languages)
    return given, answers.wants_html(given.get("f"))


def _either(html: bool, page: str, told: Any, media: str = answers.JSON, **values: Any) -> Response:
    """A document as JSON or as a page."""
    if html:
        return tagged("html", lambda: Response(render_template(f"ogc/{page}.html", told=told(), **values)))
    return tagged("json", lambda: document(told(), media))


def _wanted(given: dict[str, str], here: Collection, name: str) -> items.Wanted:
    metric = g.commune.metric_crs
    box_crs = asked.crs(given, "bbox-crs", metric)
    return items.Wanted(
        crs=asked.crs(given, "crs", metric),
        order=g.order,
        limit=asked.whole(given.get("limit"), "limit", asked.LIMIT, least=1, most=asked.MOST),
        offset=asked.whole(given.get("offset"), "offset", 0, least=0, most=asked.FURTHEST),
        box=crs.box(given["bbox"], box_crs) if "bbox" in given else None,
        time=asked.interval(given.get("datetime")),
        filters=asked.filters(given, here),
        large=extents.large(db.reading, name, g.published.stamp),
        site=answers.base(),
    )


def _page(name: str, wanted: items.Wanted) -> items.Page:
    total = extents.of(db.reading, name, g.published.stamp).features if wanted.everything else None
    return items.page(db.reading, name, wanted, total)


def _features(name: str, wanted: items.Wanted, given: dict[str, str]) -> Response:
    """A FeatureCollection; its features come as text from the database."""
    page = _page(name, wanted)
    head: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "numberReturned": page.returned,
        "links": _links(name, wanted, given, page),
    }
    if page.matched is not None:
        head["numberMatched"] = page.matched
    text = f'{json.dumps(head, ensure_ascii=False)[:-1]},"features":[{page.features}]}}'
    response = Response(text, content_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{wanted.crs.uri}>"
    return response


def _links(name: str, wanted: items.Wanted, given: dict[str, str], page: items.Page) -> list[dict[str, str]]:
    home = f"{answers.base()}/ogc/collections/{name}"

    def address(**changed: str) -> str:
        return f"{home}/items?{urlencode({**given, **changed})}"

    links = [
        link(address(f="json"), "self", GEOJSON),
        link(address(f="html"), "alternate", HTML),
        link(home, "collection", answers.JSON),
    ]
    before, after = _around(wanted, page)
    if after is not None:
        links.append(link(address(f="json", offset=str(after)), "next", GEOJSON))
    if before is not None:
        links.append(link(address(f="json", offset=str(before)), "prev", GEOJSON))
    return links


def _around(wanted: items.Wanted, page: items.Page) -> tuple[int | None, int | None]:
    """Offsets of the pages before and after this one, where there are any."""
    end = wanted.offset + page.returned
    more = end < page.matched if page.matched is not None else page.returned == wanted.limit
    before = max(0, wanted.offset - wanted.limit) if wanted.offset else None
    return before, end if more and page.returned else None


def _table(name: str, here: Collection, wanted: items.Wanted, given: dict[str, str]) -> Response:
    page = _page(name, wanted)
    before, after = _around(wanted, page)
    kept = {field: value for field, value in given.items() if field not in ("f", "offset")}
    return Response(
        render_template(
            "ogc/items.html",
            name=name,
            here=here,
            page=page,
            features=json.loads(f"[{page.features}]"),
            before=before,
            after=after,
            kept=kept,
            first=wanted.offset + 1,
        )
    )
