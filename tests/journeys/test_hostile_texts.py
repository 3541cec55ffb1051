"""Texts that try to be scripts, in every field there is, run nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import Engine
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.geo.tiny import CODE, Town, feature, point
from tests.journeys.conftest import DESK, Open, serving
from tests.webmap.test_maps import PAYLOADS

ALL = " ".join(PAYLOADS)


@pytest.fixture
def hostile(engine: Engine, tmp_path: Path) -> Iterator[str]:
    """Address of a site whose commune has such texts wherever a text may stand."""
    town = Town(tmp_path / "tiny")
    everything = {
        "names": {"fr": ALL, "ar": ALL, "en": ALL},
        "names_note": {"fr": ALL},
        "texts": {
            field: {"fr": ALL} for field in ("summary", "period", "protection", "condition", "access", "note")
        },
        "precision_note": ALL,
        "coordinate_source": ALL,
        "coordinate_licence": ALL,
        "licence": ALL,
        "sources": [
            ALL,
            'https://x.example/"onmouseover=window.hacked=1 ' + ALL,
            "javascript:window.hacked=1",
        ],
        "external_ids": {"wikidata": ALL, "osm": ALL},
        "error_m": 300,
    }
    for each in (*town.monuments, *town.walls):
        each["properties"].update(everything)
    town.routes[0].update(names={"fr": ALL}, texts={"summary": {"fr": ALL}}, sources=[ALL], licence=ALL)
    zone = {"type": "Polygon", "coordinates": [[[-8.9, 30.4], [-8.8, 30.4], [-8.8, 30.5], [-8.9, 30.4]]]}
    layers = {
        "places": [feature("p", "school", point(), **{**everything, "attributes": {"wifi_candidate": True}})],
        "quarters": [feature("q", "quarter", point(), **everything)],
        "risk_zones": [feature("z", "flood", zone, **everything)],
        "reference": [feature("r", "osm_node", point(), **{**everything, "attributes": {"note": ALL}})],
    }
    quoted = ALL.replace("\\", "\\\\").replace('"', '\\"')
    town.config = town.config.replace('fr = "Petiteville"', f'fr = "{quoted}"').replace(
        "[layers]", "[layers]\n" + "\n".join(f'{layer} = ["{layer}.geojson"]' for layer in layers)
    )
    town.config += f'\n[[sources]]\nid = "s"\ntitle = "{quoted}"\nlicence = "{quoted}"\n'
    path = town.write()
    for layer, features in layers.items():
        spare = Town(tmp_path / "spare")
        spare.walls = features
        (spare.write() / "walls.geojson").rename(path / f"{layer}.geojson")
    load(engine, path)
    app = create_app(Settings(SECRET_KEY="test"), engine)
    with serving(app) as address:
        yield address
    app.extensions["scan_counter"].flush()
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE commune, feature, sign CASCADE"))


def test_payloads_run_nowhere(open_page: Open, hostile: str) -> None:
    page = open_page("/fr/", base=hostile, size=DESK)
    paths = (
        "",
        "monuments",
        "monuments/gate",
        "places",
        "routes",
        "routes/walk",
        "about",
        f"../q/{CODE}",
        "map",
    )
    for path in paths:
        page.goto(f"{hostile}/fr/{path}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hacked") is None, path
        assert page.locator("img, [onerror], [onmouseover], a[href^='javascript']").count() == 0, path
    for box in page.locator(".map-panel input").all():
        box.check()
    page.wait_for_load_state("networkidle")
    for marker in page.locator(".pin, .dot, .stop").all():
        if marker.is_visible():
            marker.click(force=True)
            assert page.locator(".leaflet-popup img, .leaflet-popup script").count() == 0

    assert page.evaluate("window.hacked") is None


def test_a_hostile_search_is_shown_as_text(open_page: Open, hostile: str) -> None:
    page = open_page("/fr/monuments", base=hostile)
    page.get_by_role("searchbox").fill(PAYLOADS[3])
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("window.hacked") is None
    assert page.get_by_role("searchbox").input_value() == PAYLOADS[3]
