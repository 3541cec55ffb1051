"""A visitor looks for public Wi-Fi: from where they stand, from a monument, on the map."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core.db import session_of
from core.settings import Settings
from geo import published
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.wifi_plans import hotspot, scenario

HERE = {"longitude": -8.8775, "latitude": 30.4701}


@pytest.fixture(scope="module")
def networked(shipped: Path) -> Iterator[str]:
    """Address of a site whose approved plan has three hotspots on air, one out of order, one ordered."""
    with _database("networked") as engine:
        load(engine, shipped)
        with session_of(engine) as session:
            plan = scenario(session)
            lon, lat = HERE["longitude"], HERE["latitude"]
            hotspot(session, plan, "far", (lon + 0.008, lat), "on_air", name="Loin <i>là</i>")
            hotspot(session, plan, "north", (lon, lat + 0.0018), "on_air", name="Au nord")
            hotspot(session, plan, "west", (lon - 0.004, lat), "on_air", name="ساحة أسراك")
            hotspot(session, plan, "broken", (lon, lat - 0.002), "faulty", name="En panne")
            hotspot(session, plan, "soon", (lon + 0.002, lat - 0.002), "ordered", name="Bientôt")
            published.touch(session)
            session.commit()
        app: Flask = create_app(Settings(SECRET_KEY="test"), engine)
        with serving(app) as address:
            yield address
        app.extensions["scan_counter"].close()


def _clean(page: Page, axe: str) -> None:
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run().then(result => result.violations.map(each => each.id + ': ' + each.help))"
    )
    assert found == []


def test_the_nearest_from_where_one_stands(open_page: Open, networked: str, axe: str) -> None:
    page = open_page("/fr/wifi", base=networked, geolocation=HERE, permissions=["geolocation"])
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("[data-nearest] button[type=button]").click()

    expect(page.locator("[role=status]")).to_contain_text("Au nord")
    expect(page.locator("[role=status]")).to_contain_text(re.compile(r"200\sm"))
    names = page.locator("[data-hotspots] .item-name").all_inner_texts()
    assert names == ["Au nord", "ساحة أسراك", "Loin <i>là</i>"]
    expect(page.locator("[data-hotspots] .arrow").first).to_have_class("arrow arrow-n")
    assert [url for url in sent if "/static/" not in url] == []
    _clean(page, axe)


def test_who_gives_no_leave_is_told_and_keeps_the_list(open_page: Open, networked: str) -> None:
    page = open_page("/ar/wifi", base=networked, permissions=[])
    page.locator("[data-nearest] button[type=button]").click()

    expect(page.locator("[role=status]")).not_to_be_empty()
    expect(page.locator("[data-nearest] button[type=button]")).to_be_enabled()
    expect(page.locator("[data-hotspots] li")).to_have_count(3)


def test_who_is_far_away_is_told_so(open_page: Open, networked: str) -> None:
    paris = {"longitude": 2.35, "latitude": 48.85}
    page = open_page("/en/wifi", base=networked, geolocation=paris, permissions=["geolocation"])
    page.get_by_role("button", name="Find the nearest to me").click()

    expect(page.locator("[role=status]")).to_contain_text("outside the town")
    expect(page.locator("[role=status]")).to_contain_text(" km, ")


def test_from_a_monument_without_any_script(open_page: Open, networked: str) -> None:
    page = open_page("/en/monuments/place-assarag", base=networked, java_script_enabled=False)
    page.locator(".hotspot a").click()
    expect(page.locator("[data-hotspots] li")).to_have_count(3)
    expect(page.locator("[data-hotspots] .way")).to_have_count(3)
    expect(page.locator("[data-nearest] button[type=button]")).to_be_hidden()
    page.get_by_label("Or from a monument").select_option("monuments/kasbah")
    page.get_by_role("button", name="Show the way").click()

    expect(page).to_have_url(re.compile("from=monuments"))
    expect(page.locator("[data-start]")).to_contain_text("Kasbah")


def test_each_state_has_its_own_shape_and_words_on_the_map(open_page: Open, networked: str, axe: str) -> None:
    page = open_page("/en/map#layers=wifi,walls", base=networked, size=DESK)
    for state in ("on_air", "faulty", "planned", "candidate"):
        expect(page.locator(f".map .wifi-{state}").first).to_be_visible()
    page.locator(".map .wifi-faulty").click()
    expect(page.locator(".map-card")).to_contain_text("Out of order")
    assert "On air" in (page.locator(".map .wifi-on_air").first.get_attribute("aria-label") or "")
    expect(page.locator(".map-layer:has([data-layer=wifi]) .map-shapes li")).to_have_count(4)
    _clean(page, axe)


def test_the_front_page_counts_what_is_on_air(open_page: Open, networked: str) -> None:
    page = open_page("/en/", base=networked, size=PHONE)
    page.get_by_role("link", name="Public Wi-Fi on air").click()

    expect(page.locator("h1")).to_have_text("Public Wi-Fi")
