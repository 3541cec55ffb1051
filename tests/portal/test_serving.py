"""Compression, ETags, headers: what goes over the wire."""

import gzip
import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import Engine, make_engine
from core.settings import Settings
from portal.app import create_app
from portal.bodies import Body, Shelf
from portal.security import tile_origin

PAGE = "/ar/monuments/great-mosque"


def test_two_workers_give_equal_bytes_and_etags(town_engine: Engine) -> None:
    answers = [
        create_app(Settings(SECRET_KEY="one"), town_engine).test_client().get(path)
        for path in (PAGE, "/en/map", "/layers/monuments.geojson?lang=ar")
        for _ in range(2)
    ]

    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert first.status_code == 200
        assert first.data == second.data
        assert first.headers["ETag"] == second.headers["ETag"]
        assert not first.headers["ETag"].startswith("W/")


def test_a_kept_page_equals_the_first_one(client: FlaskClient) -> None:
    first, second = client.get(PAGE), client.get(PAGE)

    assert first.data == second.data
    kept = {name: value for name, value in second.headers.items() if name != "X-Request-ID"}
    assert kept == {name: value for name, value in first.headers.items() if name != "X-Request-ID"}


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_body_is_compressed_as_the_reader_takes_it(
    client: FlaskClient, encoding: str, unpack: object
) -> None:
    plain = client.get(PAGE)
    packed = client.get(PAGE, headers={"Accept-Encoding": encoding})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == encoding
    assert unpack(packed.data) == plain.data  # type: ignore[operator]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert int(packed.headers["Content-Length"]) == len(packed.data)


def test_what_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(PAGE, headers={"Accept-Encoding": "br"})
    again = client.get(PAGE, headers={"Accept-Encoding": "br", "If-None-Match": first.headers["ETag"]})
    other = client.get(PAGE, headers={"Accept-Encoding": "br", "If-None-Match": '"something-else"'})

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"


def test_nothing_inline_runs_without_the_pages_nonce(client: FlaskClient) -> None:
    for path in (PAGE, "/en/map", "/fr/routes/gates-and-squares", "/de/nothing"):
        page = client.get(path)
        policy = page.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'nonce-([^']+)'", policy)

        assert nonce, path
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        scripts = re.findall(r"<script(?![^>]*application/ld\+json)([^>]*)>", page.text)
        assert scripts
        assert all(f'nonce="{nonce.group(1)}"' in script for script in scripts), path
        assert not re.search(r"<[^>]+\son\w+=", page.text), path
        assert not re.search(r"<[^>]+\sstyle=", page.text), path


def test_another_secret_gives_another_nonce(town_engine: Engine) -> None:
    policies = {
        create_app(Settings(SECRET_KEY=key), town_engine)
        .test_client()
        .get(PAGE)
        .headers["Content-Security-Policy"]
        for key in ("one", "two")
    }

    assert len(policies) == 2


def test_safety_headers_are_on_every_answer(client: FlaskClient) -> None:
    for path in (PAGE, "/health", "/layers/walls.geojson", "/nothing", "/"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"], path


def test_an_outside_basemap_widens_the_policy_for_it_alone(town_engine: Engine) -> None:
    settings = Settings(
        SECRET_KEY="s", TILE_URL="https://{s}.tiles.example/{z}/{x}/{y}.png", TILE_ATTRIBUTION="T"
    )
    page = create_app(settings, town_engine).test_client().get("/en/map")

    assert "img-src 'self' data: https://*.tiles.example;" in page.headers["Content-Security-Policy"]
    with pytest.raises(ValueError, match="TILE_URL"):
        tile_origin("javascript:alert(1)")


def test_the_database_away_is_told_and_kept_pages_still_come(town_engine: Engine) -> None:
    url = town_engine.url.render_as_string(hide_password=False)
    engine = make_engine(url, statement_timeout_ms=5000)
    app = create_app(Settings(SECRET_KEY="s"), engine)
    client = app.test_client()
    kept = client.get(PAGE)
    engine.dispose()
    app.extensions["sessions"].configure(bind=engine)
    app.extensions.pop("published")
    with _away(engine):
        again = client.get(PAGE)
        other = client.get("/fr/monuments/kasbah")
        health = client.get("/health")

    assert again.data == kept.data
    assert other.status_code == 503
    assert other.headers["Retry-After"] == "30"
    assert '<html lang="fr"' in other.text
    assert health.status_code == 503


class _away:
    """While entered, no new connection can be made."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        from sqlalchemy import event

        event.listen(self._engine, "do_connect", self._refuse)

    def __exit__(self, *_: object) -> None:
        from sqlalchemy import event

        event.remove(self._engine, "do_connect", self._refuse)

    @staticmethod
    def _refuse(*_: object) -> None:
        from psycopg import OperationalError

        raise OperationalError("connection refused")


def test_the_shelf_is_bounded() -> None:
    shelf = Shelf(1000)
    for number in range(50):
        shelf.put(str(number), Body(b"x" * 60, [], "d"))
    shelf.put("huge", Body(b"x" * 900, [], "d"))

    assert shelf.get("0") is None
    assert shelf.get("49") is not None
    assert shelf.get("huge") is None


def test_two_wishes_that_differ_in_the_query_are_two_pages(app: Flask) -> None:
    client = app.test_client()

    assert client.get("/en/monuments?kind=mosque").data != client.get("/en/monuments?kind=souk").data
