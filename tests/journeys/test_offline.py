"""A walk taken along: installed once, then the server is gone and the network off, and the visitor walks on."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from core.db import Engine, session_of
from core.settings import Settings
from geo import published
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import Open, serving

WALK = "gates-and-squares"
SECRET = "test"


class Town:
    """A site of its own that a test may stop."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._stack = contextlib.ExitStack()
        self.base = self._stack.enter_context(serving(app))

    def stop(self) -> None:
        """The server is gone: nobody answers any more."""
        self._stack.close()


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """A database whose texts these tests may change."""
    with _database("offline") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def start(own_engine: Engine, tmp_path: Path) -> Iterator[Callable[[], Town]]:
    """Start a site of the shipped commune."""
    towns: list[Town] = []
    files = str(tmp_path)

    def start_() -> Town:
        app = create_app(Settings(SECRET_KEY=SECRET, SIGN_KEY="k", FILES_DIR=files), own_engine)
        towns.append(Town(app))
        return towns[-1]

    yield start_
    for town in towns:
        town.stop()
        town.app.extensions["scan_counter"].close()


def take_along(page: Page) -> None:
    """What a visitor does: two taps, and waiting."""
    box = page.locator(".take").first
    box.locator("button").first.click()
    expect(box.locator("button.take-more")).to_be_visible()
    box.locator("button").first.click()
    expect(box.locator("a.take-more")).to_be_visible(timeout=30_000)


def caches_of(page: Page) -> list[str]:
    names: list[str] = page.evaluate("caches.keys()")
    return names


def workers_of(page: Page) -> int:
    many: int = page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)")
    return many


def cut_off(town: Town, context: BrowserContext) -> None:
    town.stop()
    context.set_offline(True)


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_whole_walk_opens_without_server_and_network(
    open_page: Open, start: Callable[[], Town], lang: str
) -> None:
    town = start()
    page = open_page(f"/{lang}/routes/{WALK}", base=town.base)
    stops = page.locator(".stops h3 a").count()
    assert workers_of(page) == 0 and caches_of(page) == []
    take_along(page)
    cut_off(town, page.context)

    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("path.m-routes")).to_have_count(1)
    expect(page.locator(".stop")).to_have_count(stops)
    expect(page.locator("path.m-wall_ring")).to_have_count(1)
    expect(page.locator(".map-message")).to_be_hidden()

    page.locator(".stops h3 a").first.click()
    for _ in range(stops):
        expect(page.locator(".monument h1")).to_be_visible()
        expect(page.locator(".take a.take-more")).to_be_visible()
        following = page.locator(".next a").first
        name = following.inner_text()
        following.click()
        expect(page.locator("h1")).to_contain_text(name)
    page.locator(".map-frame").scroll_into_view_if_needed()
    expect(page.locator(".pin").first).to_be_visible()
    expect(page.locator("path.m-wall_ring")).to_have_count(1)
