"""The public Wi-Fi for visitors: the page, the line on other pages, the layer of the map, the open data."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyogrio import raw
from sqlalchemy import text

from core.db import Engine, session_of
from geo import published
from tests.webmap.test_downloads import body
from tests.webmap.test_tiles import place_of
from tests.wifi_plans import cleared, hotspot, scenario

EAST_100_M = 0.00104
"""Degrees of longitude in 100 m at this latitude."""


@pytest.fixture(scope="module")
def square(own_app: Flask) -> tuple[float, float]:
    """Where a square of the town is."""
    with session_of(own_app.extensions["engine"]) as session:
        row = session.execute(
            text(
                "SELECT ST_X(place), ST_Y(place) FROM feature"
                " WHERE key = 'place-assarag' AND layer = 'monuments'"
            )
        ).one()
    return row[0], row[1]


@pytest.fixture
def network(own_engine: Engine, own_app: Flask, square: tuple[float, float]) -> Iterator[FlaskClient]:
    """A reader of a town whose approved plan has hotspots in every state, beside a plan that is a draft."""
    lon, lat = square
    with session_of(own_engine) as session:
        plan = scenario(session)
        hotspot(session, plan, "near", (lon + EAST_100_M, lat), "on_air", name="<b>Assarag</b>")
        hotspot(session, plan, "far", (lon + 5 * EAST_100_M, lat), "on_air")
        hotspot(session, plan, "broken", (lon, lat + 0.003), "faulty")
        hotspot(session, plan, "soon", (lon, lat - 0.003), "ordered", name="Bientôt")
        hotspot(session, plan, "gone", (lon, lat - 0.004), "removed")
        hotspot(session, scenario(session, "draft", "draft"), "dream", (lon, lat), "planned")
        published.touch(session)
        session.commit()
    own_app.extensions.pop("published", None)
    yield own_app.test_client()
    with session_of(own_engine) as session:
        cleared(session)
        session.commit()
    own_app.extensions.pop("published", None)


def test_hotspots_on_air_come_first_and_what_is_not_is_told(network: FlaskClient) -> None:
    page = network.get("/fr/wifi").text

    order = [page.index(name) for name in ("&lt;b&gt;Assarag", "Hotspot far", "Hotspot broken", "Bientôt")]
    assert order == sorted(order)
    assert "Hotspot gone" not in page and "Hotspot dream" not in page
    assert "<b>Assarag" not in page


def test_the_way_from_a_monument_needs_no_script(network: FlaskClient) -> None:
    page = network.get("/en/wifi?from=monuments/place-assarag").text

    assert page.index("Assarag&lt;/b&gt;") < page.index("Hotspot far")
    assert "100 m</bdi>, east" in page and "500 m</bdi>, east" in page
    assert 'value="monuments/place-assarag" selected' in page
    assert 'href="/ar/wifi?from=monuments/place-assarag"' in page


@pytest.mark.parametrize("start", ["monuments/nothing", "walls/ring", "x", "monuments/"])
def test_a_start_that_is_not_on_the_map(network: FlaskClient, start: str) -> None:
    assert network.get(f"/en/wifi?from={start}").status_code == 404


def test_a_monument_near_a_hotspot_says_so_and_one_far_away_does_not(network: FlaskClient) -> None:
    near = network.get("/en/monuments/place-assarag").text
    lines = [line for line in near.splitlines() if 'class="small hotspot"' in line]

    assert len(lines) == 1 and "/en/wifi?from=monuments/place-assarag" in lines[0]
    told = json.loads(network.get("/layers/monuments.geojson?lang=en&limit=500").text)["features"]
    shown = [one["id"] for one in told if "small hotspot" in network.get(f"/en/monuments/{one['id']}").text]
    assert "place-assarag" in shown
    assert 0 < len(shown) < len(told)


def test_a_sign_s_page_says_so_too(network: FlaskClient) -> None:
    with session_of(network.application.extensions["engine"]) as session:
        code = session.scalar(
            text(
                "SELECT code FROM sign JOIN feature f ON f.id = feature_id"
                " WHERE f.key = 'place-assarag' LIMIT 1"
            )
        )

    assert "small hotspot" in network.get(f"/q/{code}/e").text


def test_the_layer_tells_each_state(network: FlaskClient) -> None:
    told = json.loads(network.get("/layers/wifi.geojson?lang=fr").text)
    states = {one["id"]: one["properties"]["status"] for one in told["features"]}

    assert {key: states[key] for key in ("near", "broken", "soon")} == {
        "near": "on_air",
        "broken": "faulty",
        "soon": "ordered",
    }
    assert "gone" not in states and "dream" not in states
    assert "candidate" in states.values()
    named = {one["id"]: one["properties"]["name"] for one in told["features"]}
    assert named["soon"] == "Bientôt"


def test_hotspots_are_open_data_without_what_serves_nobody(
    network: FlaskClient, square: tuple[float, float]
) -> None:
    listed = json.loads(network.get("/ogc/collections?f=json").text)
    told = json.loads(network.get("/ogc/collections/hotspots/items?status=on_air").text)

    assert "hotspots" in [one["id"] for one in listed["collections"]]
    assert [one["id"] for one in told["features"]] == ["near", "far"]
    properties = told["features"][0]["properties"]
    assert properties["status"] == "on_air" and properties["licence_risk"] is True
    assert properties["since"] == "2026-03-01T09:00:00Z"
    assert not {"model", "eirp_24_dbm", "channel_24", "note", "changed_by"} & set(properties)
    tile = network.get("/tiles/hotspots/14/{}/{}.mvt".format(*place_of(*square, 14)))
    assert tile.status_code == 200 and b"near" in tile.data


def test_gdal_reads_the_hotspots(network: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "hotspots.gpkg"
    file.write_bytes(body(network, "/data/hotspots.gpkg?lang=fr"))
    meta, _, shapes, fields = raw.read(file)
    columns = dict(zip(meta["fields"], fields, strict=True))

    assert list(columns["key"]) == ["near", "far", "broken", "soon"]
    assert meta["geometry_type"] == "Point" and all(shapes)


def test_without_an_approved_plan_nothing_is_claimed(client: FlaskClient) -> None:
    page = client.get("/en/wifi").text
    listed = json.loads(client.get("/ogc/collections?f=json").text)

    assert "No public Wi-Fi is on air in the town yet." in page and "No plan has been decided" in page
    assert "wifi.js" not in page
    assert "hotspots" not in [one["id"] for one in listed["collections"]]


def test_a_place_that_got_a_hotspot_is_no_candidate_any_more(own_engine: Engine, own_app: Flask) -> None:
    with session_of(own_engine) as session:
        place = session.execute(
            text(
                "SELECT f.id, f.key, ST_X(f.place) AS lon, ST_Y(f.place) AS lat FROM feature f"
                " JOIN place p USING (id) WHERE p.wifi_candidate ORDER BY f.id LIMIT 1"
            )
        ).one()
        hotspot(session, scenario(session), "h", (place.lon, place.lat), "approved", feature_id=place.id)
        published.touch(session)
        session.commit()
    try:
        own_app.extensions.pop("published", None)
        told = json.loads(own_app.test_client().get("/layers/wifi.geojson").text)["features"]
    finally:
        with session_of(own_engine) as session:
            cleared(session)
            session.commit()
        own_app.extensions.pop("published", None)

    states = {one["id"]: one["properties"]["status"] for one in told}
    assert states["h"] == "approved" and place.key not in states
