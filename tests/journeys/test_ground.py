"""A day of those who keep the map right: by finger, by keys alone, without script, without a network."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core.accounts import Role
from core.db import session_of
from core.settings import Settings
from geo.editing import versions
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving

SECRET = "test"
LAYER = "/desk/ground/monuments"
Come = Callable[..., Page]


@pytest.fixture(scope="module")
def town(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site whose things these tests may change, and its application."""
    with _database("ground") as engine:
        load(engine, shipped)
        files = str(tmp_path_factory.mktemp("ground"))
        app = create_app(Settings(SECRET_KEY=SECRET, SIGN_KEY="k", FILES_DIR=files), engine)
        with serving(app) as address:
            yield address, app
        app.extensions["scan_counter"].close()
        app.extensions["embed_counter"].close()


@pytest.fixture
def come(open_page: Open, town: tuple[str, Flask]) -> Come:
    """A person comes to the desk, in English unless told otherwise, and opens a page of it."""
    base, _ = town

    def come(path: str, name: str = "F. Amzil", *roles: Role, locale: str = "en", **options: object) -> Page:
        size = options.pop("size", PHONE)
        page = open_page("/", base=base, size=size, locale=locale, **options)
        token = staff.token(SECRET, name, list(roles or (Role.EDITOR,)))
        page.goto(f"{base}/desk/enter/{token}")
        page.locator("main button").click()
        page.goto(base + path)
        return page

    return come


def _facts(town: tuple[str, Flask], key: str) -> versions.Part:
    with session_of(town[1].extensions["engine"]) as session:
        return versions.find(session, "monuments", key).parts["facts"]


def _at(town: tuple[str, Flask], key: str) -> list[float]:
    at: list[float] = _facts(town, key).content["geometry"]["coordinates"]
    return at


def test_a_gate_is_dragged_saved_published_by_another_and_seen(come: Come, town: tuple[str, Flask]) -> None:
    key = "bab-zorgane"
    began = _at(town, key)
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
    moved = _at(town, key)
    assert moved[0] > began[0]

    other = come("/desk", "B. Idrissi")
    other.locator(".waiting a").first.click()
    other.get_by_role("link", name="Bab Zorgane").click()
    expect(other.locator(".life-card")).to_contain_text("F. Amzil")
    other.get_by_role("button", name="Publish what is ticked").click()
    expect(other.get_by_role("status").filter(has_text="Published.")).to_be_visible()

    public = other.request.get(f"{town[0]}/layers/monuments.geojson?lang=en").json()
    shown = next(one for one in public["features"] if one["properties"]["key"] == key)
    assert shown["geometry"]["coordinates"] == pytest.approx(moved, abs=1e-6)


def test_two_editors_change_the_same_thing_and_nothing_is_lost(come: Come, town: tuple[str, Flask]) -> None:
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
    kept = _facts(town, key).content
    assert (kept["kind"], kept["licence"], kept["precision_note"]) == (
        "mosque",
        "CC0",
        "seen from the street",
    )
    assert second.evaluate("Object.keys(localStorage).filter(k => k.startsWith('athar-desk')).length") == 0


def test_what_was_typed_survives_a_lost_connection_and_a_reload(come: Come, town: tuple[str, Flask]) -> None:
    key = "bab-derb-laafou"
    page = come(f"{LAYER}/{key}")
    page.get_by_label("Remark on the place").fill("written on the way")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("[data-told]")).to_contain_text("no connection")
    page.context.set_offline(False)
    # Back online it goes by itself.
    expect(page.get_by_role("status").filter(has_text="Saved as a draft.")).to_be_visible()
    assert _facts(town, key).content["precision_note"] == "written on the way"

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
    content = _facts(town, key).content
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


def test_without_javascript_everything_can_be_done(come: Come, town: tuple[str, Flask]) -> None:
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
    assert _at(town, "bab-targhount") == [-8.8802, 30.4702]
    page.get_by_role("button", name="Publish what is ticked").click()
    expect(page.locator("p.done")).to_contain_text("Published.")
    page.get_by_role("link", name="Compare and restore").click()
    expect(page.locator(".overlaid svg")).to_be_visible()
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("p.done")).to_contain_text("older version")


def test_by_keys_alone(come: Come, town: tuple[str, Flask]) -> None:
    key = "dar-baroud"
    began = _at(town, key)
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
    now = _at(town, key)
    assert (now[1] - began[1]) * 111_320 == pytest.approx(2, abs=0.05)
    assert now[0] == began[0]
    assert _facts(town, key).content["kind"] == "palace"


def _tap(page: Page, x: float, y: float) -> None:
    page.locator("#map_desk").scroll_into_view_if_needed()
    box = page.locator("#map_desk").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def _drawn(page: Page) -> dict[str, object]:
    shape: dict[str, object] = json.loads(page.locator("#f-shape").input_value())
    return shape


def test_an_area_with_a_hole_is_drawn_bent_and_undone(come: Come, town: tuple[str, Flask]) -> None:
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
    assert _facts(town, "kasbah").content["geometry"]["type"] == "Polygon"


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


def test_a_point_snaps_to_its_neighbour_unless_told_not_to(come: Come, town: tuple[str, Flask]) -> None:
    page = come(f"{LAYER}/bab-sedra", size=DESK, reduced_motion="reduce")
    near = page.request.get(f"{town[0]}/desk/near.geojson?bbox=-8.9,30.45,-8.86,30.49").json()
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
    come: Come, axe: str, town: tuple[str, Flask], locale: str, scheme: str
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
        page.goto(town[0] + path)
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        violations = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        if violations:
            found[path] = [(one["id"], [node["target"] for node in one["nodes"]]) for one in violations]
    assert found == {}


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_fingers_and_zoom_find_room(come: Come, town: tuple[str, Flask], locale: str) -> None:
    page = come("/desk", "A. Xe", Role.EDITOR, Role.TOURISM, locale=locale)
    wrong = {}
    for width in (390, 195):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/desk", LAYER, f"{LAYER}/walls", f"{LAYER}/walls/ar", f"{LAYER}/new"):
            page.goto(town[0] + path)
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
