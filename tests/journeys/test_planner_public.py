"""Plans for everybody: read-only while they are open for consultation; what is written there never runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import planning
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.planning import Office, clean, make, place

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def office(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A planner's office."""
    with planning.office(shipped, tmp_path_factory.mktemp("public")) as office:
        yield office


@pytest.fixture
def desk(open_page: Open, office: Office) -> Page:
    """A planner who has come in."""
    page = open_page("/", base=office.base, size=DESK, locale="fr", reduced_motion="reduce")
    office.come_in(page)
    return page


def test_the_public_reads_and_comments_but_changes_nothing(
    desk: Page, office: Office, open_page: Open, axe: str
) -> None:
    key = make(desk, "Pour tous")
    place(desk, -150, 40)
    hotspot = office.one("SELECT key FROM wifi_hotspot ORDER BY id DESC LIMIT 1")
    visitor = open_page(f"/ar/planner/{key}", base=office.base, size=PHONE, reduced_motion="reduce")
    expect(visitor.locator("h1")).not_to_have_text("Pour tous")

    desk.locator("button[value=consult]").click()
    expect(desk.locator("button[value=close]")).to_be_visible()
    visitor.reload()
    expect(visitor.locator("h1")).to_have_text("Pour tous")
    expect(visitor.locator(".hotspot")).to_have_count(1)
    assert visitor.evaluate("document.documentElement.dir") == "rtl"
    for control in (
        "[data-tools]",
        "[data-editor]",
        "[data-undo]",
        "[data-ask]",
        ".plan-steps",
        "[data-weights]",
    ):
        expect(visitor.locator(control)).to_have_count(0)
    clean(visitor, axe)
    for path in (f"hotspots/{hotspot}", f"hotspots/{hotspot}/remove", "hotspots", "undo", "settings", "step"):
        status = visitor.evaluate(
            "url => fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'},"
            " body: '{\"seen\": 99}'}).then(answer => answer.status)",
            f"/ar/planner/{key}/{path}",
        )
        assert status == 403

    visitor.locator("[data-grip]").click()
    visitor.locator("#text").fill("المرجو نقطة قرب المدرسة")
    visitor.locator("[data-say] button").click()
    expect(visitor.locator("#text")).to_have_value("")
    visitor.reload()
    expect(visitor.locator(".comments")).to_have_count(0)
    desk.reload()
    desk.locator(".comments button[value=show]").click()
    expect(desk.locator(".comments button[value=hide]")).to_be_visible()
    visitor.reload()
    expect(visitor.locator(".comment-text")).to_have_text("المرجو نقطة قرب المدرسة")


def test_hostile_texts_are_only_ever_texts(desk: Page, office: Office, axe: str) -> None:
    dialogs: list[str] = []
    desk.on("dialog", lambda dialog: dialogs.append(dialog.message))
    make(desk, HOSTILE)
    place(desk, -150, 40)
    desk.locator("#e-name").fill(HOSTILE)
    desk.locator("#e-name").press("Tab")
    expect(desk.locator(".spot-name")).to_have_text(HOSTILE)
    desk.locator("#text").fill(HOSTILE)
    desk.locator("[data-say] button").click()
    expect(desk.locator(".comment-text")).to_have_text(HOSTILE)
    desk.reload()
    expect(desk.locator(".hotspot")).to_have_count(1)
    expect(desk.locator(".comment-text")).to_have_text(HOSTILE)
    assert desk.locator("img[src=x]").count() == 0
    assert dialogs == []
    clean(desk, axe)


@pytest.mark.parametrize("width", [320, 195])
def test_nothing_runs_out_of_a_narrow_or_zoomed_plan(desk: Page, width: int) -> None:
    make(desk, f"Étroit {width}")
    place(desk, -150, 40)
    desk.set_viewport_size({"width": width, "height": 700})
    overflow = desk.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
