"""The words of the data folder: layers, kinds, states. Labels are gettext message ids; portal translates
them.
"""

from collections.abc import Mapping
from typing import Final


def N_(message: str) -> str:
    """Mark a message for translation without translating it yet."""
    return message


KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "monuments": {
        "city_walls": N_("City walls"),
        "city_gate": N_("City gate"),
        "kasbah": N_("Kasbah"),
        "kasbah_gate": N_("Kasbah gate"),
        "kasbah_quarter": N_("Kasbah quarter"),
        "mosque": N_("Mosque"),
        "shrine": N_("Shrine"),
        "madrasa": N_("Madrasa"),
        "palace": N_("Palace"),
        "square": N_("Square"),
        "souk": N_("Souk"),
        "weekly_market": N_("Weekly market"),
        "tannery": N_("Tannery"),
        "historic_quarter": N_("Historic quarter"),
        "cemetery": N_("Cemetery"),
        "palm_grove": N_("Palm grove"),
        "monument": N_("Monument"),
    },
    "places": {
        "square": N_("Square"),
        "garden": N_("Garden"),
        "library": N_("Library"),
        "post_office": N_("Post office"),
        "police": N_("Police"),
        "hospital": N_("Hospital"),
        "pharmacy": N_("Pharmacy"),
        "market": N_("Market"),
        "public_bath": N_("Public bath"),
        "toilets": N_("Public toilets"),
        "parking": N_("Car park"),
        "place_of_worship": N_("Place of worship"),
        "faculty": N_("Faculty"),
        "school": N_("School"),
        "cultural_centre": N_("Cultural centre"),
        "neighbourhood_house": N_("Neighbourhood house"),
        "bus_station": N_("Bus station"),
        "town_hall": N_("Town hall"),
        "service": N_("Public service"),
    },
    "quarters": {"quarter": N_("Quarter"), "village": N_("Village"), "town": N_("Town")},
    "boundary": {"commune": N_("Commune"), "province": N_("Province"), "region": N_("Region")},
    "walls": {"wall_ring": N_("Walls"), "walled_area": N_("Walled town")},
    "risk_zones": {
        "earthquake": N_("Earthquake"),
        "flood": N_("Flood"),
        "heat": N_("Heat"),
        "fire": N_("Fire"),
        "collapse": N_("Collapse"),
    },
    "infrastructure": {
        "lamp_post": N_("Lamp post"),
        "fibre_point": N_("Fibre connection"),
        "powered_building": N_("Building with power"),
        "mast": N_("Mast"),
    },
    "reference": {
        "osm_node": N_("OpenStreetMap point"),
        "osm_health": N_("OpenStreetMap health point"),
        "gps_survey": N_("GPS survey point"),
    },
    "routes": {"walk": N_("Walk")},
}

LAYERS: Final = tuple(KINDS)
WIDE_LAYERS: Final = ("boundary", "risk_zones")
"""Layers that may reach beyond the commune's box, into its context box."""
NAMELESS_LAYERS: Final = ("reference", "infrastructure")
"""Layers whose things may have no name."""
PRIVATE_LAYERS: Final = ("infrastructure",)
"""Layers for planners only: where fibre and power come in is not told to everybody."""

STATES: Final = ("attested", "reviewed", "written", "machine")
"""Of texts: found in a source, read by a second person, written by a person, drafted by machine."""
FIELDS: Final = ("summary", "period", "protection", "condition", "access", "advice", "note")
SCHEMES: Final = ("osm", "wikidata", "geonames", "hcp", "iso", "hasc", "usgs")
STOP_KINDS: Final = ("attraction", "waypoint", "service")
ROUTE_STATUSES: Final = ("draft", "official")
THEMES: Final[Mapping[str, str]] = {
    "walls": N_("Walls and gates"),
    "crafts": N_("Souks and crafts"),
    "palaces": N_("Kasbahs and palaces"),
    "faith": N_("Faith and learning"),
    "gardens": N_("Gardens and water"),
    "history": N_("History"),
}
"""What a walk is about."""

PRECISIONS: Final[Mapping[str, str]] = {
    "surveyed": N_("Surveyed on site"),
    "official": N_("Official source"),
    "osm": N_("OpenStreetMap"),
    "secondary": N_("Secondary source"),
    "approximate": N_("Approximate, derived"),
    "schematic": N_("Schematic: not a trace"),
}

CONDITIONS: Final[Mapping[str, str]] = {
    "unknown": N_("Not known"),
    "damage_recorded": N_("Damage recorded"),
    "repair_planned": N_("Repair planned"),
    "repair_under_way": N_("Repair under way"),
    "repaired": N_("Repaired"),
}

ACCESS: Final[Mapping[str, str]] = {
    "unknown": N_("Not known"),
    "open": N_("Open to visitors"),
    "limited": N_("Limited access"),
    "closed": N_("Closed"),
}

INSIDE: Final[Mapping[str, str]] = {
    "unknown": N_("Not known"),
    "yes": N_("Inside the walls"),
    "no": N_("Outside the walls"),
    "on_the_wall": N_("On the wall"),
}

UNITS: Final[Mapping[str, str]] = {
    "inhabitants": N_("inhabitants"),
    "households": N_("households"),
    "km²": "km²",
}

HAZARDS: Final[Mapping[str, str]] = {
    "earthquake": N_("Earthquake"),
    "flooding": N_("Flooding"),
    "flash_flooding": N_("Flash flooding"),
    "river_flooding": N_("Fluvial (riverine) flooding"),
    "surface_water_flooding": N_("Surface water flooding"),
    "ponding": N_("Ponding (drainage) flooding"),
    "drain_flooding": N_("Drain and sewer flooding"),
    "heatwave": N_("Heatwave"),
    "fire": N_("Fire"),
    "wildfires": N_("Wildfires"),
    "building_collapse": N_("Building collapse"),
    "structural_failure": N_("Structural failure"),
}
"""Hazards by the names of the UNDRR-ISC Hazard Information Profiles, 2025 update: those that a walled town
far from the sea may meet. Source of names and codes: the table of the 281 hazards in docs/model/taxonomy.md
of github.com/IFRCGo/monty-stac-extension, taken there from the report (undrr.org, June 2025). The profiles of
2025 have no hazard of their own for ground shaking: it is part of Earthquake.
"""
HIPS: Final[Mapping[str, tuple[str, str]]] = {
    "earthquake": ("earthquake", "GH0101"),
    "flooding": ("flood", "MH0600"),
    "flash_flooding": ("flood", "MH0603"),
    "river_flooding": ("flood", "MH0604"),
    "surface_water_flooding": ("flood", "MH0606"),
    "ponding": ("flood", "MH0609"),
    "drain_flooding": ("flood", "TL0214"),
    "heatwave": ("heat", "MH0501"),
    "fire": ("fire", "TL0305"),
    "wildfires": ("fire", "EN0205"),
    "building_collapse": ("collapse", "TL0201"),
    "structural_failure": ("collapse", "TL0203"),
}
"""Each hazard's kind of risk zone and code of its profile. A kind's first hazard stands for a zone of that
kind that names none.
"""
LEVELS: Final[Mapping[str, str]] = {
    "low": N_("Low"),
    "moderate": N_("Moderate"),
    "high": N_("High"),
    "severe": N_("Severe"),
}
"""How strong a hazard is in a zone, as its source judges it; lowest first."""

COMPASS = {
    "n": N_("north"),
    "ne": N_("north-east"),
    "e": N_("east"),
    "se": N_("south-east"),
    "s": N_("south"),
    "sw": N_("south-west"),
    "w": N_("west"),
    "nw": N_("north-west"),
}
"""The winds of geo.features, in words."""

PACES: Final[Mapping[str, tuple[str, float | None]]] = {
    "slow": (N_("Slow"), 3.0),
    "usual": (N_("Usual"), None),
    "brisk": (N_("Brisk"), 5.5),
}
"""Paces to choose from: label, km/h; None is the commune's own walking speed."""

TURNS: Final[Mapping[str, str]] = {
    "start": N_("Set out"),
    "ahead": N_("Straight on"),
    "slight_left": N_("Keep left"),
    "slight_right": N_("Keep right"),
    "turn_left": N_("Turn left"),
    "turn_right": N_("Turn right"),
    "sharp_left": N_("Turn sharp left"),
    "sharp_right": N_("Turn sharp right"),
    "back": N_("Turn back"),
}
WAYS: Final[Mapping[str, str]] = {
    "street": N_("street"),
    "main_road": N_("main road"),
    "lane": N_("lane"),
    "pedestrian": N_("pedestrian street"),
    "footpath": N_("footpath"),
    "steps": N_("steps"),
    "track": N_("track"),
    "cycleway": N_("cycle path"),
}
"""Kinds of way, for those without a name."""

WHEELCHAIR: Final[Mapping[str, str]] = {
    "yes": N_("suitable"),
    "no": N_("not suitable"),
    "unknown": N_("not known"),
}

REMARKS: Final[Mapping[str, str]] = {
    "order": N_("Another order of the stops would be %(shorter)s m long instead of %(metres)s m."),
    "closed_stop": N_("Closed to visitors: %(thing)s is seen from outside only."),
    "closed_leg": N_("This leg leads through %(thing)s, which is closed."),
    "risk_stop": N_("This stop lies in an active risk zone: %(thing)s."),
    "risk_leg": N_("This leg passes through an active risk zone: %(thing)s."),
    "no_street_far": N_("Straight line: no street is known near one of the two stops."),
    "no_street_apart": N_("Straight line: no street is known that leads from one stop to the other."),
    "unpublished": N_("%(thing)s has no name in: %(langs)s."),
}
"""What a walk's check finds (geo/streets/checking.py), as sentences."""
