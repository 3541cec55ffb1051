"""Maps and public pages on the web: monuments, places, walks, the map, and the layers' data."""

from datetime import date

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from core import paging
from core.accounts import Role, open_to
from core.db import db
from core.errors import Invalid
from geo import layers, locator, monuments, routes, search, zones
from geo.wifi import public
from webmap import jsonld, screens, style

pages = Blueprint("webmap", __name__, template_folder="templates")
data = Blueprint("data", __name__)

PER_PAGE = 48


@pages.get("/map")
@open_to(Role.PUBLIC, same_for_all=True)
def town_map() -> ResponseReturnValue:
    """Every layer on one map, and the same content as lists beside it."""
    lists = {
        layer: search.found(db.session, layer, order=g.order, limit=style.LISTED) for layer in style.LISTS
    }
    return render_template("webmap/map.html", map=screens.town(), style=style, lists=lists)


@pages.get("/monuments")
@open_to(Role.PUBLIC, same_for_all=True)
def monument_list() -> ResponseReturnValue:
    """Monuments, by kind or by name; forgives spelling."""
    return _list("monuments")


@pages.get("/monuments/<key>")
@open_to(Role.PUBLIC, same_for_all=True)
def monument(key: str) -> ResponseReturnValue:
    """One monument."""
    return monument_page(key)


def monument_page(key: str) -> str:
    """A monument's page, as the session's transaction sees it."""
    page = monuments.page(db.session, key, g.order, g.commune.walking_speed_kmh, risk_day())
    return render_template(
        "webmap/monument.html",
        page=page,
        locator=locator.of_monument(db.session, g.published.ground, page, g.commune.metric_crs),
        map=screens.monument(page),
        style=style,
        ld=jsonld.monument(page, g.lang),
        wifi=public.nearby(
            public.network(db.reading, g.published.stamp),
            page.at,
            g.commune.walking_speed_kmh,
            error_m=page.error_m,
        ),
        sign=None,
    )


@pages.get("/places")
@open_to(Role.PUBLIC, same_for_all=True)
def place_list() -> ResponseReturnValue:
    """Public places: squares, libraries, schools, baths."""
    return _list("places")


@pages.get("/routes")
@open_to(Role.PUBLIC, same_for_all=True)
def route_list() -> ResponseReturnValue:
    """The walks."""
    walks = routes.listed(db.session, g.order, g.commune.walking_speed_kmh)
    return render_template("webmap/routes.html", walks=walks)


@pages.get("/routes/<key>")
@open_to(Role.PUBLIC, same_for_all=True)
def route(key: str) -> ResponseReturnValue:
    """One walk with its stops and the way from each to the next: ?pace=slow, usual or brisk."""
    return route_page(key)


def route_page(key: str) -> str:
    """A walk's page, as the session's transaction sees it."""
    pace = request.args.get("pace", "usual")
    speed = routes.speed(pace, g.commune.walking_speed_kmh)
    page = routes.page(db.session, key, g.order, speed)
    return render_template(
        "webmap/route.html",
        page=page,
        pace=pace,
        speed=speed,
        map=screens.route(page),
        style=style,
        ld=jsonld.route(page, g.lang),
        sign=None,
    )


@data.get("/layers/<layer>.geojson")
@open_to(Role.PUBLIC, same_for_all=True)
def layer(layer: str) -> ResponseReturnValue:
    """A layer as GeoJSON: ?lang= for names, ?bbox=west,south,east,north, ?limit=, and ?route= for walks."""
    text = layers.geojson(
        db.session,
        layer,
        g.order,
        box=screens.box(request.args.get("bbox", "")),
        most=whole(request.args.get("limit", ""), "limit", layers.MOST, layers.MOST),
        route=request.args.get("route", "")[:80].replace("\0", ""),
        today=g.today,
    )
    return Response(text, mimetype="application/geo+json", headers={"Cache-Control": "no-cache"})


def risk_day() -> date | None:
    """The day for which pages of things ask about risk zones; None while none holds."""
    today: date = g.today
    return today if g.zones else None


def _list(layer: str) -> str:
    """The list of a layer that was asked for, a page of it."""
    query, kind, page = _asked()
    found = search.found(
        db.session, layer, order=g.order, query=query, kind=kind, limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    return render_template(
        f"webmap/{layer}.html",
        found=found,
        kinds=search.kinds(db.session, layer),
        risky=zones.at(db.session, [item.id for item in found.items], g.order, g.today) if g.zones else {},
        query=query,
        kind_code=kind,
        here=paging.of(page, found.total, PER_PAGE),
    )


def _asked() -> tuple[str, str, int]:
    """What a list was asked for: search words, kind, page."""
    page = whole(request.args.get("page", ""), "page", 1, paging.FURTHEST)
    return request.args.get("q", "").strip()[:100], request.args.get("kind", "")[:40], page


def whole(text: str, field: str, default: int, most: int) -> int:
    """A whole number from 1 out of an address, never above `most`; `default` for an empty one."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise Invalid(field, "%(name)s must be a whole number from 1.", name=field)
    return min(int(text), most)
