"""A day of those who keep the map right: by finger, by keys alone, without script, without a network."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, Come
from tests.journeys.keeping import LAYER, at, facts


def test_a_gate_is_dragged_saved_published_by_another_and_seen(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-zorgane"
    began = at(desk_town, key)
    page = come(f"{LAYER}/{key}")
    handle = page.locator(".handle-point")
    expect(handle).to_be_visible()
    page.get_by_label("Snap to neighbours").uncheck()
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 20, steps=6)
    page.mouse.up()
    expect(page.get_by_label("Longitude")).not_to_have_value(str(began[0]))
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    page.get_by_role("button", name="Ask for review").click()
    moved = at(desk_town, key)
    assert moved[0] > began[0]

    other = come("/desk", "B. Idrissi")
    other.locator(".waiting a").first.click()
    other.get_by_role("link", name="Bab Zorgane").click()
    expect(other.locator(".life-card")).to_contain_text("F. Amzil")
    other.get_by_role("button", name="Publish what is ticked").click()
    expect(other.get_by_role("status").filter(has_text="Published.")).to_be_visible()

    public = other.request.get(f"{desk_town[0]}/layers/monuments.geojson?lang=en").json()
    shown = next(one for one in public["features"] if one["properties"]["key"] == key)
    assert shown["geometry"]["coordinates"] == pytest.approx(moved, abs=1e-6)


def test_two_editors_change_the_same_thing_and_nothing_is_lost(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-lblalia"
    first, second = come(f"{LAYER}/{key}"), come(f"{LAYER}/{key}", "B. Idrissi")
    for page, kind, note in ((first, "mosque", ""), (second, "palace", "seen from the street")):
        page.get_by_label("Kind", exact=True).select_option(kind)
        page.get_by_label("Remark on the place").fill(note or "mine")
    first.get_by_label("Licence", exact=True).fill("CC0")
    first.get_by_role("button", name="Save the draft").click()
    expect(first.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()

    second.get_by_role("button", name="Save the draft").click()
    expect(second.get_by_role("alert")).to_contain_text("F. Amzil has changed this meanwhile")
    second.get_by_role("group", name="Kind").get_by_text("F. Amzil").click()
    second.get_by_role("button", name="Save both").click()
    expect(second.get_by_role("status").filter(has_text="Both changes are kept")).to_be_visible()
    kept = facts(desk_town, key).content
    assert (kept["kind"], kept["licence"], kept["precision_note"]) == (
        "mosque",
        "CC0",
        "seen from the street",
    )
    assert second.evaluate("Object.keys(localStorage).filter(k => k.startsWith('athar-desk')).length") == 0


def test_what_was_typed_survives_a_lost_connection_and_a_reload(
    come: Come, desk_town: tuple[str, Flask]
) -> None:
    key = "bab-derb-laafou"
    page = come(f"{LAYER}/{key}")
    page.get_by_label("Remark on the place").fill("written on the way")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("[data-told]")).to_contain_text("no connection")
    page.context.set_offline(False)
    # Back online it goes by itself.
    expect(page.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    assert facts(desk_town, key).content["precision_note"] == "written on the way"

    page.get_by_label("Remark on the place").fill("and more")
    expect(page.locator("form[data-held]")).to_be_attached()
    other = come(f"{LAYER}/{key}", "B. Idrissi")
    other.get_by_label("Licence", exact=True).fill("CC0")
    other.get_by_role("button", name="Save the draft").click()
    expect(other.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    page.reload()
    found = page.get_by_role("region", name="not saved")
    expect(found).to_contain_text("Somebody has saved another version meanwhile")
    found.get_by_role("button", name="Take them up").click()
    expect(page.get_by_label("Remark on the place")).to_have_value("and more")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Save both").click()
    expect(page.get_by_role("status").filter(has_text="Both changes are kept")).to_be_visible()
    content = facts(desk_town, key).content
    assert (content["precision_note"], content["licence"]) == ("and more", "CC0")
    page.reload()
    expect(page.get_by_role("region", name="not saved")).to_have_count(0)


def test_what_is_thrown_away_stays_away(come: Come) -> None:
    page = come(f"{LAYER}/mellah")
    page.get_by_label("Remark on the place").fill("no good")
    expect(page.locator("form[data-held]")).to_be_attached()
    page.reload()
    page.get_by_role("button", name="Throw them away").click()
    page.reload()
    expect(page.get_by_role("button", name="Throw them away")).to_have_count(0)
    expect(page.get_by_label("Remark on the place")).not_to_have_value("no good")


def test_without_javascript_everything_can_be_done(come: Come, desk_town: tuple[str, Flask]) -> None:
    page = come(f"{LAYER}/bab-targhount", java_script_enabled=False)
    expect(page.locator(".map-noscript")).to_be_visible()
    expect(page.locator("[data-tools]")).to_be_hidden()
    page.get_by_label("Latitude").fill("30.4702, -8.8802")
    page.get_by_label("Longitude").fill("")
    page.get_by_label("How exact, in metres").fill("many")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert").first).to_contain_text("How exact, in metres")
    page.get_by_label("How exact, in metres").fill("4,5")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("p.done")).to_contain_text("Saved as a draft.")
    assert at(desk_town, "bab-targhount") == [-8.8802, 30.4702]
    page.get_by_role("button", name="Publish what is ticked").click()
    expect(page.locator("p.done")).to_contain_text("Published.")
    page.get_by_role("link", name="Compare and restore").click()
    expect(page.locator(".overlaid svg")).to_be_visible()
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("p.done")).to_contain_text("older version")


def test_by_keys_alone(come: Come, desk_town: tuple[str, Flask]) -> None:
    key = "dar-baroud"
    began = at(desk_town, key)
    page = come(f"{LAYER}/{key}", size=DESK)
    page.locator(".handle-point").focus()
    for press in ("ArrowUp", "ArrowUp", "Shift+ArrowRight"):
        page.keyboard.press(press)
    expect(page.locator(".handle-point")).to_be_focused()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.get_by_label("Kind", exact=True).focus()
    page.keyboard.type("Palac")
    save = page.get_by_role("button", name="Save the draft")
    for _ in range(60):
        if save.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    now = at(desk_town, key)
    assert (now[1] - began[1]) * 111_320 == pytest.approx(2, abs=0.05)
    assert now[0] == began[0]
    assert facts(desk_town, key).content["kind"] == "palace"
