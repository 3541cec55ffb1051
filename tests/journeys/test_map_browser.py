"""The interactive map alone: keyboard, bad networks, hostile texts, many points, late loading, mirroring."""

import math
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESK, Open, serving
from tests.journeys.small_map import Ground, point, small_app
from tests.webmap.test_maps import PAYLOADS


@pytest.fixture
def ground() -> Iterator[Ground]:
    """A server of the small town's map."""
    ground = Ground()
    with serving(small_app(ground)) as ground.address:
        yield ground


def _clicked(page: Page, key: str) -> Locator:
    """Open the card of a gate and wait for it."""
    page.get_by_role("button", name=f"Gate {key}").click()
    expect(page.locator(".leaflet-popup strong")).to_have_text(f"Gate {key}")
    return page.locator(".leaflet-popup")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_run_nowhere(open_page: Open, ground: Ground, payload: str) -> None:
    geometry = ("Point", "LineString", "Polygon")
    for features in ground.layers.values():
        for feature in features:
            assert feature["geometry"]["type"] in geometry
            feature["properties"] = {
                name: payload if value is None or isinstance(value, str) else value
                for name, value in feature["properties"].items()
            }
            feature["properties"] |= {
                "name_dir": payload,
                "unit": payload,
                "ordinal": payload,
                "value": payload,
            }
    page = open_page(f"/en/map?label={quote(payload)}", base=ground.address, size=DESK)
    for box in page.locator(".map-panel input").all():
        box.check()
    expect(page.locator(".pin, .dot, .group").first).to_be_visible()
    expect(page.locator(".map")).to_have_attribute("aria-busy", "false")
    marker = page.locator(".leaflet-marker-icon[role=button]:not(.group)").first
    marker.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".leaflet-popup strong")).to_have_text(payload)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img, body script:not([nonce]), [onerror]").count() == 0
    assert "javascript" not in (page.locator(".map-card a").get_attribute("href") or "")


def test_the_keyboard_opens_closes_and_returns(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map", base=ground.address, size=DESK)
    marker = page.get_by_role("button", name="Gate west")
    for key in ("Enter", "Space"):
        marker.focus()
        page.keyboard.press(key)
        expect(page.locator(".map-card a")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        expect(marker).to_be_focused()


def test_a_group_opened_by_keyboard_hands_on_the_focus(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map", base=ground.address, size=DESK)
    group = page.get_by_role("button", name="2 together; zoom in to see them")
    group.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".map :focus")).to_have_attribute("aria-label", re.compile("Gate twin-[ab], Mosque"))


def test_a_card_tells_what_it_is_and_how_exact(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map", base=ground.address, size=DESK)
    card = _clicked(page, "west")

    expect(card).to_contain_text("City gate")
    expect(card).to_contain_text("Secondary source · ± 60 m")
    expect(card.locator("strong")).to_have_attribute("lang", "en")
    expect(card.locator(".map-card a")).to_have_attribute("href", "/en/monuments/west")
    expect(page.locator("path.m-error")).to_have_count(1)
    expect(page.locator(".pin.chosen")).to_have_count(1)
    card.locator(".leaflet-popup-close-button").click()
    expect(page.locator("path.m-error, .chosen")).to_have_count(0)


def test_the_address_opens_a_thing_and_keeps_the_view(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map#east", base=ground.address, size=DESK)
    expect(page.locator(".leaflet-popup strong")).to_have_text("Gate east")
    expect(page.locator(".map-card a")).to_be_focused()
    page.get_by_role("checkbox", name="Walks").uncheck()
    expect(page).to_have_url(re.compile(r"#at=[\d.]+,-[\d.]+,17&layers=boundary,walls,monuments&east$"))
    page.evaluate("location.hash = '#layers=places'")
    expect(page.get_by_role("checkbox", name="Public places")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Monuments")).not_to_be_checked()
    page.evaluate("location.hash = '#west'")
    expect(page.get_by_role("dialog", name="Gate west")).to_be_visible()
    page.evaluate("location.hash = '#at=30.47,-8.88,16'")
    expect(page.locator(".map")).to_be_focused()
    page.evaluate("location.hash = '#%E0%A4%A'")
    expect(page.locator(".map")).to_have_attribute("aria-busy", "false")


def test_failed_layers_are_named_and_tried_again_together(open_page: Open, ground: Ground) -> None:
    ground.broken = {"monuments", "routes"}
    page = open_page("/en/map", base=ground.address, size=DESK)
    message = page.locator(".map-message")
    expect(message).to_contain_text(re.compile("(Walks, Monuments|Monuments, Walks): This layer could"))
    expect(page.locator("path.m-wall_ring")).to_have_count(1)
    expect(page.locator(".map-retry")).to_have_count(1)
    ground.broken = {"routes"}
    page.locator(".map-retry").click()
    expect(page.locator(".pin-gate.leaflet-marker-icon")).to_have_count(4)
    expect(message).to_contain_text("Walks: This layer")
    ground.broken = set()
    page.locator(".map-retry").click()
    expect(page.locator("path.m-routes")).to_have_count(1)
    expect(message).to_be_hidden()


def test_a_layer_too_large_is_asked_for_by_box_as_one_moves(open_page: Open, ground: Ground) -> None:
    ground.layers["monuments"] = [point(f"{x}-{y}", x / 10, y / 10) for x in range(11) for y in range(11)]
    ground.most = 60
    page = open_page("/en/map", base=ground.address, size=DESK)
    message = page.locator(".map-message")
    expect(message).to_contain_text("Only a part is shown")
    before = len(ground.boxes)
    page.evaluate("location.hash = '#at=30.47,-8.88,17'")
    expect(page.get_by_role("button", name="Gate 5-5")).to_be_visible()
    expect(message).to_be_hidden()
    assert len(ground.boxes) > before
    settled = len(ground.boxes)
    page.evaluate("location.hash = '#at=30.4701,-8.8801,17'")
    expect(page.get_by_role("button", name="Gate 5-5")).to_be_visible()
    expect(page.locator(".map")).to_have_attribute("aria-busy", "false")
    assert len(ground.boxes) == settled, "what is already here is not asked for again"
    page.evaluate("location.hash = '#at=30.45,-8.9,17'")
    expect(page.get_by_role("button", name="Gate 0-0")).to_be_visible()


def test_two_thousand_points_are_grouped(open_page: Open, ground: Ground) -> None:
    ground.layers["monuments"] = [
        point(str(index), 0.5 + 0.5 * math.sin(index) * math.cos(index * 7), 0.5 + 0.5 * math.cos(index * 3))
        for index in range(2000)
    ]
    page = open_page("/en/map", base=ground.address, size=DESK)
    expect(page.locator(".group").first).to_be_visible()
    expect(page.locator(".map")).to_have_attribute("aria-busy", "false")

    assert page.locator(".leaflet-marker-icon").count() < 500
    held = page.locator(".group").all_inner_texts()
    assert sum(map(int, held)) + page.locator(".pin.leaflet-marker-icon").count() == 2000


def test_names_cover_neither_signs_nor_each_other(open_page: Open, ground: Ground) -> None:
    page = open_page("/ar/map#layers=monuments,quarters,walls", base=ground.address, size=DESK)
    expect(page.locator(".map-label.fits").first).to_be_visible()
    expect(page.locator(".map")).to_have_attribute("aria-busy", "false")
    boxes = page.locator(".map-label.fits, .pin.leaflet-marker-icon, .group").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().toJSON())"
    )

    assert len(boxes) >= 9
    covering = [
        (a, b)
        for index, a in enumerate(boxes)
        for b in boxes[index + 1 :]
        if min(a["right"], b["right"]) - max(a["left"], b["left"]) > 2
        and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 5
    ]
    assert covering == []


def test_arabic_is_mirrored(open_page: Open, ground: Ground) -> None:
    ground.layers["monuments"][0]["properties"] |= {"name": "باب الزركان", "name_lang": "ar"}
    page = open_page("/ar/map", base=ground.address, size=DESK)
    page.get_by_role("button", name="باب الزركان").click()
    popup = page.locator(".leaflet-popup")
    expect(popup.locator("strong")).to_have_attribute("dir", "rtl")
    expect(popup).to_have_attribute("dir", "rtl")
    close, card = popup.locator(".leaflet-popup-close-button").bounding_box(), popup.bounding_box()
    zoom, locate = (
        page.locator(".leaflet-control-zoom").bounding_box(),
        page.locator(".map-locate").bounding_box(),
    )

    assert close and card and zoom and locate
    assert close["x"] - card["x"] < card["width"] / 4
    assert zoom["x"] > locate["x"]


def test_the_chosen_monument_stands_out_without_a_card(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map?focus=south", base=ground.address)

    expect(page.locator(".pin.chosen")).to_have_attribute("aria-label", "Gate south, City gate")
    expect(page.locator("path.m-error")).to_have_count(1)
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_nothing_moves_for_readers_who_want_no_motion(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map", base=ground.address, reduced_motion="reduce")
    expect(page.locator(".pin.leaflet-marker-icon").first).to_be_visible()

    expect(page.locator(".leaflet-fade-anim, .leaflet-cluster-anim")).to_have_count(0)


def test_zones_tell_their_value_and_that_they_are_a_record(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map#layers=risk_zones", base=ground.address, size=DESK)

    expect(page.locator(".zone-value .fits")).to_have_text("MMI 6.2")
    expect(page.locator("path.m-risk_zones")).to_have_attribute("fill", "url(#map-hatch)")
    page.locator(".map").click(position={"x": 560, "y": 300})
    expect(page.locator(".leaflet-popup")).to_contain_text("A record of the past")


def test_a_lazy_map_fetches_nothing_until_it_comes_near(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/lazy", base=ground.address)
    expect(page.locator(".drawn")).to_be_attached()
    page.wait_for_load_state("networkidle")
    assert not {"vendor/leaflet.js", "vendor/leaflet.css", "map.js", "map.css"} & ground.asked.keys()
    before = page.locator(".map").bounding_box()
    page.locator(".map-frame").scroll_into_view_if_needed()
    expect(page.locator(".pin.leaflet-marker-icon").first).to_be_visible()
    after = page.locator(".map").bounding_box()

    expect(page.locator(".drawn, .map-open")).to_have_count(0)
    assert before and after
    assert abs(before["height"] - after["height"]) < 2
    assert page.url.endswith("/en/lazy")


def test_a_costly_line_gets_the_map_only_when_asked(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/other", base=ground.address)
    page.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
    page.goto(f"{ground.address}/en/lazy")
    page.locator(".map-frame").scroll_into_view_if_needed()
    button = page.get_by_role("button", name="Open the map")
    expect(button).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert ground.asked["vendor/leaflet.js"] == 1, "the other page's own"
    ground.broken = {"vendor/leaflet.markercluster.js"}
    button.click()
    expect(button).to_be_enabled()
    ground.broken = set()
    button.click()

    expect(page.locator(".pin.leaflet-marker-icon").first).to_be_visible()
    expect(page.locator(".map")).to_be_focused()


def test_leaflets_own_pictures_are_never_asked_for(open_page: Open, ground: Ground) -> None:
    page = open_page("/en/map", base=ground.address, size=DESK)
    _clicked(page, "west")
    page.wait_for_load_state("networkidle")

    assert [path for path in ground.asked if "images" in path] == []
