"""The front page, what is told about the data, and what machines ask a site: health, robots, sitemap."""

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import Role, open_to
from core.db import OUTAGES, db
from core.errors import NotFound
from geo import monuments, published, routes, search
from geo.locator import drawing
from geo.vocabulary import N_
from geo.wifi import public
from portal.shell import public_base

blueprint = Blueprint("home", __name__)
roots = Blueprint("root", __name__)

PAGES = (
    "home.front",
    "webmap.town_map",
    "webmap.monument_list",
    "webmap.place_list",
    "webmap.route_list",
    "risks.overview",
    "public_wifi.nearest",
    "home.about",
    "opendata.people",
)
ADDRESSES_A_SITEMAP = 1000
"""Monuments in one sitemap file; each stands in it once a language."""


@blueprint.get("/")
@open_to(Role.PUBLIC, same_for_all=True)
def front() -> ResponseReturnValue:
    """What there is, and where to begin."""
    speed = g.commune.walking_speed_kmh
    return render_template(
        "home.html",
        counts=search.kinds(db.session, "monuments"),
        first=search.found(db.session, "monuments", order=g.order, limit=8).items,
        place_count=search.count(db.session, "places"),
        walks=routes.listed(db.session, g.order, speed),
        locator=drawing(g.published.ground),
        on_air=sum(each.on_air for each in public.network(db.reading, g.published.stamp)),
    )


@blueprint.get("/about")
@open_to(Role.PUBLIC, same_for_all=True)
def about() -> ResponseReturnValue:
    """Where the data comes from, on which terms, how exact it is, and what is not known."""
    return render_template("about.html", exactness=monuments.exactness(db.session))


@roots.get("/")
@open_to(Role.PUBLIC)
def door() -> ResponseReturnValue:
    """To the front page in the reader's language; not to be kept, since the next reader's differs."""
    answer = make_response(redirect(url_for("home.front", lang=g.lang)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@roots.get("/health")
@open_to(Role.PUBLIC)
def health() -> ResponseReturnValue:
    """200 when the database answers and a commune is loaded; else 503 and what is missing."""
    try:
        state = published.current(db.session)
    except OUTAGES:
        return jsonify(status="down", database="unreachable"), 503
    if state is None:
        return jsonify(status="empty", database="ok"), 503
    return jsonify(status="ok", database="ok", commune=state.commune.key, data=state.stamp)


@roots.get("/robots.txt")
@open_to(Role.PUBLIC)
def robots() -> ResponseReturnValue:
    """Everything may be read; signs' short addresses point at the same pages and need no visit."""
    text = f"User-agent: *\nDisallow: /q/\nSitemap: {public_base()}/sitemap.xml\n"
    return Response(text, mimetype="text/plain")


@roots.get("/sitemap.xml")
@open_to(Role.PUBLIC, same_for_all=True)
def sitemap() -> ResponseReturnValue:
    """The addresses of all pages with their languages; beyond a thousand monuments, a list of parts."""
    parts = -(-search.count(db.session, "monuments") // ADDRESSES_A_SITEMAP)
    if parts > 1:
        return _xml(render_template("sitemap_index.xml", parts=range(1, parts + 1)))
    return _sitemap(1)


@roots.get("/sitemap-<int:part>.xml")
@open_to(Role.PUBLIC, same_for_all=True)
def sitemap_part(part: int) -> ResponseReturnValue:
    """One part of a large sitemap."""
    if not 1 <= part <= paging.FURTHEST:
        raise NotFound(N_("There is no such part of the sitemap."))
    return _sitemap(part)


def _sitemap(part: int) -> Response:
    keys = monuments.keys(db.session, limit=ADDRESSES_A_SITEMAP, offset=(part - 1) * ADDRESSES_A_SITEMAP)
    pages: list[tuple[str, dict[str, str]]] = [("webmap.monument", {"key": key}) for key in keys]
    if part == 1:
        walks = routes.listed(db.session, g.order, g.commune.walking_speed_kmh)
        pages = [
            *((endpoint, {}) for endpoint in PAGES),
            *(("webmap.route", {"key": walk.key}) for walk in walks),
            *pages,
        ]
    return _xml(render_template("sitemap.xml", pages=pages))


def _xml(text: str) -> Response:
    return Response(text, mimetype="application/xml")
