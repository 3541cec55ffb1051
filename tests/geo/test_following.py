"""Legs follow streets where they lead, say why where they don't, and tell the way from what is there."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo import monuments, places, routes
from geo.loading import folder as loading
from geo.loading.records import BadFolder
from tests.geo.made_streets import ORDER, Extract, at, block, import_, load, open_town, page, walk
from tests.geo.tiny import Town, feature, point


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """The tiny town, open on all sides."""
    return open_town(tmp_path / "tiny")


def test_a_leg_follows_streets_and_is_told_turn_by_turn(session: Session, town: Town) -> None:
    walk(town, (200, 98))
    load(session, town)
    import_(session, town, block())
    stop = page(session).stops[0]

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
    load(session, town)
    import_(session, town, block())
    french, arabic = page(session, "fr").stops[0].guide, page(session, "ar").stops[0].guide

    assert french and french.directions[0].name and arabic and arabic.directions[0].name
    assert (french.directions[0].name.text, french.directions[0].name.lang) == ("Rue Basse", "und")
    assert (arabic.directions[0].name.text, arabic.directions[0].name.lang) == ("زنقة السفلى", "ar")
    assert french.directions[0].compass == "e"


def test_without_streets_legs_are_straight_and_have_no_guide(session: Session, town: Town) -> None:
    load(session, town)
    walked = page(session)

    assert walked.walk.straight and not walked.walk.on_streets
    assert walked.stops[0].guide is None


def test_a_stop_far_from_streets_or_on_an_island_keeps_a_straight_leg(session: Session, town: Town) -> None:
    walk(town, (200, 0), (900, 0), (205, 300))
    load(session, town)
    extract = block()
    extract.street((200, 300), (240, 300))
    import_(session, town, extract)
    walked = page(session)

    assert [stop.next.basis for stop in walked.stops if stop.next] == ["streets", "straight", "straight"]
    assert [stop.guide.obstacle for stop in walked.stops if stop.guide] == [None, "far", "far"]
    assert walked.walk.straight and walked.walk.on_streets
    town.routes[0]["stops"].pop(2)
    load(session, town)
    told = [
        (remark.ordinal, remark.values.get("why"))
        for remark in page(session).remarks
        if remark.values.get("why")
    ]
    assert told == [(2, "apart")]


def test_a_load_follows_the_streets_that_are_there(session: Session, town: Town) -> None:
    load(session, town)
    import_(session, town, block())
    town.monuments[1]["geometry"] = point(*at(200, 100))
    load(session, town)
    leg = page(session).stops[0].next

    assert leg and leg.basis == "streets"
    assert leg.metres == pytest.approx(300, abs=3)


def test_steps_slope_and_width_are_told_where_tagged(session: Session, town: Town) -> None:
    walk(town, (100, 0), (200, 0))
    load(session, town)
    extract = Extract()
    extract.street((0, 0), (50, 0), highway="footway", width="1.2", incline="-8%", wheelchair="yes")
    extract.street((50, 0), (100, 0), highway="steps", step_count="12")
    extract.street((100, 0), (200, 0), smoothness="good")
    import_(session, town, extract)
    first, second = (stop.guide for stop in page(session).stops[:2])

    assert first and second
    assert (first.steps, first.step_count, first.incline_percent, first.width_m) == (True, 12, 8, 1.2)
    assert first.wheelchair == "no"
    assert [line.way for line in first.directions] == ["footpath", "steps"]
    assert (second.wheelchair, second.steps, second.width_m) == ("yes", False, None)


def test_a_real_wall_is_kept_beside_one_a_schematic_one_is_not(session: Session, town: Town) -> None:
    walk(town, (200, 0))
    line = {"type": "LineString", "coordinates": [list(at(-20, 10)), list(at(220, 10))]}
    town.walls = [feature("ring", "wall_ring", line, names={"fr": "Le mur"}, precision="schematic")]
    load(session, town)
    import_(session, town, block())
    guide = page(session).stops[0].guide
    assert guide and guide.directions[0].wall is None

    town.walls[0]["properties"]["precision"] = "surveyed"
    load(session, town)
    guide = page(session).stops[0].guide
    assert guide and guide.directions[0].wall == "left"

    town.walls, extract = [], block()
    extract.way((-20, -12), (220, -12), barrier="city_wall")
    load(session, town)
    import_(session, town, extract)
    guide = page(session).stops[0].guide
    assert guide and guide.directions[0].wall == "right"


def test_one_passes_monuments_that_are_known_exactly_enough(session: Session, town: Town) -> None:
    walk(town, (200, 0))
    for key, east, error_m in (("far", 150, 5), ("near", 50, 5), ("vague", 100, 80)):
        town.monuments.append(
            feature(key, "monument", point(*at(east, 12)), names={"fr": key}, error_m=error_m)
        )
    load(session, town)
    import_(session, town, block())
    guide = page(session).stops[0].guide

    assert guide
    assert [thing.key for thing in guide.directions[0].past] == ["near", "far"]


def test_stops_tell_texts_of_their_own(session: Session, town: Town) -> None:
    town.routes[0]["stops"][1].update(texts={"fr": "Regardez en haut."}, texts_state={"fr": "reviewed"})
    town.routes[0]["theme"] = "walls"
    load(session, town)
    walked = page(session)

    assert walked.stops[0].text is None
    assert walked.stops[1].text and walked.stops[1].text.text == "Regardez en haut."
    assert walked.stops[1].text.state == "reviewed"
    assert walked.walk.theme == "walls"


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
    load(session, town, others=[well])
    well_page = places.page(session, "well", ORDER, 4.5, 32629)

    assert [(on.ordinal, on.next and on.next.to.key) for on in well_page.routes] == [(2, "gate")]
    assert monuments.page(session, "gate", ORDER, 4.5).routes[0].ordinal == 1


def test_paces_change_the_time_alone() -> None:
    assert [routes.speed(pace, 4.5) for pace in ("slow", "usual", "brisk")] == [3.0, 4.5, 5.5]
    with pytest.raises(Invalid):
        routes.speed("run", 4.5)
