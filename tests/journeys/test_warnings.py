"""A warning's day: one officer writes it, another issues it, everybody sees it, an all-clear ends it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import clock
from core.accounts import Role
from core.db import session_of
from core.settings import Settings
from geo import published
from geo.alerts import drafting
from geo.alerts.drafting import Given, Person
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
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


def _come_in(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/desk/enter/{staff.token(SECRET, name, [Role.RISK])}")
    page.locator("main button").click()
    expect(page).to_have_url(f"{base}/desk/alerts")


def _clean(page: Page, axe: str) -> None:
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["violations"] == [], json.dumps(found["violations"], ensure_ascii=False)[:2000]


def test_draft_issue_see_and_all_clear(open_page: Open, town: tuple[str, Flask], axe: str) -> None:
    base, app = town
    writer = open_page("/", base=base, size=DESK, locale="en-GB")
    _come_in(writer, base, "F. Amzil")
    writer.goto(f"{base}/desk/alerts/new?lang=en")
    for name, value in (("hazard", "flash_flooding"), ("severity", "Severe"), ("urgency", "Immediate")):
        writer.locator(f"#{name}").select_option(value)
    writer.locator("#certainty").select_option("Observed")
    writer.locator("input[name=place][value=commune]").check()
    writer.locator("#headline-ar").fill("ارتفاع منسوب الوادي")
    writer.locator("#description-ar").fill("الماء يرتفع.")
    writer.locator("#instruction-ar").fill("ابتعدوا عن الوادي.")
    _clean(writer, axe)
    writer.locator("main form.alert-form button[type=submit]").click()
    path = writer.url.removeprefix(base)
    expect(writer.locator(f"form[action='{path}/issue']")).to_have_count(0)
    _clean(writer, axe)

    reader = open_page("/ar/map", base=base, size=PHONE)
    expect(reader.locator(".banner")).to_have_count(0)

    second = open_page("/", base=base, size=PHONE, locale="ar")
    _come_in(second, base, "H. Idrissi")
    second.goto(base + path)
    second.locator(f"form[action='{path}/issue'] button").click()
    expect(second.locator(f"a[href='{path}/Cancel']")).to_be_visible()
    _clean(second, axe)

    app.extensions.pop("published", None)
    reader.reload()
    expect(reader.locator(".banner")).to_contain_text("ارتفاع منسوب الوادي")
    reader.locator(".banner a").click()
    expect(reader.locator("h1")).to_contain_text("ارتفاع منسوب الوادي")
    _clean(reader, axe)
    reader.goto(f"{base}/ar/risks")
    expect(reader.locator(".alert .exercise").first).to_be_visible()
    _clean(reader, axe)
    feed = feedparser.parse(app.test_client().get("/alerts.atom?lang=ar").data)
    assert (feed.bozo, len(feed.entries)) == (0, 1)

    second.goto(f"{base}{path}/Cancel")
    expect(second.locator("#description-ar")).to_have_value("")
    for name in ("headline", "description", "instruction"):
        second.locator(f"#{name}-ar").fill("انتهى الخطر")
    second.locator("main form.alert-form button[type=submit]").click()
    last = second.url.removeprefix(base)
    writer.goto(base + last)
    writer.locator(f"form[action='{last}/issue'] button").click()
    expect(writer.locator(f"form[action='{last}/issue']")).to_have_count(0)

    app.extensions.pop("published", None)
    reader.reload()
    expect(reader.locator(".banner")).to_have_count(0)
    expect(reader.locator("#warnings + p")).to_be_visible()


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
    _clean(page, axe)
    page.locator(".zone a").first.click()
    expect(page.locator(".exposed")).to_be_visible()
    _clean(page, axe)


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
