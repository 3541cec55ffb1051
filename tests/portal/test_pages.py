"""What readers get over HTTP, on the shipped commune and real PostGIS."""

import json
import re
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.languages import LANGUAGES

GATE = "bab-zorgane"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_in_its_language_and_direction(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/{lang}/monuments/{GATE}")

    assert page.status_code == 200
    assert f'<html lang="{lang}" dir="{LANGUAGES[lang].dir}">' in page.text
    assert page.headers["Content-Language"] == lang
    for other in LANGUAGES:
        assert f'hreflang="{other}" href="https://athar.example/{other}/monuments/{GATE}"' in page.text
    assert f'<link rel="canonical" href="https://athar.example/{lang}/monuments/{GATE}">' in page.text


def test_names_are_shown_in_every_language(client: FlaskClient) -> None:
    page = client.get(f"/en/monuments/{GATE}").text

    assert '<span lang="ar" dir="rtl">باب الزركان</span>' in page
    assert 'lang="zgh" dir="ltr">ⴱⴰⴱ ⵣⵣⵓⵔⴳⴰⵏ' in page


def test_a_text_missing_in_the_readers_language_is_marked_and_said(client: FlaskClient) -> None:
    page = client.get(f"/zgh/monuments/{GATE}").text

    assert '<p class="told" lang="ar" dir="rtl"' in page
    assert 'class="remark"' in page


def test_a_page_tells_how_exact_its_place_is(client: FlaskClient) -> None:
    page = client.get(f"/en/monuments/{GATE}").text

    assert "± 60 m" in page
    assert "Secondary source" in page
    assert "should be surveyed anew" in page


def test_what_is_not_known_is_said(client: FlaskClient) -> None:
    page = client.get(f"/en/monuments/{GATE}").text

    assert re.search(r"<dt>Access</dt><dd>Not known", page)


def test_the_page_tells_the_next_stop_with_distance_and_direction(client: FlaskClient) -> None:
    page = client.get("/en/monuments/place-assarag").text

    assert "Next stop" in page
    assert re.search(r"<bdi>\d+ m</bdi>, (north|south|east|west)", page)


def test_machines_are_told_what_the_page_is_about(client: FlaskClient) -> None:
    page = client.get(f"/fr/monuments/{GATE}").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    assert found
    told = json.loads(found.group(1))
    assert told["@type"] == ["LandmarksOrHistoricalBuildings", "TouristAttraction"]
    assert told["inLanguage"] == "fr"
    assert told["geo"]["longitude"] == pytest.approx(-8.876183)


def test_the_walk_says_that_its_legs_are_straight(client: FlaskClient) -> None:
    page = client.get("/en/routes/gates-and-squares").text

    assert "straight lines between stops" in page
    assert "proposal" in page
    assert page.count('<li id="stop-') == 13


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("Zorgan", GATE),
        ("bab zorgane", GATE),
        ("الزرکان", GATE),
        ("بَاب الزُّركان", GATE),
        ("porte el khemis", "bab-el-khemis"),
        ("باب اولاد بونونه", "bab-ouled-bounouna"),
        ("Assarag", "place-assarag"),
        ("ⵜⵉⵎⵣⴳⵉⴷⴰ", "great-mosque"),
        ("medersa", "great-mosque-madrasa"),
    ],
)
def test_search_forgives_spelling(client: FlaskClient, query: str, key: str) -> None:
    page = client.get("/fr/monuments", query_string={"q": query})

    assert f'href="/fr/monuments/{key}"' in page.text


def test_a_list_is_filtered_by_kind(client: FlaskClient) -> None:
    page = client.get("/en/monuments?kind=mosque").text

    assert "/en/monuments/great-mosque" in page
    assert f"/en/monuments/{GATE}" not in page


@pytest.mark.parametrize("asked", ["page=0", "page=x", "page=-1", "page=99999999999", "page=%00"])
def test_an_impossible_page_number_is_told(client: FlaskClient, asked: str) -> None:
    assert client.get(f"/en/monuments?{asked}").status_code == 422


@pytest.mark.parametrize(
    "query", ["%00", "%27%3B DROP TABLE feature", "x" * 5000, "%25%25%25", "\\", "_", "%EF%BF%BF"]
)
def test_strange_searches_do_no_harm(client: FlaskClient, query: str) -> None:
    assert client.get(f"/en/monuments?q={query}").status_code == 200


def test_errors_are_told_in_the_readers_language(client: FlaskClient) -> None:
    missing = client.get("/fr/monuments/no-such-thing")
    nobody = client.get("/de/no/such/page")
    wrong = client.post("/ar/monuments")

    assert (missing.status_code, nobody.status_code, wrong.status_code) == (404, 404, 405)
    assert '<html lang="fr"' in missing.text
    assert '<html lang="de"' in nobody.text
    assert '<html lang="ar" dir="rtl"' in wrong.text
    assert missing.headers["X-Request-ID"] in missing.text


def test_the_door_leads_to_the_readers_language(client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept-Language": "nl, es;q=0.5"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/es/"
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_sitemap_names_every_page_in_every_language(client: FlaskClient) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").text)
    namespaces = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    places = [loc.text for loc in root.findall("s:url/s:loc", namespaces)]

    assert len(places) == len(set(places)) == (9 + 1 + 32) * len(LANGUAGES)
    assert f"https://athar.example/zgh/monuments/{GATE}" in places
    assert all(
        len(url.findall("x:link", namespaces)) == len(LANGUAGES) for url in root.findall("s:url", namespaces)
    )
    reachable = [
        client.get((place or "").removeprefix("https://athar.example")).status_code for place in places
    ]
    assert set(reachable) == {200}


def test_health_tells_the_state(client: FlaskClient) -> None:
    told = client.get("/health").json

    assert told is not None
    assert told["status"] == "ok"


def test_no_page_asks_anybody_else(app: Flask) -> None:
    asks = re.compile(r'<(?:script|link|img|iframe|source)[^>]+(?:src|href)="(https?://[^"]+)"')
    client = app.test_client()
    outside = [
        (path, address)
        for path in (
            "/en/",
            "/en/map",
            "/en/monuments",
            f"/en/monuments/{GATE}",
            "/en/routes/gates-and-squares",
        )
        for address in asks.findall(client.get(path).text)
        if not address.startswith("https://athar.example/")
    ]

    assert outside == []
