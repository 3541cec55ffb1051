"""Third-party clients as judges: GDAL's OGC API driver, OWSLib, an OpenAPI validator, a fuzzer."""

import json
from typing import Any

import mapbox_vector_tile
import pyogrio
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from owslib.ogcapi.features import Features
from pyogrio import raw

from geo.opendata.collections import OWN

UTM = "http://www.opengis.net/def/crs/EPSG/0/32629"


@pytest.mark.parametrize("name", OWN)
def test_gdal_reads_every_collection_page_by_page(live: str, client: FlaskClient, name: str) -> None:
    matched = json.loads(client.get(f"/ogc/collections/{name}/items").data)["numberMatched"]
    about, _, shapes, _ = raw.read(f"OAPIF:{live}/ogc", layer=name, PAGE_SIZE=11)

    assert len(shapes) == matched
    assert {"key", "kind", "licence", "changed_at"} <= set(about["fields"])
    assert "CRS84" in about["crs"]


def test_gdal_asks_by_box_and_in_metres(live: str, client: FlaskClient) -> None:
    box = (-8.9, 30.46, -8.87, 30.475)
    inside = json.loads(client.get(f"/ogc/collections/monuments/items?bbox={','.join(map(str, box))}").data)
    boxed = raw.read(f"OAPIF:{live}/ogc", layer="monuments", bbox=box)[2]
    metric, _, shapes, _ = raw.read(f"OAPIF:{live}/ogc", layer="monuments", CRS=UTM)

    assert len(boxed) == inside["numberMatched"]
    assert metric["crs"] == "EPSG:32629"
    assert len(shapes) > 20


def test_gdal_names_the_collections(live: str) -> None:
    assert [name for name, _ in pyogrio.list_layers(f"OAPIF:{live}/ogc")] == list(OWN)


def test_gdal_and_another_decoder_read_the_tiles(live: str, client: FlaskClient) -> None:
    path = "/tiles/monuments/13/3894/3367.mvt"
    decoded = mapbox_vector_tile.decode(client.get(path).data)
    about = pyogrio.read_info(f"MVT:{live}{path}")

    assert len(decoded["monuments"]["features"]) == about["features"] > 5
    assert {"key", "kind"} <= set(decoded["monuments"]["features"][0]["properties"])


def test_owslib_finds_its_way(live: str) -> None:
    service = Features(f"{live}/ogc")

    assert service.feature_collections() == list(OWN)
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    )
    assert service.api()["openapi"].startswith("3.0")
    found = service.collection_items("monuments", limit=3, bbox=[-8.9, 30.4, -8.8, 30.5])
    assert found["numberReturned"] == 3
    assert (
        service.collection_item("monuments", found["features"][0]["id"])["id"] == found["features"][0]["id"]
    )


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_the_interface_is_described_by_the_rules(client: FlaskClient, lang: str) -> None:
    validate(json.loads(client.get(f"/ogc/api?lang={lang}").data))


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_no_made_up_request_breaks_it(app: Flask, mode: Any) -> None:
    schema: Any = schemathesis.openapi.from_wsgi("/ogc/api?f=json", app)
    names = {"landing", "monuments.items", "risk_zones.items", "stops.item", "walls.about"}
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]
    chosen = [one for one in operations if one.definition.raw["operationId"] in names]
    assert len(chosen) == len(names)
    for operation in chosen:

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=30, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def asked(case: Any) -> None:
            answer = case.call()
            assert answer.status_code in (200, 400, 404), (case.as_curl_command(), answer.text[:300])
            if answer.status_code != 200:
                assert answer.headers["content-type"] == ["application/json"], case.as_curl_command()

        asked()
