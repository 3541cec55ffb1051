"""Recordings on the web: brought at the desk, played by anybody, in parts where a player asks so."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import files
from core.db import Engine
from core.settings import Settings
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.recorded import boxes, tone

HERE = {"Sec-Fetch-Site": "same-origin"}
GIVEN = {
    "target": "monuments/kasbah",
    "field": "summary",
    "lang": "fr",
    "transcript": "Voici la kasbah.",
    "speaker": "F. Amzil",
    "licence": "CC BY 4.0",
}


@pytest.fixture(scope="module")
def studio_engine(shipped: Path) -> Iterator[Engine]:
    with _database("studio") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def studio(studio_engine: Engine, tmp_path: Path) -> Flask:
    """A site whose recordings a test may change."""
    app = create_app(Settings(SECRET_KEY="test", FILES_DIR=str(tmp_path)), studio_engine)
    app.testing = True
    return app


@pytest.fixture
def clerk(studio: Flask) -> FlaskClient:
    """Somebody at the desk."""
    client = studio.test_client()
    client.post(f"/desk/enter/{staff.token('test', 'F. Amzil')}", headers=HERE)
    return client


def bring(clerk: FlaskClient, data: bytes, **changes: str) -> TestResponse:
    form: dict[str, Any] = {**GIVEN, **changes, "file": (io.BytesIO(data), "x.exe")}
    return clerk.post("/desk/recordings?q=kasbah&lang=en", data=form, headers=HERE)


def fetched(studio: Flask, address: str, **headers: str) -> TestResponse:
    """An answer read to its end, and closed as a server would."""
    answer = studio.test_client().get(address, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def played(studio: Flask, lang: str = "fr") -> str:
    """Address of the recording that the kasbah's page plays."""
    # The state of the data is asked anew: what was just written must show.
    studio.extensions.pop("published", None)
    page = studio.test_client().get(f"/{lang}/monuments/kasbah").text
    found = re.search(r'<audio [^>]*src="([^"]+)"', page)
    return found[1] if found else ""


def test_a_recording_is_brought_played_and_removed(studio: Flask, clerk: FlaskClient) -> None:
    data = tone(60)
    assert bring(clerk, data).status_code == 303
    page = studio.test_client().get("/fr/monuments/kasbah").text
    assert "Voici la kasbah." in page and "F. Amzil" in page and "CC BY 4.0" in page
    assert 'preload="none"' in page and "data-listen" not in page

    answer = fetched(studio, played(studio))
    assert answer.data == data
    assert answer.mimetype == "audio/mpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "media-src 'self'" in studio.test_client().get("/fr/about").headers["Content-Security-Policy"]

    address = re.search(r'action="(/desk/recordings/\d+/remove)"', clerk.get("/desk/recordings").text)
    assert address and clerk.post(address[1], headers=HERE).status_code == 303
    assert played(studio) == ""
    assert clerk.post(address[1], headers=HERE).status_code == 404
    assert clerk.post(f"/desk/recordings/{10**30}/remove", headers=HERE).status_code == 404


def test_players_get_the_part_that_they_ask_for(studio: Flask, clerk: FlaskClient) -> None:
    data = tone()
    bring(clerk, data)
    address = played(studio)

    part = fetched(studio, address, Range="bytes=100-199")
    beyond = fetched(studio, address, Range="bytes=99999999-")

    assert part.status_code == 206 and part.data == data[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert beyond.status_code == 416


def test_the_readers_language_is_played_before_others(studio: Flask, clerk: FlaskClient) -> None:
    bring(clerk, tone(2), lang="fr")
    bring(clerk, tone(3), lang="ar", transcript="هنا القصبة.")

    assert played(studio, "ar") != played(studio, "fr")
    assert played(studio, "zgh") == played(studio, "ar")


def test_a_second_one_takes_the_place_of_the_first(studio: Flask, clerk: FlaskClient) -> None:
    bring(clerk, tone(4), lang="de")
    first = played(studio, "de")
    bring(clerk, tone(5), lang="de")

    assert played(studio, "de") not in ("", first)
    assert fetched(studio, first).status_code == 404


@pytest.mark.parametrize(
    ("data", "changes", "told"),
    [
        (tone(1, "WAV"), {}, "no recording that can be played"),
        (boxes(3, film=True), {}, "no recording that can be played"),
        (b"", {}, "Choose the file"),
        (tone(), {"transcript": " "}, "needs its transcript"),
        (tone(), {"licence": ""}, "needs its transcript and its licence"),
        (tone(), {"transcript": "x" * 20_001}, "at most 20000"),
        (tone(), {"lang": "it"}, "Choose the language"),
        (tone(), {"field": "name"}, "Choose the text"),
        (tone(), {"target": "walls/ring"}, "Choose the monument or walk"),
        (tone(), {"target": "monuments/nothing"}, "no such thing on the map"),
        (tone(), {"speaker": "a\0b"}, "cannot be kept"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    clerk: FlaskClient, tmp_path: Path, data: bytes, changes: dict[str, str], told: str
) -> None:
    answer = bring(clerk, data, **{"lang": "es", **changes})

    assert answer.status_code == 422
    assert told in answer.text
    assert 'lang="es"' not in re.sub(r"<(header|nav|select).*?</\1>", "", answer.text, flags=re.DOTALL)
    assert answer.headers["Cache-Control"] == "no-store"


def test_other_kept_files_are_nobodys_business(studio: Flask, clerk: FlaskClient, tmp_path: Path) -> None:
    name = files.keep(tmp_path, b"a photo of a sign")

    for suffix in ("mp3", "webp", "m4a"):
        assert studio.test_client().get(f"/recordings/{name}.{suffix}").status_code == 404
    assert studio.test_client().get("/recordings/../secret.mp3").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_staff_bring_recordings(studio: Flask, method: str) -> None:
    answer = getattr(studio.test_client(), method)("/desk/recordings", headers=HERE)

    assert answer.status_code == 403


@pytest.mark.parametrize("page", ["0", "x", "99999", "2"])
def test_a_page_that_there_is_not(clerk: FlaskClient, page: str) -> None:
    assert clerk.get(f"/desk/recordings?page={page}").status_code == 404
