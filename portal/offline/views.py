"""The walk to take along: what there is to fetch, the worker that answers without a network, the list of
walks on a device (docs/decisions/0009-offline.md).
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from contextvars import Context
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, current_app, g, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.test import Client

from core.accounts import Role, open_to
from core.db import db
from core.errors import Unavailable
from core.languages import LANGUAGES
from geo import routes
from geo.features import Named
from geo.routes import RoutePage
from geo.vocabulary import N_
from portal.offline import packs, words
from portal.shell import asset
from qr_signs import register

blueprint = Blueprint("offline", __name__)
roots = Blueprint("offline_root", __name__)

WORKER = Path(__file__).parent / "worker.js"
AROUND_DEGREES = 0.01
"""How far around its stops a walk's own map reaches, about a kilometre."""
MASKS = {"icon-192.png": "192x192", "icon-512.png": "512x512"}


@blueprint.get("/routes/<key>/offline.json")
@open_to(Role.PUBLIC, same_for_all=True)
def pack(key: str) -> ResponseReturnValue:
    """Every file of a walk in a language, with size and hash, and which signs lead to which of its pages."""
    page = routes.page(db.session, key, g.order, g.commune.walking_speed_kmh)
    app_manifest = url_for(".app_manifest", key=key)
    pages = [
        url_for("webmap.route", key=key),
        *(_address(stop.thing) for stop in page.stops),
        *(url_for(".walks", lang=lang) for lang in g.commune.languages),
        app_manifest,
    ]
    held = packs.gather(pages, _inside(current_app.wsgi_app), _cut_to(page))
    there = {entry.address for entry in held.entries}
    signs = {
        packs.sign_digest(opened.number): address
        for opened in register.numbers(db.session, _things(page), current_app.config["SETTINGS"].SIGN_KEY)
        if (address := _address(Named(opened.layer, opened.key, "", page.walk.name))) in there
    }
    files = [[entry.address, entry.source, entry.sha256, entry.size] for entry in held.entries]
    told = {
        "key": key,
        "lang": g.lang,
        "dir": LANGUAGES[g.lang].dir,
        "name": page.walk.name.text,
        "name_lang": page.walk.name.lang,
        "start": pages[0],
        "stops": len(page.stops),
        "bytes": held.size,
        "left_out": held.left_out,
        "files": files,
        "signs": signs,
    }
    version = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    return _json({**told, "version": version, "words": words.spoken(held.left_out)})


def _things(page: RoutePage) -> list[tuple[str, str]]:
    stops = {(stop.thing.layer, stop.thing.key) for stop in page.stops}
    return sorted({("routes", page.walk.key), *stops})


def _address(thing: Named) -> str:
    """Where the templates' links lead (portal/templates/_said.html)."""
    if thing.layer == "monuments":
        return url_for("webmap.monument", key=thing.key)
    if thing.layer == "routes":
        return url_for("webmap.route", key=thing.key)
    return url_for("webmap.place_list", q=thing.name.text)


def _inside(app: Callable[..., Any]) -> Callable[[str], bytes]:
    """Reads an address of this very site, without going out and as a reader without cookies would."""
    client = Client(app, use_cookies=False)

    def read(address: str) -> bytes:
        # In an empty context: the request at hand lends neither its language nor its session.
        with closing(Context().run(client.get, address)) as answer:
            if answer.status_code != 200:
                raise Unavailable(N_("This walk cannot be packed just now. Please try again in a minute."))
            return answer.get_data()

    return read


def _cut_to(page: RoutePage) -> Callable[[str], str]:
    """A layer of the whole commune is fetched as far as the walk reaches, so that it stays small."""
    lons, lats = [stop.at.lon for stop in page.stops], [stop.at.lat for stop in page.stops]

    def source(address: str) -> str:
        asked = parse_qs(urlsplit(address).query)
        if not address.startswith("/layers/") or not lons or {"bbox", "route"} & asked.keys():
            return address
        more = AROUND_DEGREES
        edges = (min(lons) - more, min(lats) - more, max(lons) + more, max(lats) + more)
        return f"{address}{'&' if asked else '?'}bbox={','.join(f'{edge:.4f}' for edge in edges)}"

    return source


@blueprint.get("/routes/<key>/app.webmanifest")
@open_to(Role.PUBLIC, same_for_all=True)
def app_manifest(key: str) -> ResponseReturnValue:
    """What a phone needs to put the walk on its home screen."""
    page = routes.page(db.session, key, g.order, g.commune.walking_speed_kmh)
    start = url_for("webmap.route", key=key)
    icons = [
        {"src": asset(name), "sizes": size, "type": "image/png", "purpose": "any maskable"}
        for name, size in MASKS.items()
    ]
    told = {
        "id": start,
        "name": page.walk.name.text,
        "short_name": g.commune.name(g.order).text,
        "lang": page.walk.name.lang,
        "dir": LANGUAGES[page.walk.name.lang].dir if page.walk.name.lang in LANGUAGES else "auto",
        "start_url": start,
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fbf7f0",
        "theme_color": "#9c3f1c",
        "icons": [{"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml"}, *icons],
    }
    return _json(told, "application/manifest+json")


@blueprint.get("/offline")
@open_to(Role.PUBLIC, same_for_all=True)
def walks() -> ResponseReturnValue:
    """The walks on this device; also what is shown without a network for a page that is not among them."""
    return render_template("offline.html", words=words.of_the_list())


@roots.get("/sw.js")
@open_to(Role.PUBLIC)
def worker() -> ResponseReturnValue:
    """The service worker. Its address never changes; browsers ask for it anew each time."""
    return Response(
        _worker(),
        mimetype="text/javascript",
        headers={"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"},
    )


@cache
def _worker() -> str:
    return WORKER.read_text(encoding="utf-8")


def _json(told: dict[str, Any], mimetype: str = "application/json") -> Response:
    return Response(json.dumps(told, ensure_ascii=False, sort_keys=True), mimetype=mimetype)
