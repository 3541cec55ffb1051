"""The bill of a plan, and what its planner should think about."""

from typing import Any

import pytest

from geo.wifi import catalogue, money, warnings
from geo.wifi.catalogue import Catalogue
from geo.wifi.checks import Values
from geo.wifi.warnings import WARNINGS, Placed, Warning
from tests.geo.plans.planning import CONFIG


@pytest.fixture(scope="module")
def shop() -> Catalogue:
    """The made-up catalogue."""
    return catalogue.from_config(CONFIG)


def _values(**values: Any) -> Values:
    usual: dict[str, Any] = {"name": "A", "lon": 0.0, "lat": 0.0, "height_m": 4.0, "model": "round"}
    return Values(**(usual | values))


def _placed(key: str, x: float, **values: Any) -> Placed:
    return Placed(key, _values(name=key.upper(), **({"backhaul": "fibre"} | values)), x, 0.0)


def test_a_bill_lists_models_mounting_and_backhaul_and_what_is_left(shop: Catalogue) -> None:
    hotspots = [
        _values(backhaul="fibre"),
        _values(backhaul="mesh"),
        _values(model="sector", backhaul="fibre"),
    ]

    bill = money.of(shop, hotspots, 60000)

    assert [(item.what, item.key, item.many, item.mad) for item in bill.items] == [
        ("model", "round", 2, 8000), ("model", "sector", 1, 6000), ("site", "site", 3, 4500),
        ("backhaul", "fibre", 2, 4000), ("backhaul", "mesh", 1, 0),
    ]  # fmt: skip
    assert (bill.total_mad, bill.left_mad, bill.unpriced) == (22500, 37500, 0)
    assert bill.assumed_mad == 22500
    assert sum(money.each(shop, one) or 0 for one in hotspots) == bill.total_mad


def test_what_has_no_price_is_said_and_not_guessed(shop: Catalogue) -> None:
    bill = money.of(shop, [_values(model="gone"), _values()], 60000)

    assert [(item.key, item.each_mad) for item in bill.items][:2] == [("round", 4000), ("gone", None)]
    assert bill.unpriced == 1 and bill.as_json()["unpriced"] == 1
    assert money.each(shop, _values(model="gone")) is None


def test_a_plan_without_hotspots_costs_nothing(shop: Catalogue) -> None:
    assert money.of(shop, [], 100).as_json() == {
        "total_mad": 0, "budget_mad": 100, "left_mad": 100, "assumed_mad": 0, "unpriced": 0, "items": [],
    }  # fmt: skip


def _told(shop: Catalogue, placed: list[Placed], budget: float = 10**6) -> list[tuple[str, str | None]]:
    bill = money.of(shop, [each.values for each in placed], budget)
    found = warnings.of(shop, placed, bill)
    for warning in found:
        assert WARNINGS[warning.code] % warning.values
    return [(warning.code, warning.hotspot) for warning in found]


def test_hotspots_too_near_to_each_other_are_told_of(shop: Catalogue) -> None:
    assert _told(shop, [_placed("a", 0, model="sector"), _placed("b", 19, model="sector")]) == [("near", "a")]
    assert _told(shop, [_placed("a", 0, model="sector"), _placed("b", 20, model="sector")]) == []


def test_a_plan_above_its_budget_is_told_of(shop: Catalogue) -> None:
    (warning,) = warnings.of(
        shop, [_placed("a", 0, model="sector")], money.of(shop, [_values(model="sector")], 4000)
    )

    assert warning == Warning("over_budget", None, {"mad": 5500})


def test_a_chain_of_hops_leads_to_fibre_or_the_hotspot_is_told_of(shop: Catalogue) -> None:
    mesh = {"backhaul": "mesh", "model": "sector"}
    chain = [_placed("a", 0, model="sector"), *(_placed(k, x, **mesh) for k, x in (("b", 150), ("c", 300)))]

    assert _told(shop, chain) == []
    assert _told(shop, [*chain, _placed("d", 451, **mesh)]) == [("mesh_far", "d")]
    assert _told(shop, chain[1:]) == [("mesh_far", "b"), ("mesh_far", "c")]


def test_equipment_that_is_gone_or_unconnected_is_told_of(shop: Catalogue) -> None:
    assert _told(shop, [_placed("a", 0, model="gone")]) == [("unpriced", None), ("no_model", "a")]
    assert _told(shop, [_placed("a", 0, model="sector", backhaul="unknown")]) == [("backhaul", "a")]


def test_power_above_the_law_is_planned_at_the_limit_and_told_of() -> None:
    limits = [{**limit, "eirp_dbm": 15.0} for limit in CONFIG["limits"]]
    strict = catalogue.from_config({**CONFIG, "limits": limits})

    assert _told(strict, [_placed("a", 0)]) == [("capped", "a"), ("capped", "a")]
    assert _told(strict, [_placed("a", 0, eirp_24_dbm=15.0, eirp_5_dbm=14.0)]) == []
