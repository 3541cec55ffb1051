"""Risk zones on the map and in the list; a warning on a kept page. Its day is in test_long_stories."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from core import clock
from core.db import session_of
from core.settings import Settings
from geo import published
from geo.alerts import drafting
from geo.alerts.drafting import Given, Person
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.journeys.people import clean
from tests.journeys.risky import folder

SECRET = "test"


@pytest.fixture(scope="module")
def town(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site with made-up zones, and its application."""
    with _database("warned") as engine:
        load(engine, folder(shipped, tmp_path_factory.mktemp("warned") / "town"))
        app = create_app(Settings(SECRET_KEY=SECRET), engine)
        with serving(app) as address:
            yield address, app
        for counter in ("scan_counter", "embed_counter"):
            app.extensions[counter].close()


def test_zones_are_told_apart_on_the_map_and_in_the_list(
    open_page: Open, town: tuple[str, Flask], axe: str
) -> None:
    base, _ = town
    page = open_page("/en/risks", base=base, size=DESK, locale="en-GB")

    expect(page.locator("path.m-zone-official.m-level-high")).to_have_count(1)
    expect(page.locator("path.m-zone-unofficial")).to_have_count(2)
    official, unofficial = (
        page.locator(f"path.m-zone-{how}").first.evaluate("each => getComputedStyle(each).strokeDasharray")
        for how in ("official", "unofficial")
    )
    assert official == "none"
    assert unofficial != "none"
    assert page.locator("path.m-zone-line").evaluate("each => getComputedStyle(each).fill") == "none"
    expect(page.locator(".zone")).to_have_count(3)
    expect(page.locator(".zone-unofficial .chip-draft").first).to_be_visible()
    clean(page, axe)
    page.locator(".zone a").first.click()
    expect(page.locator(".exposed")).to_be_visible()
    clean(page, axe)


def test_a_page_kept_for_long_takes_the_warning_down_by_itself(
    open_page: Open, town: tuple[str, Flask]
) -> None:
    base, app = town
    now = clock.now()
    with session_of(app.extensions["engine"]) as session:
        state = published.current(session)
        assert state is not None
        onset, expires = (
            f"{state.commune.local(now + timedelta(hours=more)):%Y-%m-%dT%H:%M}" for more in (0, 2)
        )
        words = {"ar": {"headline": "حريق", "description": "دخان كثيف.", "instruction": "ابتعدوا."}}
        codes = ("fire", "Immediate", "Severe", "Observed")
        given = Given(*codes, onset, expires, "commune", words=words)
        alert = drafting.draft(session, state.commune, given, Person("F. Amzil", None), now=now)
        drafting.issue(session, state.commune, alert.id, Person("H. Idrissi", None), now=now)
        session.commit()
    app.extensions.pop("published", None)
    page = open_page("/ar/map", base=base, size=PHONE)
    banner = page.locator(".banner", has_text="حريق").first
    expect(banner).to_be_visible()
    page.clock.install(time=now + timedelta(hours=3))
    page.reload()

    expect(banner).to_be_hidden()
