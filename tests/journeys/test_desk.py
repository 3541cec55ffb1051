"""A morning at the desk: come in, order artworks, watch, download; a visitor reports, staff inspect."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import text

from core.db import Engine, session_of
from core.settings import Settings
from portal import staff
from portal.app import create_app
from portal.cli import load
from qr_signs.builds import running
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.journeys.people import clean

CODE = "2W3Z5Z1"
SECRET = "test"


@pytest.fixture(scope="module")
def office(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site whose register these tests may change, and its application."""
    with _database("office") as engine:
        load(engine, shipped)
        files = str(tmp_path_factory.mktemp("office"))
        app = create_app(Settings(SECRET_KEY=SECRET, SIGN_KEY="k", FILES_DIR=files), engine)
        with serving(app) as address:
            yield address, app
        app.extensions["scan_counter"].close()


def _come_in(page: Page, base: str) -> None:
    page.goto(f"{base}/desk/enter/{staff.token(SECRET, 'F. Amzil')}")
    page.locator("main button").click()
    expect(page).to_have_url(f"{base}/desk/signs")


def _work(app: Flask) -> None:
    """What the worker does with the newest order."""
    engine: Engine = app.extensions["engine"]
    with session_of(engine) as session:
        build_id = session.scalar(text("SELECT max(id) FROM sign_build"))
    running.run(running.Shop(engine, app.config["SETTINGS"], processes=1), int(build_id or 0))


def test_order_watch_download(open_page: Open, office: tuple[str, Flask], axe: str) -> None:
    base, app = office
    page = open_page("/", base=base, size=DESK, locale="fr")
    _come_in(page, base)
    page.get_by_role("link", name="Commandes").click()
    page.get_by_label("Codes des panneaux").fill(f"{CODE}, 3D3T3DP")
    page.get_by_label("Format", exact=True).select_option("A6")
    page.get_by_role("button", name="Faire les maquettes").click()
    expect(page.locator("progress")).to_have_attribute("value", "0")

    worker = threading.Thread(target=_work, args=(app,))
    worker.start()
    download = page.get_by_role("link", name="signs.zip")
    expect(download).to_be_visible(timeout=60_000)
    worker.join()
    expect(page.locator("progress")).to_have_attribute("value", "2")
    with page.expect_download() as started:
        download.click()
    assert Path(started.value.path()).read_bytes().startswith(b"PK")
    clean(page, axe)

    page.locator(".gallery a").first.click()
    expect(page.locator(".checks li.good")).to_have_count(23)
    expect(page.locator("img.preview").first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="accessible.pdf").click()
    assert Path(started.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_role("button", name="J'ai lu le texte").click()
    expect(page.get_by_role("status")).to_be_visible()
    clean(page, axe)


def test_a_wrong_size_is_told_and_what_was_typed_stays(open_page: Open, office: tuple[str, Flask]) -> None:
    base, _ = office
    page = open_page("/", base=base, size=DESK, locale="fr", java_script_enabled=False)
    _come_in(page, base)
    page.goto(f"{base}/desk/signs/orders")
    page.get_by_label("Codes des panneaux").fill(CODE)
    page.get_by_label("ou en millimètres").fill("0x0")
    page.get_by_role("button", name="Faire les maquettes").click()

    expect(page.get_by_role("alert")).to_contain_text("0x0")
    expect(page.get_by_label("Codes des panneaux")).to_have_value(CODE)


def _photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (800, 600), (120, 80, 40)).save(file, "JPEG")
    return file.getvalue()


def test_report_then_inspect_with_a_photo(open_page: Open, office: tuple[str, Flask], axe: str) -> None:
    base, app = office
    _installed(app)
    visitor = open_page(f"/q/{CODE}", base=base, size=PHONE, locale="ar")
    visitor.locator(".report-sign").click()
    clean(visitor, axe)
    visitor.locator("button[value=sticker]").click()
    expect(visitor.locator("h1")).to_have_text("شكراً")

    page = open_page("/", base=base, size=PHONE, locale="ar")
    _come_in(page, base)
    clean(page, axe)
    page.goto(f"{base}/desk/signs/attention")
    expect(page.locator(".card").first).to_contain_text(CODE)
    clean(page, axe)
    page.locator(".card form button").first.click()

    page.goto(f"{base}/q/{CODE}")
    page.locator(f'a[href="/desk/signs/inspect/{CODE}"]').click()
    clean(page, axe)
    page.locator("input[value=damaged]").check()
    page.locator("#photo").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": _photo()})
    page.locator("#note").fill("لوحة مخدوشة")
    page.locator("main form:not(.desk-nav form) button[type=submit]").last.click()

    expect(page.locator(".life li").first).to_contain_text("لوحة مخدوشة")
    expect(page.locator("img.photo")).to_be_visible()
    clean(page, axe)
    with session_of(app.extensions["engine"]) as session:
        assert session.scalar(text("SELECT state FROM sign WHERE code = :code"), {"code": CODE}) == "damaged"


def _installed(app: Flask) -> None:
    with app.extensions["engine"].begin() as connection:
        connection.execute(text("UPDATE sign SET state = 'installed' WHERE code = :code"), {"code": CODE})
