"""Views of embeds are counted by site and day; nothing personal, and no page is late or lost for it."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.db import Engine, session_of
from webmap.embeds import counts
from webmap.embeds.counts import EmbedCounter, host_of, totals

DAY = date(2026, 1, 2)
WALK = "/embed/routes/gates-and-squares?lang=en"


@pytest.fixture
def counted(own_engine: Engine) -> Iterator[Engine]:
    """The database without any view."""
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM embed_day"))
    yield own_engine


def _totals(engine: Engine) -> list[tuple[str, str, int]]:
    with session_of(engine) as session:
        return list(totals(session, date(2020, 1, 1)))


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://Partner.Example/page?x=1", "partner.example"),
        ("https://partner.example:8443/", "partner.example"),
        ("https://user:secret@partner.example/", "partner.example"),
        ("https://partner.example./", "partner.example"),
        ("http://192.168.1.20/", "unknown"),
        ("http://[fe80::1]/", "unknown"),
        ("http://[fe80::1", "unknown"),
        ("android-app://com.example.app/", "com.example.app"),
        ("about:blank", "unknown"),
        ("", "unknown"),
        ("null", "unknown"),
        ("https://\0/", "unknown"),
        ("https://" + "a" * 300 + "/", "unknown"),
        ("https://xn--mgbh0fb.example/", "xn--mgbh0fb.example"),
        ("https://مثال.example/", "unknown"),
    ],
)
def test_of_the_page_around_only_the_host_is_kept(referrer: str, host: str) -> None:
    assert host_of(referrer) == host


def test_views_in_frames_are_counted_by_site(counted: Engine, own_app: Flask) -> None:
    client = own_app.test_client()
    partner = {
        "Referer": "https://partner.example/page",
        "Sec-Fetch-Dest": "iframe",
        "Sec-Fetch-Site": "cross-site",
    }
    tag = client.get(WALK, headers=partner).headers["ETag"]
    client.get(WALK, headers=partner | {"If-None-Match": tag})
    client.get(WALK, headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"})
    client.get("/embed/map", headers=partner)
    own_app.extensions["embed_counter"].flush()

    assert _totals(counted) == [
        ("routes/gates-and-squares", "partner.example", 2),
        ("map", "partner.example", 1),
        ("routes/gates-and-squares", "unknown", 1),
    ]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (WALK, {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}),
        (WALK, {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}),
        ("/embed/routes/nothing", {}),
        ("/embed/map.svg", {}),
        ("/embed/data/map.geojson", {}),
        ("/en/map", {}),
    ],
)
def test_what_is_no_embed_in_somebodys_page_is_not_counted(
    counted: Engine, own_app: Flask, path: str, headers: dict[str, str]
) -> None:
    own_app.test_client().get(path, headers=headers)
    own_app.extensions["embed_counter"].flush()

    assert _totals(counted) == []


def test_a_counter_that_breaks_breaks_no_page(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("surprise")

    monkeypatch.setattr(own_app.extensions["embed_counter"], "note", broken)
    client: FlaskClient = own_app.test_client()

    assert client.get(WALK).status_code == 200


def test_sites_of_one_day_are_bounded_and_none_is_lost(
    counted: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can make up the name of a site; nobody fills the table with them."""
    monkeypatch.setattr(counts, "MOST_HOSTS", 3)
    counter = EmbedCounter(counted, every_s=3600)
    for _ in range(2):
        for number in range(10):
            counter.note("map", f"h{number}.example", DAY)
        assert counter.flush()
    counter.note("map", "h0.example", DAY)
    counter.note("map", "h0.example", date(2026, 1, 3))
    assert counter.close()
    found = _totals(counted)

    assert sum(views for *_, views in found) == 22
    assert {host for _, host, _ in found} == {"h0.example", "h1.example", "h2.example", "other"}
    assert ("map", "other", 14) in found


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("map\0", "a.example"),
        ("desk", "a.example"),
        ("map", "a\0"),
        ("map", ""),
        ("routes/" + "x" * 99, "a.example"),
        ("routes/\ud800", "a.example"),
    ],
)
def test_what_no_column_holds_does_not_spoil_the_others(counted: Engine, target: str, host: str) -> None:
    counter = EmbedCounter(counted, every_s=3600)
    counter.note(target, host, DAY)
    counter.note("map", "b.example", DAY)

    assert counter.close()
    assert _totals(counted) == [("map", "b.example", 1)]
