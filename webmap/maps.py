"""Maps, built with folium and served whole from our own machine.

folium's own classes load scripts from four outside hosts, put random ids into each page and write texts into
scripts. The subclasses here do none of that: data comes by URL in the browser, texts are set as text there
(static/map*.js).
"""

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import folium
from branca.element import MacroElement
from folium.template import Template

from webmap import style

Bounds = Sequence[Sequence[float]]
"""[[south, west], [north, east]] in degrees, as Leaflet wants them."""

_UNSAFE: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'\u2028\u2029"}


class MapParts(NamedTuple):
    """A map for a template: the id of its element, the script that draws it, its layers lowest first."""

    id: str
    script: str
    layers: tuple[str, ...]
    shown: tuple[str, ...]
    """Those of the layers that are on at start."""


def as_script(value: Any) -> str:
    """A value as JSON that may stand in an inline script: no text in it can end the script or begin a
    comment.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(_UNSAFE)


class LocalMap(folium.Map):
    """A folium map whose Leaflet is ours and whose page is the same every time it is made."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []
    """Empty on purpose: pages name our own files with their nonce (templates/webmap/_map.html)."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = Athar.map({{ this.settings }});\n"
        "{% endmacro %}"
    )

    def __init__(self, name: str, bounds: Bounds, labels: Mapping[str, str], **settings: Any) -> None:
        """ValueError for a name that may not stand in a script as part of a variable's name."""
        if not (name.isascii() and name.isidentifier()):
            raise ValueError(f"{name!r} is no name for a map: letters, digits and _ only")
        super().__init__(tiles=None)
        self._id = name
        element = {"element": self.get_name(), "bounds": bounds, "labels": dict(labels)}
        self.settings = as_script({**element, **settings})

    def parts(self, layers: Iterable[str], shown: Iterable[str] = ()) -> MapParts:
        """Render, and take the script out of folium's page; the rest of the page is ours."""
        figure: Any = self.get_root()
        figure.render()
        script = "".join(child.render() for child in figure.script._children.values())
        on = set(shown)
        return MapParts(
            self.get_name(), script, tuple(layers), tuple(layer for layer in layers if layer in on)
        )


class UrlLayer(MacroElement):
    """A layer whose GeoJSON the browser fetches from `url` when it is first shown.

    `name` is the key of its style and of its checkbox; `shown` and `cluster` say how it starts; `shared` that
    the answer holds other layers too and is fetched once for all of them.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "Athar.layer({{ this._parent.get_name() }}, {{ this.settings }});\n"
        "{% endmacro %}"
    )

    def __init__(
        self, name: str, url: str, *, shown: bool = False, cluster: bool = False, shared: bool = False
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "layer"
        self._id = name
        settings = {"name": name, "url": url, "shown": shown, "cluster": cluster}
        self.settings = as_script({**settings, "shared": True} if shared else settings)


def build(
    name: str,
    layers: Mapping[str, str],
    *,
    bounds: Bounds,
    limits: Bounds,
    labels: Mapping[str, str],
    kinds: Mapping[str, str],
    credit: str,
    rtl: bool,
    page_base: str,
    shown: Iterable[str] = (),
    focus: str = "",
    tile_url: str = "",
    tile_credit: str = "",
    embed: Mapping[str, str] | None = None,
) -> MapParts:
    """A map of `layers` (name → URL of its data), lowest first.

    `bounds` is what it shows at first, `limits` how far one may go; `kinds` are translated labels of kinds;
    `page_base` is put before the address of a thing's page; `shown` are the layers that are on at start;
    `focus` is the key of the monument the map is about, which stands out. `tile_credit` is plain text.
    `embed` makes a map for a frame in somebody's page: one answer holds all layers, links open elsewhere, the
    page around goes on scrolling; its `start` is the key of what is open at first.
    """
    town = LocalMap(
        name, bounds, labels, limits=limits, kinds=dict(kinds), shapes=style.KINDS, credit=credit, rtl=rtl,
        pages=page_base, focus=focus, **({} if embed is None else {"embed": dict(embed)}),
    )  # fmt: skip
    if tile_url:
        # Leaflet shows attributions as HTML.
        tiles = folium.TileLayer(tile_url, attr=html.escape(tile_credit) or " ", name="tiles", control=False)
        tiles._id = name
        tiles.add_to(town)
    on = set(shown)
    for layer, url in layers.items():
        cluster, shared = style.LAYERS[layer].cluster, embed is not None
        UrlLayer(layer, url, shown=layer in on, cluster=cluster, shared=shared).add_to(town)
    return town.parts(layers, on)
