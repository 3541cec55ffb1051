"""Files to take away, opened by the programs that people open them with."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fastkml
import gpxpy
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from pyogrio import raw

from core.languages import LANGUAGES
from geo.opendata.collections import OWN
from geo.opendata.downloads import _cell
from webmap.opendata import files

WALK = "gates-and-squares"
GPX = "{http://www.topografix.com/GPX/1/1}"


def body(client: FlaskClient, path: str) -> bytes:
    """The whole of a file; it is closed afterwards."""
    with client.get(path) as answer:
        assert answer.status_code == 200
        data: bytes = answer.data
        return data


def features(client: FlaskClient, name: str) -> dict[str, dict[str, object]]:
    """The features of a collection by their key."""
    told = json.loads(client.get(f"/ogc/collections/{name}/items?limit=5000&lang=fr").data)
    return {one["id"]: one for one in told["features"]}


@pytest.mark.parametrize("name", OWN)
def test_every_format_holds_every_feature(client: FlaskClient, tmp_path: Path, name: str) -> None:
    known = features(client, name)
    geojson = json.loads(body(client, f"/data/{name}.geojson?lang=fr"))
    rows = list(csv.DictReader(io.StringIO(body(client, f"/data/{name}.csv?lang=fr").decode("utf-8-sig"))))
    package = tmp_path / f"{name}.gpkg"
    package.write_bytes(body(client, f"/data/{name}.gpkg?lang=fr"))
    about, _, shapes, values = raw.read(package)

    assert {one["id"]: one for one in geojson["features"]} == known
    assert [row["name"] for row in rows] == [one["properties"]["name"] or "" for one in known.values()]  # type: ignore[index]
    assert pyogrio.list_layers(package)[0][0] == name
    assert about["crs"] == "EPSG:4326"
    assert len(shapes) == len(known)
    names = list(about["fields"])
    assert list(values[names.index("licence")]) == [one["properties"]["licence"] for one in known.values()]  # type: ignore[index]
    first = next(iter(known.values()))
    assert shapely.from_wkb(shapes[0]).equals_exact(shapely.from_geojson(json.dumps(first["geometry"])), 1e-6)


def test_the_columns_of_a_csv_are_explained(client: FlaskClient) -> None:
    with client.get("/data/walls.csv") as answer:
        header = next(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    told = client.get("/data/walls.csv-metadata.json").get_json()

    assert "/data/walls.csv-metadata.json" in answer.headers["Link"]
    assert [column["name"] for column in told["tableSchema"]["columns"]] == header
    assert all(column["dc:description"] for column in told["tableSchema"]["columns"])


def test_a_spreadsheet_runs_no_cell() -> None:
    assert _cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert _cell("@x").startswith("'")
    assert _cell(-8.5) == "-8.5"
    assert _cell(None) == ""


def test_a_file_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("cut")

    def whole(path: Path) -> None:
        path.write_text("whole")

    with pytest.raises(RuntimeError):
        files.kept(tmp_path, "one", "a.csv", broken)
    assert list((tmp_path / "downloads" / "one").iterdir()) == []
    files.kept(tmp_path, "one", "a.csv", whole)
    assert files.kept(tmp_path, "one", "a.csv", broken).read_text() == "whole"
    files.kept(tmp_path, "two", "a.csv", whole)
    assert [path.name for path in (tmp_path / "downloads").iterdir()] == ["two"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_walk_is_gpx_that_other_programs_read(client: FlaskClient, lang: str) -> None:
    answer = client.get(f"/{lang}/routes/{WALK}.gpx")
    read = gpxpy.parse(answer.text)
    stops = json.loads(client.get(f"/ogc/collections/stops/items?lang={lang}").data)["features"]

    assert answer.mimetype == "application/gpx+xml"
    assert read.version == "1.1"
    assert read.name
    assert [f"{n}. {one['properties']['name']}" for n, one in enumerate(stops, 1)] == [
        point.name for point in read.routes[0].points
    ]
    assert [point.name for point in read.waypoints] == [point.name for point in read.routes[0].points]
    assert read.routes[0].points[0].longitude == pytest.approx(stops[0]["geometry"]["coordinates"][0])


def test_gpx_elements_stand_in_the_schemas_order(client: FlaskClient) -> None:
    root = ElementTree.fromstring(client.get(f"/fr/routes/{WALK}.gpx").data)
    order = [child.tag.removeprefix(GPX) for child in root]
    route = [child.tag.removeprefix(GPX) for child in root.find(f"{GPX}rte") or []]
    about = [child.tag.removeprefix(GPX) for child in root.find(f"{GPX}metadata") or []]

    assert order == sorted(order, key=["metadata", "wpt", "rte", "trk"].index)
    assert route == sorted(route, key=["name", "cmt", "desc", "src", "link", "number", "type", "rtept"].index)
    assert about == sorted(about, key=["name", "desc", "author", "copyright", "link", "time"].index)


def test_a_walk_is_kml_that_other_programs_read(client: FlaskClient) -> None:
    answer = client.get(f"/fr/routes/{WALK}.kml")
    document: Any = next(iter(fastkml.KML.from_string(answer.text.partition("?>")[2]).features))
    marks = list(document.features)

    assert document.name
    assert marks[0].geometry.geom_type == "LineString"
    assert [mark.geometry.geom_type for mark in marks[1:]] == ["Point"] * 13
    assert 30 < marks[1].geometry.y < 31


def test_a_walk_that_is_not_there_has_no_file(client: FlaskClient) -> None:
    assert client.get("/fr/routes/nothing.gpx").status_code == 404
    assert client.get("/fr/routes/nothing.kml").status_code == 404
