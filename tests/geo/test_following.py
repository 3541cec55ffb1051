"""Legs follow streets where they lead, say why where they don't, and tell the way from what is there."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from geo import monuments, places, routes
from geo.loading import folder as loading
from geo.loading.records import BadFolder
from geo.routes import RoutePage
from geo.streets import checking, importing
from tests.geo.made_streets import Extract, Metres, at, block, walk
from tests.geo.tiny import Town, feature, point

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ["fr", "ar", "en"]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town's folder, without a wall."""
    town = Town(tmp_path / "tiny")
    town.walls = []
    town.config = town.config.replace(
        "walls = [", 'places = ["places.geojson"]\nrisk_zones = ["zones.geojson"]\nwalls = ['
    )
    return town


def _import(session: Session, town: Town, extract: Extract) -> None:
    importing.run(session, extract.write(town.path / "x.osm.pbf"), now=NOW, progress=lambda stage, done: None)


def _load(session: Session, town: Town, *zones: Any, others: Any = ()) -> None:

    town.write()
    for name, features in (("zones", zones), ("places", others)):
        document = {"type": "FeatureCollection", "features": list(features)}
        (town.path / f"{name}.geojson").write_text(json.dumps(document), encoding="utf-8")
    loading.apply(session, loading.read(town.path), now=NOW)


def _page(session: Session, lang: str = "fr") -> RoutePage:
    return routes.page(session, "walk", [lang, *ORDER], 4.5)


def _area(*places: Metres) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(at(*place)) for place in (*places, places[0])]]}


def _zone(**attributes: Any) -> dict[str, Any]:
    """A zone across the lane in the middle of the block, and nothing else."""
    area = _area((90, 40), (110, 40), (110, 60), (90, 60))
    return feature("zone", "collapse", area, names={"fr": "La zone"}, attributes=attributes)


def test_a_leg_follows_streets_and_is_told_turn_by_turn(session: Session, town: Town) -> None:
    walk(town, (200, 98))
    _load(session, town)
    _import(session, town, block())
    stop = _page(session).stops[0]

    assert stop.next and stop.guide
    assert stop.next.basis == "streets"
    assert stop.next.metres == pytest.approx(300, abs=3)
    lines = [(line.turn, line.way, str(line.name or "")) for line in stop.guide.directions]
    assert lines in (
        [
            ("start", "street", "Rue Basse"),
            ("turn_left", "street", "Rue du Levant"),
        ],
        [
            ("start", "street", "Rue Basse"),
            ("turn_left", "footpath", ""),
            ("turn_right", "street", "Rue Haute"),
        ],
        [("start", "street", "Rue de la Tour"), ("turn_right", "street", "Rue Haute")],
    )
    assert sum(line.metres for line in stop.guide.directions) == pytest.approx(300, abs=3)


def test_street_names_are_in_the_readers_language_else_as_on_the_spot(session: Session, town: Town) -> None:
    walk(town, (150, 0))
    _load(session, town)
    _import(session, town, block())
    french, arabic = _page(session, "fr").stops[0].guide, _page(session, "ar").stops[0].guide

    assert french and french.directions[0].name and arabic and arabic.directions[0].name
    assert (french.directions[0].name.text, french.directions[0].name.lang) == ("Rue Basse", "und")
    assert (arabic.directions[0].name.text, arabic.directions[0].name.lang) == ("زنقة السفلى", "ar")
    assert french.directions[0].compass == "e"


def test_without_streets_legs_are_straight_and_have_no_guide(session: Session, town: Town) -> None:
    _load(session, town)
    page = _page(session)

    assert page.walk.straight and not page.walk.on_streets
    assert page.stops[0].guide is None


def test_a_stop_far_from_streets_or_on_an_island_keeps_a_straight_leg(session: Session, town: Town) -> None:
    walk(town, (200, 0), (900, 0), (205, 300))
    _load(session, town)
    extract = block()
    extract.street((200, 300), (240, 300))
    _import(session, town, extract)
    page = _page(session)

    assert [stop.next.basis for stop in page.stops if stop.next] == ["streets", "straight", "straight"]
    assert [stop.guide.obstacle for stop in page.stops if stop.guide] == [None, "far", "far"]
    assert page.walk.straight and page.walk.on_streets
    town.routes[0]["stops"].pop(2)
    _load(session, town)
    told = [
        (remark.ordinal, remark.values.get("why"))
        for remark in _page(session).remarks
        if remark.values.get("why")
    ]
    assert told == [(2, "apart")]


def test_a_load_follows_the_streets_that_are_there(session: Session, town: Town) -> None:
    _load(session, town)
    _import(session, town, block())
    town.monuments[1]["geometry"] = point(*at(200, 100))
    _load(session, town)
    leg = _page(session).stops[0].next

    assert leg and leg.basis == "streets"
    assert leg.metres == pytest.approx(300, abs=3)


def test_steps_slope_and_width_are_told_where_tagged(session: Session, town: Town) -> None:
    walk(town, (100, 0), (200, 0))
    _load(session, town)
    extract = Extract()
    extract.street((0, 0), (50, 0), highway="footway", width="1.2", incline="-8%", wheelchair="yes")
    extract.street((50, 0), (100, 0), highway="steps", step_count="12")
    extract.street((100, 0), (200, 0), smoothness="good")
    _import(session, town, extract)
    first, second = (stop.guide for stop in _page(session).stops[:2])

    assert first and second
    assert (first.steps, first.step_count, first.incline_percent, first.width_m) == (True, 12, 8, 1.2)
    assert first.wheelchair == "no"
    assert [line.way for line in first.directions] == ["footpath", "steps"]
    assert (second.wheelchair, second.steps, second.width_m) == ("yes", False, None)


def test_a_real_wall_is_kept_beside_one_a_schematic_one_is_not(session: Session, town: Town) -> None:
    walk(town, (200, 0))
    line = {"type": "LineString", "coordinates": [list(at(-20, 10)), list(at(220, 10))]}
    town.walls = [feature("ring", "wall_ring", line, names={"fr": "Le mur"}, precision="schematic")]
    _load(session, town)
    _import(session, town, block())
    guide = _page(session).stops[0].guide
    assert guide and guide.directions[0].wall is None

    town.walls[0]["properties"]["precision"] = "surveyed"
    _load(session, town)
    guide = _page(session).stops[0].guide
    assert guide and guide.directions[0].wall == "left"

    town.walls, extract = [], block()
    extract.way((-20, -12), (220, -12), barrier="city_wall")
    _load(session, town)
    _import(session, town, extract)
    guide = _page(session).stops[0].guide
    assert guide and guide.directions[0].wall == "right"


def test_one_passes_monuments_that_are_known_exactly_enough(session: Session, town: Town) -> None:
    walk(town, (200, 0))
    for key, east, error_m in (("far", 150, 5), ("near", 50, 5), ("vague", 100, 80)):
        town.monuments.append(
            feature(key, "monument", point(*at(east, 12)), names={"fr": key}, error_m=error_m)
        )
    _load(session, town)
    _import(session, town, block())
    guide = _page(session).stops[0].guide

    assert guide
    assert [thing.key for thing in guide.directions[0].past] == ["near", "far"]


def test_a_leg_through_an_active_zone_is_told_and_a_detour_offered(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    _load(session, town, _zone())
    _import(session, town, block())
    remarks = [remark for remark in _page(session).stops[0].remarks if remark.code != "unpublished"]

    (remark,) = remarks
    assert (remark.code, remark.thing and remark.thing.key) == ("risk_leg", "zone")
    assert remark.detour_m == pytest.approx(300, abs=3)
    assert [line.way for line in remark.detour] == ["street"] * len(remark.detour)


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"record": True}, False),
        ({"valid_from": "2026-01-02"}, False),
        ({"valid_until": "2025-12-31"}, False),
        ({"valid_from": "2026-01-01", "valid_until": "2026-01-01"}, True),
    ],
)
def test_records_and_zones_whose_time_is_over_are_no_risk(
    session: Session, town: Town, attributes: dict[str, Any], told: bool
) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    _load(session, town, _zone(**attributes))

    assert any(remark.code == "risk_leg" for remark in _page(session).remarks) is told


def test_a_day_that_is_none_is_told(session: Session, town: Town) -> None:
    with pytest.raises(BadFolder) as bad:
        _load(session, town, _zone(valid_from="soon", valid_until="20260101"))

    assert [problem.field for problem in bad.value.problems] == [
        "attributes.valid_from",
        "attributes.valid_until",
    ]


def test_a_check_later_sees_that_a_zones_time_is_over(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    _load(session, town, _zone(valid_until="2026-01-01"))

    assert not checking.renew(session, now=NOW)
    assert checking.renew(session, now=datetime(2026, 1, 2, tzinfo=UTC))
    assert not any(remark.code == "risk_leg" for remark in _page(session).remarks)


def test_a_leg_through_a_closed_site_is_told_and_so_is_a_closed_stop(session: Session, town: Town) -> None:
    walk(town, (100, 100))
    town.gate["geometry"] = point(*at(100, 0))
    area = _area((90, 40), (110, 40), (110, 60), (90, 60))
    closed = {"access": "closed"}
    town.monuments.append(feature("yard", "monument", area, names={"fr": "La cour"}, attributes=closed))
    town.monuments[1]["properties"]["attributes"] = closed
    _load(session, town)
    _import(session, town, block())
    told = [
        (remark.code, remark.ordinal, remark.thing.key, bool(remark.detour))
        for remark in _page(session).remarks
        if remark.thing and remark.code != "unpublished"
    ]

    assert told == [("closed_leg", 1, "yard", True), ("closed_stop", 2, "m1", False)]


def test_a_needless_zigzag_is_told_with_what_it_costs(session: Session, town: Town) -> None:
    walk(town, (150, 0), (50, 0), (200, 0))
    _load(session, town)
    _import(session, town, block())
    (remark,) = (remark for remark in _page(session).remarks if remark.code == "order")

    assert remark.values["order"] == [1, 3, 2, 4]
    assert remark.values["metres"] == pytest.approx(400, abs=5)
    assert remark.values["shorter"] == pytest.approx(200, abs=5)


def test_stops_tell_texts_of_their_own(session: Session, town: Town) -> None:
    town.routes[0]["stops"][1].update(texts={"fr": "Regardez en haut."}, texts_state={"fr": "reviewed"})
    town.routes[0]["theme"] = "walls"
    _load(session, town)
    page = _page(session)

    assert page.stops[0].text is None
    assert page.stops[1].text and page.stops[1].text.text == "Regardez en haut."
    assert page.stops[1].text.state == "reviewed"
    assert page.walk.theme == "walls"


def test_wrong_themes_and_texts_of_stops_are_told_with_their_place(town: Town) -> None:
    town.routes[0]["theme"] = "wals"
    town.routes[0]["stops"][1]["texts"] = {"fr": "", "xx": "?"}
    town.routes[0]["stops"][0]["txts"] = {}
    with pytest.raises(BadFolder) as bad:
        loading.read(town.write())
    told = "\n".join(str(problem) for problem in bad.value.problems)

    assert "routes.json: walk: theme: unknown theme “wals”; did you mean walls?" in told
    assert "routes.json: walk: stops[2].texts.fr: is empty" in told
    assert "routes.json: walk: stops[2].texts.xx: unknown language “xx”" in told
    assert "routes.json: walk: stops[1].txts: unknown property “txts”; did you mean texts?" in told


def test_a_place_on_a_walk_knows_the_next_stop(session: Session, town: Town) -> None:
    town.routes[0]["stops"][1] = {"layer": "places", "id": "well", "kind": "service"}
    well = feature("well", "square", point(*at(0, 100)), names={"fr": "Le puits"})
    _load(session, town, others=[well])
    page = places.page(session, "well", ORDER, 4.5, 32629)

    assert [(on.ordinal, on.next and on.next.to.key) for on in page.routes] == [(2, "gate")]
    assert monuments.page(session, "gate", ORDER, 4.5).routes[0].ordinal == 1


def test_paces_change_the_time_alone() -> None:
    from core.errors import Invalid

    assert [routes.speed(pace, 4.5) for pace in ("slow", "usual", "brisk")] == [3.0, 4.5, 5.5]
    with pytest.raises(Invalid):
        routes.speed("run", 4.5)
