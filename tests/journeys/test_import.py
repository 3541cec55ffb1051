"""An agent's morning: a spreadsheet of places, looked through and taken over; on a desk and a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text

from core import clock
from core.accounts import Role
from core.db import session_of
from core.people import register
from core.settings import Settings
from geo.editing.importing import taking
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving

PASSWORD = "palm walls seven donkeys"
LON, LAT = -8.877, 30.47


@pytest.fixture(scope="module")
def office(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site, and its application."""
    with _database("imports") as engine:
        load(engine, shipped)
        app = create_app(
            Settings(SECRET_KEY="test", FILES_DIR=str(tmp_path_factory.mktemp("imports"))), engine
        )
        with session_of(engine) as session:
            _, token = register.invite(
                session, "f@commune.example", "F. Amzil", lang="fr", roles=[Role.EDITOR], by="test",
                now=clock.now(),
            )  # fmt: skip
            register.take_up(session, token, PASSWORD, now=clock.now())
            session.commit()
        with serving(app) as address:
            yield address, app
        app.extensions["scan_counter"].close()


def _file(folder: Path, app: Flask, word: str) -> Path:
    """One new place, one that is there under another name, one with its coordinates swapped."""
    with session_of(app.extensions["engine"]) as session:
        key, lon, lat = session.execute(
            text("SELECT key, ST_X(geom), ST_Y(geom) FROM feature WHERE layer = 'places' LIMIT 1")
        ).one()
    lines = [
        "id;nom;longitude;latitude",
        f";{word} neuf;{LON};{LAT}",
        f"{key};{word};{lon};{lat}",
        f";{word} tourné;{LAT};{LON}",
    ]
    file = folder / "places.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    return file


def _come_in(page: Page, base: str, lang: str) -> None:
    page.context.add_cookies([{"name": "lang", "value": lang, "url": base}])
    page.goto(f"{base}/account/enter")
    page.locator("#email").fill("f@commune.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button").click()


def _fits(page: Page) -> None:
    """Nothing but tables, which scroll by themselves, is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_spreadsheet_becomes_drafts(
    open_page: Open, office: tuple[str, Flask], tmp_path: Path, scripts: bool
) -> None:
    base, app = office
    word = "Essai" if scripts else "Sans scripts"
    page = open_page("/", base=base, size=DESK, java_script_enabled=scripts)
    _come_in(page, base, "en")
    page.goto(f"{base}/desk/import/places")
    page.locator("#file").set_input_files(_file(tmp_path, app, word))
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_label("longitude", exact=True)).to_have_value("lon")
    expect(page.get_by_label("nom", exact=True)).to_have_value("name:fr")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("alert")).to_contain_text("kind")
    page.locator("#kind").select_option("square")
    page.locator("#precision").select_option("surveyed")
    page.locator("#state").select_option("written")
    page.locator("#licence").fill("made up")
    page.locator("#sources").fill("a test")
    page.get_by_role("button", name="Show what it would do").click()

    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text(word)
    expect(rows.nth(2)).to_contain_text("look swapped")
    expect(rows.nth(2).get_by_role("checkbox")).to_have_count(0)
    rows.nth(0).get_by_role("checkbox").check()
    page.get_by_role("button", name="Take over what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("0 of 2")

    batch_id = int(page.url.rsplit("/", 1)[1])
    taking.take(app.extensions["engine"], app.config["SETTINGS"], batch_id=batch_id)
    page.reload()
    expect(page.get_by_role("status")).to_contain_text("2 rows were taken over as drafts.")
    with session_of(app.extensions["engine"]) as session:
        drafts = session.scalar(
            text(
                "SELECT count(*) FROM record_version"
                " WHERE content->'name'->>'text' IN (:word, :word || ' neuf')"
            ),
            {"word": word},
        )
        public = session.scalar(text("SELECT count(*) FROM feature_text WHERE text = :word"), {"word": word})
    assert (drafts, public) == (2, 0)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_its_pages_fit_and_are_accessible(
    open_page: Open, office: tuple[str, Flask], tmp_path: Path, axe: str, size: dict[str, int], lang: str
) -> None:
    base, app = office
    page = open_page("/", base=base, size=size)
    _come_in(page, base, lang)
    page.goto(f"{base}/desk/import/places")
    looked: list[str] = []

    def look(name: str) -> None:
        _fits(page)
        page.evaluate(axe)
        found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == [], name
        looked.append(name)

    look("bring")
    page.locator("#file").set_input_files(_file(tmp_path, app, "Essai d’image"))
    page.locator("main form[enctype] button").click()
    look("columns")
    page.locator("#kind").select_option("square")
    page.locator("#precision").select_option("surveyed")
    page.locator("#state").select_option("written")
    page.locator("#licence").fill("made up")
    page.locator("#sources").fill("a test")
    page.locator("form[action$='/columns'] button").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    look("preview")
    assert looked == ["bring", "columns", "preview"]
