"""A planner's day: place, drag, turn, undo, have sites proposed, take them over, compare, approve."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import planning
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.planning import Office, clean, drag, kept, make, place

CHANGE = re.compile(r"/hotspots/h\w{8}$")


@pytest.fixture(scope="module")
def office(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A planner's office."""
    with planning.office(shipped, tmp_path_factory.mktemp("planner")) as office:
        yield office


@pytest.fixture
def desk(open_page: Open, office: Office) -> Page:
    """A planner who has come in."""
    page = open_page("/", base=office.base, size=DESK, locale="fr", reduced_motion="reduce")
    office.come_in(page)
    return page


def test_a_planners_day(desk: Page, office: Office, axe: str) -> None:
    clean(desk, axe)
    key = make(desk, "Médina")
    place(desk, -150, 40)
    place(desk, 60, 90)
    figures = desk.locator("[data-part=headline] dd")
    expect(figures.nth(2)).to_have_text("2")
    money = figures.nth(1).inner_text()

    # Dragged: numbers follow before anything is stored, and then it is.
    served = figures.nth(0).inner_text()
    before = office.places(key)
    said = drag(desk, desk.locator(".hotspot").first, -60, -180)
    assert set(said["parts"]) == {"headline", "numbers"}
    expect(figures.nth(0)).not_to_have_text(served)
    kept(desk)
    moved = office.places(key)
    assert moved[0][:2] != before[0][:2]
    assert moved[1] == before[1]

    # Another model costs more and has a direction: turned by the grip at the end of its fan.
    desk.locator("#e-model").select_option("sector")
    expect(figures.nth(1)).not_to_have_text(money)
    grip = desk.locator(".hotspot-grip")
    expect(grip).to_be_visible()
    drag(desk, grip, 70, -70)
    expect(desk.locator("#e-azimuth")).not_to_have_value("0")
    kept(desk)
    assert 45 < office.places(key)[0][2] < 135
    expect(desk.locator(".coverage").first).to_be_attached()
    clean(desk, axe)

    desk.keyboard.press("Control+z")
    expect(desk.locator("#e-azimuth")).to_have_value("0")
    desk.keyboard.press("Control+Shift+z")
    expect(desk.locator("#e-azimuth")).not_to_have_value("0")
    kept(desk)

    # What a proposal has to keep to: found in the list, saved, told above the button.
    desk.locator("#duties > summary").click()
    desk.locator("#d-filter").fill("qqq")
    expect(desk.locator(".duty-list .duty-check:visible")).to_have_count(0)
    desk.locator("#d-filter").fill("")
    first = desk.locator(".duty-list .duty-check").first
    wanted = first.inner_text()
    first.locator("input").check()
    clean(desk, axe)
    desk.locator("[data-obliging] button[type=submit]").click()
    expect(desk.locator("[data-part=duties] li")).to_contain_text(wanted)

    # Sites are proposed in the background and shown as ghosts before the plan is changed.
    rules = '{"models": ["round"], "seconds": 5, "curve": false}'
    office.change(
        "UPDATE wifi_scenario SET rules = CAST(:rules AS jsonb) WHERE key = :key", key=key, rules=rules
    )
    desk.locator("[data-ask] button").click()
    desk.locator("[data-stop] button").click()
    expect(desk.locator(".proposal-stopped")).to_be_visible()
    desk.locator("[data-ask] button").click()
    expect(desk.locator(".proposal-waiting")).to_be_visible()
    worker = threading.Thread(target=office.work, args=(key,))
    worker.start()
    adopt = desk.locator("[data-part=proposal] button[name=instead]").first
    expect(adopt).to_be_visible(timeout=60_000)
    worker.join()
    ghosts = desk.locator(".proposed").count()
    assert ghosts > 0
    assert len(office.places(key)) == 2
    clean(desk, axe)
    adopt.click()
    expect(desk.locator(".hotspot:not(.proposed)")).to_have_count(ghosts)
    kept(desk)
    assert len(office.places(key)) == ghosts

    desk.locator("#copy-title").fill("Médina, moins")
    desk.locator("form[action$='/copy'] button").click()
    expect(desk.locator("h1")).to_have_text("Médina, moins")
    desk.locator(".spot").first.click()
    desk.locator("[data-remove]").click()
    expect(desk.locator(".hotspot:not(.proposed)")).to_have_count(ghosts - 1)
    desk.goto(f"{office.base}/fr/planner/compare?a={key}&b=medina-moins")
    expect(desk.locator(".sketch")).to_have_count(2)
    expect(desk.locator(".compared tbody tr").first.locator("td").last).to_have_text("-1")
    clean(desk, axe)

    desk.goto(f"{office.base}/fr/planner/{key}")
    desk.locator("button[value=submit]").click()
    expect(desk.locator("button[value=approve]")).to_be_visible()
    desk.locator("button[value=approve]").click()
    expect(desk.locator(".plan-status .plan-approved")).to_be_visible()
    assert office.one("SELECT status FROM wifi_scenario WHERE key = :key", key=key) == "approved"
    desk.locator(".spot").first.click()
    desk.locator("#l-status").select_option("ordered")
    desk.locator("[data-life] button[type=submit]").click()
    expect(desk.locator(".hotspot-ordered")).to_have_count(1)
    clean(desk, axe)


def test_two_planners_meet_and_nothing_is_lost(desk: Page, office: Office, open_page: Open) -> None:
    key = make(desk, "À deux")
    place(desk, -150, 40)
    other = open_page("/", base=office.base, size=DESK, locale="fr", reduced_motion="reduce")
    office.come_in(other, "Brahim Ait")
    other.goto(desk.url)
    drag(other, other.locator(".hotspot").first, -80, 60)
    kept(other)
    theirs = office.places(key)

    drag(desk, desk.locator(".hotspot").first, 90, 30)
    told = desk.locator("[data-wrong]")
    expect(told).to_contain_text("Brahim Ait")
    assert office.places(key) == theirs
    told.locator("button").click()
    kept(desk)
    expect(told).to_be_hidden()
    assert office.places(key) != theirs


def test_without_a_connection_a_change_waits(desk: Page, office: Office) -> None:
    key = make(desk, "Hors ligne")
    place(desk, -150, 40)
    before = office.places(key)
    desk.route(CHANGE, lambda route: route.abort())
    drag(desk, desk.locator(".hotspot").first, 90, 30)
    told = desk.locator("[data-wrong]")
    expect(told.locator("button")).to_be_visible()
    assert office.places(key) == before
    desk.unroute(CHANGE)
    told.locator("button").click()
    kept(desk)
    expect(told).to_be_hidden()
    assert office.places(key) != before


def test_by_keyboard_alone(desk: Page, office: Office) -> None:
    key = make(desk, "Clavier")
    desk.locator("[data-place-centre]").focus()
    desk.keyboard.press("Enter")
    sign = desk.locator(".hotspot")
    expect(sign).to_be_focused()
    kept(desk)
    (lon, lat, _), *_ = office.places(key)
    with desk.expect_response(lambda answer: "/hotspots/" in answer.url and not answer.url.endswith("/try")):
        desk.keyboard.press("ArrowUp")
        desk.keyboard.press("Shift+ArrowUp")
    kept(desk)
    (east, north, _), *_ = office.places(key)
    assert (north - lat) * 111_320 == pytest.approx(22, abs=0.1)
    assert east == pytest.approx(lon)
    expect(sign).to_be_focused()
    desk.keyboard.press("Delete")
    expect(sign).to_have_count(0)
    expect(desk.locator("[data-place]")).to_be_focused()
    desk.keyboard.press("Control+z")
    expect(sign).to_have_count(1)


def test_a_place_that_cannot_be_is_told_and_taken_back(desk: Page, office: Office) -> None:
    key = make(desk, "Refus")
    place(desk, -150, 40)
    before = office.places(key)
    desk.locator("#e-height").fill("400")
    desk.locator("#e-height").press("Tab")
    expect(desk.locator("[data-wrong]")).to_contain_text("400")
    expect(desk.locator("#e-height")).to_have_value("4")
    assert office.places(key) == before


def test_without_javascript_a_plan_is_read_and_changed(open_page: Open, office: Office, axe: str) -> None:
    page = open_page("/", base=office.base, size=PHONE, locale="fr", java_script_enabled=False)
    office.come_in(page)
    key = make(page, "Sans script")
    page.locator("a[href*='edit=new']").click()
    page.locator("#e-name").fill("À la main")
    page.locator(".editor summary").click()
    page.locator("#e-lat").fill("48,85")
    page.locator("#e-lon").fill("2,35")
    page.locator(".editor button[type=submit]").first.click()
    expect(page.locator("[data-wrong]")).to_be_visible()
    expect(page.locator("#e-name")).to_have_value("À la main")
    assert office.places(key) == []

    south, west = office.one(
        "SELECT ARRAY[ST_Y(p), ST_X(p)] FROM (SELECT ST_Centroid(geom) AS p FROM feature"
        " WHERE layer = 'walls' AND kind = 'wall_ring') AS ring"
    )
    page.locator(".editor summary").click()
    page.locator("#e-lat").fill(f"{south:.6f}".replace(".", ","))
    page.locator("#e-lon").fill(f"{west:.6f}")
    page.locator(".editor button[type=submit]").first.click()
    expect(page.locator(".spot")).to_contain_text("À la main")
    expect(page.locator("[data-part=headline] dd").nth(2)).to_have_text("1")
    page.locator("#duties > summary").click()
    page.locator("[id='d-share-*']").fill("500")
    page.locator("[data-obliging] button[type=submit]").click()
    expect(page.locator("#d-wrong")).to_be_visible()
    expect(page.locator("[id='d-share-*']")).to_have_value("500")
    page.locator("[id='d-share-*']").fill("2,5")
    page.locator("[data-obliging] button[type=submit]").click()
    expect(page.locator("[data-part=duties] li")).to_contain_text("2,5")
    page.locator(".spot").click()
    page.locator("button[formaction$='/remove']").click()
    expect(page.locator(".spot")).to_have_count(0)
    assert office.places(key) == []
