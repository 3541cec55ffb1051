"""OGC API – Features: what comes, in which order, where, and what is refused."""

import json
from math import log, pi, radians, tan
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.db import Engine, session_of
from geo.opendata import crs, items, telling
from geo.opendata.collections import OWN

ITEMS = "/ogc/collections/monuments/items"
UTM = "http://www.opengis.net/def/crs/EPSG/0/32629"
WGS = "http://www.opengis.net/def/crs/EPSG/0/4326"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
BOX = "-8.9,30.46,-8.87,30.475"


def told(client: FlaskClient, path: str, **query: str | int) -> dict[str, Any]:
    """The JSON of an answer that must be good."""
    answer = client.get(path, query_string=query or None)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = json.loads(answer.data)
    return content


def ids(collection: dict[str, Any]) -> list[str]:
    """The ids of the features, in their order."""
    return [feature["id"] for feature in collection["features"]]


@pytest.mark.parametrize("name", OWN)
def test_every_collection_tells_where_its_features_come_from(client: FlaskClient, name: str) -> None:
    found = told(client, f"/ogc/collections/{name}/items", limit=5000)

    assert found["numberMatched"] == found["numberReturned"] == len(found["features"]) > 0
    assert found["timeStamp"].endswith("Z")
    for feature in found["features"]:
        assert {"precision", "error_m", "sources", "licence", "changed_at"} <= set(feature["properties"])
        assert feature["properties"]["licence"]
        one = told(client, f"/ogc/collections/{name}/items/{feature['id']}")
        assert {field: one[field] for field in feature} == feature


def test_pages_follow_one_another_and_leave_nothing_out(client: FlaskClient) -> None:
    whole = ids(told(client, ITEMS, limit=5000))
    path, seen = f"{ITEMS}?limit=7&lang=fr", []
    while path:
        page = told(client, path)
        seen += ids(page)
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")

    assert seen == whole
    assert len(seen) == len(set(seen)) > 21
    back = next(
        link["href"] for link in told(client, ITEMS, limit=7, offset=7)["links"] if link["rel"] == "prev"
    )
    assert ids(told(client, back)) == whole[:7]


def test_a_box_is_the_same_in_every_reference_system(client: FlaskClient) -> None:
    plain = ids(told(client, ITEMS, bbox=BOX))
    turned = ids(told(client, ITEMS, **{"bbox": "30.46,-8.9,30.475,-8.87", "bbox-crs": WGS}))
    high = ids(told(client, ITEMS, bbox="-8.9,30.46,0,-8.87,30.475,900"))
    west, south, east, north = _mercator(-8.9, 30.46) + _mercator(-8.87, 30.475)
    flat = ids(told(client, ITEMS, **{"bbox": f"{west},{south},{east},{north}", "bbox-crs": MERCATOR}))

    assert 0 < len(plain) < told(client, ITEMS)["numberMatched"]
    assert plain == turned == high == flat


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    return lon * 20037508.342789244 / 180, log(tan(pi / 4 + radians(lat) / 2)) * 6378137


def test_a_box_in_metres_of_the_commune_finds_what_lies_in_it(client: FlaskClient) -> None:
    east, north = told(client, f"{ITEMS}/kasbah", crs=UTM)["geometry"]["coordinates"]
    box = f"{east - 30},{north - 30},{east + 30},{north + 30}"
    found = told(client, ITEMS, **{"bbox": box, "bbox-crs": UTM, "crs": UTM})

    assert "kasbah" in ids(found)
    assert all(abs(feature["geometry"]["coordinates"][0] - east) <= 30 for feature in found["features"])


def test_a_box_across_the_date_line_is_read_as_two(client: FlaskClient) -> None:
    around_the_world = told(client, ITEMS, bbox="-8.87,-90,-8.9,90")
    beyond = told(client, ITEMS, bbox="170,-10,-170,40")
    inside = set(ids(told(client, ITEMS, bbox=BOX)))

    assert ids(beyond) == []
    assert ids(around_the_world)
    assert not inside & set(ids(around_the_world))


def test_axes_come_as_the_reference_system_has_them(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}/kasbah", query_string={"crs": WGS})
    lon, lat = told(client, f"{ITEMS}/kasbah")["geometry"]["coordinates"]

    assert answer.headers["Content-Crs"] == f"<{WGS}>"
    assert json.loads(answer.data)["geometry"]["coordinates"] == [lat, lon]
    assert lon < 0 < lat


def test_times_are_asked_with_open_ends(client: FlaskClient) -> None:
    path = "/ogc/collections/risk_zones/items"
    quake = told(client, path, datetime="2023-09-08/2023-09-09", limit=5000)
    until = told(client, path, datetime="../2023-09-09T00:00:00Z", limit=5000)
    since = told(client, path, datetime="2023-09-10T00:00:00+01:00/..", limit=5000)

    assert quake["numberMatched"] > 0
    assert all(f["properties"]["event_time"].startswith("2023-09-0") for f in quake["features"])
    assert set(ids(quake)) <= set(ids(until))
    assert not set(ids(quake)) & set(ids(since))
    assert told(client, ITEMS, datetime="1900-01-01/1950-01-01")["numberMatched"] == 0


def test_features_are_filtered_by_their_properties(client: FlaskClient) -> None:
    mosques = told(client, ITEMS, kind="mosque", limit=5000)
    candidates = told(client, "/ogc/collections/places/items", wifi_candidate="true", limit=5000)

    assert {feature["properties"]["kind"] for feature in mosques["features"]} == {"mosque"}
    assert candidates["numberMatched"] == told(client, "/ogc/collections/wifi/items")["numberMatched"]


def test_names_come_in_the_language_asked_for(client: FlaskClient) -> None:
    names = {lang: told(client, f"{ITEMS}/kasbah", lang=lang)["properties"] for lang in ("ar", "fr")}

    assert names["ar"]["name"] != names["fr"]["name"]
    assert (names["ar"]["name_lang"], names["fr"]["name_lang"]) == ("ar", "fr")


def test_what_did_not_change_is_not_read_again(client: FlaskClient) -> None:
    first = client.get(f"{ITEMS}?limit=3")
    again = client.get(f"{ITEMS}?limit=3", headers={"If-None-Match": first.headers["ETag"]})
    page = client.get(f"{ITEMS}?limit=3", headers={"Accept": "text/html"})

    assert (again.status_code, again.data) == (304, b"")
    assert page.mimetype == "text/html"
    assert page.headers["ETag"] != first.headers["ETag"]
    assert "Accept" in first.headers["Vary"]


def test_other_sites_may_read_it(client: FlaskClient) -> None:
    headers = client.get(ITEMS).headers

    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_ready_texts_say_what_the_data_says(town_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = next(iter(crs.offered(32629).values()))
    monkeypatch.setattr(telling, "READY_FROM", 1)
    for order in (["fr", "ar"], ["zgh"], ["ar", "fr", "en"]):
        wanted = items.Wanted(plain, order, limit=5000, site="https://athar.example", large=True)
        with session_of(town_engine) as session:
            made = {name: items.page(session, name, wanted) for name in OWN}
            telling.rebuild(session)
            ready = {name: items.page(session, name, wanted) for name in OWN}
            session.rollback()

        for name in OWN:
            assert json.loads(f"[{ready[name].features}]") == json.loads(f"[{made[name].features}]")


def test_deep_pages_are_the_same_pages(town_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = next(iter(crs.offered(32629).values()))
    wanted = items.Wanted(plain, ["fr"], limit=9, offset=11)
    with session_of(town_engine) as session:
        near = {name: items.page(session, name, wanted) for name in OWN}
        monkeypatch.setattr(items, "SHALLOW", 0)
        deep = {name: items.page(session, name, wanted) for name in OWN}

    assert near == deep
