"""Bad input: a clear message that says what would do, and nothing stored."""

import math
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Conflict, Invalid
from geo.wifi import checks, history, hotspots, scenarios, spots
from tests.geo.plans.planning import NOW, Bench, building, good
from tests.geo.tiny import LAT, LON

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"height_m": 400}, "height_m", "2.5 to 15 m"),
    ({"height_m": 0}, "height_m", "2.5 to 15 m"),
    ({"height_m": -4}, "height_m", "2.5 to 15 m"),
    ({"height_m": math.nan}, "height_m", "number"),
    ({"height_m": math.inf}, "height_m", "number"),
    ({"height_m": 10**400}, "height_m", "number"),
    ({"height_m": "4"}, "height_m", "number"),
    ({"height_m": True}, "height_m", "number"),
    ({"height_m": None}, "height_m", "number"),
    ({"eirp_24_dbm": 20.1}, "eirp_24_dbm", "national limit of 20 dBm"),
    ({"eirp_24_dbm": 36}, "eirp_24_dbm", "national limit"),
    ({"eirp_24_dbm": math.nan}, "eirp_24_dbm", "number"),
    ({"eirp_5_dbm": 25}, "eirp_5_dbm", "radiates -20 to 22 dBm"),
    ({"eirp_5_dbm": -200}, "eirp_5_dbm", "radiates"),
    ({"model": "sector", "eirp_24_dbm": 10}, "eirp_24_dbm", "no radio for 2.4 GHz"),
    ({"model": "sector", "channel_24": 6}, "channel_24", "no radio for 2.4 GHz"),
    ({"model": "golden"}, "model", "no such model"),
    ({"model": ["round"]}, "model", "no such model"),
    ({"channel_24": 13}, "channel_24", "1, 6, 11"),
    ({"channel_5": 36.0}, "channel_5", "36, 40, 44, 48"),
    ({"channel_5": True}, "channel_5", "36, 40"),
    ({"azimuth_deg": 361}, "azimuth_deg", "0 to 359"),
    ({"azimuth_deg": -1}, "azimuth_deg", "0 to 359"),
    ({"azimuth_deg": math.inf}, "azimuth_deg", "number"),
    ({"tilt_deg": 91}, "tilt_deg", "90 degrees"),
    ({"backhaul": "pigeon"}, "backhaul", "list"),
    ({"backhaul": ["fibre"]}, "backhaul", "list"),
    ({"lon": LAT, "lat": LON}, "place", "swapped"),
    ({"lon": 0.0, "lat": 0.0}, "place", "outside"),
    ({"lon": -8.895, "lat": 30.48, "name": "x" * 121}, "name", "120"),
    ({"lon": -8.75, "lat": 30.55}, "place", "outside"),
    ({"lon": 500.0}, "place", "degrees"),
    ({"lat": math.nan}, "place", "number"),
    ({"lat": None}, "place", "number"),
    ({"name": ""}, "name", "name"),
    ({"name": " \u200b "}, "name", "name"),
    ({"name": 7}, "name", "text"),
    ({"name": "a\x00b"}, "name", "cannot be kept"),
    ({"name": "a\ud800b"}, "name", "cannot be kept"),
    ({"note": "x" * 501}, "note", "500"),
    ({"public_place": "nowhere"}, "public_place", "no such place"),
    ({"public_place": {"key": 1}}, "public_place", "no such place"),
    ({"status": "on_air"}, "status", "no such value"),
    ({"price_mad": -5}, "price_mad", "no such value"),
]


@pytest.mark.parametrize(("values", "field", "told"), BAD)
def test_a_hotspot_that_cannot_be_is_told_and_nothing_is_stored(
    desk: Bench, values: dict[str, Any], field: str, told: str
) -> None:
    plan = desk.plan()
    placed = desk.place(plan.key, (50, 0))
    assert placed.hotspot is not None
    before = spots.listed(desk.session, plan.id)

    for ask in (
        lambda: desk.place(plan.key, **values),
        lambda: desk.change(plan.key, placed.hotspot.key if placed.hotspot else "", **values),
        lambda: _adopt(desk, plan.key, [good(), good() | values]),
    ):
        with pytest.raises(Invalid) as wrong:
            ask()
        assert wrong.value.field == field
        assert told in str(wrong.value)

    assert spots.listed(desk.session, plan.id) == before
    assert len(history.listed(desk.session, plan.id, limit=9)) == 1
    assert plan.revision == placed.revision


def _adopt(desk: Bench, scenario: str, sites: list[dict[str, Any]]) -> int:
    return hotspots.adopt(
        desk.session, desk.commune, desk.catalogue, scenario, sites, instead=False, by="A", now=NOW
    )


def test_an_antenna_stands_on_a_wall_and_not_inside(desk: Bench) -> None:
    building(desk, [(0, 0), (20, 0), (20, 10), (0, 10)])
    plan = desk.plan()

    with pytest.raises(Invalid, match="inside a building") as wrong:
        desk.place(plan.key, (10, 5))
    assert wrong.value.field == "place"
    assert spots.listed(desk.session, plan.id) == []

    for wall in ((20, 5), (19.8, 5), (20.5, 5), (0, 0)):
        desk.place(plan.key, wall)
    assert spots.count(desk.session, plan.id) == 4


def test_nothing_is_fixed_to_a_monument(desk: Bench) -> None:
    plan = desk.plan()

    for away in ((-300, 0), (-300 + 4, 0)):
        with pytest.raises(Invalid, match="on a monument") as wrong:
            desk.place(plan.key, away)
        assert wrong.value.field == "place"
    assert spots.listed(desk.session, plan.id) == []

    desk.place(plan.key, (-300 + 7, 0))
    assert spots.count(desk.session, plan.id) == 1


def test_a_place_outside_a_boundary_that_is_exact_to_5_m_is_refused(desk: Bench) -> None:
    plan = desk.plan()
    west, north = -8.9, 30.47

    desk.place(plan.key, lon=west - 0.00003, lat=north)
    with pytest.raises(Invalid, match="outside"):
        desk.place(plan.key, lon=west - 0.0002, lat=north)


def test_a_hotspot_can_hang_at_a_public_place(desk: Bench) -> None:
    placed = desk.place(desk.plan().key, public_place="square")

    assert placed.hotspot is not None and placed.hotspot.values.public_place == "square"


def test_a_full_turn_is_north(desk: Bench) -> None:
    placed = desk.place(desk.plan().key, azimuth_deg=360)

    assert placed.hotspot is not None and placed.hotspot.values.azimuth_deg == 0


@pytest.mark.parametrize(
    "budget", [-1, -0.01, math.nan, math.inf, 10**12, "60000", None, True, [1], Decimal("-5")]
)
def test_a_budget_that_cannot_be_is_told_and_nothing_is_stored(desk: Bench, budget: Any) -> None:
    plan = desk.plan()

    with pytest.raises(Invalid) as wrong:
        scenarios.create(desk.session, "B", budget_mad=budget, by="A", now=NOW)
    assert wrong.value.field == "budget_mad"
    with pytest.raises(Invalid):
        scenarios.change(desk.session, plan.key, {"budget_mad": budget}, seen=9, by="A", now=NOW)

    assert scenarios.listed(desk.session, limit=9).total == 1
    assert (plan.budget_mad, plan.revision) == (Decimal(60000), 1)


@pytest.mark.parametrize(
    ("setting", "value", "field"),
    [
        ("weights", {"residents": -1}, "weights"),
        ("weights", {"residents": 1e9}, "weights"),
        ("weights", {"residents": math.nan}, "weights"),
        ("weights", {"residents": "2"}, "weights"),
        ("weights", {"camels": 1}, "weights"),
        (
            "weights",
            {kind: 0 for kind in ("residents", "places", "walks", "stops", "open_area", "children")},
            "weights",
        ),
        ("weights", [1, 2], "weights"),
        ("rules", "all", "rules"),
        ("rules", {"must_serve": ["x" * 30_000]}, "must_serve"),
        ("title", "", "title"),
        ("title", None, "title"),
        ("title", "x" * 121, "title"),
        ("status", "approved", "status"),
        ("offset_db", 30, "offset_db"),
        ("rules", {"hops": -1}, "hops"),
        ("rules", {"shares": {"kasbah": 2}}, "shares"),
        ("rules", {"must_serve": ["a\x00b"]}, "rules"),
        ("rules", {"must_serve": ["a\ud800b"]}, "rules"),
        ("rules", {"must_be_blue": True}, "must_be_blue"),
    ],
)
def test_settings_that_cannot_be_are_told_and_nothing_is_stored(
    desk: Bench, setting: str, value: Any, field: str
) -> None:
    plan = desk.plan()

    with pytest.raises(Invalid) as wrong:
        scenarios.change(desk.session, plan.key, {setting: value}, seen=9, by="A", now=NOW)

    assert wrong.value.field == field
    assert (plan.title, plan.weights, plan.rules, plan.revision) == ("Plan A", {}, {}, 1)
    assert not history.listed(desk.session, plan.id, limit=9)


def test_a_plan_has_a_bounded_number_of_hotspots(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_HOTSPOTS", 2)
    plan = desk.plan()
    desk.place(plan.key)
    desk.place(plan.key, (50, 0))

    with pytest.raises(Conflict, match="at most 2"):
        desk.place(plan.key, (90, 0))

    assert spots.count(desk.session, plan.id) == 2 and plan.revision == 3
    assert checks.MOST_HOTSPOTS == 500
