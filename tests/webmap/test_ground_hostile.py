"""Who comes to the desk of things with bad words, without a right, or from elsewhere."""

import html

import pytest
from flask import Flask

from core.accounts import Role
from core.db import Engine
from tests.webmap.ground import GATE, HERE, HOSTILE, JSON, Clerk, count
from webmap.ground import fields

ZONE = "/desk/ground/risk_zones"


@pytest.fixture(scope="module")
def clerk(own_app: Flask) -> Clerk:
    return Clerk(own_app, "F. Amzil", Role.EDITOR, Role.TOURISM, Role.RISK)


def test_hostile_words_are_shown_as_words_everywhere(clerk: Clerk, own_app: Flask) -> None:
    path = "/desk/ground/monuments/kasbah"
    facts = {
        one.name: HOSTILE
        for one in fields.facts("monuments")
        if one.kind in ("text", "lines") and "external" not in one.name
    }
    assert clerk.save(path + "/facts", **facts, **{"external_ids.osm": HOSTILE[:100]}).status_code == 303
    texts = {
        name: HOSTILE for name in ("name", "summary", "period", "protection", "condition", "access", "note")
    }
    assert clerk.save(path + "/fr", **texts, **{"name-note": HOSTILE}).status_code == 303
    other = Clerk(own_app, "<b>B</b>", Role.EDITOR)
    mine = other.form(path, licence=HOSTILE + "mine")
    clerk.save(path + "/facts", licence=HOSTILE + "theirs")
    pages = [other.post(path + "/facts", mine)]
    pages += [
        clerk.get(path + end)
        for end in (
            "",
            "/fr",
            "/ar",
            "/preview?lang=fr",
            "/facts/versions?first=1&second=2",
            "/fr/versions?first=1&second=2",
        )
    ]
    pages += [
        clerk.get("/desk/ground/monuments?q=" + "%3Cscript%3E&part=%3Cscript%3E&kind=%22%3E%3Cscript%3E")
    ]
    pages += [clerk.save(path + "/facts", kind=HOSTILE, error_m=HOSTILE, lat=HOSTILE, shape=HOSTILE)]
    pages += [
        clerk.post("/desk/ground/monuments", {"chosen": [HOSTILE], "field": "kind", "to-kind": HOSTILE})
    ]
    pages += [clerk.post("/desk/ground/places/new", {"key": HOSTILE, "name-fr": HOSTILE, "seek": HOSTILE})]
    pages += [clerk.post("/desk/ground/routes/new", {"stop-1": HOSTILE, "seek": HOSTILE, "do": "seek"})]
    for page in pages:
        assert page.status_code in (200, 409, 422)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in page.text.split("img src=x onerror=alert(2)&gt;")[-1][:3]
    assert html.escape("<script>alert(1)")[:20] in pages[1].text


def test_a_request_of_another_site_or_of_nobody_does_nothing(clerk: Clerk, own_engine: Engine) -> None:
    before = count(own_engine, "record_version")
    form = clerk.form(GATE, licence="CC0")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        for path in (
            GATE + "/facts",
            "/desk/ground/monuments",
            GATE + "/facts/publish",
            GATE + "/facts/merge",
        ):
            assert clerk.client.post(path, data=form, headers=headers).status_code == 403
    assert clerk.app.test_client().post(GATE + "/facts", data=form, headers=HERE).status_code == 403
    nobody = clerk.app.test_client().post(GATE + "/facts", data=form, headers=JSON)
    assert nobody.status_code == 403
    assert nobody.is_json
    assert count(own_engine, "record_version") == before


def test_each_role_changes_its_own_part_and_no_other(
    own_app: Flask, clerk: Clerk, own_engine: Engine
) -> None:
    walk = "/desk/ground/routes/" + clerk.get("/desk/ground/routes").text.split('data-key="')[1].split('"')[0]
    zone = f"{ZONE}/" + clerk.get(ZONE).text.split('data-key="')[1].split('"')[0]
    before = count(own_engine, "record_version")
    for role, allowed in (
        (Role.EDITOR, GATE),
        (Role.TOURISM, walk),
        (Role.RISK, zone),
        (Role.VIEWER, ""),
        (Role.TRANSLATOR, ""),
        (Role.PLANNER, ""),
    ):
        person = Clerk(own_app, "X. Other", role)
        for path in {GATE, walk, zone} - {allowed}:
            layer = path.rsplit("/", 1)[0]
            tries = {
                f"{path}/facts": {"base": 1},
                f"{path}/fr": {"base": 1},
                f"{path}/fr/merge": {"base": 1, "content": "{}"},
                f"{path}/facts/submit": {"version": 1},
                f"{path}/facts/withdraw": {"version": 1},
                f"{path}/facts/publish": {"part": "facts", "version-facts": 1},
                f"{path}/facts/restore": {"number": 1, "base": 1},
                f"{layer}/new": {"key": "x"},
                layer: {"chosen": path.rsplit("/", 1)[1], "field": "kind", "to-kind": "palace"},
            }
            for address, form in tries.items():
                assert (role, address, person.post(address, form).status_code) == (role, address, 403)
    assert count(own_engine, "record_version") == before


def test_what_is_not_there_is_not_found(clerk: Clerk) -> None:
    for path in (
        "/desk/ground/nothing",
        "/desk/ground/monuments/nothing",
        GATE + "/xx",
        GATE + "/facts/nothing",
        "/desk/ground/monuments?page=99",
        GATE + "/facts/versions?page=7",
    ):
        assert clerk.get(path).status_code == 404
    assert clerk.post(GATE + "/facts", {"base": "x"}).status_code == 422
    assert clerk.post(GATE + "/facts/publish", {}).status_code == 422
    assert clerk.get("/desk/near.geojson?bbox=-9,30,-8,31").status_code == 422
    assert clerk.get("/desk/near.geojson").status_code == 422


def test_neighbours_to_snap_to(clerk: Clerk) -> None:
    found = clerk.get("/desk/near.geojson?bbox=-8.89,30.46,-8.87,30.48").get_json()
    layers = {one["properties"]["layer"] for one in found["features"]}
    assert {"monuments", "walls"} <= layers
    assert "infrastructure" not in layers
