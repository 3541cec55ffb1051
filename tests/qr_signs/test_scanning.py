"""A visitor scans: the page comes at once, in their language, and the scan is counted without them."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.db import Engine


@pytest.fixture(scope="module")
def code(shipped: Path) -> str:
    """The printed code of one gate."""
    signs = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    return str(next(sign["code"] for sign in signs if sign["id"] == "bab-zorgane"))


def test_a_scan_shows_the_page_without_a_redirect(client: FlaskClient, code: str) -> None:
    page = client.get(f"/q/{code}", headers={"Accept-Language": "fr-MA,fr;q=0.9,ar;q=0.8"})

    assert page.status_code == 200
    assert '<html lang="fr" dir="ltr">' in page.text
    assert "Bab Zorgane" in page.text
    assert '<link rel="canonical" href="https://athar.example/fr/monuments/bab-zorgane">' in page.text
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in page.headers["Vary"].split(",")}


@pytest.mark.parametrize("way", ["/Q/{}", "/q/{}"])
def test_case_and_look_alikes_do_not_matter(client: FlaskClient, code: str, way: str) -> None:
    for typed in (code.lower(), code.replace("0", "O").replace("1", "l"), f"{code[:3]}-{code[3:]}"):
        assert client.get(way.format(typed)).status_code == 200, typed


@pytest.mark.parametrize(
    ("headers", "cookie", "path", "lang"),
    [
        ({}, None, "", "ar"),
        ({"Accept-Language": "de"}, None, "", "de"),
        ({"Accept-Language": "de"}, "es", "", "es"),
        ({"Accept-Language": "de"}, "es", "/zgh", "zgh"),
        ({"Accept-Language": "de"}, "es", "/Z", "zgh"),
        ({"Accept-Language": "de"}, "xx", "", "de"),
        ({"Accept-Language": "ja;q=1, en;q=0.1"}, None, "", "en"),
    ],
)
def test_the_language_is_chosen_in_order(
    app: Flask, code: str, headers: dict[str, str], cookie: str | None, path: str, lang: str
) -> None:
    client = app.test_client()
    if cookie:
        client.set_cookie("lang", cookie)
    page = client.get(f"/q/{code}{path}", headers=headers)

    assert f'<html lang="{lang}"' in page.text


def test_a_language_chosen_by_hand_is_remembered(app: Flask, code: str) -> None:
    client = app.test_client()
    client.get(f"/q/{code}/zgh", headers={"Accept-Language": "fr"})

    assert '<html lang="zgh"' in client.get(f"/q/{code}", headers={"Accept-Language": "fr"}).text


def test_every_language_is_one_equal_tap_away(client: FlaskClient, code: str) -> None:
    page = client.get(f"/q/{code}").text

    for lang in ("ar", "zgh", "fr", "en", "es", "de"):
        assert f'href="/q/{code}/{lang}"' in page


def test_a_mistyped_code_gets_a_suggestion(client: FlaskClient, code: str) -> None:
    wrong = code[:2] + ("2" if code[2] != "2" else "3") + code[3:]
    page = client.get(f"/q/{wrong}", headers={"Accept-Language": "en"})

    assert page.status_code == 404
    assert f"/q/{code}" in page.text
    assert "Did you mean" in page.text


@pytest.mark.parametrize(
    "typed", ["%00", "-", "💣", "A" * 3000, "..%2F..", "<script>", "' OR 1=1", "7K3P9Q2"]
)
def test_nonsense_is_told_kindly(client: FlaskClient, typed: str) -> None:
    page = client.get(f"/q/{typed}", headers={"Accept-Language": "en"})

    assert page.status_code == 404
    assert "<script>" not in page.text.split("</head>")[1].replace("<script src", "")


def test_a_typed_code_leads_to_its_page(client: FlaskClient, code: str) -> None:
    answer = client.get("/q", query_string={"code": f" {code.lower()} "}, follow_redirects=True)

    assert answer.status_code == 200


def test_a_withdrawn_code_explains_itself(app: Flask, town_engine: Engine, code: str) -> None:
    with town_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign (code, reason, withdrawn_at)"
                " VALUES ('0000000', '{\"fr\": \"Le mur a été refait.\"}', now())"
            )
        )
    try:
        page = app.test_client().get("/q/0000000", headers={"Accept-Language": "fr"})
    finally:
        with town_engine.begin() as connection:
            connection.execute(text("DELETE FROM sign WHERE code = '0000000'"))

    assert page.status_code == 410
    assert "Le mur a été refait." in page.text


def test_scans_are_counted_by_code_day_and_language_alone(app: Flask, town_engine: Engine, code: str) -> None:
    counter = app.extensions["scan_counter"]
    counter.flush()
    with town_engine.begin() as connection:
        connection.execute(text("DELETE FROM scan_day"))
    client = app.test_client()
    etag = client.get(f"/q/{code}", headers={"Accept-Language": "fr"}).headers["ETag"]
    client.get(f"/q/{code}", headers={"Accept-Language": "fr", "If-None-Match": etag})
    client.get(f"/Q/{code.lower()}/de")
    client.head(f"/q/{code}")
    client.get("/q/ZZZZZZZ")
    counter.flush()
    with town_engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM scan_day ORDER BY lang")).mappings().all()

    assert [(row["code"], row["lang"], row["scans"]) for row in rows] == [(code, "de", 1), (code, "fr", 2)]
    assert set(rows[0]) == {"code", "day", "lang", "scans"}


def test_a_scan_does_not_wait_for_the_count(app: Flask, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("counting is broken")

    monkeypatch.setattr(app.extensions["scan_counter"], "note", broken)

    assert app.test_client().get(f"/q/{code}").status_code == 200
