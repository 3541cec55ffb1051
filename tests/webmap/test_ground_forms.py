"""Forms of the desk of things: what cannot be read is told beside its field, and nothing of it is lost."""

import json
from typing import Any

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from geo.editing import walks
from geo.shapes import Box
from tests.webmap.ground import GATE, Clerk, part, publish
from webmap.ground import forms, outline

BOX = Box(-9.0, 30.3, -8.7, 30.6)
ZONE = "/desk/ground/risk_zones"


@pytest.fixture(scope="module")
def clerk(own_app: Flask) -> Clerk:
    return Clerk(own_app, "F. Amzil", Role.EDITOR, Role.TOURISM, Role.RISK)


def _problems(clerk: Clerk, path: str, **values: Any) -> dict[str, str]:
    answer = clerk.save(path, script=True, **values)
    assert answer.status_code == 422, answer.text[:500]
    assert answer.json is not None
    return {one["field"]: one["message"] for one in answer.json["problems"]}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "castle"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"precision": "guessed"}, "precision"),
        ({"error_m": "about ten"}, "error_m"),
        ({"error_m": "-3"}, "error_m"),
        ({"error_m": "1e999"}, "error_m"),
        ({"licence": ""}, "licence"),
        ({"licence": "a\x07b"}, "licence"),
        ({"attributes.condition": "fine"}, "attributes.condition"),
        ({"attributes.access": "perhaps"}, "attributes.access"),
        ({"attributes.inside_walls": "under"}, "attributes.inside_walls"),
        ({"entrance": "here"}, "entrance"),
        ({"entrance": "48.85, 2.35"}, "entrance"),
        ({"lat": "", "lon": ""}, "geometry"),
        ({"lat": "north"}, "geometry"),
        ({"lat": "48.85", "lon": "2.35"}, "geometry"),
        ({"lat": "nan"}, "geometry"),
        ({"shape": "drawn", "geometry": "{"}, "geometry"),
        ({"shape": "drawn", "geometry": '{"type":"Circle"}'}, "geometry"),
        ({"shape": "drawn", "geometry": "[" * 3000}, "geometry"),
        ({"precision_note": "x" * 2001}, "precision_note"),
        ({"external_ids.osm": "\u202egnp"}, "external_ids.osm"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(clerk: Clerk, values: dict[str, str], field: str) -> None:
    assert field in _problems(clerk, GATE + "/facts", **values)


def test_a_form_without_script_comes_back_as_it_was_typed(clerk: Clerk, own_engine: Engine) -> None:
    answer = clerk.save(GATE + "/facts", error_m="about ten", lat="48.85", sources="one\ntwo")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'value="about ten"' in answer.text
    assert 'value="48.85"' in answer.text
    assert "one\ntwo</textarea>" in answer.text
    assert 'href="#f-error_m"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert part(own_engine, "monuments", "bab-zorgane").version == 1


def test_a_zones_own_controls(clerk: Clerk, own_engine: Engine) -> None:
    key = clerk.get(ZONE).text.split('data-key="')[1].split('"')[0]
    path = f"{ZONE}/{key}/facts"
    for name, bad in (
        ("attributes.value", "high"),
        ("attributes.event_time", "2023-09-08"),
        ("attributes.valid_from", "March"),
        ("attributes.measure", "x" * 21),
        ("attributes.unit", "x" * 21),
    ):
        assert name in _problems(clerk, path, **{name: bad})
    good = {
        "attributes.value": "6,8",
        "attributes.event_time": "2023-09-08T22:11:02Z",
        "attributes.valid_from": "2026-03-31",
    }
    assert clerk.save(path, **good).status_code == 303
    attributes = part(own_engine, "risk_zones", key).content["attributes"]
    assert (attributes["value"], attributes["valid_from"]) == (6.8, "2026-03-31")


def test_coordinates_in_either_order_and_lines_as_geojson(clerk: Clerk, own_engine: Engine) -> None:
    path = "/desk/ground/monuments/mellah"
    assert clerk.save(path + "/facts", lat="-8.88, 30.47", lon="").status_code == 303
    assert part(own_engine, "monuments", "mellah").content["geometry"]["coordinates"] == [-8.88, 30.47]
    ring = [[-8.88, 30.47], [-8.879, 30.47], [-8.879, 30.471], [-8.88, 30.47]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    assert clerk.save(path + "/facts", shape="drawn", geometry=json.dumps(shape)).status_code == 303
    assert part(own_engine, "monuments", "mellah").content["geometry"] == shape
    assert publish(clerk, path, own_engine).status_code == 303
    assert clerk.save(path + "/facts").location.endswith("done=same")
    assert "GeoJSON" in clerk.get(path).text
    assert "4 corners" in clerk.get(path + "/facts/versions?first=2&second=3").text


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("30.47, -8.88", [-8.88, 30.47]),
        ("-8.88 30.47", [-8.88, 30.47]),
        ("30.47;-8.88", [-8.88, 30.47]),
        ("30.47°, -8.88°", [-8.88, 30.47]),
        ("48.85, 2.35", [2.35, 48.85]),
        ("30.47", None),
        ("a, b", None),
    ],
)
def test_two_numbers_are_a_place(said: str, place: list[float] | None) -> None:
    assert forms.pair(said, BOX) == place


def test_what_a_form_has_no_control_for_stays(clerk: Clerk) -> None:
    base = {
        "attributes": {"height_m": 7, "condition": "unknown"},
        "kind": "palace",
        "entrance": [-8.88, 30.47],
    }
    told = {"kind": "palace", "attributes.condition": "repaired", "entrance": "30.47, -8.88"}
    content = forms.facts(told, "monuments", base, BOX)
    assert content["attributes"] == {"height_m": 7, "condition": "repaired"}
    assert content["entrance"] == [-8.88, 30.47]
    assert base["attributes"] == {"height_m": 7, "condition": "unknown"}


def test_a_translation_knows_what_it_was_made_from(clerk: Clerk, own_engine: Engine) -> None:
    from geo.texts import source_hash

    path = "/desk/ground/monuments/bab-targhount"
    source = part(own_engine, "monuments", "bab-targhount", "en").content["name"]["text"]
    clerk.save(path + "/de", name="Das Tor")
    said = part(own_engine, "monuments", "bab-targhount", "de").content["name"]
    commune_source = clerk.app.extensions["published"][1].commune.source_language
    if commune_source == "en":
        assert said["source"] == source_hash(source)
    assert said["state"] == "written"
    assert clerk.save(path + "/de", **{"name-state": "attested"}).status_code == 303
    assert part(own_engine, "monuments", "bab-targhount", "de").content["name"]["state"] == "attested"


def test_stops_are_found_added_moved_and_taken_out(clerk: Clerk, own_engine: Engine) -> None:
    walk = "/desk/ground/routes/gates-and-squares"
    before = part(own_engine, "routes", "gates-and-squares").content["stops"]
    found = clerk.post(walk + "/facts", clerk.form(walk, do="seek", seek="Dar Baroud"))
    assert found.status_code == 200
    assert "add-monuments/dar-baroud" in found.text
    added = clerk.form(walk, do="add-monuments/dar-baroud")
    page = clerk.post(walk + "/facts", added).text
    assert f'name="stop-{len(before) + 1}" value="monuments/dar-baroud"' in page
    assert part(own_engine, "routes", "gates-and-squares").version == 1
    stops = {**added, f"stop-{len(before) + 1}": "monuments/dar-baroud", "do": ""}
    assert clerk.post(walk + "/facts", {**stops, "do": "up-2"}).status_code == 200
    assert clerk.post(walk + "/facts", stops).status_code == 303
    after = part(own_engine, "routes", "gates-and-squares").content["stops"]
    assert after == [*before, {"layer": "monuments", "id": "dar-baroud", "kind": "attraction"}]
    assert "stops" in _problems(clerk, walk + "/facts", **{"stop-1": "monuments/nothing"})


def test_the_buttons_of_stops() -> None:
    listed = [{"id": one} for one in "abc"]
    for act, expected in (
        ("up-2", "bac"),
        ("down-2", "acb"),
        ("out-1", "bc"),
        ("up-1", "abc"),
        ("out-9", "abc"),
        ("down-3", "abc"),
        ("", "abc"),
        ("up-x", "abc"),
    ):
        assert "".join(str(one["id"]) for one in forms.moved(list(listed), act)) == expected


def test_what_is_told_at_a_stop_moves_along() -> None:
    before = [{"layer": "monuments", "id": one} for one in "abcb"]
    said = {"name": "N", "stop-1": "A", "stop-2": "B", "stop-4": "B again"}
    after = [before[1], before[0], before[3]]
    assert walks.moved(said, before, after) == {
        "name": "N",
        "stop-2": "A",
        "stop-1": "B",
        "stop-3": "B again",
    }
    assert walks.moved(said, before, before[1:]) == {"name": "N", "stop-1": "B", "stop-3": "B again"}


def test_shapes_laid_over_each_other_keep_their_proportions() -> None:
    drawing = outline.draw(
        {"type": "Point", "coordinates": [-8.88, 30.47]}, {"type": "Point", "coordinates": [-8.88, 30.4709]}
    )
    assert drawing is not None
    [(x, y)], [(to_x, to_y)] = drawing.before_dots, drawing.after_dots
    assert x == to_x
    assert drawing.bar / drawing.metres == pytest.approx((y - to_y) / 100.2, rel=0.02)
    assert outline.draw(None, "nothing") is None
    square = {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]]}
    assert outline.draw(None, square).after[0].endswith("Z")  # type: ignore[union-attr]
