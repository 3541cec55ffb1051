"""What search engines are told about a page: schema.org, in the page's language, from the page's own data."""

from typing import Any

from flask import url_for

from geo.features import Named
from geo.monuments import MonumentPage
from geo.routes import RoutePage

CONTEXT = "https://schema.org"


def monument(page: MonumentPage, lang: str) -> dict[str, Any]:
    """A monument as LandmarksOrHistoricalBuildings and TouristAttraction; what is not known is left out."""
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": ["LandmarksOrHistoricalBuildings", "TouristAttraction"],
        "@id": url_for("webmap.monument", key=page.key, lang=lang),
        "name": {"@value": page.name.text, "@language": page.name.lang},
        "alternateName": [
            {"@value": name.text, "@language": name.lang}
            for name in page.names
            if name.text != page.name.text and name.state != "machine"
        ],
        "inLanguage": lang,
        "geo": {"@type": "GeoCoordinates", "latitude": page.at.lat, "longitude": page.at.lon},
    }
    if summary := page.texts.get("summary"):
        told["description"] = {"@value": summary.text, "@language": summary.lang}
    if wikidata := page.external_ids.get("wikidata"):
        told["sameAs"] = f"https://www.wikidata.org/entity/{wikidata}"
    return told


def route(page: RoutePage, lang: str) -> dict[str, Any]:
    """A walk as TouristTrip with its stops in order."""
    return {
        "@context": CONTEXT,
        "@type": "TouristTrip",
        "@id": url_for("webmap.route", key=page.walk.key, lang=lang),
        "name": {"@value": page.walk.name.text, "@language": page.walk.name.lang},
        "inLanguage": lang,
        "itinerary": {
            "@type": "ItemList",
            "numberOfItems": len(page.stops),
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": stop.ordinal,
                    "item": {
                        "@type": "TouristAttraction",
                        "@id": _address(stop.thing, lang),
                        "name": {"@value": stop.thing.name.text, "@language": stop.thing.name.lang},
                        "geo": {
                            "@type": "GeoCoordinates",
                            "latitude": stop.at.lat,
                            "longitude": stop.at.lon,
                        },
                    },
                }
                for stop in page.stops
            ],
        },
    }


def _address(thing: Named, lang: str) -> str:
    """Where a thing is told of: its page, else its data."""
    if thing.layer == "monuments":
        return url_for("webmap.monument", key=thing.key, lang=lang)
    return url_for("webmap.place_list", lang=lang, _anchor=thing.key)
