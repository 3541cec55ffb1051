"""Vector tiles: what is in them, how large they get, when they are made anew."""

from math import asinh, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from core.settings import Settings
from geo.opendata import telling, thinning, tiles
from portal.app import create_app

TOWN = (13, 3894, 3367)
ORDER = ["fr", "ar"]


def crowd(session: Session, many: int) -> None:
    """So many made-up squares within about 25 km."""
    session.execute(
        text("""
        INSERT INTO feature (layer, key, kind, geom, precision, licence, licence_risk, sources, external_ids,
                             attributes, content_hash)
        SELECT 'quarters', 'made-' || n, 'quarter',
               ST_SetSRID(ST_MakePoint(-8.96 + 0.28 * (n * 7919 % 100003) / 100003,
                                       30.37 + 0.17 * (n * 104729 % 99991) / 99991), 4326),
               'approximate', 'made up', false, '[]', '{}', '{}', ''
          FROM generate_series(1, CAST(:many AS bigint)) AS n"""),
        {"many": many},
    )
    thinning.rebuild(session)


def features(body: bytes, layer: str) -> list[dict[str, Any]]:
    """The decoded features of a tile's layer."""
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(body)[layer]["features"] if body else []
    return found


def test_low_zooms_are_thinned_and_lose_nothing_from_the_count(session: Session) -> None:
    crowd(session, 20_000)

    for zoom in range(0, 11):
        x, y = tiles_at(zoom)
        body = tiles.made(session, "quarters", tiles.at(zoom, x, y), ORDER)
        marks = features(body, "quarters")
        assert 0 < len(marks) <= thinning.CELLS**2 + 4 * thinning.CELLS
        assert len(body) <= tiles.LARGEST
        if zoom <= 7:
            assert sum(mark["properties"]["count"] for mark in marks) == 20_000
        assert all(("key" in mark["properties"]) == (mark["properties"]["count"] == 1) for mark in marks)


def tiles_at(zoom: int) -> tuple[int, int]:
    """Column and row of the middle of the crowd."""
    return place_of(-8.82, 30.455, zoom)


def place_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place."""
    side = 2**zoom
    return int((lon + 180) / 360 * side), int((1 - asinh(tan(radians(lat))) / pi) / 2 * side)


def test_high_zooms_show_each_thing_with_its_key(session: Session) -> None:
    crowd(session, 20_000)
    x, y = tiles_at(15)
    found = features(tiles.made(session, "quarters", tiles.at(15, x, y), ORDER), "quarters")

    assert found
    assert all(mark["properties"]["key"].startswith("made-") for mark in found)
    assert not any("count" in mark["properties"] for mark in found)


def named(session: Session, lang: str) -> None:
    """A name in `lang` for three of four squares."""
    session.execute(
        text("""
        INSERT INTO feature_text (feature_id, field, lang, text, state)
        SELECT id, 'name', :lang, 'nom ' || key, 'machine' FROM feature
         WHERE layer = 'quarters' AND id % 4 > 0"""),
        {"lang": lang},
    )


@pytest.mark.parametrize("zoom", [9, 13, 14, 15, 16])
def test_a_tile_from_ready_texts_is_the_tile_from_the_data(session: Session, zoom: int) -> None:
    crowd(session, 20_000)
    named(session, "ar")
    place = tiles.at(zoom, *tiles_at(zoom))
    made = features(tiles.made(session, "quarters", place, ORDER), "quarters")
    telling.rebuild(session)
    ready = features(tiles.made(session, "quarters", place, ORDER), "quarters")

    assert made
    assert ready == made


def test_a_tile_is_made_from_ready_texts_while_they_are_whole(session: Session) -> None:
    crowd(session, 600)
    telling.rebuild(session)
    session.execute(text("UPDATE ready_feature SET key = 'READ'"))
    place = tiles.at(14, *tiles_at(14))
    whole = features(tiles.made(session, "quarters", place, ORDER), "quarters")
    session.execute(text("UPDATE feature SET kind = 'other' WHERE layer = 'quarters'"))
    after = features(tiles.made(session, "quarters", place, ORDER), "quarters")

    assert {one["properties"]["key"] for one in whole} == {"READ"}
    assert {one["properties"]["kind"] for one in after} == {"other"}
    assert "READ" not in {one["properties"]["key"] for one in after}


def test_a_name_in_a_language_that_is_not_offered_is_still_shown(session: Session) -> None:
    crowd(session, 600)
    named(session, "de")
    telling.rebuild(session)
    found = features(tiles.made(session, "quarters", tiles.at(14, *tiles_at(14)), ORDER), "quarters")

    assert any(one["properties"].get("name", "").startswith("nom ") for one in found)


def test_a_crowded_tile_is_cut_to_its_size(session: Session) -> None:
    crowd(session, 20_000)
    session.execute(text("DELETE FROM tile_cell"))
    x, y = tiles_at(9)

    assert 0 < len(tiles.made(session, "quarters", tiles.at(9, x, y), ORDER)) <= tiles.LARGEST


def test_few_things_need_no_thinning(session: Session) -> None:
    crowd(session, thinning.FULL)

    assert session.scalar(text("SELECT count(*) FROM tile_cell")) == 0


def test_withdrawn_things_are_not_shown(session: Session) -> None:
    crowd(session, 5_000)
    session.execute(text("UPDATE feature SET withdrawn_at = now() WHERE layer = 'quarters'"))

    assert tiles.made(session, "quarters", tiles.at(0, 0, 0), ORDER) == b""
    thinning.rebuild(session)
    assert session.scalar(text("SELECT count(*) FROM tile_cell")) == 0


def test_a_stored_tile_lasts_as_long_as_the_state_of_the_data(session: Session) -> None:
    crowd(session, 10)
    tile = tiles.at(0, 0, 0)
    first = tiles.stored(session, "quarters", tile, ORDER, "one", 64)
    session.execute(text("UPDATE feature SET withdrawn_at = now() WHERE layer = 'quarters'"))

    assert first
    assert tiles.stored(session, "quarters", tile, ORDER, "one", 64) == first
    assert tiles.stored(session, "quarters", tile, ORDER, "two", 64) == b""
    assert tiles.stored(session, "quarters", tile, ORDER, "one", 64) == b""


def test_the_store_cannot_grow(session: Session) -> None:
    crowd(session, 10)
    for x in range(40):
        tiles.stored(session, "quarters", tiles.at(8, x, 0), ORDER, "one", 4)

    assert session.scalar(text("SELECT count(*) FROM stored_tile")) <= 4


def test_names_come_in_the_language_asked_for(client: FlaskClient) -> None:
    path = "/tiles/monuments/14/{}/{}.mvt".format(*place_of(-8.8737, 30.472, 14))
    names = {
        lang: {
            one["properties"]["name"] for one in features(client.get(f"{path}?lang={lang}").data, "monuments")
        }
        for lang in ("ar", "fr")
    }

    assert names["ar"]
    assert names["ar"] != names["fr"]


def test_workers_agree_on_a_tile_and_it_is_not_sent_twice(client: FlaskClient, town_engine: Engine) -> None:
    path = "/tiles/monuments/{}/{}/{}.mvt".format(*TOWN)
    other = create_app(Settings(SECRET_KEY="other", STORED_TILES=0), town_engine).test_client()
    first, second = client.get(path), other.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert again.status_code == 304
    assert first.headers["Access-Control-Allow-Origin"] == "*"


def test_tiles_are_described(client: FlaskClient) -> None:
    tilejson = client.get("/tiles/monuments.json?lang=fr").get_json()
    listed = client.get("/ogc/collections/monuments/tiles").get_json()["tilesets"][0]
    tileset = client.get("/ogc/collections/monuments/tiles/WebMercatorQuad").get_json()

    assert tilejson["tiles"] == ["https://athar.example/tiles/monuments/{z}/{x}/{y}.mvt?lang=fr"]
    assert tilejson["vector_layers"][0]["id"] == "monuments"
    assert listed["tileMatrixSetURI"].endswith("WebMercatorQuad")
    assert any(link.get("templated") for link in tileset["links"])


@pytest.mark.parametrize("place", [(0, 1, 0), (5, 0, 32), (22, 2**22, 0)])
def test_beyond_the_edge_there_is_no_tile(client: FlaskClient, place: tuple[int, int, int]) -> None:
    assert client.get("/tiles/walls/{}/{}/{}.mvt".format(*place)).status_code == 404
