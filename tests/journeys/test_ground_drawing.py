"""Drawing at the desk of things, and whether everybody can."""

import json
import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core.accounts import Role
from tests.journeys.conftest import DESK, Come
from tests.journeys.keeping import LAYER, facts


def _tap(page: Page, x: float, y: float) -> None:
    page.locator("#map_desk").scroll_into_view_if_needed()
    box = page.locator("#map_desk").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def _drawn(page: Page) -> dict[str, object]:
    shape: dict[str, object] = json.loads(page.locator("#f-shape").input_value())
    return shape


def test_an_area_with_a_hole_is_drawn_bent_and_undone(come: Come, desk_town: tuple[str, Flask]) -> None:
    page = come(f"{LAYER}/kasbah", size=DESK)
    expect(page.locator(".handle").first).to_be_visible()
    page.get_by_label("Snap to neighbours").uncheck()
    page.get_by_role("button", name="Area").click()
    for x, y in ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)):
        _tap(page, x, y)
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Hole", exact=True).click()
    for x, y in ((0.4, 0.4), (0.6, 0.4), (0.5, 0.6)):
        _tap(page, x, y)
    page.get_by_role("button", name="Finish").click()
    rings = _drawn(page)["coordinates"]
    assert isinstance(rings, list)
    assert [len(ring) for ring in rings] == [5, 4]

    page.get_by_role("button", name="Add a corner here").first.click(force=True)
    assert len(_drawn(page)["coordinates"][0]) == 6  # type: ignore[index]
    page.get_by_role("button", name="Remove the corner").click()
    page.get_by_role("button", name="Undo").click()
    assert len(_drawn(page)["coordinates"][0]) == 6  # type: ignore[index]
    page.get_by_role("button", name="Undo").click()
    assert len(_drawn(page)["coordinates"][0]) == 5  # type: ignore[index]
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    assert facts(desk_town, "kasbah").content["geometry"]["type"] == "Polygon"


def test_where_the_phone_stands_becomes_the_place(come: Come) -> None:
    where = {"latitude": 30.4711, "longitude": -8.8765, "accuracy": 7}
    page = come(f"{LAYER}/bab-benyara", geolocation=where, permissions=["geolocation"])
    page.get_by_role("button", name="Put it where I stand").click()
    expect(page.get_by_label("Latitude")).to_have_value("30.4711")
    expect(page.get_by_label("Longitude")).to_have_value("-8.8765")
    page.get_by_role("button", name="How exact, in metres: 7").click()
    expect(page.get_by_label("How exact, in metres", exact=True)).to_have_value("7")


def test_coordinates_that_are_pasted_swapped_or_far_away_are_told(come: Come) -> None:
    page = come(f"{LAYER}/bab-benyara")
    page.get_by_label("Latitude").fill("-8.8765, 30.4711")
    expect(page.get_by_label("Latitude")).to_have_value("30.4711")
    expect(page.get_by_label("Longitude")).to_have_value("-8.8765")
    expect(page.locator("[data-said]")).to_contain_text("swapped")
    page.get_by_label("Latitude").fill("48.85, 2.35")
    expect(page.get_by_role("alert").filter(has_text="outside the commune")).to_be_visible()


def test_a_point_snaps_to_its_neighbour_unless_told_not_to(come: Come, desk_town: tuple[str, Flask]) -> None:
    page = come(f"{LAYER}/bab-sedra", size=DESK, reduced_motion="reduce")
    near = page.request.get(f"{desk_town[0]}/desk/near.geojson?bbox=-8.9,30.45,-8.86,30.49").json()
    lon, lat = next(
        one["geometry"]["coordinates"]
        for one in near["features"]
        if one["id"] == "monuments/bab-ouled-bounouna"
    )

    def drag_a_little() -> tuple[str, str]:
        with page.expect_response(re.compile("near.geojson")):
            page.get_by_label("Latitude").fill(f"{lat + 0.00005:.7f}, {lon}")
        page.locator("#map_desk").scroll_into_view_if_needed()
        expect(page.locator(".handle-point")).to_be_in_viewport()
        box = page.locator(".handle-point").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 5, y, steps=5)
        page.mouse.up()
        return page.get_by_label("Longitude").input_value(), page.get_by_label("Latitude").input_value()

    assert drag_a_little() == (str(lon), str(lat))
    page.get_by_label("Snap to neighbours").uncheck()
    page.get_by_label("Latitude").fill("30.49, -8.9")
    assert drag_a_little() != (str(lon), str(lat))


@pytest.mark.parametrize("locale", ["ar", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(
    come: Come, axe: str, desk_town: tuple[str, Flask], locale: str, scheme: str
) -> None:
    page = come("/desk", "A. Xe", Role.EDITOR, Role.TOURISM, locale=locale, color_scheme=scheme)
    paths = (
        "/desk",
        LAYER,
        f"{LAYER}/walls",
        f"{LAYER}/walls/ar",
        f"{LAYER}/new",
        "/desk/ground/routes/gates-and-squares",
        "/desk/ground/routes/new",
        f"{LAYER}/bab-zorgane/facts/versions?first=1&second=2",
        f"{LAYER}/walls/preview",
    )
    found = {}
    for path in paths:
        page.goto(desk_town[0] + path)
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        if violations:
            found[path] = [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations]
    assert found == {}


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_fingers_and_zoom_find_room(come: Come, desk_town: tuple[str, Flask], locale: str) -> None:
    page = come("/desk", "A. Xe", Role.EDITOR, Role.TOURISM, locale=locale)
    wrong = {}
    for width in (390, 195):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/desk", LAYER, f"{LAYER}/walls", f"{LAYER}/walls/ar", f"{LAYER}/new"):
            page.goto(desk_town[0] + path)
            page.wait_for_load_state("networkidle")
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            small = page.evaluate(
                """() => [...document.querySelectorAll('main button, main select, main textarea, '
                  + 'main .button, .part-tabs a, main .pick, main .tick,'
                  + ' main input:not([type=checkbox]):not([type=radio]):not([type=hidden])')]
                .map(node => [node.className + node.name, node.getBoundingClientRect()])
                .filter(([, box]) => box.width && box.height < 43.5)
                .map(([name, box]) => name + ' ' + box.height)"""
            )
            if over > 0 or small:
                wrong[f"{width} {path}"] = (over, small[:5])
    assert wrong == {}
