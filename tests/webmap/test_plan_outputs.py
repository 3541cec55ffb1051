"""What a plan hands out: GeoPackage, bill of quantities, report; read by those who would read them."""

import csv
import io
from pathlib import Path

import pikepdf
import pyogrio
import pypdfium2
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from pyogrio import raw

from geo.wifi.exports.geopackage import LAYERS
from tests.webmap.test_downloads import body

HERE = {"Sec-Fetch-Site": "same-origin"}


def test_gdal_reads_every_layer_of_the_geopackage(planner: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "plan.gpkg"
    file.write_bytes(body(planner, "/fr/planner/first/plan.gpkg"))
    meta, _, shapes, columns = raw.read(file, layer="hotspots")
    told = dict(zip(meta["fields"], columns, strict=True))

    assert meta["crs"] == "EPSG:4326" and all(shapes)
    assert list(told["name"]) == ["Assarag <1>", "ساحة", "Ancien"]
    assert list(told["model"]) == ["round", "sector", "gone"] and list(told["height_m"]) == [4.0] * 3
    demand = raw.read(file, layer="demand")
    assert len(demand[2]) > 500 and {"residents", "stops"} <= set(demand[3][0])
    about = raw.read(file, layer="about")
    assert dict(zip(*about[3], strict=True))["title"] == "Plan first"
    assert {str(name) for name, _ in pyogrio.list_layers(file)} == set(LAYERS)


def test_chances_are_nested_areas_around_the_hotspots(planner: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "plan.gpkg"
    file.write_bytes(body(planner, "/fr/planner/first/plan.gpkg"))
    meta, _, shapes, columns = raw.read(file, layer="coverage")
    told = dict(zip(meta["fields"], columns, strict=True))
    areas = {
        (band, service, chance): shapely.from_wkb(shape)
        for band, service, chance, shape in zip(
            told["band_ghz"], told["service"], told["chance"], shapes, strict=True
        )
    }
    hotspot = shapely.from_wkb(raw.read(file, layer="hotspots")[2][0])

    assert meta["geometry_type"] == "MultiPolygon" and set(told["basis"]) == {"statistics"}
    assert {chance for _, _, chance in areas} == {0.1, 0.5, 0.9} and {band for band, _, _ in areas} == {
        "2.4",
        "5",
    }
    for (band, service, chance), area in areas.items():
        assert area.is_valid and area.distance(hotspot) < 0.001
        if chance < 0.9 and (band, service, 0.9) in areas:
            inner = areas[band, service, 0.9]
            assert inner.difference(area).area < 0.01 * inner.area and inner.area < area.area


def test_an_unchanged_plan_makes_the_same_bytes(planner: FlaskClient) -> None:
    assert body(planner, "/fr/planner/first/plan.gpkg") == body(planner, "/fr/planner/first/plan.gpkg")


@pytest.mark.parametrize(("lang", "separator", "amount"), [("fr", ";", "4000,00"), ("en", ",", "4000.00")])
def test_the_bill_adds_up_and_no_cell_runs(
    planner: FlaskClient, lang: str, separator: str, amount: str
) -> None:
    data = body(planner, f"/{lang}/planner/first/quantities.csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator))
    cells = {row[1]: row for row in rows if len(row) > 4}
    points = [float(row[4].replace(",", ".")) for row in rows if len(row) == 8 and row[4][:1].isdigit()]

    assert data.startswith(b"\xef\xbb\xbf")
    assert cells["'=cmd|' /C calc'!A0"][2:5] == ["1", amount, amount]
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row)
    total = {"fr": "Total", "en": "Total"}[lang]
    assert sum(points) == float(next(row for row in rows if row[1] == total)[4].replace(",", "."))
    assert cells["gone"][3] in ("not known", "non connu", "inconnu")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Plan first", "Assarag <1>", "Before the council", "1 500", "ITU-R P.1411"]),
        ("fr", ["Plan first", "Assarag <1>", "Ancien", "Rapport pour le conseil"]),
        ("ar", ["Assarag", "تقرير إلى المجلس"]),
        ("zgh", ["Plan first", "Assarag <1>", "ⴰⵏⵇⵇⵉⵙ ⵉ ⵓⵙⵇⵇⵉⵎ"]),
    ],
)
def test_the_report_is_a_tagged_pdf_in_the_reader_s_language(
    planner: FlaskClient, lang: str, words: list[str]
) -> None:
    data = body(planner, f"/{lang}/planner/first/report.pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang) == lang and bool(pdf.Root.MarkInfo.Marked)
        assert "Plan first" in str(pdf.docinfo["/Title"])
        pages = len(pdf.pages)
    document = pypdfium2.PdfDocument(data)
    try:
        told = " ".join(page.get_textpage().get_text_range() for page in document)
        first = document[0].render(scale=0.5).to_pil().convert("RGB")
    finally:
        document.close()
    plain = " ".join(told.replace("\u202f", " ").replace("\u00a0", " ").split())

    assert 2 <= pages <= 8 and (f"1 / {pages}" in plain or f"{pages} / 1" in plain)
    for word in words:
        assert word.replace("1 500", "1,500" if lang == "en" else "1 500") in plain
    assert "Enlevé" not in plain
    if lang == "ar":
        assert any("\u0600" <= sign <= "\u06ff" for sign in plain)
    assert first.getextrema() != ((255, 255),) * 3


def test_the_plan_s_page_leads_to_all_of_them(planner: FlaskClient) -> None:
    page = planner.get("/fr/planner/first").text

    for name in ("plan.gpkg", "quantities.csv", "report.pdf", "surveys"):
        assert f'href="/fr/planner/first/{name}"' in page


def test_only_planners_take_plans_away(own_app: Flask, planner: FlaskClient) -> None:
    reader = own_app.test_client()
    for name in ("plan.gpkg", "quantities.csv", "report.pdf", "surveys"):
        assert reader.get(f"/fr/planner/first/{name}").status_code == 403
        assert planner.get(f"/fr/planner/nothing/{name}").status_code == 404


@pytest.mark.usefixtures("no_catalogue")
def test_without_a_catalogue_nothing_is_made_up(planner: FlaskClient) -> None:
    answer = planner.get("/en/planner/first/report.pdf")

    assert answer.status_code == 409 and "no catalogue of equipment" in answer.text
