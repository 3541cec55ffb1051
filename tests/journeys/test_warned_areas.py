"""The area of a warning is drawn with mouse, finger or keys, kept, read by another person and sent as CAP."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from flask import Flask
from playwright.sync_api import Page, expect

from core.accounts import Role
from core.settings import Settings
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.geo.alerts.warned import SPACE, valid
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.journeys.risky import folder

SECRET = "test"
METRE = 1e-5
"""What is stored is exact to this, in degrees."""
CORNERS = ((0.3, 0.3), (0.7, 0.35), (0.65, 0.7), (0.35, 0.65))


@pytest.fixture(scope="module")
def town(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site with made-up zones, and its application."""
    with _database("drawn") as engine:
        load(engine, folder(shipped, tmp_path_factory.mktemp("drawn") / "town"))
        app = create_app(Settings(SECRET_KEY=SECRET), engine)
        with serving(app) as address:
            yield address, app
        for counter in ("scan_counter", "embed_counter"):
            app.extensions[counter].close()


def _officer(open_page: Open, base: str, name: str, path: str, **options: object) -> Page:
    page = open_page("/", base=base, locale="en-GB", **options)
    page.goto(f"{base}/desk/enter/{staff.token(SECRET, name, [Role.RISK])}")
    page.locator("main button").click()
    page.goto(f"{base}{path}")
    return page


def _write(page: Page) -> None:
    for name, value in (("hazard", "flash_flooding"), ("severity", "Severe"), ("urgency", "Immediate")):
        page.locator(f"#{name}").select_option(value)
    page.locator("#certainty").select_option("Observed")
    for name, text in (("headline", "فيضان"), ("description", "الماء يرتفع."), ("instruction", "ابتعدوا.")):
        page.locator(f"#{name}-ar").fill(text)


def _spot(page: Page, x: float, y: float) -> tuple[float, float]:
    page.locator("#map_desk").scroll_into_view_if_needed()
    box = page.locator("#map_desk").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def _tab_to(page: Page, there: str) -> None:
    for _ in range(40):
        if page.evaluate(there):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"forty times Tab, and not {there}")


def _drawn(page: Page) -> shapely.Geometry:
    found = page.locator("#polygon").input_value()
    return shapely.from_geojson(found) if found else shapely.MultiPolygon()


def _keep(page: Page) -> str:
    page.locator("form.alert-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/desk/alerts/\d+$"))
    return page.url


def _issued(open_page: Open, base: str, path: str) -> shapely.Geometry:
    """What goes out once another person issues the draft, each ring closed and of latitude, longitude."""
    second = _officer(open_page, base, "H. Idrissi", path.removeprefix(base), size=DESK)
    expect(second.get_by_role("heading", name="Who is warned")).to_be_visible()
    second.locator("#map_warned").scroll_into_view_if_needed()
    expect(second.locator("path.alert-area").first).to_be_attached()
    expect(second.locator(".exposed")).to_be_visible()
    second.get_by_role("button", name="Issue this message").click()
    expect(second.get_by_role("link", name="Write an all-clear")).to_be_visible()
    document = valid(second.request.get(f"{path}.xml").body())
    rings = []
    for polygon in document.xpath("(//c:info)[1]//c:polygon/text()", namespaces=SPACE):
        pairs = [[float(number) for number in pair.split(",")] for pair in polygon.split()]
        assert pairs[0] == pairs[-1]
        assert all(lat > 0 > lon for lat, lon in pairs)
        rings.append([(lon, lat) for lat, lon in pairs])
    return shapely.MultiPolygon([shapely.Polygon(ring) for ring in rings])


def _same(sent: shapely.Geometry, drawn: shapely.Geometry) -> bool:
    return bool(shapely.hausdorff_distance(sent, drawn) <= METRE) and bool(
        abs(sent.area / drawn.area - 1) < 0.01
    )


def test_an_area_drawn_with_the_mouse_is_what_goes_out(
    open_page: Open, town: tuple[str, Flask], axe: str
) -> None:
    base, _ = town
    page = _officer(open_page, base, "F. Amzil", "/desk/alerts/new", size=DESK)
    _write(page)
    page.get_by_label("An area of its own").check()
    page.get_by_label("Snap to neighbours").uncheck()
    for x, y in CORNERS:
        page.mouse.click(*_spot(page, x, y))
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("button", name="Draw an area").click()
    for x, y in ((0.3, 0.1), (0.5, 0.1), (0.4, 0.22)):
        page.mouse.click(*_spot(page, x, y))
    page.mouse.click(*_spot(page, 0.3, 0.1))
    assert [len(part.exterior.coords) for part in _drawn(page).geoms] == [5, 4]
    x, y = _spot(page, *CORNERS[0])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=4)
    page.mouse.up()
    page.evaluate(axe)
    assert page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"] == []
    drawn = _drawn(page)
    path = _keep(page)

    assert _same(_issued(open_page, base, path), drawn)


def test_an_area_drawn_with_the_finger_is_what_goes_out(open_page: Open, town: tuple[str, Flask]) -> None:
    base, _ = town
    page = _officer(
        open_page, base, "F. Amzil", "/desk/alerts/new", size=PHONE, has_touch=True, is_mobile=True
    )
    _write(page)
    page.get_by_label("An area of its own").check()
    page.get_by_label("Snap to neighbours").uncheck()
    for x, y in CORNERS:
        page.touchscreen.tap(*_spot(page, x, y))
    page.get_by_role("button", name="Undo").tap()
    page.touchscreen.tap(*_spot(page, 0.4, 0.7))
    page.get_by_role("button", name="Finish").tap()
    drawn = _drawn(page)
    assert len(drawn.exterior.coords) == 5

    assert _same(_issued(open_page, base, _keep(page)), drawn)


def test_an_area_drawn_with_keys_alone_is_what_goes_out(open_page: Open, town: tuple[str, Flask]) -> None:
    base, _ = town
    page = _officer(open_page, base, "F. Amzil", "/desk/alerts/new", size=DESK, reduced_motion="reduce")
    _write(page)
    page.locator("input[name=place]:checked").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("An area of its own")).to_be_checked()
    _tab_to(page, "document.activeElement.id === 'map_desk'")
    said = page.locator("[data-said]")
    for n, way in enumerate(("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"), start=1):
        page.keyboard.press(way)
        page.keyboard.press("Enter")
        expect(said).to_have_text(f"Corner {n} is set.")
    page.keyboard.press("Control+Enter")
    _tab_to(page, "document.activeElement.classList.contains('handle-corner')")
    before = _drawn(page)
    page.keyboard.press("Shift+ArrowRight")
    drawn = _drawn(page)
    assert len(drawn.exterior.coords) == 5
    assert drawn.bounds != before.bounds or drawn.area != before.area

    assert _same(_issued(open_page, base, _keep(page)), drawn)


def test_what_is_wrong_with_an_area_is_said_beside_the_map_and_nothing_is_lost(
    open_page: Open, town: tuple[str, Flask]
) -> None:
    base, _ = town
    page = _officer(open_page, base, "F. Amzil", "/desk/alerts/new", size=DESK)
    _write(page)
    page.get_by_label("An area of its own").check()
    page.get_by_label("Snap to neighbours").uncheck()
    for x, y in ((0.3, 0.3), (0.7, 0.7), (0.7, 0.3), (0.3, 0.7)):
        page.mouse.click(*_spot(page, x, y))
    # Not finished by its button: the form does it, and what was drawn is kept.
    page.get_by_role("button", name="Keep as a draft").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The line around this area crosses itself.")
    assert alert.evaluate("each => each.closest('fieldset') !== null")
    expect(page.locator("path.drawn-shape").first).to_be_attached()
    expect(page.locator("[data-wrong]")).to_contain_text("crosses itself")
    expect(page.locator("#headline-ar")).to_have_value("فيضان")

    far = [[2.3, 48.4], [2.4, 48.4], [2.4, 48.5], [2.3, 48.4]]
    hole = [[-8.88, 30.47], [-8.87, 30.47], [-8.87, 30.48], [-8.88, 30.47]]
    many = [[-8.88 + n * 1e-6, 30.47] for n in range(1200)]
    for rings, said in (
        ([far], "outside the surroundings"),
        ([hole, hole], "no holes"),
        ([[*many, many[0]]], "too many points"),
    ):
        page.locator("#polygon").evaluate("each => { each.closest('details').open = true; }")
        page.locator("#polygon").fill(json.dumps({"type": "Polygon", "coordinates": rings}))
        page.locator("#polygon").blur()
        expect(page.locator("[data-wrong]")).to_contain_text(said)


def test_a_corner_snaps_to_the_zone_beside_it(open_page: Open, town: tuple[str, Flask]) -> None:
    base, _ = town
    page = _officer(open_page, base, "F. Amzil", "/desk/alerts/new", size=DESK)
    page.get_by_label("An area of its own").check()
    expect(page.locator("path.near-zones").first).to_be_attached()
    box = page.locator("path.near-zones").first.bounding_box()
    assert box is not None
    page.locator("#map_desk").scroll_into_view_if_needed()
    box = page.locator("path.near-zones").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 5, box["y"] + 6)
    page.mouse.click(box["x"] + box["width"] + 60, box["y"] + 20)
    page.mouse.click(box["x"] + box["width"] + 60, box["y"] + box["height"] + 60)
    page.get_by_role("button", name="Finish").click()
    shapes = page.request.get(f"{base}/desk/alerts/shapes.geojson").json()["features"]
    known = {
        tuple(at) for one in shapes if one["id"] != "commune" for at in one["geometry"]["coordinates"][0]
    }

    assert known & set(_drawn(page).exterior.coords)


def test_without_a_script_the_area_is_text_and_its_page_a_drawing(
    open_page: Open, town: tuple[str, Flask]
) -> None:
    base, _ = town
    page = _officer(open_page, base, "F. Amzil", "/desk/alerts/new", size=PHONE, java_script_enabled=False)
    _write(page)
    page.get_by_label("An area of its own").check()
    page.get_by_text("The area as text").click()
    ring = [[-8.88, 30.47], [-8.87, 30.47], [-8.87, 30.48], [-8.88, 30.47]]
    page.locator("#polygon").fill(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    _keep(page)

    expect(page.locator("path.l-warned")).to_have_count(1)


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_fingers_and_zoom_find_room(open_page: Open, town: tuple[str, Flask], axe: str, locale: str) -> None:
    base, _ = town
    page = _officer(open_page, base, "A. Xe", f"/desk/alerts/new?lang={locale}", size=PHONE)
    _write(page)
    path = _keep(page).removeprefix(base)
    wrong = {}
    for width in (390, 195):
        page.set_viewport_size({"width": width, "height": 800})
        for one in ("/desk/alerts", "/desk/alerts/new", path, f"{path}/change"):
            page.goto(f"{base}{one}?lang={locale}")
            page.wait_for_load_state("networkidle")
            over = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            if over > 0 or found:
                wrong[f"{width} {one}"] = (over, [each["id"] for each in found])
    assert wrong == {}
