"""A walk in somebody else's page: another origin, a strict policy, a sandbox, a rule for who may."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from sqlalchemy import text

from core.db import Engine, session_of
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, serving
from tests.journeys.partner import Partner, partner_site
from webmap.embeds import partners

WALK = "/embed/routes/gates-and-squares"


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """The shipped commune in a database that these tests may change."""
    with _database("embeds") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="module")
def own_app(own_engine: Engine) -> Iterator[Flask]:
    app = create_app(Settings(SECRET_KEY="test"), own_engine)
    yield app
    for counter in ("scan_counter", "embed_counter"):
        app.extensions[counter].close()


@pytest.fixture(scope="module")
def own_site(own_app: Flask) -> Iterator[str]:
    with serving(own_app) as address:
        yield address


@pytest.fixture
def partner(own_site: str) -> Iterator[Partner]:
    with partner_site(own_site) as site:
        yield site


@dataclass
class Visit:
    """A page of the partner's, what it asked of whom, and what the browser complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def inside(self) -> FrameLocator:
        return self.page.frame_locator("iframe")


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, partner: Partner) -> Iterator[Visitor]:
    contexts: list[BrowserContext] = []

    def open_(**options: object) -> Visit:
        context = browser.new_context(viewport=DESK, **options)  # type: ignore[arg-type]
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda request: seen.asked.append(request.url))
        seen.page.on(
            "console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None
        )
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.goto(partner.base)
        return seen

    yield open_
    for context in contexts:
        # Files that are broken off leave warnings of the test server behind.
        context.pages[0].wait_for_load_state("networkidle")
        context.close()


@pytest.mark.parametrize(
    "sandbox", ["", 'sandbox="allow-scripts"', 'sandbox="allow-scripts allow-popups"', "credentialless"]
)
@pytest.mark.parametrize("lang", ["ar", "en"])
def test_a_walk_draws_itself_in_a_strict_page_and_asks_nobody_else(
    partner: Partner, visit: Visitor, lang: str, sandbox: str
) -> None:
    partner.frame(f"{WALK}?lang={lang}", sandbox)
    seen = visit()

    expect(seen.inside.locator(".stop:visible")).to_have_count(13)
    expect(seen.inside.locator("path.m-wall_ring")).to_have_count(1)
    seen.page.wait_for_load_state("networkidle")
    others = [url for url in seen.asked if not url.startswith((partner.trusted, partner.base, "data:"))]
    assert others == []
    assert sum(".geojson" in url for url in seen.asked) == 1
    assert seen.complaints == []


def test_the_map_draws_itself_too(partner: Partner, visit: Visitor) -> None:
    partner.frame("/embed/map?lang=fr&layers=walls,routes,monuments,places", 'sandbox="allow-scripts"')
    seen = visit()

    expect(seen.inside.locator(".pin, .group").first).to_be_visible()
    expect(seen.inside.locator("path.m-routes")).to_have_count(1)
    assert sum(".geojson" in url for url in seen.asked) == 1
    assert seen.complaints == []


def test_the_browser_keeps_out_who_is_not_allowed(
    partner: Partner, visit: Visitor, own_engine: Engine, own_app: Flask
) -> None:
    with session_of(own_engine) as session:
        theirs = partners.allow(session, "routes/gates-and-squares", ["https://other.example"])
        ours = partners.allow(session, "routes/gates-and-squares", [partner.base])
        session.commit()
    own_app.extensions.pop("published", None)
    partner.frame(f"{WALK}?lang=en&e={ours}")
    allowed = visit()
    expect(allowed.inside.locator(".stop:visible")).to_have_count(13)

    partner.frame(f"{WALK}?lang=en&e={theirs}")
    refused = visit()
    refused.page.wait_for_load_state("networkidle")

    assert refused.inside.locator(".embed").count() == 0
    assert any("frame-ancestors" in text for text in refused.complaints)
    assert not any(".geojson" in url for url in refused.asked)


def _element(more: str, inside: str = "") -> str:
    return f"<commune-map {more}>{inside}</commune-map>"


def _height(inside: FrameLocator) -> str:
    """Of the content, as a length of CSS."""
    box = inside.locator(".embed")
    return f"{box.evaluate('box => Math.ceil(box.getBoundingClientRect().height)')}px"


@pytest.mark.parametrize("width", [1440, 390])
def test_two_elements_fit_their_places_and_are_as_high_as_their_content(
    partner: Partner, visit: Visitor, width: int
) -> None:
    partner.lang = "ar"
    partner.body = (
        f'<script src="{partner.trusted}/embed/commune-map.js"></script>'
        + _element('route="gates-and-squares" start="3"', "<a href='/'>المسار</a>")
        + _element('lang="fr" height="300" title="Plan"', "<a href='/'>Le plan</a>")
    )
    seen = visit()
    seen.page.set_viewport_size({"width": width, "height": 900})
    frames = seen.page.locator("commune-map").locator("iframe")
    for at, lang, title in ((0, "ar", "المسار"), (1, "fr", "Plan")):
        frame, inside = frames.nth(at), frames.nth(at).content_frame
        frame.scroll_into_view_if_needed()
        expect(frame).to_have_attribute("title", title)
        expect(inside.locator("html")).to_have_attribute("lang", lang)
        expect(inside.locator(".stop:visible, .pin:visible").first).to_be_visible()
        expect(frame).to_have_css("block-size", _height(inside))
        box = frame.bounding_box()
        assert box
        assert box["width"] <= width

    expect(frames.nth(0).content_frame.locator(".leaflet-popup")).to_be_visible()
    assert seen.page.evaluate("document.activeElement.tagName") == "BODY"
    assert seen.complaints == []


def test_an_element_follows_its_attributes_and_believes_nobody_else(partner: Partner, visit: Visitor) -> None:
    partner.body = f'<script src="{partner.trusted}/embed/commune-map.js"></script>' + _element(
        'route="gates-and-squares" lang="en"'
    )
    seen = visit()
    frame = seen.page.locator("iframe")
    expect(seen.inside.locator(".stop:visible").first).to_be_visible()
    height = _height(seen.inside)
    expect(frame).to_have_css("block-size", height)
    seen.page.evaluate("window.postMessage({type: 'commune-map:size', height: 150}, '*')")
    seen.page.evaluate("() => new Promise(done => setTimeout(done))")
    expect(frame).to_have_css("block-size", height)

    seen.page.evaluate("document.querySelector('commune-map').setAttribute('lang', 'de')")
    expect(seen.inside.locator("html")).to_have_attribute("lang", "de")
    seen.page.evaluate("document.querySelector('commune-map').removeAttribute('route')")
    expect(seen.inside.locator(".pin:visible").first).to_be_visible()


def test_without_scripts_a_link_stays_and_the_frame_still_tells(partner: Partner, visit: Visitor) -> None:
    partner.body = (
        f'<script src="{partner.trusted}/embed/commune-map.js"></script>'
        f'<commune-map><a href="{partner.trusted}/en/map">The map</a></commune-map>'
        # An empty sandbox has no scripts from its first byte; the page's switch reaches a foreign frame late.
        f'<iframe sandbox src="{partner.trusted}{WALK}?lang=en" width="800" height="560"></iframe>'
    )
    seen = visit(java_script_enabled=False)

    expect(seen.page.get_by_role("link", name="The map")).to_be_visible()
    expect(seen.inside.locator("ol.stops > li")).to_have_count(13)
    expect(seen.inside.locator(".embed-picture")).to_be_visible()
    assert seen.inside.locator(".embed-picture").evaluate("picture => picture.naturalWidth") == 640


def test_links_open_beside_the_partners_page(partner: Partner, visit: Visitor) -> None:
    partner.frame(
        f"{WALK}?lang=en&start=5", 'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"'
    )
    seen = visit()
    with seen.page.expect_popup() as opened:
        seen.inside.locator(".leaflet-popup a", has_text="Open its page").click()

    expect(opened.value.locator("h1")).to_contain_text("Bab Zorgane")
    assert opened.value.evaluate("window.opener") is None
    assert seen.page.url.rstrip("/") == partner.base


def test_the_wheel_goes_on_scrolling_the_partners_page(partner: Partner, visit: Visitor) -> None:
    partner.frame(f"{WALK}?lang=en")
    partner.body += "<p>far down</p>" * 200
    seen = visit()
    expect(seen.inside.locator(".stop:visible")).to_have_count(13)
    before = seen.inside.locator(".leaflet-control-scale-line").inner_text()
    box = seen.inside.locator(".map").bounding_box()
    assert box
    seen.page.mouse.move(box["x"] + 200, box["y"] + 150)
    seen.page.mouse.wheel(0, 400)

    seen.page.evaluate(
        "() => new Promise(done => scrollY ? done() : addEventListener('scroll', done, {once: true}))"
    )
    assert seen.inside.locator(".leaflet-control-scale-line").inner_text() == before


def test_what_is_seen_is_counted_for_the_partner(
    partner: Partner, visit: Visitor, own_engine: Engine, own_app: Flask
) -> None:
    own_app.extensions["embed_counter"].flush()
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM embed_day"))
    partner.frame(f"{WALK}?lang=de")
    seen = visit()
    expect(seen.inside.locator("h1")).to_be_visible()
    own_app.extensions["embed_counter"].flush()

    with own_engine.connect() as connection:
        rows = connection.execute(text("SELECT target, host, views FROM embed_day")).all()
    assert [tuple(row) for row in rows] == [("routes/gates-and-squares", "localhost", 1)]


def test_data_that_fails_is_told_and_comes_at_a_second_try(partner: Partner, visit: Visitor) -> None:
    partner.frame(f"{WALK}?lang=en&layers=walls", 'sandbox="allow-scripts"')
    body, partner.body = partner.body, ""
    seen = visit()
    seen.page.route("**/*.geojson*", lambda route: route.abort(), times=1)
    partner.body = body
    seen.page.reload()
    again = seen.inside.locator(".map-retry")
    again.click()

    expect(seen.inside.locator(".stop:visible")).to_have_count(13)
    expect(seen.inside.locator(".map-message")).to_be_hidden()
