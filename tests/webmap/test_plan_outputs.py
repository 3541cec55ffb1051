"""What a plan hands out: GeoPackage, bill of quantities, report; read by those who would read them."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from pyogrio import raw
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from core.db import Engine, session_of
from geo import published
from geo.wifi.exports.geopackage import LAYERS
from portal import staff
from tests.geo.plans.planning import CONFIG
from tests.webmap.test_downloads import body
from tests.wifi_plans import cleared, hotspot, scenario

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def planner(own_engine: Engine, own_app: Flask) -> Iterator[FlaskClient]:
    """A planner of a town with a catalogue and a plan of three hotspots, one of a model that is no more."""
    catalogue = json.loads(json.dumps(CONFIG))
    catalogue["models"][0]["name"] = "=cmd|' /C calc'!A0"
    with session_of(own_engine) as session:
        shipped_wifi = session.scalar(text("SELECT config->'wifi' FROM commune"))
        session.execute(
            text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
            {"wifi": json.dumps(catalogue)},
        )
        plan = scenario(session, "first", "submitted")
        lon, lat = session.execute(
            text("SELECT ST_X(place), ST_Y(place) FROM feature WHERE key = 'place-assarag' LIMIT 1")
        ).one()
        hotspot(session, plan, "one", (lon, lat), model="round", name="Assarag <1>", backhaul="fibre")
        hotspot(session, plan, "two", (lon + 0.002, lat), model="sector", name="ساحة", backhaul="mesh")
        hotspot(session, plan, "old", (lon, lat + 0.002), model="gone", name="Ancien")
        hotspot(session, plan, "away", (lon, lat + 0.003), "removed", model="round", name="Enlevé")
        published.touch(session)
        session.commit()
    own_app.extensions.pop("published", None)
    client = own_app.test_client()
    client.post(f"/desk/enter/{staff.token('test', 'F. Amzil', [Role.PLANNER])}", headers=HERE)
    yield client
    with session_of(own_engine) as session:
        cleared(session)
        session.execute(
            text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
            {"wifi": json.dumps(shipped_wifi or {})},
        )
        session.commit()
    own_app.extensions.pop("published", None)


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
    command = shutil.which("ogrinfo")
    assert command, "ogrinfo is missing: run make setup-test"
    listed = subprocess.run([command, "-ro", str(file)], capture_output=True, text=True, check=True).stdout
    assert all(f": {name}" in listed for name in LAYERS)


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


@pytest.fixture
def no_catalogue(own_app: Flask, own_engine: Engine) -> Iterator[None]:
    """The commune has no wifi.toml for a while."""
    with session_of(own_engine) as session:
        kept = session.scalar(text("SELECT config->'wifi' FROM commune"))
        session.execute(text("UPDATE commune SET config = config - 'wifi'"))
        published.touch(session)
        session.commit()
    own_app.extensions.pop("published", None)
    try:
        yield
    finally:
        with session_of(own_engine) as session:
            session.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(kept)},
            )
            published.touch(session)
            session.commit()
        own_app.extensions.pop("published", None)


@pytest.mark.usefixtures("no_catalogue")
def test_without_a_catalogue_nothing_is_made_up(planner: FlaskClient) -> None:
    answer = planner.get("/en/planner/first/report.pdf")

    assert answer.status_code == 409 and "no catalogue of equipment" in answer.text


@pytest.mark.usefixtures("no_catalogue")
def test_without_a_catalogue_no_survey_is_compared(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>"))

    assert brought.status_code == 422 and "No equipment is known here yet" in brought.text
    assert ">None.<" in brought.text


def _walk(name: str, many: int = 60) -> bytes:
    """A walk around a hotspot, as a file that names it."""
    lines = ["lat;lon;dbm;hotspot;time"]
    for step in range(many):
        lat, lon = 30.46944 + step * 0.00002, -8.88259 + step * 0.00003
        lines.append(f"{lat:.6f};{lon:.6f};{-60 - step * 0.4:.1f};{name};2026-03-01 10:00:{step % 60:02}")
    return "\n".join(lines).encode()


def _bring(planner: FlaskClient, data: bytes, lang: str = "en", **form: str) -> TestResponse:
    given: dict[str, object] = {
        "title": "A walk",
        "band": "5",
        **form,
        "file": (io.BytesIO(data), "../x.csv"),
    }
    return planner.post(f"/{lang}/planner/first/surveys", data=given, headers=HERE)


def test_a_survey_is_brought_shown_compared_and_removed(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>"))
    assert brought.status_code == 303
    page = planner.get(brought.location).text

    assert "A walk" in page and "Assarag &lt;1&gt;" in page and "30.469" in page
    assert page.count('class="r-') > 40 and "5 GHz" in page and "<td>no model there" not in page
    assert "10:00" not in page
    again = _bring(planner, _walk("Assarag <1>"))
    assert again.status_code == 422 and "was taken over already" in again.text
    used = planner.post(f"{brought.location}/use", headers=HERE)
    listed = planner.get("/en/planner/first/surveys").text
    assert (
        used.status_code == 303
        and "offset used" in listed
        and "F. Amzil" in planner.get(brought.location).text
    )
    assert planner.post(f"{brought.location}/compare", headers=HERE).status_code == 303
    assert planner.post("/en/planner/first/surveys/forget-offset", headers=HERE).status_code == 303
    assert "+0.0 dB" in planner.get("/en/planner/first/surveys").text
    assert planner.post(f"{brought.location}/remove", headers=HERE).status_code == 303
    assert planner.get(brought.location).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose the file"),
        (b"a,b\n1,2\n", "no columns for: lat, lon, dbm"),
        (b"lat,lon,dbm\n<script>,1,2\n", "1 of 1 lines cannot be read"),
        (_walk("Nobody"), "is on your list"),
    ],
)
def test_a_bad_file_is_told_and_nothing_is_kept(planner: FlaskClient, data: bytes, told: str) -> None:
    answer = _bring(planner, data, title="<b>Kept</b>")

    assert answer.status_code == 422 and told in answer.text
    assert "&lt;b&gt;Kept&lt;/b&gt;" in answer.text and "<b>Kept" not in answer.text
    assert ">None.<" in answer.text


def test_a_file_that_is_too_large_is_refused_unread(planner: FlaskClient) -> None:
    answer = planner.post(
        "/en/planner/first/surveys",
        data=b"--x\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=HERE,
        environ_overrides={"CONTENT_LENGTH": str(6 * 1024 * 1024)},
    )

    assert answer.status_code == 413


def test_a_survey_with_few_places_says_why_its_offset_is_no_use(planner: FlaskClient) -> None:
    brought = _bring(planner, _walk("Assarag <1>", 5))
    page = planner.get(brought.location).text
    refused = planner.post(f"{brought.location}/use", headers=HERE)
    planner.post(f"{brought.location}/remove", headers=HERE)

    assert "Too little was measured" in page and "Use this offset" not in page
    assert refused.status_code == 422 and "Too little was measured" in refused.text


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_survey_that_there_is_not_is_not_found(planner: FlaskClient, number: int) -> None:
    at = f"/en/planner/first/surveys/{number}"

    assert planner.get(at).status_code == 404
    for what in ("use", "compare", "remove"):
        assert planner.post(f"{at}/{what}", headers=HERE).status_code == 404
