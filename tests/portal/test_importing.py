"""The pages of an import, as a person's browser meets them; hostile files and other people's batches."""

from __future__ import annotations

import io
import re
import threading

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from core.accounts import Role
from core.db import session_of
from geo.editing.importing import tables, taking
from tests.portal.people import Browser, signed_in

LON, LAT = -8.877, 30.47
COLUMNS = {
    "kind": "square",
    "precision": "surveyed",
    "error_m": "5",
    "licence": "made up",
    "sources": "GPS",
    "state": "written",
}
XSS = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def bring(browser: Browser, data: bytes, layer: str = "places", name: str = "file.csv") -> TestResponse:
    """Send a file."""
    return browser.post(
        f"/desk/import/{layer}", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )


def columns(browser: Browser, where: str, **more: str) -> TestResponse:
    """Send the form of the columns as it is proposed, with what is said for all rows."""
    page = browser.get(where).text
    given = {
        name: (re.search(r'<option value="([^"]*)" selected', options) or ["", ""])[1]
        for name, options in re.findall(r'<select id="(column-\d+)".*?>(.*?)</select>', page, re.DOTALL)
    }
    return browser.post(where, {**given, **COLUMNS, **more})


def previewed(browser: Browser, data: bytes, **more: str) -> str:
    """Path of the preview of a file of places."""
    answer = bring(browser, data)
    assert answer.status_code == 303, answer.text
    assert columns(browser, answer.location, **more).status_code == 303
    return answer.location.removesuffix("/columns")


def work(app: Flask, where: str) -> None:
    """What the job does."""
    taking.take(app.extensions["engine"], app.config["SETTINGS"], batch_id=int(where.rsplit("/", 1)[1]))


def test_a_file_is_read_mapped_previewed_and_taken_over(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    where = previewed(
        browser, f"nom;lon;lat\nPlace du test une;{LON};{LAT}\nPlace à l'envers;{LAT};{LON}\n".encode()
    )
    page = browser.get(f"{where}?lang=en").text
    assert "place-du-test-une" in page
    assert "look swapped" in page

    answer = browser.post(where, {"row": ["1", "2"], "tick": ["1", "2"], "act": "take"})
    assert answer.status_code == 303
    assert "http-equiv" in browser.get(where).text
    work(people, where)
    page = browser.get(f"{where}?lang=en").text
    assert "1 row was taken over as a draft." in page
    with session_of(people.extensions["engine"]) as session:
        row = session.execute(
            text(
                "SELECT v.origin, p.state, e.who FROM record r JOIN record_part p ON p.record_id = r.id"
                " JOIN record_version v ON v.record_id = r.id AND v.part = p.part JOIN trail.entry e"
                " ON e.about = 'record_version' AND e.key = r.id || '/' || v.part || '/' || v.number"
                " WHERE r.key = 'place-du-test-une' AND v.part = 'facts'"
            )
        ).one()
    assert (row.origin, row.state) == ("import", "draft")
    assert row.who.startswith("account:")


def test_what_is_lacking_is_asked_for_and_nothing_typed_is_lost(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    where = bring(browser, f"nom;lon;lat\nUne place;{LON};{LAT}\n".encode()).location
    answer = columns(browser, where, licence="", sources="Relevé du 3 mars")

    assert answer.status_code == 422
    assert "Relevé du 3 mars" in answer.text
    assert 'id="licence"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_nobody_meets_the_batch_of_another(people: Flask) -> None:
    mine, _ = signed_in(people, Role.EDITOR)
    other, _ = signed_in(people, Role.EDITOR)
    where = previewed(mine, f"nom;lon;lat\nMa place;{LON};{LAT}\n".encode())

    for path in (where, f"{where}/columns"):
        assert other.get(path).status_code == 404
    for path in (where, f"{where}/columns", f"{where}/again", f"{where}/remove"):
        assert other.post(path, {"act": "take", "row": "1", "tick": "1"}).status_code == 404
    assert mine.get(where).status_code == 200
    assert mine.get(where.replace("/places/", "/monuments/")).status_code == 404


def test_each_layer_is_for_its_role(people: Flask) -> None:
    editor, _ = signed_in(people, Role.EDITOR)
    planner, _ = signed_in(people, Role.PLANNER)

    assert editor.get("/desk/import/infrastructure").status_code == 403
    assert planner.get("/desk/import/infrastructure").status_code == 200
    assert bring(planner, b"nom\nx\n").status_code == 403
    assert editor.get("/desk/import/routes").status_code == 404
    assert "infrastructure" not in editor.get("/desk/import").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose a file"),
        (b"   \n", "is empty"),
        (b"PK\x03\x04" + b"0" * 100, "is not read"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><gpx>&a;</gpx>', "document type"),
        (b'<?xml version="1.0"?><kml></kml>', "no GPX"),
        (b"<gpx><wpt", "cannot be read"),
        (b"[" * 200_000, "not valid JSON"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":NaN}]}', "NaN"),
        (b'{"type":"Topology"}', "no GeoJSON"),
        (b"SQLite format 3\0" + b"\0" * 52 + b"GPKG" + b"\xff" * 4000, "is broken"),
        (b"nom;lon\x00;lat\n1;2;3\n", "no text"),
        (b'nom;lon;lat\n"a;1;2\n', "cannot be read"),
        (b"\x81\x8d\x8f;\x90\x9d\n\x81;\x8d\n", "encoding"),
        (b"nom;lon;lat\n" + b"a;1;2\n" * (tables.MOST_ROWS + 1), "20,000"),
        (b";".join(b"c%d" % n for n in range(300)) + b"\n1\n", "columns"),
    ],
)
def test_a_hostile_or_broken_file_gets_a_sentence(people: Flask, data: bytes, said: str) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    browser.client.set_cookie("lang", "en", domain="athar.example")
    answer = bring(browser, data)

    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_that_is_too_large_is_refused_before_it_is_read(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)

    declared = browser.post(
        "/desk/import/places",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2**31)},
    )
    assert declared.status_code == 413


def test_no_cell_of_a_file_becomes_markup(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    head = f"nom;{XSS.replace(';', '')};lon;lat;kind;sources"
    cell = '"' + XSS.replace('"', '""') + '"'
    data = f"{head}\n{cell};{cell};{LON};{LAT};{cell};{cell}\n{cell};{cell};{cell};{cell};;\n"
    answer = bring(browser, data.encode(), name="<img src=x onerror=alert(2)>.csv")
    pages = [browser.get(answer.location).text]
    columns(browser, answer.location, **{"column-1": "text:note:fr"})
    where = answer.location.removesuffix("/columns")
    pages += [browser.get(where).text, browser.get("/desk/import/places").text]
    columns(browser, answer.location, **{"column-1": "attribute", "column-4": "", "column-5": ""})
    pages.append(browser.get(where).text)

    for page in pages:  # each page shows something of the file
        assert "&lt;img" in page
        assert "<script>alert" not in page
        assert "<img" not in page


def test_what_turns_or_hides_writing_is_rejected_row_by_row(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    browser.client.set_cookie("lang", "en", domain="athar.example")
    rows = ["a\u202eb", "=cmd|' /C calc'!A0", "+CMD|'/C calc'!A0", "bonne place"]
    where = previewed(browser, "\n".join(["nom;lon;lat", *(f"{name};{LON};{LAT}" for name in rows)]).encode())
    page = browser.get(where).text

    assert "U+202E" in page
    assert page.count("begins like a formula") == 2
    assert page.count('name="tick"') == 1


def test_forged_answers_change_nothing(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    where = previewed(browser, f"nom;lon;lat\nEncore une place;{LON};{LAT}\n;{LAT};{LON}\n".encode())
    forged = {
        "row": ["1", "2", "999999", "-1", "x", "٣"],
        "tick": ["2", "77"],
        "same-1": "<b>",
        "act": "all:rejected",
    }
    assert browser.post(where, forged).status_code == 303
    assert browser.post(where, {"act": "take"}).status_code == 422
    assert browser.post(where + "/columns", {"column-0": "feature.id", **COLUMNS}).status_code == 422
    assert browser.get(where + "?page=99").status_code == 404
    assert browser.get(where + "?show=<script>").status_code == 200
    outside = browser.client.post(
        where,
        base_url="https://athar.example",
        data={"act": "take"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert outside.status_code == 403


def test_two_workers_at_once_take_each_row_over_once(people: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "AT_ONCE", 3)
    browser, _ = signed_in(people, Role.EDITOR)
    rows = [f"Ouvrier {n};{LON + n / 1000:.3f};{LAT}" for n in range(20)]
    where = previewed(browser, "\n".join(["nom;lon;lat", *rows]).encode())
    browser.post(where, {"act": "take"})
    workers = [threading.Thread(target=work, args=(people, where)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    with session_of(people.extensions["engine"]) as session:
        versions = session.scalars(
            text(
                "SELECT count(*) FROM record r JOIN record_version v ON v.record_id = r.id"
                " WHERE r.key LIKE 'ouvrier-%' GROUP BY r.key"
            )
        ).all()
    assert list(versions) == [2] * 20


def test_a_forgotten_file_is_gone(people: Flask) -> None:
    browser, _ = signed_in(people, Role.EDITOR)
    where = previewed(browser, f"nom;lon;lat\nOubliée;{LON};{LAT}\n".encode())

    assert browser.post(where + "/remove").status_code == 303
    assert browser.get(where).status_code == 404
