"""Zones on the web: on the map as in the list, on the pages of what lies in them, and on their days."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webmap.risky_site import Watch, risky_engine, site, watch

__all__ = ["risky_engine", "site", "watch"]


def _zones(answer: TestResponse) -> dict[str, Any]:
    return {each["properties"]["key"]: each["properties"] for each in answer.json["features"]}  # type: ignore[index]


def test_the_list_is_equal_to_the_map(site: Flask) -> None:
    client = site.test_client()
    box = ",".join(f"{edge:g}" for edge in (-8.97, 30.36, -8.67, 30.55))
    drawn = _zones(client.get(f"/layers/risk_zones.geojson?lang=fr&bbox={box}"))
    page = client.get("/fr/risks").text

    assert len(drawn) > 3
    assert [key for key in drawn if f"/fr/risks/zones/{key}" not in page] == []
    assert (drawn["high"]["state"], drawn["high"]["official"], drawn["high"]["level"]) == (
        "active",
        True,
        "high",
    )
    assert drawn["said"]["reported_by"] == "Association du quartier"


def test_a_zone_tells_what_lies_in_it_and_who_says_so(site: Flask) -> None:
    client = site.test_client()
    page = client.get("/en/risks/zones/high").text

    assert "TL0201" in page
    assert "Keep away from the walls." in page
    assert "dar-baroud" in page
    assert "not official" not in page.split("map-frame")[0]
    assert "Association du quartier" in client.get("/en/risks/zones/said").text
    assert client.get("/en/risks/zones/nothing").status_code == 404
    assert client.get("/en/risks?near=7").status_code == 422
    assert client.get("/en/risks?near=500").status_code == 200


def test_a_record_says_was_and_is_no_zone_that_holds(site: Flask) -> None:
    page = site.test_client().get("/en/risks/zones/shaking-2023-mmi-5-8").text

    assert "What was exposed" in page
    assert "record of the past" in page
    assert "What is exposed" not in page


def test_pages_of_what_lies_in_a_zone_warn(site: Flask) -> None:
    client = site.test_client()

    assert "/en/risks/zones/high" in client.get("/en/monuments/dar-baroud").text
    assert "risk zone" in client.get("/en/places?q=").text


def test_a_zone_ends_with_the_towns_day_and_without_an_edit(site: Flask, watch: Watch) -> None:
    client = site.test_client()
    with site.extensions["engine"].begin() as connection:
        connection.exec_driver_sql(
            'UPDATE feature SET attributes = attributes || \'{"valid_until": "2031-05-05"}\''
            " WHERE key = 'high'"
        )
        connection.exec_driver_sql("UPDATE commune SET version = version + 1")
    try:
        # 22:59 in Universal Time is the last minute of the day in Morocco.
        watch.time = datetime(2031, 5, 5, 22, 59, tzinfo=UTC)
        watch.later()
        assert "/en/risks/zones/high" in client.get("/en/monuments/dar-baroud").text
        watch.later(minutes=2)
        assert "/en/risks/zones/high" not in client.get("/en/monuments/dar-baroud").text
        assert "no longer in force" in client.get("/en/risks").text
    finally:
        with site.extensions["engine"].begin() as connection:
            connection.exec_driver_sql(
                "UPDATE feature SET attributes = attributes - 'valid_until' WHERE key = 'high'"
            )
            connection.exec_driver_sql("UPDATE commune SET version = version + 1")


def test_a_walk_through_a_zone_says_why_there_is_no_detour(site: Flask) -> None:
    client = site.test_client()
    pages = [client.get(f"/en/routes/{key}").text for key in _keys(client)]
    warned = [page for page in pages if "risk zone" in page]

    assert warned
    assert all("no street network is loaded" in page for page in warned)


def _keys(client: FlaskClient) -> list[str]:
    return [each["properties"]["key"] for each in client.get("/layers/routes.geojson").json["features"]]  # type: ignore[index]
