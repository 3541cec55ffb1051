"""The catalogue, the feed, JSON-LD and sitemap: what other systems find the data by.

The official SHACL files of DCAT-AP 3 come with no package: tests/webmap/dcat_ap.ttl states its mandatory
properties and the ranges of those that are used here.
"""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, Graph
from rdflib.compare import isomorphic

from core.languages import LANGUAGES
from geo.opendata.collections import OWN

SHAPES = Path(__file__).with_name("dcat_ap.ttl")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def catalogue(town_client: FlaskClient) -> Graph:
    """The catalogue, read from its Turtle."""
    return Graph().parse(data=town_client.get("/catalogue.ttl").text, format="turtle")


@pytest.fixture(scope="module")
def town_client(request: pytest.FixtureRequest) -> FlaskClient:
    """A reader for the module."""
    client: FlaskClient = request.getfixturevalue("app").test_client()
    return client


def test_the_catalogue_keeps_the_rules_of_dcat_ap(catalogue: Graph) -> None:
    conforms, _, report = validate(catalogue, shacl_graph=Graph().parse(SHAPES))

    assert conforms, report


def test_the_rules_find_what_is_missing(catalogue: Graph) -> None:
    broken = Graph() + catalogue
    broken.remove((None, DCTERMS.publisher, None))
    broken.remove((None, DCAT.accessURL, None))

    assert not validate(broken, shacl_graph=Graph().parse(SHAPES))[0]


def test_every_collection_is_a_dataset_in_every_language(catalogue: Graph) -> None:
    datasets = list(catalogue.subjects(RDF.type, DCAT.Dataset))

    assert len(datasets) == len(OWN)
    for dataset in datasets:
        assert {
            getattr(title, "language", None) for title in catalogue.objects(dataset, DCTERMS.title)
        } == set(LANGUAGES)
        assert len(list(catalogue.objects(dataset, DCAT.distribution))) == 3


def test_every_file_of_the_catalogue_is_there(catalogue: Graph, town_client: FlaskClient) -> None:
    for address in catalogue.objects(None, DCAT.downloadURL):
        with town_client.get(str(address)) as answer:
            assert answer.status_code == 200, address


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(("ending", "syntax"), [("jsonld", "json-ld"), ("rdf", "xml")])
def test_the_other_syntaxes_say_the_same(
    catalogue: Graph, town_client: FlaskClient, ending: str, syntax: str
) -> None:
    other = Graph().parse(data=town_client.get(f"/catalogue.{ending}").text, format=syntax)

    assert isomorphic(catalogue, other)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_feed_has_what_atom_asks_for(client: FlaskClient, lang: str) -> None:
    answer = client.get(f"/{lang}/changes.atom")
    feed = ElementTree.fromstring(answer.data)

    assert answer.mimetype == "application/atom+xml"
    assert feed.tag == f"{ATOM}feed"
    for parent in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1
            assert (parent.findtext(f"{ATOM}{name}") or "").strip()
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    times = [entry.findtext(f"{ATOM}updated") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert len(times) == 50
    assert times == sorted(times, reverse=True)


def test_pages_of_the_feed_follow_one_another(client: FlaskClient) -> None:
    path, seen = "/fr/changes.atom", []
    while path:
        feed = ElementTree.fromstring(client.get(path).data)
        seen += [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
        following = feed.find(f"{ATOM}link[@rel='next']")
        path = following.attrib["href"] if following is not None else ""

    assert len(seen) == len(set(seen)) > 300
    assert client.get("/fr/changes.atom?page=0").status_code == 422


def test_every_page_names_the_feed(client: FlaskClient) -> None:
    assert 'type="application/atom+xml"' in client.get("/de/monuments").text


def test_a_walk_is_told_as_a_trip_with_its_stops(client: FlaskClient) -> None:
    page = client.get("/fr/routes/gates-and-squares").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    told = json.loads(found.group(1))

    assert told["@type"] == "TouristTrip"
    assert told["inLanguage"] == "fr"
    assert [item["position"] for item in told["itinerary"]["itemListElement"]] == list(range(1, 14))
    assert all(item["item"]["@id"].startswith("/fr/") for item in told["itinerary"]["itemListElement"])


def test_the_page_of_downloads_is_told_as_datasets(client: FlaskClient) -> None:
    page = client.get("/es/data").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    told = json.loads(found.group(1))

    assert told["@type"] == "DataCatalog"
    assert {one["@type"] for one in told["dataset"]} == {"Dataset"}
    assert "/es/data" in client.get("/sitemap.xml").text
