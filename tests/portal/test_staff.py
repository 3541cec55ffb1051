"""Coming in at the desk, and requests that other sites make."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from core.db import Engine
from core.settings import Settings
from portal import staff
from portal.app import create_app

HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def desk(town_engine: Engine, tmp_path: Path) -> Flask:
    """The shipped commune with files of its own."""
    settings = Settings(SECRET_KEY="test", PUBLIC_URL="https://athar.example", FILES_DIR=str(tmp_path))
    app = create_app(settings, town_engine)
    app.testing = True
    return app


def _enter(client: FlaskClient, name: str = "F. Amzil") -> str:
    address = f"/desk/enter/{staff.token('test', name)}"
    assert client.get(address, base_url="https://athar.example").status_code == 200
    answer = client.post(address, headers=HERE, base_url="https://athar.example")
    assert answer.status_code == 303
    return address


def test_a_token_lets_a_person_in_once(desk: Flask) -> None:
    client = desk.test_client()
    address = _enter(client)

    page = client.get("/desk/signs", base_url="https://athar.example")
    assert page.status_code == 200 and "F. Amzil" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert desk.test_client().post(address, headers=HERE).status_code == 403


def test_the_cookie_is_for_this_site_alone(desk: Flask) -> None:
    client = desk.test_client()
    address = f"/desk/enter/{staff.token('test', 'F. Amzil')}"

    cookie = client.post(address, headers=HERE, base_url="https://athar.example").headers["Set-Cookie"]

    assert cookie.startswith("staff=")
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure", "Expires="))


@pytest.mark.parametrize("path", ["/desk/signs", "/desk/signs/orders", "/desk/signs/attention"])
def test_the_desk_is_closed_to_everybody_else(desk: Flask, path: str) -> None:
    answer = desk.test_client().get(path)

    assert answer.status_code == 403
    assert "F. Amzil" not in answer.text


def test_a_token_that_is_old_or_made_up_is_no_key(desk: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = desk.test_client()
    made_up = staff.token("another secret", "F. Amzil")
    now = TimestampSigner.get_timestamp
    late = int((staff.GOOD_FOR + timedelta(minutes=1)).total_seconds())
    old = staff.token("test", "F. Amzil")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda signer: now(signer) + late)

    for token in (old, made_up, "nonsense", "a.b.c"):
        assert client.get(f"/desk/enter/{token}").status_code == 403
        assert client.post(f"/desk/enter/{token}", headers=HERE).status_code == 403


@pytest.mark.parametrize("name", ["", " ", "x", "x" * 81, "a\x07b"])
def test_a_name_that_is_none_gets_no_token(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        staff.token("test", name)


def test_signing_out_ends_it(desk: Flask) -> None:
    client = desk.test_client()
    _enter(client)

    client.post("/desk/leave", headers=HERE, base_url="https://athar.example")

    assert client.get("/desk/signs", base_url="https://athar.example").status_code == 403


@pytest.mark.parametrize(
    ("headers", "open_"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://elsewhere.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://athar.example"}, True),
        ({}, False),
    ],
)
def test_forms_of_other_sites_are_refused(desk: Flask, headers: dict[str, str], open_: bool) -> None:
    client = desk.test_client()
    _enter(client)

    answer = client.post("/desk/leave", headers=headers, base_url="https://athar.example")

    assert (answer.status_code == 303) is open_


def test_staff_pages_are_never_given_to_others(desk: Flask) -> None:
    client, reader = desk.test_client(), desk.test_client()
    _enter(client)

    ours = client.get("/q/2W3Z5Z1", base_url="https://athar.example").text
    theirs = reader.get("/q/2W3Z5Z1", base_url="https://athar.example").text

    assert "/desk/signs/inspect/2W3Z5Z1" in ours
    assert "/desk/" not in theirs
