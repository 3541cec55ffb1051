"""What OGC API says about itself and its collections, as plain documents in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from core.translation import translate
from geo.commune import Commune
from geo.opendata import crs as systems
from geo.opendata.crs import CRS84
from geo.opendata.extents import Extent
from geo.opendata.imported import COLLECTIONS
from webmap.ogc.answers import GEOJSON, HTML, JSON, OPENAPI, both, link

CONFORMANCE: Final = (
    *(
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}"
        for part in ("core", "geojson", "html", "oas30")
    ),
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *(
        f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{part}"
        for part in ("core", "tileset", "mvt", "geodata-tilesets")
    ),
)
GREGORIAN: Final = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def landing(commune: Commune, order: list[str], base: str) -> dict[str, Any]:
    """The landing page."""
    home = f"{base}/ogc"
    return {
        "title": translate("Open data of %(name)s", values={"name": commune.name(order).text}),
        "description": translate("Monuments, walks, public places and risk zones, as OGC API – Features."),
        "links": [
            *both(home),
            link(f"{home}/api", "service-desc", OPENAPI, translate("The interface, as OpenAPI 3.0")),
            link(f"{home}/api?f=html", "service-doc", HTML, translate("The interface, as a page")),
            *both(f"{home}/conformance", rel="conformance"),
            *both(f"{home}/collections", rel="data"),
            link(f"{base}/catalogue.jsonld", "describedby", "application/ld+json", "DCAT-AP"),
            link(f"{base}/catalogue.ttl", "describedby", "text/turtle", "DCAT-AP"),
        ],
    }


def collections(commune: Commune, extents: Mapping[str, Extent], base: str) -> dict[str, Any]:
    """Every collection."""
    return {
        "links": [*both(f"{base}/ogc/collections")],
        "crs": list(systems.offered(commune.metric_crs)),
        "collections": [collection(commune, name, extent, base) for name, extent in extents.items()],
    }


def collection(commune: Commune, name: str, extent: Extent, base: str) -> dict[str, Any]:
    """One collection."""
    here, home = COLLECTIONS[name], f"{base}/ogc/collections/{name}"
    told: dict[str, Any] = {
        "id": name,
        "title": translate(here.title),
        "description": translate(here.meaning),
        "itemType": "feature",
        "crs": list(systems.offered(commune.metric_crs)),
        "storageCrs": CRS84,
        "links": [
            *both(home),
            link(f"{home}/items?f=json", "items", GEOJSON, translate("Features, as GeoJSON")),
            link(f"{home}/items?f=html", "items", HTML, translate("Features, as a page")),
            link(f"{home}/tiles", "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", JSON,
                 translate("Vector tiles")),
            link(f"{base}/data/{name}.gpkg", "enclosure", "application/geopackage+sqlite3", "GeoPackage"),
            link(f"{base}/data/{name}.csv", "enclosure", "text/csv", "CSV"),
            link(f"{base}/data/{name}.geojson", "enclosure", GEOJSON, "GeoJSON"),
        ],
    }  # fmt: skip
    if extent.box is not None:
        told["extent"] = {"spatial": {"bbox": [list(extent.box)], "crs": CRS84}}
        if extent.first is not None:
            span = [moment(extent.first), moment(extent.last)]
            told["extent"]["temporal"] = {"interval": [span], "trs": GREGORIAN}
    return told


def moment(when: datetime | None) -> str | None:
    """A time as RFC 3339 writes it, to the second."""
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when else None
