"""What pictures show, said by translators in the languages that lack it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.accounts import Role
from tests.portal.conftest import at_least_cost
from tests.portal.people import Browser, somebody
from tests.webmap.galleries import publish, rows, shown

DESK = "/desk/translations/es/pictures"


@pytest.fixture
def translator(gallery: Flask, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Who translates into Spanish."""
    at_least_cost(monkeypatch)
    _, email = somebody(gallery.extensions["engine"], Role.TRANSLATOR, languages=("es",))
    browser = Browser(gallery)
    assert browser.enter(email).status_code == 303
    return browser


def _alts(app: Flask) -> dict[str, tuple[str, str]]:
    with app.extensions["engine"].connect() as connection:
        found = connection.execute(text("SELECT lang, text, state FROM picture_alt"))
        return {lang: (said, state) for lang, said, state in found}


def test_a_translator_says_it_and_the_public_page_has_it(
    gallery: Flask, editor: FlaskClient, translator: Browser
) -> None:
    row = publish(gallery, editor)
    assert DESK in translator.get("/desk/translations").text
    page = translator.get(f"{DESK}?lang=en").text
    assert "The gate" in page and "La porte" in page and f'name="seen" value="{row.version}"' in page

    form = {"alt": " La  puerta ", "seen": str(row.version)}
    assert translator.post(f"{DESK}/{row.id}", form).status_code == 303
    assert _alts(gallery)["es"] == ("La puerta", "reviewed")
    assert _alts(gallery)["fr"] == ("La porte", "reviewed")
    assert "La puerta" in shown(gallery, "/es/monuments/kasbah")
    assert f"picture-{row.id}" not in translator.get(DESK).text
    assert DESK not in translator.get("/desk/translations").text


def test_what_a_machine_drafted_waits_for_a_person(
    gallery: Flask, editor: FlaskClient, translator: Browser
) -> None:
    row = publish(gallery, editor)
    with gallery.extensions["engine"].begin() as connection:
        connection.execute(
            text("INSERT INTO picture_alt VALUES (:id, 'es', 'Un portón', 'machine')"), {"id": row.id}
        )
    assert ">Un portón</textarea>" in translator.get(DESK).text
    form = {"alt": "Un portón", "seen": str(row.version)}
    assert translator.post(f"{DESK}/{row.id}", form).status_code == 303
    assert _alts(gallery)["es"] == ("Un portón", "reviewed")


def test_refused_is_told_and_what_was_typed_stays(
    gallery: Flask, editor: FlaskClient, translator: Browser
) -> None:
    row = publish(gallery, editor)
    for alt, seen, status in (("  ", row.version, 422), ("x" * 501, row.version, 422), ("Una", 0, 409)):
        answer = translator.post(f"{DESK}/{row.id}", {"alt": alt, "seen": str(seen)})
        assert (answer.status_code, 'role="alert"' in answer.text) == (status, True)
        assert f">{alt}</textarea>" in answer.text
    for seen in ("", "-1", "x", "9" * 30):
        assert translator.post(f"{DESK}/{row.id}", {"alt": "Una", "seen": seen}).status_code == 409
    assert "es" not in _alts(gallery)


def test_only_ones_own_language_and_only_what_is_public(
    gallery: Flask, editor: FlaskClient, translator: Browser
) -> None:
    row = publish(gallery, editor)
    form = {"alt": "Das Tor", "seen": str(row.version)}
    german = DESK.replace("/es/", "/de/")
    assert "<textarea" not in translator.get(german).text
    assert translator.post(f"{german}/{row.id}", form).status_code == 403
    assert translator.post(f"{DESK}/{row.id + 1}", form).status_code == 404
    assert translator.post(f"{DESK}/{10**30}", form).status_code == 404

    with gallery.extensions["engine"].begin() as connection:
        connection.execute(text("UPDATE picture SET state = 'draft'"))
    assert f"picture-{row.id}" not in translator.get(DESK).text
    assert translator.post(f"{DESK}/{row.id}", form).status_code == 404
    assert rows(gallery)[0].version == row.version
    assert set(_alts(gallery)) == {"en", "fr", "ar"}
