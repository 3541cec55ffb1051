"""A planner's office in the shipped commune, with equipment that is made up; what planners do there."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from core.accounts import Role
from core.db import Engine, session_of
from core.settings import Settings
from geo.wifi.siting import running
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.geo.plans.planning import CONFIG
from tests.journeys.conftest import serving

SECRET = "test"


class Office:
    """A site whose plans a test may change."""

    def __init__(self, base: str, app: Flask) -> None:
        self.base, self.app = base, app
        self.engine: Engine = app.extensions["engine"]

    def come_in(self, page: Page, name: str = "Amina Idrissi", lang: str = "fr") -> None:
        """Sign in as a planner."""
        page.goto(f"{self.base}/desk/enter/{staff.token(SECRET, name, (Role.PLANNER,))}?lang={lang}")
        page.locator("main button").click()
        expect(page).to_have_url(re.compile(r"/planner$"))

    def one(self, sql: str, **values: Any) -> Any:
        """The answer of a query with one value."""
        with session_of(self.engine) as session:
            return session.scalar(text(sql), values)

    def change(self, sql: str, **values: Any) -> None:
        """Do something that has no place on the screen."""
        with self.engine.begin() as connection:
            connection.execute(text(sql), values)

    def places(self, plan: str) -> list[tuple[float, float, float]]:
        """Longitude, latitude and direction of the plan's hotspots."""
        query = text(
            "SELECT ST_X(h.place), ST_Y(h.place), h.azimuth_deg FROM wifi_hotspot h"
            " JOIN wifi_scenario s ON s.id = h.scenario_id WHERE s.key = :key ORDER BY h.id"
        )
        with session_of(self.engine) as session:
            return [(lon, lat, azimuth) for lon, lat, azimuth in session.execute(query, {"key": plan})]

    def work(self, plan: str) -> None:
        """What the worker does with the plan's open proposals."""
        number = int(self.one("SELECT id FROM wifi_scenario WHERE key = :key", key=plan))
        while running.next_of(self.engine, number):
            pass


@contextmanager
def office(shipped: Path, files: Path) -> Iterator[Office]:
    """A site on a database of its own."""
    with _database("planner") as engine:
        load(engine, shipped)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE commune SET config = jsonb_set(config, '{wifi}', CAST(:wifi AS jsonb))"),
                {"wifi": json.dumps(CONFIG)},
            )
        app = create_app(Settings(SECRET_KEY=SECRET, SIGN_KEY="k", FILES_DIR=str(files)), engine)
        with serving(app) as address:
            yield Office(address, app)
        app.extensions["scan_counter"].close()


def make(page: Page, title: str) -> str:
    """A new plan by the list's form; its key."""
    page.locator("#title").fill(title)
    page.locator("form[action$='/planner'] button[type=submit]").click()
    expect(page.locator("h1")).to_have_text(title)
    return page.url.rsplit("/", 1)[1].split("?")[0].split("#")[0]


def place(page: Page, east: float, north: float) -> None:
    """Place a hotspot so many pixels from the map's middle, and wait until it is kept."""
    before = page.locator(".hotspot:not(.proposed)").count()
    box = page.locator(".map").bounding_box()
    assert box is not None
    page.locator("[data-place]").click()
    page.mouse.click(box["x"] + box["width"] / 2 + east, box["y"] + box["height"] / 2 - north)
    expect(page.locator(".hotspot:not(.proposed)")).to_have_count(before + 1)


def drag(page: Page, what: Locator, east: float, north: float) -> dict[str, Any]:
    """Drag something so many pixels; what the server said of the place before it was let go."""
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    with page.expect_response(lambda answer: answer.url.endswith("/try")) as tried:
        page.mouse.move(x + east / 2, y - north / 2, steps=3)
        page.mouse.move(x + east, y - north, steps=3)
    said: dict[str, Any] = tried.value.json()
    page.mouse.up()
    return said


def kept(page: Page) -> None:
    """Wait until everything is saved."""
    expect(page.locator("[data-saved]")).to_have_text(re.compile("^(Enregistré|Saved)$"))


def clean(page: Page, axe: str) -> None:
    """The accessibility checker finds nothing."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["violations"] == [], json.dumps(found["violations"], ensure_ascii=False)[:3000]
