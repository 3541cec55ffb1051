"""The catalogue of the open data for portals: DCAT-AP 3, one dataset a collection, in every language."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from core.translation import translate
from geo.commune import Commune
from geo.opendata.collections import Collection
from geo.opendata.extents import Extent
from geo.opendata.imported import COLLECTIONS
from geo.vocabulary import N_

GEO: Final = Namespace("http://www.opengis.net/ont/geosparql#")
EU: Final = "http://publications.europa.eu/resource/authority/"
ISO_LANGUAGES: Final = {"ar": "ARA", "zgh": "ZGH", "fr": "FRA", "en": "ENG", "es": "SPA", "de": "DEU"}
"""Codes of the Publications Office's list of languages."""
LICENCES: Final = (
    ("odbl", "http://opendatacommons.org/licenses/odbl/1-0/"),
    ("cc by 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("cc0", "https://creativecommons.org/publicdomain/zero/1.0/"),
)
"""What a licence's words hold, and its address."""


class Form(NamedTuple):
    """A file in which a collection can be had: ending, media type, the EU's word for its format, name."""

    ending: str
    media: str
    code: str
    name: str


FORMS: Final = (
    Form("geojson", "application/geo+json", "GEOJSON", "GeoJSON"),
    Form("gpkg", "application/geopackage+sqlite3", "GPKG", "GeoPackage"),
    Form("csv", "text/csv", "CSV", "CSV"),
)
SYNTAXES: Final[Mapping[str, tuple[str, str]]] = {
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("xml", "application/rdf+xml"),
}


def written(syntax: str, commune: Commune, extents: Mapping[str, Extent], base: str) -> str:
    """The catalogue in `ttl`, `jsonld` or `rdf`."""
    text: str = graph(commune, extents, base).serialize(format=SYNTAXES[syntax][0])
    return text


def graph(commune: Commune, extents: Mapping[str, Extent], base: str) -> Graph:
    """The catalogue. What isn't known (a contact, say) is left out."""
    told = Graph()
    told.bind("dcat", DCAT)
    told.bind("geosparql", GEO)
    catalogue, service = URIRef(f"{base}/catalogue"), URIRef(f"{base}/ogc")
    publisher = _publisher(told, commune, base)
    title = N_("Open data of %(name)s")
    _titled(told, catalogue, commune, title, N_("Monuments, walks, public places and risk zones."))
    told.add((catalogue, RDF.type, DCAT.Catalog))
    told.add((catalogue, DCTERMS.publisher, publisher))
    told.add((catalogue, FOAF.homepage, URIRef(base)))
    told.add((URIRef(base), RDF.type, FOAF.Document))
    told.add((catalogue, DCAT.service, service))
    for lang in commune.languages:
        told.add((catalogue, DCTERMS.language, URIRef(f"{EU}language/{ISO_LANGUAGES[lang]}")))
    told.add((service, RDF.type, DCAT.DataService))
    _titled(told, service, commune, "OGC API – Features", "")
    told.add((service, DCAT.endpointURL, URIRef(f"{base}/ogc")))
    told.add((service, DCAT.endpointDescription, URIRef(f"{base}/ogc/api")))
    told.add((service, DCTERMS.conformsTo, URIRef("http://www.opengis.net/spec/ogcapi-features-1/1.0")))
    for name, extent in extents.items():
        dataset = _dataset(told, name, extent, commune, base)
        told.add((dataset, DCTERMS.publisher, publisher))
        told.add((catalogue, DCAT.dataset, dataset))
        told.add((service, DCAT.servesDataset, dataset))
    return told


def _publisher(told: Graph, commune: Commune, base: str) -> URIRef:
    publisher = URIRef(f"{base}/catalogue#publisher")
    told.add((publisher, RDF.type, FOAF.Agent))
    for lang in commune.languages:
        told.add((publisher, FOAF.name, Literal(commune.name([lang]).text, lang=commune.name([lang]).lang)))
    return publisher


def _titled(told: Graph, about: Node, commune: Commune, title: str, meaning: str) -> None:
    """Title and description in every language of the commune."""
    for lang in commune.languages:
        values = {"name": commune.name([lang, *commune.languages]).text} if "%(" in title else None
        told.add((about, DCTERMS.title, Literal(translate(title, lang, values), lang=lang)))
        if meaning:
            told.add((about, DCTERMS.description, Literal(translate(meaning, lang), lang=lang)))


def _dataset(told: Graph, name: str, extent: Extent, commune: Commune, base: str) -> URIRef:
    collection: Collection = COLLECTIONS[name]
    dataset = URIRef(f"{base}/ogc/collections/{name}")
    told.add((dataset, RDF.type, DCAT.Dataset))
    _titled(told, dataset, commune, collection.title, collection.meaning)
    told.add((dataset, DCTERMS.identifier, Literal(name)))
    told.add((dataset, DCAT.landingPage, URIRef(f"{base}/{commune.languages[0]}/data#{name}")))
    told.add((URIRef(f"{base}/{commune.languages[0]}/data#{name}"), RDF.type, FOAF.Document))
    if extent.changed_at is not None:
        told.add((dataset, DCTERMS.modified, Literal(extent.changed_at, datatype=XSD.dateTime)))
    if extent.box is not None:
        west, south, east, north = extent.box
        ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
        place = BNode(f"{name}_place")
        told.add((dataset, DCTERMS.spatial, place))
        told.add((place, RDF.type, DCTERMS.Location))
        told.add((place, DCAT.bbox, Literal(f"POLYGON(({ring}))", datatype=GEO.wktLiteral)))
    if extent.first is not None:
        period = BNode(f"{name}_period")
        told.add((dataset, DCTERMS.temporal, period))
        told.add((period, RDF.type, DCTERMS.PeriodOfTime))
        told.add((period, DCAT.startDate, Literal(extent.first, datatype=XSD.dateTime)))
        told.add((period, DCAT.endDate, Literal(extent.last, datatype=XSD.dateTime)))
    for form in FORMS:
        told.add((dataset, DCAT.distribution, _distribution(told, name, form, extent, base)))
    return dataset


def _distribution(told: Graph, name: str, form: Form, extent: Extent, base: str) -> URIRef:
    address = URIRef(f"{base}/data/{name}.{form.ending}")
    distribution = URIRef(f"{base}/data/{name}.{form.ending}#distribution")
    told.add((distribution, RDF.type, DCAT.Distribution))
    told.add((distribution, DCTERMS.title, Literal(form.name, lang="en")))
    told.add((distribution, DCAT.accessURL, address))
    told.add((distribution, DCAT.downloadURL, address))
    told.add((address, RDF.type, RDFS.Resource))
    told.add(
        (distribution, DCAT.mediaType, URIRef(f"http://www.iana.org/assignments/media-types/{form.media}"))
    )
    told.add((distribution, DCTERMS["format"], URIRef(f"{EU}file-type/{form.code}")))
    _licensed(told, distribution, extent, f"{name}_{form.ending}")
    return distribution


def _licensed(told: Graph, distribution: URIRef, extent: Extent, label: str) -> None:
    """Its licence where all features have one and it is known; every wording as a statement of rights."""
    addresses = {licence_address(words) for words in extent.licences}
    if len(addresses) == 1 and (known := addresses.pop()):
        told.add((distribution, DCTERMS.license, URIRef(known)))
        told.add((URIRef(known), RDF.type, DCTERMS.LicenseDocument))
    if extent.licences:
        rights = BNode(f"{label}_rights")
        told.add((distribution, DCTERMS.rights, rights))
        told.add((rights, RDF.type, DCTERMS.RightsStatement))
        for words in extent.licences:
            told.add((rights, RDFS.label, Literal(words, lang="en")))


def licence_address(words: str) -> str | None:
    """The address of a licence that its words name alone; None if they name none or several."""
    found = [address for name, address in LICENCES if name in words.lower()]
    return found[0] if len(found) == 1 else None
