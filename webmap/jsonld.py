"""What search engines are told about a page: schema.org, in the page's language, from the page's own data."""

from typing import Any

from flask import url_for

from geo.features import Named
from geo.monuments import MonumentPage
from geo.pictures.shown import Shown
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
    if page.pictures:
        told["image"] = [_image(picture) for picture in page.pictures]
    return told


def _image(picture: Shown) -> dict[str, Any]:
    """A picture as ImageObject, with whom to name and on which terms it may be used."""
    width, height = picture.large_size
    told: dict[str, Any] = {
        "@type": "ImageObject",
        "contentUrl": picture.large,
        "width": width,
        "height": height,
        "caption": {"@value": picture.alt.text, "@language": picture.alt.lang},
        "creator": {"@type": "Person", "name": picture.author},
        "creditText": picture.author,
    }
    if picture.licence.address:
        told["license"] = picture.licence.address
    if picture.taken_on:
        told["dateCreated"] = picture.taken_on
    return told


def route(page: RoutePage, lang: str) -> dict[str, Any]:
    """A walk as TouristTrip with its stops in order."""
    told: dict[str, Any] = {
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
    if page.pictures:
        told["image"] = [_image(picture) for picture in page.pictures]
    return told


def _address(thing: Named, lang: str) -> str:
    """Where a thing is told of: its page, else its data."""
    if thing.layer == "monuments":
        return url_for("webmap.monument", key=thing.key, lang=lang)
    return url_for("webmap.place_list", lang=lang, _anchor=thing.key)
