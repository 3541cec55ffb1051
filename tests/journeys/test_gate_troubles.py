"""What goes wrong while a gate is put right on a telephone: no network, another person, too early."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Come
from tests.journeys.fingers import drag
from tests.journeys.keeping import LAYER, at, facts


def _saved(page: Page) -> None:
    page.locator(".save-bar button").click()
    expect(page.locator("p.done")).to_be_visible()


def _on_a_phone(come: Come, key: str, name: str = "F. Amzil") -> Page:
    page = come(f"{LAYER}/{key}", name, locale="fr", has_touch=True, is_mobile=True)
    expect(page.locator(".handle-point")).to_be_visible()
    return page


def test_a_drag_without_a_network_is_kept_and_goes_by_itself(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-agafay"
    began = at(desk_town, key)
    page = _on_a_phone(come, key)
    page.context.set_offline(True)
    drag(page, page.locator(".handle-point"), (50, 30))
    page.locator(".save-bar button").click()
    expect(page.locator("[data-told].field-wrong")).to_be_visible()
    assert at(desk_town, key) == began
    page.context.set_offline(False)
    expect(page.locator("p.done")).to_be_visible()
    moved = at(desk_town, key)
    assert moved[0] > began[0] and moved[1] < began[1]


def test_two_who_drag_the_same_gate_choose_between_the_places(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-bizamaren"
    first, second = _on_a_phone(come, key), _on_a_phone(come, key, "B. Idrissi")
    drag(first, first.locator(".handle-point"), (40, 0))
    drag(second, second.locator(".handle-point"), (0, 40))
    _saved(first)
    theirs = at(desk_town, key)
    second.locator(".save-bar button").click()
    expect(second.get_by_role("alert")).to_contain_text("F. Amzil")
    assert at(desk_town, key) == theirs
    second.locator(".clash").get_by_text("F. Amzil").click()
    second.locator("form[data-merge] button").click()
    expect(second.locator("p.done")).to_be_visible()
    assert at(desk_town, key) == pytest.approx(theirs)


def test_what_is_not_saved_is_not_sent_to_review_without_a_word(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-derb-laafou"
    page = _on_a_phone(come, key)
    drag(page, page.locator(".handle-point"), (40, 0))
    _saved(page)
    once = at(desk_town, key)
    drag(page, page.locator(".handle-point"), (40, 0))
    page.locator("form[action$='/facts/submit'] button").click()
    expect(page.locator("[data-told].field-wrong")).to_be_visible()
    expect(page.locator(".save-bar button")).to_be_focused()
    assert facts(desk_town, key).state == "draft"
    _saved(page)
    page.locator("form[action$='/facts/submit'] button").click()
    expect(page.locator(".life-card .stage-review").first).to_be_visible()
    assert at(desk_town, key)[0] > once[0]


def test_how_far_it_moved_is_told_by_finger_and_by_keys(come: Come) -> None:
    page = _on_a_phone(come, "bab-benyara")
    page.locator(".handle-point").focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator("[data-said]")).to_contain_text("10 m")
    expect(page.locator(".save-bar button")).to_be_in_viewport()
    page.keyboard.press("Control+z")
    expect(page.locator("form[data-held]")).to_have_count(0)


def test_a_finger_on_the_map_moves_the_map_and_beside_it_the_page(come: Come) -> None:
    page = _on_a_phone(come, "bab-sedra")
    page.evaluate("scrollTo(0, 0)")
    drag(page, page.locator("h1"), (0, -120))
    page.wait_for_function("scrollY > 60")
    page.locator("#map_desk").scroll_into_view_if_needed()
    pane, scrolled = page.locator(".leaflet-map-pane"), page.evaluate("scrollY")
    before = pane.evaluate("node => node.style.transform")
    drag(page, page.locator("#map_desk"), (0, 60), aside=(60, 60))
    expect(pane).not_to_have_attribute("style", re.compile(re.escape(before)))
    assert page.evaluate("scrollY") == scrolled
