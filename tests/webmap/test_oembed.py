"""/oembed as its specification (oembed.com, 1.0) has it; a schema and a consumer from elsewhere judge."""

import html
import json
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

import jsonschema
import micawber
import pytest
from flask.testing import FlaskClient
from lxml import etree

from bench.harness import free_port
from core.db import Engine
from core.languages import LANGUAGES
from core.settings import Settings
from portal.app import create_app
from tests.journeys.conftest import serving

BASE = "https://athar.example"
WALK = f"{BASE}/en/routes/gates-and-squares"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["type", "version", "html", "width", "height"],
    "properties": {
        "type": {"const": "rich"},
        "version": {"const": "1.0"},
        "title": {"type": "string", "minLength": 1},
        "provider_name": {"type": "string", "minLength": 1},
        "provider_url": {"type": "string", "pattern": "^https?://"},
        "cache_age": {"type": "integer", "minimum": 0},
        "thumbnail_url": {"type": "string", "pattern": "^https?://"},
        "thumbnail_width": {"type": "integer", "minimum": 1},
        "thumbnail_height": {"type": "integer", "minimum": 1},
        "html": {"type": "string", "pattern": "^<iframe "},
        "width": {"type": "integer", "minimum": 1},
        "height": {"type": "integer", "minimum": 1},
    },
    "dependentRequired": {
        "thumbnail_url": ["thumbnail_width", "thumbnail_height"],
        "thumbnail_width": ["thumbnail_url", "thumbnail_height"],
        "thumbnail_height": ["thumbnail_url", "thumbnail_width"],
    },
    "additionalProperties": False,
}
"""Section 2.3.4 of the specification, for the type that we give."""


def _ask(client: FlaskClient, **query: Any) -> Any:
    return client.get("/oembed", query_string=query)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", ["routes/gates-and-squares", "map"])
def test_every_page_that_can_be_embedded_says_where_to_ask(client: FlaskClient, page: str, lang: str) -> None:
    found = re.findall(
        r'<link rel="alternate" type="([a-z/]+\+oembed)" href="([^"]+)" title="([^"]+)"',
        client.get(f"/{lang}/{page}").text,
    )
    answers = {kind: client.get(html.unescape(href).removeprefix(BASE)) for kind, href, _ in found}

    assert set(answers) == {"application/json+oembed", "text/xml+oembed"}
    jsonschema.validate(answers["application/json+oembed"].json, SCHEMA)
    assert answers["text/xml+oembed"].mimetype == "text/xml"
    told = answers["application/json+oembed"].json
    assert told
    assert told["title"].split(" · ")[0] == html.unescape(found[0][2])
    assert f"lang={lang}" in told["html"]


def test_xml_says_the_same_as_json(client: FlaskClient) -> None:
    told = _ask(client, url=WALK).json
    root = etree.fromstring(_ask(client, url=WALK, format="xml").data)

    assert root.tag == "oembed"
    assert {each.tag: each.text for each in root} == {name: str(value) for name, value in told.items()}


def test_who_wants_xml_by_its_headers_gets_it(client: FlaskClient) -> None:
    answer = client.get("/oembed", query_string={"url": WALK}, headers={"Accept": "text/xml"})

    assert answer.mimetype == "text/xml"
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("width", "height"),
    [(None, None), (400, None), (None, 300), (320, 240), (160, 104), (90, 40), (1, 1), (5000, 5000)],
)
def test_nothing_is_larger_than_was_asked(client: FlaskClient, width: int | None, height: int | None) -> None:
    bounds = {name: value for name, value in (("maxwidth", width), ("maxheight", height)) if value}
    told = _ask(client, url=WALK, **bounds).json
    jsonschema.validate(told, SCHEMA)

    assert told["width"] <= (width or 800)
    assert told["height"] <= (height or 10_000)
    assert f'width="{told["width"]}" height="{told["height"]}"' in told["html"]
    assert told.get("thumbnail_width", 0) <= (width or 10_000)
    assert told.get("thumbnail_height", 0) <= (height or 10_000)


def test_the_thumbnail_is_as_large_as_told(client: FlaskClient) -> None:
    import io

    from PIL import Image

    told = _ask(client, url=WALK, maxwidth=400).json
    with Image.open(io.BytesIO(client.get(told["thumbnail_url"].removeprefix(BASE)).data)) as picture:
        assert picture.size == (told["thumbnail_width"], told["thumbnail_height"])


def test_an_embed_keeps_its_options(client: FlaskClient) -> None:
    told = _ask(
        client, url=f"{BASE}/embed/routes/gates-and-squares?lang=ar&theme=dark&height=600&start=3"
    ).json

    assert "lang=ar&amp;theme=dark&amp;height=600&amp;start=3" in told["html"]
    assert told["height"] > 600


@pytest.mark.parametrize(
    "url",
    [
        f"{BASE}/en/routes/no-such-walk",
        f"{BASE}/xx/map",
        f"{BASE}/en/monuments/bab-zorgane",
        f"{BASE}/desk",
        "https://elsewhere.example/en/map",
        "https://athar.example.evil.example/en/map",
        "https://athar.example@evil.example/en/map",
        "https://evil.example#@athar.example/en/map",
        "https://athar.example:8443/en/map",
        "//athar.example/en/map",
        "javascript:alert(1)//athar.example/en/map",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://athar.example/en/map",
        f"{BASE}/en/map\r\nSet-Cookie: a=b",
        f"{BASE}/en/routes/gates-and-squares\0",
        f"{BASE}/en/routes/%00",
        f"{BASE}/en/routes/..%2F..%2Fdesk",
        f"{BASE}/embed/map?theme=neon",
        f"{BASE}/embed/routes/gates-and-squares?start=99",
        f"{BASE}/en/map?" + "x" * 3000,
        "http://[::1",
        "http://athar.example:99999999/en/map",
        "x",
        "٠://athar.example/en/map",
    ],
)
def test_an_address_of_nothing_that_we_embed_is_not_found(client: FlaskClient, url: str) -> None:
    for kind in ("json", "xml"):
        answer = _ask(client, url=url, format=kind)

        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers


def test_a_query_of_two_megabytes_is_answered_shortly(client: FlaskClient) -> None:
    answer = _ask(client, url=f"{BASE}/en/map?{'x' * 2_000_000}")

    assert answer.status_code == 404
    assert len(answer.data) < 500


@pytest.mark.parametrize("kind", ["yaml", "jsonp", "JSON", "xml\0", "../json"])
def test_another_format_is_not_offered(client: FlaskClient, kind: str) -> None:
    assert _ask(client, url=WALK, format=kind).status_code == 501


@pytest.mark.parametrize(
    "query", [{}, {"url": ""}, {"url": WALK, "maxwidth": "x"}, {"url": WALK, "maxheight": "-3"}]
)
def test_what_cannot_be_read_is_told(client: FlaskClient, query: dict[str, str]) -> None:
    answer = client.get("/oembed", query_string=query)

    assert answer.status_code == 400
    assert answer.json["error"]  # type: ignore[index]


def test_the_way_the_public_writes_the_address_does_not_matter(client: FlaskClient) -> None:
    for url in (
        WALK,
        WALK.replace("https", "http"),
        f"{WALK}/",
        f"{WALK}?utm=1",
        f"{WALK}#stop-3",
        WALK.replace("athar", "ATHAR"),
    ):
        assert _ask(client, url=url).status_code == 200


@pytest.fixture
def public(town_engine: Engine) -> Iterator[str]:
    """A server that knows its own address, as in the street."""
    port = free_port()
    app = create_app(Settings(SECRET_KEY="test", PUBLIC_URL=f"http://127.0.0.1:{port}"), town_engine)
    with serving(app, port) as address:
        yield address


def test_a_consumer_from_elsewhere_is_content(public: str) -> None:
    registry = micawber.ProviderRegistry()
    registry.register(rf"{re.escape(public)}/\S+", micawber.Provider(f"{public}/oembed"))
    told = registry.request(f"{public}/ar/routes/gates-and-squares", maxwidth=400)
    filled = micawber.parse_html(f"<p>{public}/fr/map</p>", registry)

    jsonschema.validate({name: value for name, value in told.items() if name != "url"}, SCHEMA)
    assert told["width"] == 400
    assert "<iframe" in filled
    with pytest.raises(micawber.ProviderException):
        registry.request(f"{public}/ar/routes/nothing")


def test_what_is_told_can_be_read_as_json_by_its_type(client: FlaskClient) -> None:
    answer = _ask(client, url=WALK)

    assert answer.content_type == "application/json; charset=utf-8"
    assert json.loads(answer.data)["provider_url"] == f"{BASE}/"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert urllib.parse.urlsplit(answer.json["thumbnail_url"]).netloc == "athar.example"
