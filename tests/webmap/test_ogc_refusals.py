"""What the open data refuses, and how: the standard's exception with 400 or 404, never a 500."""

import json

import pytest
from flask.testing import FlaskClient

ITEMS = "/ogc/collections/monuments/items"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=%D9%A3", "limit=1&limit=2",
        "offset=-1",
        "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=a,b,c,d", "bbox=nan,0,1,1", "bbox=inf,0,1,1", "bbox=0,0,1,-inf",
        "bbox=-8,31,-7,30", "bbox=-200,0,0,10", "bbox=0,0,10,100", "bbox=0,0,1,1&bbox=0,0,1,1", "bbox=",
        "bbox=10,0,-10,5&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
        "crs=EPSG:4326", "crs=http://www.opengis.net/def/crs/EPSG/0/999999", "bbox-crs=nonsense&bbox=0,0,1,1",
        "datetime=yesterday", "datetime=2023-13-01", "datetime=2023-01-01/2022-01-01", "datetime=a/b",
        "datetime=2023-01-01T00:00:00", "datetime=1/2/3", "datetime=", "datetime=0000-00-00/..",
        "f=xml", "f=", "lang=xx", "lang=", "unknown=1", "kind=%00", "lang=fr%00", "kind=" + "x" * 300,
        "KIND=mosque", "%00=1", "q=" + "x" * 2_000_000, "bbox=" + "1," * 4000,
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_a_400_in_the_standards_words(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")

    assert answer.status_code == 400, answer.text[:300]
    assert answer.mimetype == "application/json"
    told = json.loads(answer.data)
    assert told["code"] == "InvalidParameterValue"
    assert len(told["description"]) > 10
    assert len(answer.data) < 1000


@pytest.mark.parametrize(
    "query",
    [
        "limit=1000000", "limit=99999999999999999999", "bbox=-180,-90,180,90", "offset=99999999",
        "bbox=0,0,0,0",
        "bbox=-1e300,-1e300,1e300,1e300&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857",
        "bbox=-1e9,-1e9,1e9,1e9&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/32629",
        "bbox=5,5,5,5&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/32629", "kind='; DROP TABLE feature; --",
        "datetime=../..", "datetime=/", "kind=%25", "bbox=170,-90,-170,90",
        "datetime=9999-12-31T23:59:59Z", "datetime=0001-01-01/..",
    ],
)  # fmt: skip
def test_what_is_odd_but_well_formed_is_answered(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")

    assert answer.status_code == 200, answer.text[:300]
    assert json.loads(answer.data)["numberReturned"] <= 5000


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/nothing", "/ogc/collections/nothing/items", f"{ITEMS}/nothing", f"{ITEMS}/%00",
        f"{ITEMS}/{'x' * 5000}", "/ogc/nothing", "/ogc/collections/monuments/items/a/b/c",
        "/tiles/nothing/1/1/1.mvt",
        "/tiles/walls/1/2/0.mvt", "/tiles/walls/3/0/8.mvt", "/tiles/walls/a/0/0.mvt", "/data/nothing.csv",
        "/data/walls.exe", "/data/..%2F..%2Fetc%2Fpasswd.csv", "/catalogue.exe",
        "/ogc/collections/walls/tiles/Other",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_404_in_json(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    told = json.loads(answer.data)
    assert told["code"]
    assert told["description"]


@pytest.mark.parametrize("path", ["/tiles/walls/23/0/0.mvt", "/tiles/walls/99999999999/0/0.mvt", "/ogc?x=1",
                                  "/tiles/walls/1/0/0.mvt?x=1", "/data/walls.csv?lang=xx"])  # fmt: skip
def test_other_addresses_refuse_as_well(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_the_reader_is_told_in_their_language(client: FlaskClient) -> None:
    german = client.get(f"{ITEMS}?limit=0&lang=de")

    assert json.loads(german.data)["code"] == "InvalidParameterValue"
    assert german.headers["Cache-Control"] == "no-store"
