"""What machines are told of the downloads: the dictionary of a CSV (CSVW), datasets as schema.org."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.translation import translate
from geo.commune import Commune
from geo.opendata.collections import Collection
from geo.opendata.downloads import dictionary
from geo.opendata.extents import Extent
from geo.opendata.imported import COLLECTIONS
from webmap.opendata.catalogue import FORMS, licence_address

TYPES = {"number": "number", "integer": "integer", "boolean": "boolean", "date-time": "dateTime",
         "pictures": "json"}  # fmt: skip


def table(name: str, collection: Collection, base: str) -> dict[str, Any]:
    """The dictionary of a collection's CSV (W3C Metadata Vocabulary for Tabular Data)."""
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{base}/data/{name}.csv",
        "dc:title": translate(collection.title),
        "tableSchema": {
            "columns": [
                {
                    "name": column,
                    "titles": column,
                    "dc:description": translate(one.meaning),
                    "datatype": TYPES.get(one.kind, "string"),
                    **({"separator": " | "} if one.kind == "array" else {}),
                }
                for column, one in dictionary(collection).items()
            ],
            "primaryKey": "key",
        },
    }


def datasets(
    extents: Mapping[str, Extent], commune: Commune, order: Sequence[str], base: str
) -> dict[str, Any]:
    """The collections as a schema.org DataCatalog; what isn't known is left out."""
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "name": translate("Open data of %(name)s", values={"name": commune.name(order).text}),
        "inLanguage": order[0],
        "dataset": [_dataset(name, extent, base) for name, extent in extents.items() if extent.features],
    }


def _dataset(name: str, extent: Extent, base: str) -> dict[str, Any]:
    collection = COLLECTIONS[name]
    told: dict[str, Any] = {
        "@type": "Dataset",
        "@id": f"{base}/ogc/collections/{name}",
        "name": translate(collection.title),
        "description": translate(collection.meaning),
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": form.media,
                "contentUrl": f"{base}/data/{name}.{form.ending}",
            }
            for form in FORMS
        ],
    }
    if extent.changed_at is not None:
        told["dateModified"] = f"{extent.changed_at:%Y-%m-%d}"
    addresses = {licence_address(words) for words in extent.licences}
    if len(addresses) == 1 and (known := addresses.pop()):
        told["license"] = known
    if extent.box is not None:
        box = f"{extent.box.south} {extent.box.west} {extent.box.north} {extent.box.east}"
        told["spatialCoverage"] = {"@type": "Place", "geo": {"@type": "GeoShape", "box": box}}
    return told
