"""How the maps are put together: layers in drawing order, what is on at start, the files a page needs. Data
only.
"""

from typing import Final, NamedTuple

from geo.vocabulary import LEVELS, N_, PRECISIONS
from geo.wifi.vocabulary import TOLD


class LayerStyle(NamedTuple):
    """A layer as readers see it: its name, what the legend says of it, whether it is on at start."""

    name: str
    legend: str = ""
    shown: bool = False
    cluster: bool = False


LAYERS: Final = {
    "boundary": LayerStyle(N_("Commune boundary"), shown=True),
    "risk_zones": LayerStyle(
        N_("Risk zones"),
        N_("Whole line: official. Dashed: not official. Hatched: a record of the past, no zoning."),
    ),
    "walls": LayerStyle(N_("Walls"), N_("Schematic: straight lines between the gates."), shown=True),
    "water": LayerStyle(N_("Water")),
    "buildings": LayerStyle(N_("Buildings")),
    "streets": LayerStyle(N_("Streets and paths")),
    "routes": LayerStyle(N_("Walks"), shown=True),
    "quarters": LayerStyle(N_("Quarters"), N_("Names only; no limits are known.")),
    "reference": LayerStyle(
        N_("Reference points"), N_("Taken over from other sources as they are."), cluster=True
    ),
    "places": LayerStyle(N_("Public places"), cluster=True),
    "wifi": LayerStyle(N_("Public Wi-Fi")),
    "stops": LayerStyle(N_("Stops")),
    "monuments": LayerStyle(N_("Monuments"), shown=True, cluster=True),
}
"""In drawing order, lowest first."""

TOWN: Final = tuple(layer for layer in LAYERS if layer != "stops")
WALK: Final = ("boundary", "risk_zones", "walls", "water", "buildings", "streets", "routes", "stops")
"""Risk zones only where the walk's check found one."""
GROUND: Final = ("water", "buildings", "streets")
"""Taken over from OpenStreetMap: offered only once an extract is imported."""
MOST_GROUND: Final = 1200
"""Things of each of them in one answer (about 20 KB compressed); the map asks for more as one zooms in."""

LISTS: Final = ("monuments", "routes", "places", "quarters", "risk_zones")
"""Layers that the map's page also gives as lists; walls and limits are told in words in the legend."""
LISTED: Final = 200
"""Things in each of those lists at the most; the layer's own page has them all."""

PLACE: Final = ("boundary", "walls", "monuments")
"""Around one monument."""

RISKS: Final = tuple(layer for layer in LAYERS if layer not in ("quarters", "reference", "wifi", "stops"))
"""Around risk zones."""

WARNED: Final = ("boundary", "walls", "water", "streets", "monuments")
"""Under the area of a warning."""

PLAN: Final = (
    "boundary",
    "walls",
    "water",
    "buildings",
    "streets",
    "routes",
    "quarters",
    "places",
    "monuments",
)
"""Under the hotspots of a plan."""

SCRIPTS: Final = (
    "vendor/leaflet.js",
    "vendor/leaflet.markercluster.js",
    "map.js",
    "map-marks.js",
    "map-zones.js",
    "map-layers.js",
)
"""In the order in which they run."""
SHEETS: Final = ("vendor/leaflet.css", "map.css")

KINDS: Final = {
    "city_gate": "gate",
    "kasbah_gate": "gate",
    "city_walls": "gate",
    "kasbah": "palace",
    "kasbah_quarter": "palace",
    "palace": "palace",
    "mosque": "faith",
    "shrine": "faith",
    "madrasa": "faith",
    "cemetery": "faith",
    "square": "market",
    "souk": "market",
    "weekly_market": "market",
    "tannery": "market",
}
"""Kind of monument → shape of its marker; others get a plain one."""
SHAPES: Final = {
    "gate": N_("Gates and walls"),
    "palace": N_("Kasbahs and palaces"),
    "faith": N_("Mosques, madrasas, cemeteries"),
    "market": N_("Squares, souks, crafts"),
    "other": N_("Others"),
}

HOTSPOTS: Final = {
    "on_air": N_("On air"),
    "faulty": N_("Out of order"),
    "planned": N_("Planned"),
    "candidate": N_("Candidate places"),
}
"""Marks of the layer of the Wi-Fi, for its legend; what is ordered or installed is still planned."""

LABELS: Final = {
    "zoomIn": N_("Zoom in"),
    "zoomOut": N_("Zoom out"),
    "home": N_("Show the whole town"),
    "locate": N_("Where am I?"),
    "here": N_("You are here"),
    "noPlace": N_("Your place could not be found. Allow the browser to use it, or go outdoors."),
    "farAway": N_("You are outside this map."),
    "full": N_("Full screen"),
    "close": N_("Close"),
    "failed": N_("This layer could not be loaded."),
    "retry": N_("Try again"),
    "page": N_("Open its page"),
    "within": N_("± %d m"),
    "group": N_("%d together; zoom in to see them"),
    "map": N_("Map"),
    **{f"wifi_{status}": told for status, told in TOLD.items()},
    "record": N_("A record of the past, not a zoning."),
    "official": N_("official"),
    "unofficial": N_("not official"),
    "zone_coming": N_("not yet in force"),
    "zone_over": N_("no longer in force"),
    **{f"level_{code}": label for code, label in LEVELS.items()},
    **PRECISIONS,
    "part": N_("Only a part is shown; zoom in for more."),
}
"""Words of the map's script, by the name under which it asks for them."""
