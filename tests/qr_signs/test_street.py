"""In the street: numbers with tags, one-tap reports, signs for places and stops."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.db import Engine, session_of
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from qr_signs import tags
from tests.conftest import _database

KEY = "a key"
CODE, OTHER = "2W3Z5Z1", "3D3T3DP"
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def street_engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database that these tests may change."""
    with _database("street") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def app(street_engine: Engine, tmp_path: Path) -> Iterator[Flask]:
    """The application on it."""
    settings = Settings(SECRET_KEY="test", SIGN_KEY=KEY, FILES_DIR=str(tmp_path))
    app = create_app(settings, street_engine)
    app.testing = True
    yield app
    app.extensions["scan_counter"].close()
    with street_engine.begin() as connection:
        connection.execute(text("DELETE FROM sign_report"))
        connection.execute(text("UPDATE sign SET printed_at = NULL, tag = NULL"))
        connection.execute(text("UPDATE commune SET version = version + 1"))


def _number(code: str = CODE) -> str:
    return tags.number(code, tags.tag(KEY, code))


@pytest.mark.parametrize("form", ["/q/{}", "/Q/{}", "/q/{}/f", "/Q/{}/E"])
def test_the_printed_number_opens_the_page_in_any_case(client: FlaskClient, form: str) -> None:
    for number in (_number(), _number().lower(), _number().replace("-", "")):
        page = client.get(form.format(number))
        assert page.status_code == 200
        assert CODE in page.text


def test_a_wrong_tag_is_told_and_shows_nothing_of_the_sign(client: FlaskClient) -> None:
    wrong = f"{CODE}-{tags.tag('another key', CODE)}"

    page = client.get(f"/q/{wrong}", headers={"Accept-Language": "fr"})

    assert page.status_code == 404
    assert page.headers["Cache-Control"] == "no-store"
    assert "Kasbah" not in page.text
    assert f"/q/{wrong}/report" in page.text


def test_once_printed_the_code_alone_is_not_enough(client: FlaskClient, street_engine: Engine) -> None:
    assert client.get(f"/q/{CODE}").status_code == 200
    with street_engine.begin() as connection:
        connection.execute(text("UPDATE sign SET printed_at = now() WHERE code = :code"), {"code": CODE})
        connection.execute(text("UPDATE commune SET version = version + 1"))
    fresh = client.application
    fresh.extensions.pop("published", None)

    page = client.get(f"/q/{CODE}", headers={"Accept-Language": "en"})

    assert page.status_code == 404
    assert "four symbols" in page.text
    assert client.get(f"/q/{_number()}").status_code == 200


def test_a_kept_tag_outlives_the_key(client: FlaskClient, street_engine: Engine) -> None:
    with street_engine.begin() as connection:
        connection.execute(text("UPDATE sign SET tag = '9F3K' WHERE code = :code"), {"code": CODE})

    assert client.get(f"/q/{CODE}-9F3K").status_code == 200
    assert client.get(f"/q/{_number()}").status_code == 404


def test_a_mistyped_number_is_suggested_only_to_whom_has_its_tag(client: FlaskClient) -> None:
    slip = "X" + CODE[1:]
    right, wrong = tags.tag(KEY, CODE), "0000"

    assert f"/q/{_number()}" in client.get(f"/q/{slip}-{right}").text
    assert CODE not in client.get(f"/q/{slip}-{wrong}").text


def _report(client: FlaskClient, number: str, **form: str) -> int:
    return client.post(f"/q/{number}/report", data=form, headers=HERE).status_code


def test_a_sign_is_reported_in_one_tap_without_a_trace_of_who(
    client: FlaskClient, street_engine: Engine
) -> None:
    page = client.get(f"/q/{_number()}").text
    assert f"/q/{_number()}/report" in page
    form = client.get(f"/q/{_number()}/report")
    assert form.status_code == 200 and 'value="sticker"' in form.text

    answer = client.post(f"/q/{_number()}/report", data={"kind": "sticker", "note": "red"}, headers=HERE)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    with session_of(street_engine) as session:
        row = session.execute(text("SELECT code, kind, note FROM sign_report")).one()
        columns = session.scalars(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = 'sign_report'")
        ).all()
    assert tuple(row) == (CODE, "sticker", "red")
    assert set(columns) == {"id", "code", "kind", "note", "at", "settled_at", "settled_by"}


def test_bad_reports_are_told_and_not_kept(client: FlaskClient, street_engine: Engine) -> None:
    assert _report(client, _number(), kind="nonsense") == 422
    assert _report(client, _number(), kind="other", note="x" * 501) == 422
    assert _report(client, "ZZZZZZZ", kind="other") == 404
    assert (
        client.post(f"/q/{_number()}/report", data={"note": "x" * 100_000}, headers=HERE).status_code == 413
    )
    outside = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(f"/q/{_number()}/report", data={"kind": "other"}, headers=outside).status_code == 403
    with session_of(street_engine) as session:
        assert session.scalar(text("SELECT count(*) FROM sign_report")) == 0


def test_a_report_page_is_not_counted_as_a_scan(client: FlaskClient, street_engine: Engine) -> None:
    counter = client.application.extensions["scan_counter"]
    before = _scans(street_engine)
    client.get(f"/q/{_number()}/report")
    counter.flush()
    assert _scans(street_engine) == before

    client.get(f"/q/{_number()}")
    counter.flush()
    assert _scans(street_engine) == before + 1


def _scans(engine: Engine) -> int:
    with session_of(engine) as session:
        return int(session.scalar(text("SELECT COALESCE(sum(scans), 0) FROM scan_day")) or 0)


def test_a_sign_for_a_place_shows_the_place(client: FlaskClient, street_engine: Engine) -> None:
    with street_engine.begin() as connection:
        key = connection.scalar(text("SELECT key FROM feature WHERE layer = 'places' ORDER BY id LIMIT 1"))
        connection.execute(
            text(
                "UPDATE sign SET purpose = 'square', feature_id ="
                " (SELECT id FROM feature WHERE layer = 'places' AND key = :key) WHERE code = :code"
            ),
            {"key": key, "code": OTHER},
        )

    page = client.get(f"/q/{_number(OTHER)}", headers={"Accept-Language": "fr"})

    assert page.status_code == 200
    assert "<svg" in page.text and OTHER in page.text


def test_a_sign_for_a_stop_shows_the_thing_there(client: FlaskClient, street_engine: Engine) -> None:
    with street_engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE sign SET purpose = 'stop', stop = 2, feature_id ="
                " (SELECT id FROM feature WHERE layer = 'routes' LIMIT 1) WHERE code = :code"
            ),
            {"code": OTHER},
        )
        name = connection.scalar(
            text(
                "SELECT t.text FROM route_stop s JOIN feature_text t ON t.feature_id = s.feature_id"
                " AND t.field = 'name' AND t.lang = 'ar' WHERE s.ordinal = 2"
            )
        )

    page = client.get(f"/q/{_number(OTHER)}", headers={"Accept-Language": "ar"})

    assert f"<title>{name}" in page.text
