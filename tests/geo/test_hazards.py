"""Zones on a day, what lies in them, and events without a map."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from core.db import Engine, session_of
from geo import published, zones
from geo.commune import Commune
from geo.hazards import exposure, listing, people
from geo.hazards.people import People, Spread
from geo.loading import folder as loading
from geo.loading.records import BadFolder
from geo.wifi.served.points import NOWHERE, Points
from tests.geo.alerts.warned import town
from tests.geo.made_streets import area, at
from tests.geo.tiny import Town, feature

TODAY = date(2026, 11, 28)


def _zone(key: str, shape: dict[str, Any], kind: str = "flood", **attributes: Any) -> dict[str, Any]:
    zone = feature(key, kind, shape, names={"fr": key}, attributes=attributes)
    zone["properties"]["error_m"] = 0
    return zone


def _around(metres: float) -> dict[str, Any]:
    """A square around the gate; the tower stands 100 m north of it."""
    return area((-metres, -metres), (metres, -metres), (metres, metres), (-metres, metres))


def _of(session: Session, commune: Commune, near_m: int = 50) -> Mapping[str, exposure.Counted]:
    found = exposure.reckoned(session, commune, near_m)
    return next(iter(found.values())).things


@pytest.mark.parametrize(
    ("metres", "inside", "may", "near"),
    [(130, 2, 0, 0), (103, 1, 1, 0), (97, 1, 1, 0), (60, 1, 0, 1), (30, 1, 0, 0), (3, 0, 1, 0)],
)
def test_what_is_nearer_to_the_edge_than_it_is_known_may_lie_in_it(
    session: Session, tmp_path: Path, metres: float, inside: int, may: int, near: int
) -> None:
    # Both are known to 5 m.
    commune = town(session, tmp_path / "t", _zone("z", _around(metres)))

    assert _of(session, commune)["monuments"] == exposure.Counted(inside, may, near)
    assert _of(session, commune)["stops"] == exposure.Counted(inside, may, near)


def test_the_distance_is_the_readers(session: Session, tmp_path: Path) -> None:
    commune = town(session, tmp_path / "t", _zone("z", _around(60)))

    assert _of(session, commune, 25)["monuments"].near == 0
    assert _of(session, commune, 50)["monuments"].near == 1


def test_a_line_holds_on_both_sides(session: Session, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [at(-50, 0), at(50, 0)]}
    commune = town(session, tmp_path / "t", _zone("z", line, "fire"))

    assert _of(session, commune)["monuments"].inside == 1
    assert len(zones.active(session, TODAY)) == 1


def test_walks_are_measured_inside(session: Session, tmp_path: Path) -> None:
    commune = town(session, tmp_path / "t", _zone("z", area((-5, 25), (5, 25), (5, 75), (-5, 75))))
    (found,) = exposure.reckoned(session, commune, 50).values()

    # There and back, 50 m each.
    assert found.walks_m == pytest.approx(100, abs=1)


def test_exposure_follows_the_map(session: Session, tmp_path: Path) -> None:
    commune = town(session, tmp_path / "t", _zone("z", _around(60)))
    first = exposure.of(session, commune, "one")
    town(session, tmp_path / "u", _zone("z", _around(130)))

    assert exposure.of(session, commune, "one") == first
    (now,) = exposure.of(session, commune, "two").values()
    assert now.things["monuments"].inside == 2


def test_things_come_by_name_what_is_inside_first(session: Session, tmp_path: Path) -> None:
    commune = town(session, tmp_path / "t", _zone("z", _around(60)))
    (zone_id,) = zones.active(session, TODAY)
    found = exposure.things(session, commune, zone_id, ["fr"], limit=9)

    assert [(each.how, each.thing.key) for each in found] == [("inside", "gate"), ("near", "tower")]


@pytest.mark.parametrize(
    ("attributes", "states"),
    [
        ({}, ("active", True)),
        ({"valid_from": "2026-11-28", "valid_until": "2026-11-28"}, ("active", True)),
        ({"valid_from": "2026-11-29"}, ("coming", False)),
        ({"valid_until": "2026-11-27"}, ("over", False)),
        ({"record": True}, ("record", False)),
    ],
)
def test_a_zone_holds_on_its_days(
    session: Session, tmp_path: Path, attributes: dict[str, Any], states: tuple[str, bool]
) -> None:
    town(session, tmp_path / "t", _zone("z", _around(60), **attributes))
    zone, _ = listing.find(session, "z", ["fr"], TODAY)

    assert (zone.state, bool(zones.active(session, TODAY))) == states
    assert (zone.hazard, zone.hazard_code) == ("flooding", "MH0600")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"attributes": {"hazard": "heatwave"}}, "heatwave is a hazard of the kind heat, not flood"),
        ({"attributes": {"hazard": "tsunami"}}, "unknown hazard"),
        ({"attributes": {"level": "red"}}, "unknown level"),
        ({"attributes": {"official": True, "reported_by": "me"}}, "not official"),
        ({"attributes": {"reported_by": "x" * 201}}, "longer than 200"),
        ({"attributes": {"valid_from": "2026-02-02", "valid_until": "2026-02-01"}}, "is before valid_from"),
        ({"geometry": {"type": "Point", "coordinates": [-8.88, 30.47]}}, "a point is no zone"),
    ],
)
def test_a_zone_that_does_not_fit_is_told(
    session: Session, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    zone = _zone("z", change.get("geometry", _around(60)))
    zone["properties"]["attributes"] = change.get("attributes", {})
    with pytest.raises(BadFolder) as bad:
        town(session, tmp_path / "t", zone)

    assert [said in problem.message for problem in bad.value.problems] == [True]


EVENT = {
    "id": "e",
    "hazard": "flooding",
    "from": "2014-11",
    "texts": {"fr": "L'eau."},
    "sources": ["La presse"],
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "2014-13"}, "must be a year, month or day"),
        ({"from": "soon"}, "must be a year, month or day"),
        ({"until": "2013"}, "is before from"),
        ({"hazard": "dragons"}, "unknown hazard"),
        ({"texts": {}}, "a text in at least one language"),
        ({"sources": []}, "at least one source"),
        ({"geometry": [1, 2]}, "unknown property"),
        ({"forecast": "yes"}, "true or false"),
        ({"id": "A B"}, "must be of a-z"),
        ({"texts": {"fr": "a\x00b"}}, "invisible character"),
    ],
)
def test_events_are_checked(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    folder = Town(tmp_path / "t").write()
    (folder / "hazard_events.json").write_text(
        json.dumps({"events": [{**EVENT, **change}]}), encoding="utf-8"
    )
    with pytest.raises(BadFolder) as bad:
        loading.read(folder)

    assert any(said in problem.message for problem in bad.value.problems)


def test_events_come_the_latest_first(session: Session, tmp_path: Path) -> None:
    folder = Town(tmp_path / "t").write()
    events = [EVENT, {**EVENT, "id": "f", "from": "2019-08-28"}]
    (folder / "hazard_events.json").write_text(json.dumps({"events": events}), encoding="utf-8")

    assert [event["id"] for event in loading.read(folder).config["hazard_events"]] == ["f", "e"]


@pytest.mark.parametrize(
    ("zone", "table", "said"),
    [
        ("Mars/Base", "", "time zone"),
        ("UTC", "[alerts]\nofficial = true\n", "needs a sender"),
        ("UTC", '[alerts]\nsender = "a b,c"\n', "address or host"),
        ("UTC", '[alerts]\nsnder = "x"\n', "unknown property"),
    ],
)
def test_clock_and_sender_are_checked(tmp_path: Path, zone: str, table: str, said: str) -> None:
    place = Town(tmp_path / "t")
    place.config = place.config.replace("country =", f'timezone = "{zone}"\ncountry =') + table
    with pytest.raises(BadFolder) as bad:
        loading.read(place.write())

    assert any(said in problem.message for problem in bad.value.problems)


@pytest.mark.parametrize(
    ("many", "told"),
    [
        (1000.0, People(1000, all=True, few=False)),
        (996.0, People(1000, all=True, few=False)),
        (4.0, People(10, all=False, few=True)),
        (347.0, People(350, all=False, few=False)),
        (12.4, People(12, all=False, few=False)),
    ],
)
def test_figures_of_people_are_no_more_exact_than_the_data(many: float, told: People) -> None:
    spread = Spread(Points(np.array([0.0]), np.array([0.0]), np.array([1000.0])), (), 2024)

    assert people.told(spread, many) == told
    assert people.told(Spread(NOWHERE, (), None), many) is None


def test_without_a_census_nobody_knows_how_many_people(session: Session, tmp_path: Path) -> None:
    commune = town(session, tmp_path / "t", _zone("z", _around(60)))

    assert [each.people for each in exposure.reckoned(session, commune, 50).values()] == [None]


def test_what_lies_over_the_whole_town_holds_all_its_people(town_engine: Engine) -> None:
    with session_of(town_engine) as reading:
        state = published.current(reading)
        assert state is not None
        found = exposure.reckoned(reading, state.commune, 50).values()
    whole = next(fact.value for fact in state.commune.facts if fact.id == "population")
    told = [each.people for each in found if each.people is not None]

    assert People(round(whole), all=True, few=False) in told
    assert all(each.about <= whole for each in told)
