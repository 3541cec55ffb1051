"""A visitor with a phone: scans a sign, reads, looks at the map, walks on."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, Open


@pytest.fixture(scope="module")
def codes(shipped: Path) -> dict[str, str]:
    """Monument → printed code."""
    signs = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    return {sign["id"]: sign["code"] for sign in signs}


@pytest.mark.parametrize(
    ("locale", "name", "following", "direction"),
    [("ar-MA", "ساحة أسراك", "السوق الكبير", "rtl"), ("fr-FR", "Place Assarag", "Souk artisanal", "ltr")],
)
def test_scan_page_map_next_stop(
    open_page: Open, codes: dict[str, str], locale: str, name: str, following: str, direction: str
) -> None:
    lang = locale[:2]
    page = open_page(f"/Q/{codes['place-assarag']}", locale=locale)
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator(".languages a")).to_have_count(6)

    page.locator(".side-column a.button").click()
    expect(page).to_have_url(re.compile(rf"/{lang}/map#"))
    expect(page.locator(".leaflet-popup strong")).to_contain_text(name)
    page.locator(".leaflet-popup .map-card a").click()
    expect(page).to_have_url(re.compile(rf"/{lang}/monuments/place-assarag$"))

    onward = page.locator(".next")
    expect(onward).to_contain_text(following)
    onward.locator("a").first.click()
    expect(page.locator("h1")).to_contain_text(following)


def test_a_language_tapped_once_is_kept_for_the_next_sign(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/q/{codes['kasbah']}", locale="fr-FR")
    page.locator(".languages a[hreflang=zgh]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zgh")
    page.goto(page.url.split("/q/")[0] + f"/q/{codes['mellah']}")

    expect(page.locator("html")).to_have_attribute("lang", "zgh")


def test_a_language_tapped_on_any_page_is_remembered_too(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page("/fr/about", locale="fr-FR")
    page.locator(".languages a[hreflang=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto("/".join(page.url.split("/")[:3]) + f"/q/{codes['mellah']}")

    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_layers_are_switched_and_the_address_remembers(open_page: Open) -> None:
    page = open_page("/en/map", size=DESK)
    expect(page.locator(".pin").first).to_be_visible()
    page.get_by_label("Public places").check()
    expect(page.locator(".dot-places, .group-places").first).to_be_visible()
    page.get_by_label("Walks").uncheck()
    expect(page.locator("path.m-routes")).to_have_count(0)
    expect(page).to_have_url(re.compile("layers=.*places"))
    page.reload()

    expect(page.locator(".dot-places, .group-places").first).to_be_visible()
    expect(page.get_by_label("Walks")).not_to_be_checked()


def test_the_wall_is_drawn_and_labelled_as_schematic(open_page: Open) -> None:
    page = open_page("/en/map", size=DESK)
    ring = page.locator("path.m-wall_ring")
    expect(ring).to_have_count(1)

    assert ring.evaluate("node => getComputedStyle(node).strokeDasharray") != "none"
    expect(page.locator(".map-layer:has([data-layer=walls])")).to_contain_text("Schematic")


def test_risk_zones_say_that_they_are_a_record(open_page: Open) -> None:
    page = open_page("/en/map", size=DESK)
    expect(page.locator(".pin").first).to_be_visible()
    page.get_by_label("Risk zones").check()
    expect(page.locator("path.m-risk_zones").first).to_be_attached()

    expect(page.locator(".map-layer:has([data-layer=risk_zones])")).to_contain_text("no zoning")


def test_a_layer_that_fails_can_be_tried_again(open_page: Open) -> None:
    page = open_page("/en/about", size=DESK)
    page.route("**/layers/places.geojson*", lambda route: route.abort())
    page.goto(page.url.replace("/about", "/map"))
    expect(page.locator(".pin").first).to_be_visible()
    page.get_by_label("Public places").check()
    retry = page.locator(".map-retry")
    expect(retry).to_be_visible()
    page.unroute("**/layers/places.geojson*")
    retry.click()

    expect(page.locator(".dot-places, .group-places").first).to_be_visible()


def test_where_am_i(open_page: Open) -> None:
    page = open_page(
        "/en/map",
        geolocation={"longitude": -8.8775, "latitude": 30.4701},
        permissions=["geolocation"],
    )
    page.get_by_role("button", name="Where am I?").click()

    expect(page.locator(".pin-here")).to_be_visible()


def test_where_am_i_from_far_away_or_without_leave(open_page: Open) -> None:
    far = open_page(
        "/en/map", geolocation={"longitude": 2.35, "latitude": 48.85}, permissions=["geolocation"]
    )
    far.get_by_role("button", name="Where am I?").click()
    expect(far.locator(".map-message")).to_contain_text("outside")
    refused = open_page("/en/map", permissions=[])
    refused.get_by_role("button", name="Where am I?").click()

    expect(refused.locator(".map-message")).to_contain_text("could not be found")


def test_the_map_is_mirrored_for_arabic(open_page: Open) -> None:
    arabic, french = open_page("/ar/map", size=DESK), open_page("/fr/map", size=DESK)
    at_right = arabic.locator(".leaflet-control-zoom").bounding_box()
    at_left = french.locator(".leaflet-control-zoom").bounding_box()

    assert at_right and at_left
    panel, map_ = arabic.locator(".map-panel").bounding_box(), arabic.locator(".map").bounding_box()
    assert panel and map_ and panel["x"] < map_["x"] < at_right["x"]
    assert at_left["x"] < 100


def test_a_search_in_the_browser_forgives(open_page: Open) -> None:
    page = open_page("/fr/monuments")
    page.get_by_role("searchbox").fill("zorgan")
    page.keyboard.press("Enter")

    expect(page.locator(".items a").first).to_have_attribute("href", "/fr/monuments/bab-zorgane")


def test_a_number_typed_from_a_sign(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page("/fr/")
    page.locator("#code").fill(codes["kasbah"].lower())
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_contain_text("Kasbah")
