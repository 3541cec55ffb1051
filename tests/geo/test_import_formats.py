"""Files as programs write them, and as people with bad intentions do: read, told apart by what is in them."""

from __future__ import annotations

import json
import time
from typing import Any

import gpxpy.gpx
import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.editing.importing import building, commas, fields, formats, nearby, tables
from geo.editing.importing.nearby import Called
from geo.folding import fold

LON, LAT = -8.877, 30.47
LANGS = ("ar", "fr", "en")


def read(session: Session, data: str | bytes, part: str = "") -> tables.Table:
    """The table of a file."""
    return formats.read(session, data.encode() if isinstance(data, str) else data, part)


@pytest.mark.parametrize(
    ("encoding", "told", "name"),
    [
        ("utf-8", "UTF-8", "Café العين ⵜⴰⵍⴰ"),
        ("utf-8-sig", "UTF-8", "Café العين"),
        ("utf-16", "UTF-16", "Café العين"),
        ("cp1252", "Windows-1252", "Café de l’Été à Noël"),
        ("cp1256", "Windows-1256", "السوق الكبير"),
    ],
)
@pytest.mark.parametrize(("separator", "said"), [(";", ";"), (",", ","), ("\t", "tab")])
def test_csv_is_read_as_spreadsheets_write_it(
    session: Session, encoding: str, told: str, name: str, separator: str, said: str
) -> None:
    text = "\r\n".join([separator.join(("nom", "lon", "lat")), separator.join((name, "1", "2")), ""])
    table = read(session, text.encode(encoding))

    assert table.form == "csv"
    assert table.rows[0].values == {"nom": name, "lon": "1", "lat": "2"}
    assert table.remarks[0].values == {"encoding": told, "separator": said}


def test_lines_are_numbered_as_in_the_file(session: Session) -> None:
    table = read(session, 'nom;note\n\n"a\nb";x\nc;y;z\nd\n')

    assert [(row.line, row.values.get("nom"), row.wrong is None) for row in table.rows] == [
        (4, "a\nb", True),
        (5, None, False),
        (6, "d", True),
    ]


def test_headings_that_are_empty_or_twice_get_names(session: Session) -> None:
    assert read(session, "nom;;nom\na;b;c\n").columns == ["nom", "#2", "nom (2)"]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("-8,877", -8.877),
        ("-8.877", -8.877),
        ("−8.877", -8.877),
        ("٣٠٫٤٧", 30.47),
        (" 1\u202f234,5 ", 1234.5),
        ("1e3", 1000.0),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("1,234.5", None),
        ("30°28'N", None),
        ("9" * 400, None),
        (True, None),
    ],
)
def test_numbers_are_read_as_people_write_them(typed: Any, number: float | None) -> None:
    assert building.number(typed) == number


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Nom", "name:fr"),
        ("name_ar", "name:ar"),
        ("nom (arabe)", "name:ar"),
        ("الاسم", "name:ar"),
        ("الاسم بالفرنسية", "name:fr"),
        ("name", "name:fr"),
        ("Longitude", "lon"),
        ("X", "lon"),
        ("خط العرض", "lat"),
        ("the_geom", "wkt"),
        ("Type", "kind"),
        ("Description_en", "text:summary:en"),
        ("osm_id", "external:osm"),
        ("Sources", "sources"),
        ("profondeur", ""),
        ("", ""),
    ],
)
def test_headings_are_known_in_three_languages(heading: str, target: str) -> None:
    assert fields.sounds_like(heading, "fr") == target


def test_a_file_may_be_20_megabytes(session: Session) -> None:
    with pytest.raises(Invalid, match="20 MB"):
        read(session, b"a" * (tables.LARGEST_BYTES + 1))


def test_a_kind_may_be_written_as_it_is_called() -> None:
    from geo.vocabulary import KINDS

    called = {
        word: building.coded(word, KINDS["monuments"]) for word in ("mosque", "Mosquée", "مسجد", "City gate")
    }
    assert called == {"mosque": "mosque", "Mosquée": "mosque", "مسجد": "mosque", "City gate": "city_gate"}


def test_gpx_gives_points_and_lines(session: Session) -> None:
    gpx = gpxpy.gpx.GPX()
    gpx.waypoints.append(gpxpy.gpx.GPXWaypoint(LAT, LON, name="Puits", description="Sec"))
    track = gpxpy.gpx.GPXTrack(name="Mur")
    for start in (0.0, 0.01):
        segment = gpxpy.gpx.GPXTrackSegment()
        segment.points += [gpxpy.gpx.GPXTrackPoint(LAT + start + n / 1000, LON) for n in range(3)]
        track.segments.append(segment)
    gpx.tracks.append(track)
    gpx.routes.append(gpxpy.gpx.GPXRoute(name="Vide"))
    table = read(session, gpx.to_xml())

    assert table.columns == ["name", "desc"]
    assert [(row.values["name"], row.geometry and row.geometry["type"]) for row in table.rows] == [
        ("Puits", "Point"),
        ("Vide", None),
        ("Mur", "MultiLineString"),
    ]
    assert table.rows[0].geometry == {"type": "Point", "coordinates": [LON, LAT]}


def test_xml_that_declares_entities_is_refused_at_once(session: Session) -> None:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a0 "ha">{lines}]><gpx><wpt lat="1" lon="2"/></gpx>'
    outside = '<!DOCTYPE gpx SYSTEM "file:///etc/passwd"><gpx><wpt lat="1" lon="2"/></gpx>'
    began = time.process_time()
    for text in (bomb, outside, bomb.replace("<wpt", "<name>&a11;</name><wpt")):
        with pytest.raises(Invalid):
            read(session, text)

    assert time.process_time() - began < 1


def test_geojson_of_others_gives_columns(session: Session) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON, LAT, 230.0]},
        "properties": {"nom": "Puits", "tags": {"a": [1, True]}},
    }
    table = read(session, json.dumps({"type": "FeatureCollection", "features": [feature, 7]}))

    assert (table.form, table.columns) == ("geojson", ["nom", "tags"])
    assert table.rows[0].values["tags"] == {"a": [1, True]}
    assert table.rows[1].wrong is not None


def test_geojson_in_metres_is_refused(session: Session) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32629"}}
    feature: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": {}}
    with pytest.raises(Invalid, match="EPSG::32629"):
        read(session, json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))


@pytest.mark.parametrize(
    "properties",
    ['{"a": 1e999}', '{"a": "\\u0000"}', '{"\\ud800": 1}', '{"a": ' + "[" * 60 + "]" * 60 + "}"],
    ids=["infinity", "nul", "half a pair", "deep"],
)
def test_values_that_no_database_keeps_spoil_their_row_alone(session: Session, properties: str) -> None:
    lines = (
        '{"type":"Feature","geometry":null,"properties":' + properties + "}",
        '{"type":"Feature","geometry":null,"properties":{"a":1}}',
    )
    text = '{"type":"FeatureCollection","features":[' + ",".join(lines) + "]}"
    table = read(session, text)

    assert [row.wrong is None for row in table.rows] == [False, True]
    json.dumps([row.values for row in table.rows], allow_nan=False).encode()


def test_coordinates_without_measure_are_told(session: Session) -> None:
    given = tables.Given(2, None, {"x": "1e9", "y": "2"})
    mapping = {"columns": {"x": "lon", "y": "lat"}, "constants": {}}
    told = building.build("monuments", given, mapping)

    assert "another CRS" in told.wrong[0].template


@pytest.mark.parametrize(
    "wkt", ["SRID=32629;POINT(1 2)", "POINT(1", "GEOMETRYCOLLECTION(" * 50_000, "POINT(nan nan)", "=1+1"]
)
def test_wkt_that_cannot_be_kept_is_told(wkt: str) -> None:
    mapping = {"columns": {"g": "wkt"}, "constants": {}}
    told = building.build("monuments", tables.Given(2, None, {"g": wkt}), mapping)

    assert told.wrong or told.geometry["coordinates"] == [None, None]


def test_names_are_alike_in_any_spelling() -> None:
    around = nearby.Neighbours([Called("a", LON, LAT, (fold("Bab Zorgane"),), "Bab Zorgane")])

    assert around.near(LON + 0.0009, LAT, ["Bab Zergan"])[0]["metres"] == pytest.approx(86, abs=2)
    assert around.near(LON + 0.002, LAT, ["Bab Zergan"]) == []
    assert around.near(LON, LAT, ["Hammam Sidi"]) == []


def test_code_pages_are_not_taken_for_one_another() -> None:
    assert commas.decoded("créée à l’île".encode("cp1252"))[1] == "Windows-1252"
    assert commas.decoded("باب، نص".encode("cp1256"))[1] == "Windows-1256"
