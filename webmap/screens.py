"""The maps of the pages, in the reader's language: which layers, where, with which words."""

from collections.abc import Iterable, Mapping, Sequence

from flask import current_app, g, url_for

from core.errors import Invalid
from core.languages import LANGUAGES
from core.translation import translate
from geo.monuments import MonumentPage
from geo.routes import RoutePage
from geo.shapes import Box
from geo.vocabulary import KINDS
from webmap import maps, style
from webmap.maps import MapParts

PADDING_DEGREES = 0.0015
"""Room around what a map shows, about 150 m."""


def town() -> MapParts:
    """Every layer, framed on the walled town where its outline is known, else on the commune's box."""
    layers = {layer: _url(layer) for layer in there(style.TOWN)}
    shown = [layer for layer in style.TOWN if style.LAYERS[layer].shown]
    return _build("town", layers, _frame(g.published.frame or g.commune.bbox), shown)


def route(page: RoutePage) -> MapParts:
    """One walk with its numbered stops."""
    layers_there = walk_layers(page)
    own = ("routes", "stops", *style.GROUND)
    layers = {layer: _url(layer, route=page.walk.key if layer in own else None) for layer in layers_there}
    return _build(
        "walk", layers, _frame(around(page)), [layer for layer in layers_there if layer != "buildings"]
    )


def walk_layers(page: RoutePage) -> list[str]:
    """Layers of a walk's map: risk zones only where the walk meets one, streets only after an import."""
    risks = any(remark.code.startswith("risk") for remark in page.remarks)
    return [layer for layer in there(style.WALK) if risks or layer != "risk_zones"]


def risks(around: Box | None = None) -> MapParts:
    """Risk zones on the town's ground: of the whole town, or around one of them."""
    layers_there = there(style.RISKS)
    frame = _cut(around, g.commune.bbox) if around else g.published.frame or g.commune.bbox
    shown = [layer for layer in layers_there if layer not in ("buildings", "places", "routes")]
    return _build("risks", {layer: _url(layer) for layer in layers_there}, _frame(frame), shown)


def _cut(box: Box, limits: Box) -> Box:
    """A box within another; where nothing is left, the other: the map does not go further."""
    cut = Box(
        max(box.west, limits.west),
        max(box.south, limits.south),
        min(box.east, limits.east),
        min(box.north, limits.north),
    )
    return cut if cut.west < cut.east and cut.south < cut.north else limits


def warning() -> MapParts:
    """The ground under the area of a warning that is being drawn."""
    layers = {name: _url(name) for name in there(("boundary", "walls", *style.GROUND))}
    shown = [name for name in layers if name != "buildings"]
    return _build("desk", layers, _frame(g.published.frame or g.commune.bbox), shown)


def warned(area: Box) -> MapParts:
    """Around the area of a warning."""
    layers = {name: _url(name) for name in there(style.WARNED)}
    return _build("warned", layers, _frame(_cut(area, g.commune.context_bbox)), layers)


def monument(page: MonumentPage) -> MapParts:
    """Around one monument, about 300 m each way and never less than its error circle."""
    degrees = max(300.0, page.error_m or 0) / 111_000
    at = page.at
    near = Box(at.lon - degrees, at.lat - degrees, at.lon + degrees, at.lat + degrees)
    layers = {layer: _url(layer) for layer in style.PLACE}
    return _build("place", layers, _frame(near, 0), style.PLACE, focus=page.key)


def plan() -> MapParts:
    """What a plan of the public Wi-Fi stands on: the ground, what shall be served, what is protected."""
    layers = {layer: _url(layer) for layer in there(style.PLAN)}
    shown = [layer for layer in style.PLAN if layer not in ("places", "routes", "quarters")]
    return _build("plan", layers, _frame(g.published.frame or g.commune.bbox), shown)


DRAWN_SHEETS = (*style.SHEETS, "draw.css")
"""Of pages on whose map somebody draws."""
DESK_SHEETS = (*DRAWN_SHEETS, "ground.css")
"""Of pages of the desk of things that have a map."""


def desk(layer: str) -> MapParts:
    """The ground under what is kept right at the desk; the layer's own things are drawn by the page."""
    ground = ("boundary", "walls", *style.GROUND)
    layers = {name: _url(name) for name in there(ground) if name != layer}
    return _build("desk", layers, _frame(g.published.frame or g.commune.bbox), layers)


def embedded(layers: Sequence[str], url: str, around: Box | None, start: str) -> MapParts:
    """A map inside somebody else's page: all its layers come by `url`; `start` is the key of what is open."""
    shown = around or g.published.frame or g.commune.bbox
    return _build("embed", dict.fromkeys(layers, url), _frame(shown), layers, embed={"start": start})


def box(text: str) -> Box | None:
    """`west,south,east,north` in degrees, or nothing; says so when latitude was put first."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(",", 4))
    except ValueError:
        raise Invalid("bbox", "bbox must be four numbers: west,south,east,north.") from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Invalid("bbox", "bbox must be west,south,east,north in degrees, longitude first.")
    return Box(west, south, east, north)


def base() -> str:
    """The public's address of the site, without a final slash, as the front door knows it."""
    known: str = current_app.jinja_env.globals["public_base"]()  # type: ignore[operator]
    return known


def mirrored() -> bool:
    """Whether the reader's language is written from right to left."""
    return LANGUAGES[g.lang].rtl


def around(page: RoutePage) -> Box:
    """The box around a walk's stops."""
    lons, lats = [stop.at.lon for stop in page.stops], [stop.at.lat for stop in page.stops]
    return Box(min(lons), min(lats), max(lons), max(lats)) if page.stops else g.commune.bbox


def _build(
    name: str,
    layers: dict[str, str],
    bounds: maps.Bounds,
    shown: Iterable[str],
    focus: str = "",
    embed: Mapping[str, str] | None = None,
) -> MapParts:
    settings = current_app.config["SETTINGS"]
    return maps.build(
        name,
        layers,
        bounds=bounds,
        limits=_frame(g.commune.bbox, 0.1),
        labels={label: translate(words) for label, words in style.LABELS.items()},
        kinds={code: translate(words) for kinds in KINDS.values() for code, words in kinds.items()},
        credit=translate("© OpenStreetMap contributors (ODbL) and others"),
        rtl=mirrored(),
        page_base=f"/{g.lang}/",
        shown=shown,
        focus=focus,
        embed=embed,
        tile_url=settings.TILE_URL,
        tile_credit=settings.TILE_ATTRIBUTION,
    )


def there(layers: Iterable[str]) -> list[str]:
    """Those of the layers that there is something of: streets and buildings only after an import."""
    return [layer for layer in layers if g.published.streets or layer not in style.GROUND]


def _url(layer: str, route: str | None = None) -> str:
    # Shaking bands reach far beyond the commune: only those that touch it are asked for.
    reach = ",".join(f"{edge:g}" for edge in g.commune.bbox) if layer == "risk_zones" else None
    most = style.MOST_GROUND if layer in style.GROUND else None
    return url_for("data.layer", layer=layer, lang=g.lang, route=route, bbox=reach, limit=most)


def _frame(box: Box, padding: float = PADDING_DEGREES) -> maps.Bounds:
    return [[box.south - padding, box.west - padding], [box.north + padding, box.east + padding]]
