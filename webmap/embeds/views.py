"""Embeds on the web: a walk or the map for a frame in somebody's page, its data, its picture, its script.

Everything here may be asked for by any site, sandboxed frames among them, whose origin is nobody's. Who may
frame a page is said by its frame-ancestors (webmap/embeds/partners.py).
"""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.accounts import Role, open_to
from core.db import db
from core.errors import Gone, Invalid, NotFound, Problem
from core.translation import metres, translate
from geo import layers, routes, search, sketch
from geo.routes import RoutePage
from geo.shapes import Box
from geo.vocabulary import N_
from webmap import screens, style
from webmap.embeds import counts, options, partners, pictures
from webmap.embeds.options import Options

log = logging.getLogger("athar")
frames = Blueprint("embeds", __name__, url_prefix="/embed")

FRAMED: Final = frozenset(("embeds.town", "embeds.route"))
LISTED: Final = 60
"""Things in each of the lists beside the map at the most."""
MOST: Final = 500
"""Features of a layer in one answer; zoomed in, the map asks again."""
OPEN: Final = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
SCRIPT: Final = Path(__file__).parent.parent / "static" / "commune-map.js"
PICTURE_POLICY: Final = {
    # A picture opened by itself: its own styles and letters, and nothing else.
    "style-src": "'unsafe-inline'",
    "font-src": "data:",
    "frame-ancestors": "*",
}


@frames.get("/map")
@open_to(Role.PUBLIC, same_for_all=True)
def town() -> ResponseReturnValue:
    """The map for a frame: ?lang=, ?theme=, ?layers=, ?height=, ?start=KEY, ?e=TOKEN."""
    chosen = options.read(request.args, options.MAP_LAYERS)
    _framed_by(partners.ancestors(db.session, partners.MAP, chosen.token))
    shown = chosen.layers or tuple(layer for layer in style.TOWN if style.LAYERS[layer].shown)
    lists = {
        layer: search.found(db.session, layer, order=g.order, limit=LISTED)
        for layer in style.LISTS
        if layer in shown
    }
    full = url_for("webmap.town_map", lang=g.lang)
    return _page(chosen, shown, partners.MAP, full, around=None, start=chosen.start, lists=lists)


@frames.get("/routes/<key>")
@open_to(Role.PUBLIC, same_for_all=True)
def route(key: str) -> ResponseReturnValue:
    """A walk for a frame: as the map's; ?start= is the number of a stop."""
    chosen = options.read(request.args, options.ROUTE_LAYERS)
    page = _walk(key)
    _framed_by(partners.ancestors(db.session, f"routes/{key}", chosen.token))
    at = stop_of(page, chosen.start)
    return _page(
        chosen,
        route_layers(chosen, page),
        f"routes/{key}",
        url_for("webmap.route", key=key, lang=g.lang),
        around=screens.around(page),
        start=page.stops[at - 1].thing.key if at else "",
        page=page,
        start_ordinal=at,
    )


@frames.get("/data/map.geojson")
@open_to(Role.PUBLIC, same_for_all=True)
def town_data() -> ResponseReturnValue:
    """All layers of the map in one answer: ?layers=, ?lang=, ?bbox=."""
    chosen = options.read(request.args, options.MAP_LAYERS)
    return _data(chosen.layers or options.MAP_LAYERS)


@frames.get("/data/routes/<key>.geojson")
@open_to(Role.PUBLIC, same_for_all=True)
def route_data(key: str) -> ResponseReturnValue:
    """All layers of a walk's map in one answer: ?layers=, ?lang=, ?bbox=."""
    page = _walk(key)
    return _data(route_layers(options.read(request.args, options.ROUTE_LAYERS), page), key)


@frames.get("/map.<any(svg, png):kind>")
@open_to(Role.PUBLIC, same_for_all=True)
def town_picture(kind: str) -> ResponseReturnValue:
    """The map as a picture: ?lang=, ?theme=dark, ?width= in pixels, ?bare=1 for the map alone."""
    drawn = sketch.of_town(db.session, g.published.ground, g.commune.metric_crs)
    return _picture(kind, drawn, g.commune.name(g.order))


@frames.get("/routes/<key>.<any(svg, png):kind>")
@open_to(Role.PUBLIC, same_for_all=True)
def route_picture(key: str, kind: str) -> ResponseReturnValue:
    """A walk as a picture, with its stops numbered and named; as the map's."""
    walk = _walk(key).walk
    drawn = sketch.of_walk(db.session, key, g.order, g.published.ground, g.commune.metric_crs)
    if drawn is None:
        raise NotFound(N_("There is no such route here."))
    return _picture(kind, drawn, walk.name)


@frames.get("/commune-map.js")
@open_to(Role.PUBLIC, same_for_all=True)
def script() -> ResponseReturnValue:
    """The element <commune-map>, at an address that stays: partners write it into their pages."""
    return Response(_script(), mimetype="text/javascript", headers=OPEN | {"Cache-Control": "max-age=3600"})


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


@frames.errorhandler(Problem)
def not_there(problem: Problem) -> ResponseReturnValue:
    """What is wrong, inside the frame: a partner's page never shows an empty box."""
    if request.endpoint not in FRAMED or not isinstance(problem, NotFound | Gone | Invalid):
        status = 404 if isinstance(problem, NotFound) else 410 if isinstance(problem, Gone) else 422
        said = translate(problem.message, values=problem.values) + "\n"
        return Response(said, status, OPEN | {"Cache-Control": "no-store"}, mimetype="text/plain")
    _framed_by(partners.ANY)
    status = 404 if isinstance(problem, NotFound) else 410 if isinstance(problem, Gone) else 422
    page = render_template("webmap/embed_gone.html", said=translate(problem.message, values=problem.values))
    return make_response(page, status, OPEN | {"Cache-Control": "no-store"})


@frames.after_request
def count(response: Response) -> Response:
    """Count an embed that was shown in a frame of another site. It can fail no page."""
    if request.endpoint in FRAMED and response.status_code in (200, 304) and request.method == "GET":
        _count(request.path.removeprefix("/embed/"))
    return response


def _count(target: str) -> None:
    try:
        # Browsers of the last years say what asks and from where; who says nothing is counted as framed.
        framed = request.headers.get("Sec-Fetch-Dest", "iframe") in ("iframe", "frame", "object", "embed")
        if framed and request.headers.get("Sec-Fetch-Site") != "same-origin":
            host = counts.host_of(request.headers.get("Referer", ""))
            current_app.extensions["embed_counter"].note(target, host, clock.today())
    except Exception:
        log.exception("an embed was not counted")


def _framed_by(sources: str) -> None:
    g.csp = {"frame-ancestors": sources}


def _walk(key: str) -> RoutePage:
    return routes.page(db.session, key, g.order, g.commune.walking_speed_kmh)


def stop_of(page: RoutePage, start: str) -> int:
    """The number of the stop where a walk opens; 0 for none. Invalid for one that there isn't."""
    if not start:
        return 0
    number = options.within("start", start, 0, 1, 10**9)
    if number > len(page.stops):
        raise Invalid("start", N_("This walk has %(stops)s stops."), stops=len(page.stops))
    return number


def route_layers(chosen: Options, page: RoutePage) -> tuple[str, ...]:
    """Layers of a walk's embed in drawing order: the walk and its stops always."""
    usual = {layer for layer in screens.walk_layers(page) if layer != "buildings"}
    asked = {*chosen.layers, "routes", "stops"} if chosen.layers else usual
    return tuple(layer for layer in style.LAYERS if layer in asked)


def _page(
    chosen: Options,
    shown: tuple[str, ...],
    target: str,
    full: str,
    *,
    around: Box | None,
    start: str,
    page: RoutePage | None = None,
    start_ordinal: int = 0,
    lists: Mapping[Any, search.Page] | None = None,
) -> Response:
    asked = {"lang": g.lang, "layers": ",".join(shown)}
    if page:
        url = url_for(".route_data", key=page.walk.key, **asked)
        picture = url_for(".route_picture", key=page.walk.key, kind="svg", lang=g.lang)
    else:
        url, picture = url_for(".town_data", **asked), url_for(".town_picture", kind="svg", lang=g.lang)
    clustered = any(style.LAYERS[layer].cluster for layer in shown)
    scripts = [name for name in style.SCRIPTS if clustered or "markercluster" not in name]
    names: dict[str, Any] = {
        "options": chosen,
        "map": screens.embedded(shown, url, around, start),
        "page": page,
        "lists": lists or {},
        "style": style,
        "scripts": scripts,
        "full": full,
        "picture": picture,
        "start": start_ordinal,
    }
    return make_response(render_template("webmap/embed.html", **names), OPEN)


def _data(shown: tuple[str, ...], route: str = "") -> Response:
    # Shaking bands reach far beyond the commune: only those that touch it are asked for.
    box = screens.box(request.args.get("bbox", "")) or (g.commune.bbox if "risk_zones" in shown else None)
    text = layers.together(db.session, shown, g.order, box=box, most=MOST, route=route, today=g.today)
    return Response(text, mimetype="application/geo+json", headers=OPEN)


def _picture(kind: str, drawn: sketch.Sketch, name: Any) -> Response:
    theme = options.read(request.args, options.MAP_LAYERS).theme
    sheet = pictures.sheet(drawn, bare=bool(request.args.get("bare")))
    wide = options.width(request.args.get("width", ""))
    colours = pictures.DARK if theme == "dark" else pictures.LIGHT
    mirrored = screens.mirrored()
    told = pictures.words(
        drawn,
        sheet,
        name=name.text,
        bar=metres(drawn.bar_m),
        credit=translate("© OpenStreetMap contributors (ODbL) and others"),
        schematic=translate(N_("Walls: schematic")),
        mirrored=mirrored,
    )
    svg = render_template(
        "webmap/picture.svg",
        drawn=drawn,
        name=name,
        sheet=sheet,
        legend=pictures.legend(drawn, sheet, mirrored=mirrored),
        words=told if kind == "svg" else (),
        width=wide,
        colours=colours,
    )
    g.csp = PICTURE_POLICY
    if kind == "svg":
        svg = pictures.with_letters(svg)
        return Response(svg, mimetype="image/svg+xml", headers=OPEN)
    return Response(pictures.png(svg, told, colours, wide, sheet), mimetype="image/png", headers=OPEN)
