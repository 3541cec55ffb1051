"""The builder as the council uses it; and nobody is kept out of it or of an embed."""

import pytest
from playwright.sync_api import expect

from core.languages import LANGUAGES
from tests.journeys.conftest import DESK, Open
from tests.journeys.test_accessibility import _violations

PATHS = (
    "/{lang}/embed",
    "/embed/routes/gates-and-squares?lang={lang}&start=4",
    "/embed/map?lang={lang}",
    "/embed/routes/nothing?lang={lang}",
)


def test_a_choice_shows_at_once_and_its_code_is_copied(open_page: Open) -> None:
    page = open_page("/fr/embed", size=DESK, permissions=["clipboard-read", "clipboard-write"])
    preview = page.frame_locator(".builder-preview iframe")
    expect(preview.locator("html")).to_have_attribute("lang", "fr")
    page.locator("#in").select_option("ar")
    page.locator("#theme").select_option("dark")
    page.locator("#start").select_option("5")

    expect(preview.locator("html")).to_have_attribute("dir", "rtl")
    expect(preview.locator("[aria-current=step]")).to_contain_text("باب الزركان")
    page.locator("[data-copy=element-code]").click()
    expect(page.locator(".copied")).not_to_be_empty()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert 'lang="ar" theme="dark" start="5"' in copied
    assert "start=5" in page.url


def test_the_whole_map_has_other_layers_and_no_stops(open_page: Open) -> None:
    page = open_page("/en/embed", size=DESK)
    page.locator("#start").select_option("5")
    page.locator("#route").select_option("")

    expect(page.get_by_label("Risk zones")).to_be_visible()
    expect(page.locator("input#start")).to_be_visible()
    assert "/embed/map?" in page.locator("#frame-code").input_value()


def test_the_builder_works_without_javascript(open_page: Open) -> None:
    page = open_page("/en/embed", size=DESK, java_script_enabled=False)
    page.locator("#in").select_option("de")
    page.locator("#height").fill("500")
    page.get_by_label("Monuments").check()
    page.get_by_role("button", name="Show").click()

    assert 'height="632"' in page.locator("#frame-code").input_value()
    assert "monuments" in page.locator("#element-code").input_value()
    expect(page.frame_locator(".builder-preview iframe").locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("[data-copy]").first).to_be_hidden()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing(open_page: Open, axe: str, lang: str) -> None:
    scheme = "dark" if lang in ("zgh", "en", "de") else "light"
    page = open_page(f"/{lang}/", color_scheme=scheme)
    found = {}
    for path in PATHS:
        page.goto("/".join(page.url.split("/")[:3]) + path.format(lang=lang))
        page.wait_for_load_state("networkidle")
        if violations := _violations(page, axe):
            found[path] = violations

    assert found == {}


@pytest.mark.parametrize("lang", ["ar", "zgh", "fr"])
@pytest.mark.parametrize("width", [320, 195])
def test_nothing_runs_out_of_a_narrow_or_zoomed_frame(open_page: Open, lang: str, width: int) -> None:
    page = open_page(f"/{lang}/", size={"width": width, "height": 700})
    wide = {}
    for path in PATHS:
        page.goto("/".join(page.url.split("/")[:3]) + path.format(lang=lang))
        # Files that are broken off leave warnings of the test server behind.
        page.wait_for_load_state("networkidle")
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            wide[path] = overflow

    assert wide == {}


def test_the_keyboard_reaches_the_stops_on_the_map_and_in_the_list(open_page: Open) -> None:
    page = open_page("/embed/routes/gates-and-squares?lang=en", size=DESK)
    stop = page.get_by_role("button", name="5 Bab Zorgane")
    stop.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup a[href='/en/monuments/bab-zorgane']")
    expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(stop).to_be_focused()
    page.locator(".embed-list a").first.focus()

    expect(page.locator(".embed-list a").first).to_be_in_viewport()


@pytest.mark.parametrize(
    "path", ["/ar/embed", "/embed/routes/gates-and-squares?lang=ar", "/embed/map?lang=ar"]
)
def test_what_can_be_tapped_is_large_enough(open_page: Open, path: str) -> None:
    page = open_page(path)
    page.wait_for_load_state("networkidle")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
          'main a, main button, .leaflet-bar a, input:not([type=checkbox]), select, label:has(input)')]
        .filter(node => !node.closest('.leaflet-control-attribution, p.small'))
        .map(node => [node.textContent.trim() || node.className, node.getBoundingClientRect()])
        .filter(([, box]) => box.width && box.height < 43.5).map(([name, box]) => name + ' ' + box.height)"""
    )

    assert small == []
