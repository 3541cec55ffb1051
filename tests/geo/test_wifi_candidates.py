"""Where an access point may stand: what forbids a place, what warns of it, and what is suggested."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from geo import layers, published
from geo.commune import Commune
from geo.opendata import changes, collections
from geo.streets import importing
from geo.vocabulary import PRIVATE_LAYERS
from geo.wifi import candidates, mounts, rules
from geo.wifi.candidates import Candidate
from geo.wifi.rules import TOLD, Finding
from tests.geo.made_streets import HELSINKI, NOW, area, at, real_town
from tests.geo.tiny import feature, point
from tests.geo.wifi_equipment import catalogue
from tests.geo.wifi_town import PEOPLE, WifiTown, amount, codes, demanded, house, streets

TODAY = date(2026, 1, 1)
ZONE = area((90, 40), (110, 40), (110, 60), (90, 60))


@pytest.fixture
def town(tmp_path: Path) -> WifiTown:
    """The small town: its gate, known to 5 m, at (0, 0), a tower 100 m north."""
    return WifiTown(tmp_path / "tiny")


def judged(session: Session, commune: Commune, east: float, north: float, **more: Any) -> list[Finding]:
    """What speaks against a place."""
    return rules.warnings_at(session, commune, catalogue(), *at(east, north), today=TODAY, **more)


def told(session: Session, commune: Commune, east: float, north: float, **more: Any) -> list[str]:
    """Its codes."""
    return [finding.code for finding in judged(session, commune, east, north, **more)]


def suggested(session: Session, commune: Commune) -> list[Candidate]:
    """The candidates."""
    return candidates.of(session, commune, catalogue(), today=TODAY)


def test_on_a_monument_is_forbidden_and_near_one_warned_of(session: Session, town: WifiTown) -> None:
    commune = town.load(session)
    (near,) = judged(session, commune, 15, 0)

    assert told(session, commune, 2, 0) == ["on_monument"]
    assert (near.code, near.key, near.values["metres"], near.thing(["fr"]).text) == (
        "near_monument", "gate", 15, "La porte haute",
    )  # fmt: skip
    assert told(session, commune, 21, 0) == []
    assert rules.refusals(judged(session, commune, 2, 0)) and not rules.refusals([near])


def test_a_square_that_is_a_monument_may_be_stood_on(session: Session, town: WifiTown) -> None:
    shape = area((100, 0), (150, 0), (150, 50), (100, 50))
    town.monuments.append(feature("plaza", "square", shape, names={"fr": "La place"}))
    town.monuments.append(feature("keep", "palace", area((300, 0), (350, 0), (350, 50)), names={"fr": "P"}))
    commune = town.load(session)

    assert told(session, commune, 125, 25) == ["near_monument"]
    assert told(session, commune, 345, 10) == ["on_monument"]


def test_a_monument_whose_place_is_unsure_says_so(session: Session, town: WifiTown) -> None:
    line = {"type": "LineString", "coordinates": [list(at(-100, 300)), list(at(100, 300))]}
    wall = feature("wall", "city_walls", line, names={"fr": "Le mur"})
    wall["properties"].update(precision="schematic", error_m=300)
    vague = feature("vague", "shrine", point(*at(300, 0)), names={"fr": "V"})
    vague["properties"]["error_m"] = 150
    town.monuments += [wall, vague]
    commune = town.load(session)
    (finding,) = judged(session, commune, 50, 300)

    assert (finding.code, finding.values["error"]) == ("monument_unsure", 300)
    assert told(session, commune, 310, 0) == ["monument_unsure"]
    assert told(session, commune, 300, 0) == ["on_monument"]


def test_outside_the_commune_is_forbidden_as_far_as_its_boundary_is_known(
    session: Session, town: WifiTown
) -> None:
    square = area((-500, -500), (500, -500), (500, 500), (-500, 500))
    town.add("boundary", "here", "commune", shape=square)
    town.layers["boundary"][0]["properties"]["error_m"] = 200
    commune = town.load(session)

    assert told(session, commune, 400, 0) == []
    assert told(session, commune, 600, 0) == ["limits_unsure"]
    assert told(session, commune, 800, 0) == ["outside"]
    assert told(session, commune, 500_000, 0) == ["outside"]
    for lon, lat in ((float("nan"), 30.0), (float("inf"), 0.0), (-8.88, 1e300), (400.0, -400.0)):
        (finding,) = rules.warnings_at(session, commune, catalogue(), lon, lat)
        assert finding.code == "outside" and finding.forbids


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        ("collapse", {}, ["risk_forbids"]),
        ("flood", {"valid_from": "2026-01-01", "valid_until": "2026-01-01"}, ["risk_forbids"]),
        ("heat", {}, ["risk_warns"]),
        ("collapse", {"record": True}, []),
        ("collapse", {"valid_until": "2025-12-31"}, []),
    ],
)
def test_active_risk_zones_count_and_records_do_not(
    session: Session, town: WifiTown, kind: str, attributes: dict[str, Any], expected: list[str]
) -> None:
    town.add("risk_zones", "zone", kind, shape=ZONE, attributes=attributes)

    assert told(session, town.load(session), 100, 50) == expected


def test_inside_a_block_a_place_before_its_outer_wall_is_offered(session: Session, town: WifiTown) -> None:
    extract = streets()
    for west in (100, 110, 120):
        house(extract, west, 100, 10, height="6")
    commune = town.load(session, extract)
    (finding,) = judged(session, commune, 115, 107)

    assert finding.code == "in_building" and finding.forbids and finding.better is not None
    # The neighbours' walls are none to hang at: the street is 3 m north, and 1 m before the wall.
    assert finding.values["metres"] == pytest.approx(4, abs=0.2)
    assert rules.warnings_at(session, commune, catalogue(), *finding.better) == []
    assert told(session, commune, 115, 109.8) == []
    assert told(session, commune, 115, 105, height_m=7.0) == ["on_roof"]


def test_findings_are_sentences_and_the_worst_comes_first(session: Session, town: WifiTown) -> None:
    town.add("risk_zones", "hot", "heat", shape=area((-50, -50), (50, -50), (50, 50), (-50, 50)))
    found = judged(session, town.load(session), 1, 0)

    assert [finding.forbids for finding in found] == [True, False]
    for finding in found:
        said = TOLD[finding.code].sentence % {**finding.values, "thing": finding.thing(["fr"])}
        assert "%(" not in said


def test_a_gate_has_four_sides_and_none_is_at_the_gate(session: Session, town: WifiTown) -> None:
    found = [one for one in suggested(session, town.load(session)) if one.key.startswith("m-gate")]

    assert [one.side for one in found] == ["n", "e", "s", "w"]
    assert all(one.warnings == () and one.kind == "gate" for one in found)
    assert found[1].lon > found[3].lon and found[0].lat > found[2].lat


def test_beside_a_monument_one_stands_on_the_street_where_there_is_one(
    session: Session, town: WifiTown
) -> None:
    extract = streets()
    extract.street((-200, 30), (200, 30))
    found = suggested(session, town.load(session, extract))
    north = next(one for one in found if one.key == "m-gate-n")

    assert (north.lon, north.lat) == pytest.approx(at(0, 30), abs=2e-6)


def test_a_suggested_place_in_a_building_moves_to_its_wall(session: Session, town: WifiTown) -> None:
    extract = streets()
    house(extract, 200, 200, 20)
    town.add("places", "library", "library", 210, 217, attributes={"wifi_candidate": True})
    commune = town.load(session, extract)
    (library,) = (one for one in suggested(session, commune) if one.key == "p-library")

    assert (library.lon, library.lat) == pytest.approx(at(210, 221), abs=3e-6)
    assert library.kind == "place" and library.warnings == ()


def test_what_is_forbidden_is_no_candidate(session: Session, town: WifiTown) -> None:
    town.add("risk_zones", "zone", "collapse", shape=ZONE)
    town.add("places", "hall", "town_hall", 100, 50)
    town.add("places", "safe", "town_hall", 300, 50)
    keys = {one.key for one in suggested(session, town.load(session))}

    assert "p-safe" in keys and "p-hall" not in keys


def test_backhaul_is_what_is_known_and_decides_the_cost(session: Session, town: WifiTown) -> None:
    town.add("places", "hall", "town_hall", 500, 0)
    town.add("places", "far", "town_hall", 2000, 0)
    unknown = {one.key: one for one in suggested(session, town.load(session))}
    town.add("infrastructure", "fibre", "fibre_point", 560, 0)
    town.add("infrastructure", "house", "powered_building", 1500, 0)
    known = {one.key: one for one in suggested(session, town.load(session))}

    assert (unknown["p-hall"].backhaul, unknown["p-hall"].backhaul_m) == ("unknown", None)
    assert unknown["p-hall"].cost_mad == {"small": 3000 + 1000 + 2000, "large": 5000 + 1000 + 2000}
    assert known["p-hall"].backhaul == "fibre"
    assert known["p-hall"].backhaul_m == pytest.approx(60, abs=0.5)
    assert known["p-hall"].cost_mad["small"] == 3000 + 1000 + 500
    assert (known["p-far"].backhaul, known["i-house"].backhaul) == ("mesh", "powered")
    assert "i-fibre" not in known


def test_infrastructure_is_in_no_feed_and_on_no_public_map(session: Session, town: WifiTown) -> None:
    town.add("infrastructure", "fibre", "fibre_point", 560, 0)
    town.load(session)
    told = {change.layer for change in changes.latest(session, ["fr"], limit=100)}

    assert "monuments" in told and not set(PRIVATE_LAYERS) & told
    assert not set(PRIVATE_LAYERS) & {*layers.LAYERS, *collections.OWN}


def test_lamp_posts_of_the_folder_and_of_openstreetmap_are_thinned(session: Session, town: WifiTown) -> None:
    extract = streets()
    extract.street((600, 600), (700, 600))
    for n in range(40):
        extract.node((600 + n, 600.5), highway="street_lamp")
    town.add("infrastructure", "lamp", "lamp_post", 300, 300, attributes={"height_m": 7.5})
    town.add("infrastructure", "tall", "lamp_post", 400, 300, attributes={"height_m": 400})
    found = suggested(session, town.load(session, extract))
    lamps = {one.key: one for one in found if one.kind == "lamp_post"}

    assert len(lamps) in (4, 5)
    assert (lamps["i-lamp"].height_m, lamps["i-lamp"].height_reason) == (7.5, "given")
    assert lamps["i-tall"].height_m == 8
    assert {one.height_reason for key, one in lamps.items() if key[0] == "o"} == {"pole"}


def test_very_many_lamp_posts_are_thinned_until_they_can_be_reckoned_with(
    session: Session, town: WifiTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "MOST_LAMPS", 10)
    for n in range(100):
        town.add("infrastructure", f"l{n}", "lamp_post", 100 * (n % 10), 100 * (n // 10) + 50)
    found = [one for one in suggested(session, town.load(session)) if one.kind == "lamp_post"]

    assert 3 <= len(found) <= 10


def test_a_real_town_with_buildings_streets_and_lamps(session: Session, town: WifiTown) -> None:
    real_town(town)
    town.layers["quarters"] = [
        feature(f"q{n}", "quarter", point(lon, 60.17), names={"fr": f"Q {n}"})
        for n, lon in enumerate((24.938, 24.95))
    ]
    commune = town.load(session)
    importing.run(session, HELSINKI, now=NOW, progress=lambda stage, done: None)
    now = published.current(session)
    assert now is not None and now.commune.version > commune.version
    there = demanded(session, now.commune)
    found = suggested(session, now.commune)
    places = {"lons": [one.lon for one in found], "lats": [one.lat for one in found]}
    inside = session.scalar(
        text(
            "SELECT count(*) FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) AS p (lon, lat)"
            " JOIN building b ON ST_Intersects(b.geom, ST_SetSRID(ST_MakePoint(lon, lat), 4326))"
        ),
        places,
    )

    assert amount(there, "residents") == pytest.approx(PEOPLE) and "residents_buildings" in codes(there)
    assert 100_000 < amount(there, "open_area") < 500_000
    assert sum(one.kind == "lamp_post" for one in found) > 300
    assert inside == 0


def test_the_shipped_communes_candidates_stand_where_they_may(town_engine: Engine) -> None:
    with Session(town_engine) as session:
        now = published.current(session)
        assert now is not None
        found = suggested(session, now.commune)
        again = suggested(session, now.commune)
        squares = session.scalar(text("SELECT count(*) FROM place WHERE wifi_candidate"))

    keys = [one.key for one in found]
    assert found == again and len(set(keys)) == len(keys) > 60
    assert max(map(len, keys)) <= 40
    assert not any(finding.forbids for one in found for finding in one.warnings)
    assert {one.backhaul for one in found} == {"unknown"} and {one.backhaul_m for one in found} == {None}
    assert squares and 10 <= sum(one.kind == "place" for one in found) <= squares
    assert all(2.5 <= one.height_m <= 8 for one in found)
    json.dumps([one.as_json(["fr"]) for one in found], allow_nan=False)
