"""What a network should serve: counted once, spread honestly, weighted as a planner says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from core.errors import Invalid
from geo import published
from geo.wifi.demand import KINDS, checked, of
from geo.wifi.served.notes import NOTES
from tests.geo.made_streets import area
from tests.geo.wifi_town import PEOPLE, WifiTown, amount, codes, demanded, house, streets

PEOPLE_OF_THE_COMMUNE = (
    "SELECT jsonb_path_query(config, '$.facts[*] ? (@.id == \"population\").value') FROM commune"
)


@pytest.fixture
def town(tmp_path: Path) -> WifiTown:
    """The small town."""
    return WifiTown(tmp_path / "tiny")


def test_the_shipped_communes_demand_adds_up_to_what_the_data_say(town_engine: Engine) -> None:
    with Session(town_engine) as session:
        now = published.current(session)
        assert now is not None
        found = of(session, now.commune)
        people = session.scalar(text(PEOPLE_OF_THE_COMMUNE))
        places = session.scalar(text("SELECT count(*) FROM feature WHERE layer = 'places'"))
        metres = session.scalar(text("SELECT sum(length_m) FROM route_leg"))
        stops = session.scalar(text("SELECT count(DISTINCT feature_id) FROM route_stop"))

    assert amount(found, "residents") == pytest.approx(people, abs=1e-3)
    assert amount(found, "places") == places
    assert amount(found, "walks") == pytest.approx(metres)
    assert amount(found, "stops") == stops
    assert amount(found, "children") > 30
    assert amount(found, "open_area") == 0
    assert {"residents_quarters", "area_unknown", "walks_straight", "quarters_points"} <= set(codes(found))
    assert found.quarter.min() >= 0 and found.quarter.max() < len(found.quarters)
    assert len({quarter.key for quarter in found.quarters}) == len(found.quarters) > 20


def test_people_are_spread_evenly_over_quarters_and_a_village_has_fewer(
    session: Session, town: WifiTown
) -> None:
    town.add("quarters", "east", "quarter", 300, 0)
    town.add("quarters", "west", "quarter", -300, 0)
    town.add("quarters", "far", "village", 0, 5000)
    found = demanded(session, town.load(session))
    people = found.kind == KINDS.index("residents")
    shares = np.bincount(found.quarter[people], found.amount[people])

    assert shares == pytest.approx([400, 400, 100])
    assert found.x[people & (found.quarter == 0)].min() > found.x[people & (found.quarter == 1)].max()
    assert [quarter.kind for quarter in found.quarters] == ["quarter", "quarter", "village"]


def test_a_quarters_own_figure_counts_and_never_makes_more_people_than_the_census(
    session: Session, town: WifiTown
) -> None:
    town.add("quarters", "counted", "quarter", 300, 0, attributes={"population": 700})
    town.add("quarters", "other", "quarter", -300, 0)
    found = demanded(session, town.load(session))
    assert np.bincount(found.quarter, found.amount * (found.kind == 0)) == pytest.approx([700, 200])

    town.layers["quarters"][1]["properties"]["attributes"] = {"population": 0}

    for figure in (70_000, 1e14, 0, -5):
        town.layers["quarters"][0]["properties"]["attributes"]["population"] = figure
        found = demanded(session, town.load(session))
        assert amount(found, "residents") == pytest.approx(PEOPLE)


def test_two_anchors_of_one_name_are_one_quarter(session: Session, town: WifiTown) -> None:
    town.add("quarters", "one", "quarter", 300, 0, name="Kasbah")
    town.add("quarters", "two", "quarter", 350, 0, name="Kasbah")
    town.add("quarters", "other", "quarter", -300, 0)
    found = demanded(session, town.load(session))

    assert [quarter.key for quarter in found.quarters] == ["one", "other"]
    assert np.bincount(found.quarter, found.amount * (found.kind == 0)) == pytest.approx([450, 450])


def test_a_quarter_with_limits_owns_what_lies_in_them(session: Session, town: WifiTown) -> None:
    town.add("quarters", "wide", "quarter", shape=area((0, -500), (1000, -500), (1000, 500), (0, 500)))
    town.add("quarters", "near", "quarter", -30, 0)
    town.add("places", "shop", "market", 20, 0)
    found = demanded(session, town.load(session))

    assert found.quarter[found.kind == KINDS.index("places")].tolist() == [0]


def test_people_live_in_known_homes_by_floor_area(session: Session, town: WifiTown) -> None:
    extract = streets()
    house(extract, 0, 0, 50)
    house(extract, 200, 0, 50, building="apartments", building__levels="2")
    house(extract, 400, 0, 50, building="industrial", building__levels="9")
    town.add("quarters", "centre", "quarter", 0, 0)
    found = demanded(session, town.load(session, extract))
    people = found.amount[found.kind == KINDS.index("residents")]

    assert sorted(people) == pytest.approx([PEOPLE / 3, PEOPLE * 2 / 3], rel=1e-3)
    assert "residents_buildings" in codes(found)


def test_too_few_homes_for_everybody_are_not_used(session: Session, town: WifiTown) -> None:
    extract = streets()
    house(extract, 0, 0, 10)
    town.add("quarters", "centre", "quarter", 1000, 0)
    found = demanded(session, town.load(session, extract))
    people = found.kind == KINDS.index("residents")

    assert {"buildings_few", "residents_quarters"} <= set(codes(found))
    assert people.sum() > 100
    assert amount(found, "residents") == pytest.approx(PEOPLE)


def test_without_quarters_and_homes_nobody_is_put_anywhere(session: Session, town: WifiTown) -> None:
    found = demanded(session, town.load(session))

    assert amount(found, "residents") == 0
    assert "residents_unplaced" in codes(found)
    assert set(found.quarter.tolist()) == {-1}


def test_open_area_counts_once_and_without_what_is_built_on_it(session: Session, town: WifiTown) -> None:
    extract = streets()
    house(extract, 10, 10, 20)
    ring = [(50, 0), (150, 0), (150, 100), (50, 100)]
    extract.way(*ring, ring[0], leisure="park")
    far = [(500, 0), (600, 0), (600, 100), (500, 100)]
    extract.way(*far, far[0], leisure="garden", access="private")
    plaza = [(0, 300), (50, 300), (50, 350), (0, 350)]
    extract.way(*plaza, plaza[0], highway="pedestrian", area="yes")
    around = [(0, 500), (50, 500), (50, 550), (0, 550)]
    extract.way(*around, around[0], highway="pedestrian")
    town.add("places", "big", "square", shape=area((0, 0), (100, 0), (100, 100), (0, 100)))
    town.add("places", "pointed", "garden", 700, 0)
    found = demanded(session, town.load(session, extract))

    # 150 × 100 together, less 20 × 20 that is built, and the plaza of 50 × 50.
    assert amount(found, "open_area") == pytest.approx(15_000 - 400 + 2_500, rel=5e-3)
    assert [note.values for note in found.notes if note.code == "area_unknown"] == [{"places": 1}]


def test_a_playground_of_two_sources_is_one_and_a_school_counts_as_place_and_for_children(
    session: Session, town: WifiTown
) -> None:
    extract = streets()
    for x in (0, 400):
        ring = [(x, 0), (x + 20, 0), (x + 20, 20), (x, 20)]
        extract.way(*ring, ring[0], leisure="playground")
    town.add("places", "slide", "service", 10, 10, attributes={"source_kind": "playground"})
    town.add("places", "school", "school", 300, 0)
    found = demanded(session, town.load(session, extract))

    assert amount(found, "children") == 3
    assert amount(found, "places") == 2
    assert "twice" in codes(found)


def test_a_stop_of_two_walks_is_one_stop(session: Session, town: WifiTown) -> None:
    town.routes.append({**town.routes[0], "id": "again"})
    found = demanded(session, town.load(session))

    assert amount(found, "stops") == 2
    assert amount(found, "walks") == pytest.approx(4 * 100, rel=0.01)


def test_what_lies_outside_the_commune_is_left_out_and_told(session: Session, town: WifiTown) -> None:
    town.add("boundary", "here", "commune", shape=area((-500, -500), (500, -500), (500, 500), (-500, 500)))
    town.add("boundary", "old", "commune", shape=area((-900, -900), (900, -900), (900, 900), (-900, 900)),
             attributes={"alternative": True})  # fmt: skip
    town.add("places", "in", "library", 100, 0)
    town.add("places", "out", "library", 700, 0)
    found = demanded(session, town.load(session))

    assert amount(found, "places") == 1
    assert [note.values for note in found.notes if note.code == "outside"] == [{"points": 1}]


def test_worth_follows_the_weights_and_weight_nought_removes_a_kind(session: Session, town: WifiTown) -> None:
    town.add("places", "school", "school", 10, 0)
    town.add("places", "library", "library", 20, 0)
    commune = town.load(session)
    whole = demanded(session, commune)
    found = demanded(session, commune, stops=0, walks=2.5, **{"places.school": 3})
    worth = np.bincount(found.kind, found.worth, len(KINDS))

    assert amount(whole, "stops") > 0 == amount(found, "stops")
    assert worth[KINDS.index("walks")] == pytest.approx(2.5)
    assert worth[KINDS.index("places")] == pytest.approx(1)
    places = found.kind == KINDS.index("places")
    assert dict(zip(found.detail[places], found.worth[places], strict=True)) == pytest.approx(
        {"school": 0.75, "library": 0.25}
    )
    assert len(demanded(session, commune, **dict.fromkeys(KINDS, 0))) == 0


@pytest.mark.parametrize(
    "weights",
    [
        {"residents": -1},
        {"residents": float("nan")},
        {"residents": float("inf")},
        {"residents": 101},
        {"residents": True},
        {"residents": "1"},
        {"ghosts": 1},
        {"places.ghost": 1},
        {"walks.library": 1},
        {"x" * 10_000: 1},
    ],
)
def test_weights_that_are_none_are_refused(weights: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as bad:
        checked(weights)

    assert bad.value.field == "weights" and len(str(bad.value)) < 200


def test_demand_is_kept_until_the_data_change(session: Session, town: WifiTown) -> None:
    commune = town.load(session)
    first = demanded(session, commune)
    session.execute(text("UPDATE feature SET withdrawn_at = now()"))
    again = demanded(session, commune)
    assert len(first) and again.amount.tolist() == first.amount.tolist()

    town.add("places", "new", "library", 10, 0)
    assert amount(demanded(session, town.load(session)), "places") == 1


def test_every_note_is_a_sentence_for_its_values(session: Session, town: WifiTown) -> None:
    town.add("quarters", "centre", "quarter", 1000, 0)
    town.add("places", "pointed", "square", 0, 0)
    found = demanded(session, town.load(session))

    assert found.notes
    assert all("%(" not in NOTES[note.code] % note.values for note in found.notes)
