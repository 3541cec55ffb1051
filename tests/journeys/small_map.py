"""A small app that serves the interactive map by itself, on made-up layers, under the site's strict policy.

`Ground` says what its layers answer.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, g, render_template_string, request, send_file
from flask.typing import ResponseReturnValue
from jinja2 import FileSystemLoader
from markupsafe import Markup

from core.settings import PROJECT
from portal.assets import VENDOR
from webmap import maps, style

WEST, SOUTH, EAST, NORTH = -8.9, 30.45, -8.86, 30.49
BOUNDS = [[SOUTH, WEST], [NORTH, EAST]]
NONCE = "abc123"
POLICY = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'"
)
PAGE = """<!doctype html>
{% from "webmap/_map.html" import frame, files, sheets %}
<html lang="{{ lang }}" dir="{{ lang|dir }}"><head><meta charset="utf-8"><title>Map</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{{ asset('site.css') }}">{% if not lazy %}{{ sheets(style.SHEETS) }}{% endif %}
</head><body><h1>Map</h1>
{% if lazy %}<div class="far">{% for _ in range(200) %}<p>…</p>{% endfor %}</div>{% endif %}
{{ frame(map, style.LAYERS, style.SHAPES, tall=not lazy, lazy=lazy, svg=svg) }}
{{ files(style.SCRIPTS, style.SHEETS, map, lazy=lazy) }}
</body></html>"""
DRAWN = '<svg class="drawn" viewBox="0 0 400 300" width="400" height="300" role="img" aria-label="x"></svg>'


def point(key: str, x: float, y: float, **properties: Any) -> dict[str, Any]:
    """A thing at a part of the box's width and height, from its south-western corner."""
    at = [WEST + (EAST - WEST) * x, SOUTH + (NORTH - SOUTH) * y]
    told = {
        "key": key,
        "kind": "city_gate",
        "name": f"Gate {key}",
        "name_lang": "en",
        "precision": "secondary",
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": at},
        "properties": {**told, "error_m": 60, "page": "monuments", **properties},
    }


def shape(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    """A line or an area."""
    told = {
        "key": kind,
        "kind": kind,
        "name": kind,
        "name_lang": "en",
        "precision": "schematic",
        "error_m": 300,
    }
    return {
        "type": "Feature",
        "geometry": {"type": geometry, "coordinates": coordinates},
        "properties": {**told, "page": None, **properties},
    }


RING = [[-8.89, 30.46], [-8.87, 30.46], [-8.87, 30.48], [-8.89, 30.48], [-8.89, 30.46]]


def town() -> dict[str, list[dict[str, Any]]]:
    """A small town: four gates far apart, two monuments side by side, walls, a walk, a zone."""
    gates = [("west", 0.2, 0.5), ("east", 0.8, 0.5), ("south", 0.5, 0.2), ("north", 0.5, 0.8)]
    return {
        "boundary": [shape("commune", "Polygon", [RING])],
        "walls": [shape("walled_area", "Polygon", [RING]), shape("wall_ring", "LineString", RING)],
        "water": [shape("river", "LineString", RING[1:3], page=None)],
        "buildings": [shape("house", "Polygon", [RING], page=None)],
        "streets": [shape("lane", "LineString", RING[:2], page=None)],
        "risk_zones": [shape("flood", "Polygon", [RING], value=6.2, unit="MMI", record=True)],
        "routes": [shape("walk", "LineString", RING[:3], page="routes")],
        "stops": [point("west", 0.2, 0.5, ordinal=1), point("east", 0.8, 0.5, ordinal=2)],
        "places": [point("school", 0.3, 0.3, kind="school", page=None)],
        "wifi": [point("school", 0.3, 0.3, kind="school", page=None)],
        "quarters": [point("kasbah", 0.65, 0.65, kind="quarter", page=None)],
        "reference": [point("node", 0.35, 0.7, kind="osm_node", name=None, page=None)],
        "monuments": [
            *(point(*gate) for gate in gates),
            point("twin-a", 0.5, 0.5, kind="mosque"),
            point("twin-b", 0.501, 0.501, kind="mosque"),
        ],
    }


@dataclass
class Ground:
    """What the test's server answers, and what it was asked."""

    layers: dict[str, list[dict[str, Any]]] = field(default_factory=town)
    broken: set[str] = field(default_factory=set)
    """Layers and files that fail."""
    most: int = 5000
    asked: Counter[str] = field(default_factory=Counter)
    boxes: list[str] = field(default_factory=list)
    address: str = ""


def _inside(feature: dict[str, Any], box: str) -> bool:
    west, south, east, north = map(float, box.split(","))
    at = feature["geometry"]["coordinates"]
    return not isinstance(at[0], float) or (west <= at[0] <= east and south <= at[1] <= north)


def small_app(ground: Ground) -> Flask:
    app = Flask(__name__)
    app.jinja_loader = FileSystemLoader(PROJECT / "webmap" / "templates")
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations()  # type: ignore[attr-defined]
    app.jinja_env.globals.update(asset=lambda name: f"/asset/{name}", csp_nonce=lambda: NONCE)
    app.jinja_env.filters["dir"] = lambda lang: "rtl" if lang == "ar" else "ltr"

    @app.get("/<lang>/<name>")
    def page(lang: str, name: str) -> str:
        g.lang = lang
        layers = {layer: f"/layers/{layer}.geojson?lang={lang}" for layer in style.TOWN}
        label = request.args.get("label")
        drawn = maps.build(
            "town",
            layers,
            bounds=BOUNDS,
            limits=[[30.3, -9.1], [30.7, -8.6]],
            labels={key: label or words for key, words in style.LABELS.items()},
            kinds={"city_gate": label or "City gate", "mosque": "Mosque"},
            credit=label or "© OpenStreetMap contributors",
            rtl=lang == "ar",
            page_base=f"/{lang}/",
            shown=[layer for layer in style.TOWN if style.LAYERS[layer].shown],
            focus=request.args.get("focus", ""),
        )
        return render_template_string(
            PAGE, map=drawn, style=style, lang=lang, lazy=name == "lazy", svg=Markup(DRAWN)
        )

    @app.get("/asset/<path:name>")
    def asset(name: str) -> ResponseReturnValue:
        if name in ground.broken:
            return Response(status=404)
        rooms = (PROJECT / "webmap" / "static", PROJECT / "portal" / "static")
        ours = [room / name for room in rooms if (room / name).exists()]
        return send_file(ours[0] if ours else PROJECT / "node_modules" / VENDOR[name])

    @app.get("/layers/<name>.geojson")
    def layer(name: str) -> ResponseReturnValue:
        box = request.args.get("bbox", "")
        if box:
            ground.boxes.append(box)
        if name in ground.broken:
            return Response(status=404)
        found = [each for each in ground.layers[name] if not box or _inside(each, box)]
        told = {"type": "FeatureCollection", "numberMatched": len(found), "features": found[: ground.most]}
        told["numberReturned"] = min(len(found), ground.most)
        return Response(json.dumps(told), mimetype="application/geo+json")

    @app.after_request
    def secure(response: Response) -> Response:
        ground.asked[request.path.removeprefix("/asset/")] += 1
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app
