"""Nobody is kept out: axe finds nothing, the keyboard reaches everything, zoom and no-script work."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.languages import LANGUAGES
from tests.journeys.conftest import DESK, Open

PATHS = (
    "/{lang}/",
    "/{lang}/map",
    "/{lang}/monuments",
    "/{lang}/monuments/bab-zorgane",
    "/{lang}/places",
    "/{lang}/routes",
    "/{lang}/routes/gates-and-squares",
    "/{lang}/about",
    "/{lang}/offline",
    "/{lang}/no-such-page",
)


def _violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:160]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing_on_any_page(open_page: Open, axe: str, lang: str, shipped: Path) -> None:
    code = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"][0]["code"]
    scheme = "dark" if lang in ("zgh", "en", "de") else "light"
    page = open_page(f"/{lang}/", color_scheme=scheme)
    found = {}
    for path in (*PATHS, f"/q/{code}/{{lang}}", "/q/AAAAAAA"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path.format(lang=lang))
        page.wait_for_load_state("networkidle")
        if violations := _violations(page, axe):
            found[path] = violations

    assert found == {}


def test_the_keyboard_reaches_a_marker_and_comes_back(open_page: Open) -> None:
    page = open_page("/fr/map", size=DESK)
    marker = page.get_by_role("button", name="Bab Lblalia")
    marker.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup a[href='/fr/monuments/bab-lblalia']")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(marker).to_be_focused()


def test_the_first_tab_skips_to_the_content(open_page: Open) -> None:
    page = open_page("/ar/monuments")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("lang", ["ar", "zgh", "fr", "de"])
@pytest.mark.parametrize("width", [320, 195])
def test_nothing_runs_out_of_a_narrow_or_zoomed_page(open_page: Open, lang: str, width: int) -> None:
    """195 px is a phone of 390 at 200 %, 320 px a desk of 1280 at 400 % (WCAG 1.4.10)."""
    page = open_page(f"/{lang}/", size={"width": width, "height": 700})
    wide = {}
    for path in PATHS:
        page.goto("/".join(page.url.split("/")[:3]) + path.format(lang=lang))
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            wide[path] = overflow

    assert wide == {}


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_every_page_tells_its_matter_without_javascript(open_page: Open, lang: str) -> None:
    page = open_page(f"/{lang}/monuments/bab-zorgane", java_script_enabled=False)

    expect(page.locator("h1")).to_contain_text("باب الزركان" if lang == "ar" else "Bab Zorgane")
    expect(page.locator("svg[role=img]")).to_be_visible()
    expect(page.locator(".next")).to_be_visible()
    page.locator(".sections a").first.click()
    expect(page.locator(".map-noscript")).to_be_visible()
    expect(page.locator("details:has(a[href$=kasbah]) .items li")).to_have_count(32)


def test_what_can_be_tapped_is_large_enough(open_page: Open) -> None:
    page = open_page("/ar/map")
    expect(page.locator(".pin").first).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll(
          'nav a, button, .leaflet-bar a, input:not([type=checkbox]), select, .button')]
        .map(node => [node.textContent.trim() || node.className, node.getBoundingClientRect()])
        .filter(([, box]) => box.width && box.height < 43.5).map(([name, box]) => name + ' ' + box.height)"""
    )

    assert small == []
