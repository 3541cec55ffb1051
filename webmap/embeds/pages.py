"""For who embeds: the builder, where one chooses and copies; and /oembed, where other systems ask."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.accounts import Role, open_to
from core.db import db
from core.errors import Invalid, Problem
from core.languages import fallback
from core.translation import translate
from geo import routes
from geo.vocabulary import N_
from webmap import screens, style
from webmap.embeds import oembed as standard
from webmap.embeds import options, partners, snippets
from webmap.embeds.views import OPEN, route_layers, stop_of

builder = Blueprint("builder", __name__)
oembed = Blueprint("oembed", __name__)

MOST_URL: Final = 4000
"""Characters of a query of /oembed that are read at all."""


@builder.get("/embed")
@open_to(Role.PUBLIC, same_for_all=True)
def build() -> ResponseReturnValue:
    """Choose a walk or the map and how it looks, see it, copy the code."""
    walks = routes.listed(db.session, g.order, g.commune.walking_speed_kmh)
    key = request.args.get("route", walks[0].key if walks and not request.args else "")[:80].replace(
        "\0", "-"
    )
    lang = request.args.get("in", g.lang)
    if lang not in g.commune.languages:
        raise Invalid("in", N_("The map is not offered in this language."))
    page = _walk(key) if key else None
    offered = screens.there(options.ROUTE_LAYERS if page else options.MAP_LAYERS)
    fixed = ("routes", "stops") if page else ()
    usual = (
        route_layers(options.Options(), page)
        if page
        else [name for name in offered if style.LAYERS[name].shown]
    )
    ticked = [each for each in request.args.getlist("layer")[:20] if each in offered]
    if {*ticked, *fixed} == set(usual):
        ticked = []
    chosen = options.read(request.args, offered, chosen=ticked)
    if page:
        stop_of(page, chosen.start)
    target = f"routes/{key}" if page else partners.MAP
    g.csp = {"frame-src": "'self'"}
    in_order = fallback(lang, g.commune.languages)
    names = page.names if page else tuple(g.commune.names.values())
    title = next((name.text for tag in in_order for name in names if name.lang == tag), key)
    embed = snippets.Embed(
        base=screens.base(),
        target=target,
        key=key,
        lang=lang,
        title=title,
        chosen=chosen,
    )
    return render_template(
        "webmap/embed_builder.html",
        walks=walks,
        page=page,
        chosen=chosen,
        lang=lang,
        key=key,
        offered=offered,
        usual=usual,
        fixed=fixed,
        style=style,
        themes=options.THEMES,
        heights=options.HEIGHTS,
        around=options.AROUND,
        embed=embed,
        private=partners.is_private(db.session, target, ""),
        preview=embed.path,
    )


@oembed.get("/oembed")
@open_to(Role.PUBLIC)
def answer() -> ResponseReturnValue:
    """What another site may show in place of an address: ?url=, ?format=json|xml, ?maxwidth=, ?maxheight=."""
    kind = request.args.get("format") or _preferred()
    if kind not in standard.FORMATS:
        return _refused(501, N_("This format is not offered; there are json and xml."))
    url = request.args.get("url", "")
    if not url:
        return _refused(400, N_("The parameter url is missing: the address of a page of this site."))
    try:
        most = [
            options.within(name, request.args.get(name, ""), 0, 1, 100_000)
            for name in ("maxwidth", "maxheight")
        ]
    except Invalid as wrong:
        return _refused(400, wrong.message, wrong.values)
    try:
        asked = standard.wanted(url, screens.base(), g.commune.languages)
        g.lang, g.order = asked.lang, fallback(asked.lang, g.commune.languages)
        offered = options.ROUTE_LAYERS if asked.key else options.MAP_LAYERS
        chosen = options.read(asked.arguments, offered)
        page = _walk(asked.key) if asked.key else None
        if page:
            stop_of(page, chosen.start)
    except Problem as problem:
        return _refused(404, problem.message, problem.values)
    if partners.is_private(db.session, asked.target, chosen.token):
        return _refused(401, N_("This embed is for some sites only. Ask the commune."))
    town = g.commune.name(g.order).text
    title = page.walk.name.text if page else f"{translate('Map')} · {town}"
    told = standard.rich(
        screens.base(), f"Athar · {town}", title, asked, chosen, most_width=most[0], most_height=most[1]
    )
    body: Any = standard.as_xml(told) if kind == "xml" else current_app.json.dumps(told)
    response = Response(body, content_type=f"{standard.FORMATS[kind]}; charset=utf-8", headers=OPEN)
    response.headers["Cache-Control"] = f"max-age={standard.CACHE_S}"
    response.vary.add("Accept")
    return response


def discovery(path: str) -> dict[str, str]:
    """Format's media type → address of /oembed for a page of ours, for `<link rel="alternate">`."""
    base = screens.base()
    asked = {
        kind: f"{base}{url_for('oembed.answer')}?{urlencode({'url': base + path, 'format': kind})}"
        for kind in standard.FORMATS
    }
    return {"application/json+oembed": asked["json"], "text/xml+oembed": asked["xml"]}


builder.app_context_processor(lambda: {"oembed_links": discovery})


def _preferred() -> str:
    best = request.accept_mimetypes.best_match([*standard.FORMATS.values(), "application/xml"])
    return "xml" if best in ("text/xml", "application/xml") else "json"


def _walk(key: str) -> routes.RoutePage:
    return routes.page(db.session, key, g.order, g.commune.walking_speed_kmh)


def _refused(status: int, message: str, values: dict[str, object] | None = None) -> Response:
    response = jsonify(error=translate(message, values=values), status=status)
    response.status_code = status
    response.headers.update(OPEN | {"Cache-Control": "no-store"})
    return response
