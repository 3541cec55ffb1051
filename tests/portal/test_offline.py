"""What a walk to take along holds, and what a phone is told of it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.languages import LANGUAGES
from core.settings import PROJECT
from portal.offline import packs

WALK = "gates-and-squares"


def _pages(bodies: dict[str, str]) -> Callable[[str], bytes]:
    return lambda address: bodies[address].encode()


def test_a_pack_holds_what_its_pages_ask_for() -> None:
    bodies = {
        "/fr/a": """<link href="/static/a.css"><script src="/static/b.js"></script><img src="/photos/1.webp?a=1&amp;b=2">
          <script>Athar.layer(m, {"name": "walls", "url": "/layers/walls.geojson?lang=fr\\u0026x=1"});</script>
          <a href="/fr/b">other</a> <audio controls src="/recordings/1.mp3"></audio>""",  # noqa: E501
        "/static/a.css": "body{background:url(fonts/c.woff2)} i{background:url(data:x)} b{fill:url(#a)}",
        "/static/fonts/c.woff2": "font",
        "/static/b.js": "'/static/never.js'",
        "/photos/1.webp?a=1&b=2": "photo",
        "/layers/walls.geojson?lang=fr&x=1": "{}",
        "/recordings/1.mp3": "sound",
    }
    pack = packs.gather(["/fr/a"], _pages(bodies), lambda address: address)

    assert {entry.address for entry in pack.entries} == bodies.keys()
    assert pack.size == sum(map(len, bodies.values()))
    assert pack.entries[-1].address == "/recordings/1.mp3"
    assert pack.entries[0].sha256 == hashlib.sha256(bodies["/fr/a"].encode()).hexdigest()


def test_recordings_that_find_no_room_are_left_out_and_counted() -> None:
    half = "x" * (packs.MOST_BYTES // 2)
    bodies = {
        "/fr/a": '<audio src="/recordings/1.mp3"></audio><audio src="/recordings/2.mp3"></audio>'
        '<audio src="/recordings/3.mp3"></audio>',
        "/recordings/1.mp3": half,
        "/recordings/2.mp3": half,
        "/recordings/3.mp3": "short",
    }
    pack = packs.gather(["/fr/a"], _pages(bodies), lambda address: address)

    assert [entry.address for entry in pack.entries] == ["/fr/a", "/recordings/1.mp3", "/recordings/3.mp3"]
    assert pack.left_out == 1
    assert pack.size <= packs.MOST_BYTES


def test_a_walk_that_is_too_large_is_no_pack() -> None:
    with pytest.raises(packs.TooLarge):
        packs.gather(["/fr/a"], lambda _: b"x" * (packs.MOST_BYTES + 1), lambda address: address)
    with pytest.raises(packs.TooLarge):
        packs.gather(
            [f"/fr/{n}" for n in range(packs.MOST_FILES + 1)], lambda _: b"x", lambda address: address
        )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_file_of_a_walk_is_what_the_list_says(client: FlaskClient, lang: str) -> None:
    told = client.get(f"/{lang}/routes/{WALK}/offline.json").get_json()

    assert told["bytes"] == sum(size for *_, size in told["files"]) <= 5_000_000
    assert told["start"] == f"/{lang}/routes/{WALK}"
    for address, source, digest, size in told["files"]:
        with client.get(source) as answer:
            body = answer.get_data()
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (digest, size), address
        if "boundary" in address:
            assert "bbox=" in source


def test_every_stop_is_in_it_and_every_sign_of_a_stop(client: FlaskClient, shipped: Path) -> None:
    told = client.get(f"/fr/routes/{WALK}/offline.json").get_json()
    stops = json.loads((shipped / "routes.json").read_text(encoding="utf-8"))["routes"][0]["stops"]
    signs = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    there = {address for address, *_ in told["files"]}

    assert told["stops"] == len(stops)
    assert {f"/fr/monuments/{stop['id']}" for stop in stops} <= there
    assert set(told["signs"].values()) <= there
    for sign in signs:
        if sign.get("id") in {stop["id"] for stop in stops}:
            assert told["signs"][packs.sign_digest(sign["code"])] == f"/fr/monuments/{sign['id']}"
            assert sign["code"] not in json.dumps(told["signs"])


def test_equal_content_is_an_equal_version(client: FlaskClient) -> None:
    first = client.get(f"/de/routes/{WALK}/offline.json")
    again = client.get(f"/de/routes/{WALK}/offline.json", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert first.get_json()["version"] != client.get(f"/es/routes/{WALK}/offline.json").get_json()["version"]


def test_a_walk_that_is_not_there_has_no_pack(client: FlaskClient) -> None:
    assert client.get("/fr/routes/nowhere/offline.json").status_code == 404
    assert client.get("/fr/routes/nowhere/app.webmanifest").status_code == 404


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_home_screen_gets_a_name_a_start_and_icons(client: FlaskClient, lang: str) -> None:
    told = client.get(f"/{lang}/routes/{WALK}/app.webmanifest")
    app = told.get_json(force=True)

    assert told.mimetype == "application/manifest+json"
    assert (app["lang"], app["dir"]) == (lang, LANGUAGES[lang].dir)
    assert app["start_url"] == f"/{lang}/routes/{WALK}" and app["scope"] == "/"
    for icon in app["icons"]:
        with client.get(icon["src"]) as answer:
            assert answer.status_code == 200 and answer.mimetype == icon["type"]
    assert f'href="/{lang}/routes/{WALK}/app.webmanifest"' in client.get(f"/{lang}/routes/{WALK}").text


def test_the_worker_stays_at_its_address_and_is_asked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/sw.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "worker-src 'self'" in client.get("/fr/about").headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


def test_no_page_weighs_more_for_who_takes_nothing_along(client: FlaskClient) -> None:
    script = (PROJECT / "portal" / "static" / "site.js").read_text(encoding="utf-8")

    assert "register(" not in script and "caches.open" not in script
    assert "sw.js" not in client.get(f"/fr/routes/{WALK}").text
