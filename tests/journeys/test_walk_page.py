"""A walk's page with streets loaded: directions, facts, remarks, paces, in every language."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from bench.databases import scratch
from core import schema
from core.db import Engine, session_of
from core.languages import LANGUAGES
from core.settings import Settings
from geo.streets import importing
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _test_url
from tests.geo.made_streets import at, block, walk
from tests.geo.tiny import CODE, Town, feature, point
from tests.journeys.conftest import PHONE, serving

PLACE_CODE, WALK_CODE = "0000022", "0000033"
HOSTILE = "<img src=x onerror=window.hacked=1>"


@pytest.fixture(scope="module")
def streets_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The tiny town with a block of streets: a closed stop, a zone across a lane, a stop far away."""
    path = tmp_path_factory.mktemp("streets")
    with scratch(_test_url(), "streets") as engine:
        schema.upgrade(engine)
        load(engine, _town(path / "town"))
        extract = block()
        extract.street((0, 100), (0, 160), name=HOSTILE)
        extract.node((10, 10), historic="fort", name="Le fort")
        extract.way((-20, -12), (220, -12), barrier="city_wall")
        with session_of(engine) as session:
            file = extract.write(path / "block.osm.pbf")
            now = datetime(2026, 1, 1, tzinfo=UTC)
            importing.run(session, file, now=now, progress=lambda stage, done: None)
            session.commit()
        yield engine


def _town(path: Path) -> Path:
    town = Town(path)
    languages = json.dumps(list(LANGUAGES))
    town.config = town.config.replace('["ar", "fr", "en"]', languages).replace(
        "walls = [", 'places = ["places.geojson"]\nrisk_zones = ["zones.geojson"]\nwalls = ['
    )
    town.walls = []
    walk(town, (200, 0), (100, 100), (100, 0), (0, 155), (900, 0))
    town.monuments[2]["properties"]["attributes"] = {"access": "closed"}
    stops = town.routes[0]["stops"]
    stops[1]["texts"] = {"fr": f"Regardez {HOSTILE}", "en": "Look up."}
    stops.insert(3, {"layer": "places", "id": "well", "kind": "service"})
    town.routes[0]["theme"] = "walls"
    town.signs = [
        {"code": CODE, "layer": "monuments", "id": "gate"},
        {"code": PLACE_CODE, "layer": "places", "id": "well"},
        {"code": WALK_CODE, "layer": "routes", "id": "walk"},
    ]
    corners = [list(at(*corner)) for corner in ((90, 40), (110, 40), (110, 60), (90, 60), (90, 40))]
    area = {"type": "Polygon", "coordinates": [corners]}
    more = {
        "zones": feature("zone", "collapse", area, names={"fr": "La zone"}),
        "places": feature("well", "square", point(*at(100, 98)), names={"fr": "Le puits"}),
    }
    town.write()
    for name, one in more.items():
        document = {"type": "FeatureCollection", "features": [one]}
        (path / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def streets_app(streets_engine: Engine) -> Flask:
    """The application on it."""
    return create_app(Settings(SECRET_KEY="test"), streets_engine)


@pytest.fixture
def reader(streets_app: Flask) -> FlaskClient:
    """A reader without cookies."""
    return streets_app.test_client()


def test_the_way_is_told_with_street_names_walls_and_what_is_passed(reader: FlaskClient) -> None:
    page = reader.get("/en/routes/walk").text

    assert "Rue Basse" in page
    assert "Keep the wall on your right." in page
    assert "You pass:" in page
    assert "Look up." in page
    assert "By wheelchair" in page
    assert "Walls and gates" in page
    assert "© OpenStreetMap contributors" in page
    assert "زنقة السفلى" in reader.get("/ar/routes/walk").text


def test_what_is_closed_or_at_risk_is_a_plain_remark_with_a_detour(reader: FlaskClient) -> None:
    page = reader.get("/en/routes/walk").text
    warnings = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r'class="warning">\s*<p>(.*?)</p>', page)]

    assert "Closed to visitors: M 2 is seen from outside only." in warnings
    assert "This leg passes through an active risk zone: La zone." in warnings
    assert "<summary><span>Detour" in page
    assert page.count('<ol class="turns">') >= 5
    assert "no street is known near" in page


def test_every_language_opens_it_and_nothing_stored_becomes_markup(reader: FlaskClient) -> None:
    for lang in LANGUAGES:
        answer = reader.get(f"/{lang}/routes/walk")
        assert answer.status_code == 200
        assert "<img src=x" not in answer.text
        assert "&lt;img src=x" in answer.text


def test_a_pace_changes_the_minutes_and_stays_in_other_languages(reader: FlaskClient) -> None:
    usual, slow = (reader.get(f"/en/routes/walk{query}").text for query in ("", "?pace=slow"))
    minutes = [re.findall(r"([\d.]+) mins?\b", page)[0] for page in (usual, slow)]

    assert int(minutes[1]) == pytest.approx(int(minutes[0]) * 4.5 / 3, abs=1)
    assert 'href="/fr/routes/walk?pace=slow"' in slow
    assert reader.get("/en/routes/walk?pace=run").status_code == 422


@pytest.mark.parametrize("code", [CODE, PLACE_CODE, WALK_CODE])
def test_every_page_behind_a_sign_leads_to_the_next_stop(reader: FlaskClient, code: str) -> None:
    page = reader.get(f"/q/{code}/en").text

    assert "Next stop" in page
    assert re.search(r'class="next-way">.*?<bdi>[\d.]+ k?m</bdi>, \w+', page, re.DOTALL)


def test_streets_and_buildings_are_layers_of_their_own(reader: FlaskClient) -> None:
    streets = reader.get("/layers/streets.geojson?lang=en").get_json()
    beside = reader.get("/layers/streets.geojson?lang=en&route=walk&limit=3").get_json()

    assert streets["numberMatched"] == 8
    assert streets["features"][0]["geometry"]["type"] == "LineString"
    assert (beside["numberMatched"], beside["numberReturned"]) == (8, 3)
    assert reader.get("/layers/buildings.geojson?lang=en").get_json()["features"] == []
    assert 'data-layer="streets"' in reader.get("/en/map").text


def test_staff_sees_what_was_found_and_candidates(streets_app: Flask) -> None:
    client = streets_app.test_client()
    assert client.get("/desk/walks").status_code == 403
    client.post(f"/desk/enter/{staff.token('test', 'F. Amzil')}", headers={"Sec-Fetch-Site": "same-origin"})

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", client.get("/desk/walks?lang=en").text))
    assert "Stop 3: Closed to visitors: M 2 is seen from outside only." in page
    assert "has no name in:" in page
    assert "Le fort" in page
    assert re.search("Nearest monument: (La porte haute|الباب)", page)
    assert client.get("/desk/walks?page=9").status_code == 404


def test_maps_offer_no_streets_before_an_import(client: FlaskClient) -> None:
    assert 'data-layer="streets"' not in client.get("/en/map").text
    assert 'class="turns"' not in client.get("/en/routes/gates-and-squares").text


def test_a_phone_draws_the_streets_and_reads_right_to_left(streets_app: Flask, browser: Browser) -> None:
    with serving(streets_app) as address:
        page = browser.new_context(viewport=PHONE).new_page()  # type: ignore[arg-type]
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}/ar/routes/walk")
        page.locator("path.m-streets").first.wait_for(state="attached")
        page.locator("details.leg summary").first.click()
        first = page.locator("ol.turns").first
        first.wait_for(state="visible")
        arrow, words = first.locator("svg").first.bounding_box(), first.locator("p").first.bounding_box()
        assert arrow and words and arrow["x"] > words["x"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate("window.hacked") is None
        assert errors == []
        page.context.close()
