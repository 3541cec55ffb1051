"""An editor before a gate with a phone: a photo is taken, described and published, and everybody sees it."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import text

from core.accounts import Role
from core.db import session_of
from core.settings import Settings
from geo.pictures import making
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, Town, serving
from tests.journeys.people import clean
from tests.journeys.walks import WALK, cut_off, take_along
from tests.made_pictures import photo, told_all

SECRET = "test"
OF = "/desk/pictures/monuments/kasbah"


@pytest.fixture(scope="module")
def gallery(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site whose pictures these tests may change, and its application."""
    with _database("exhibition") as engine:
        load(engine, shipped)
        files = str(tmp_path_factory.mktemp("exhibition"))
        app = create_app(Settings(SECRET_KEY=SECRET, SIGN_KEY="k", FILES_DIR=files), engine)
        with serving(app) as address:
            yield address, app
        app.extensions["scan_counter"].close()


def _come_in(page: Page, base: str, of: str = OF) -> None:
    page.goto(f"{base}/desk/enter/{staff.token(SECRET, 'F. Amzil', [Role.EDITOR])}")
    page.locator("main button").click()
    page.goto(base + of)


def _make(app: Flask) -> None:
    """What the worker does with all that waits."""
    engine = app.extensions["engine"]
    with session_of(engine) as session:
        waiting = session.scalars(text("SELECT sha256 FROM picture WHERE ready_at IS NULL")).all()
    for sha256 in waiting:
        making.make(engine, app.config["SETTINGS"], sha256=sha256)


def _is_seen(page: Page) -> bool:
    page.locator("figure.picture img").first.scroll_into_view_if_needed()
    return bool(
        page.evaluate(
            "async () => { const i = document.querySelector('figure.picture img'); await i.decode();"
            " return i.naturalWidth > 0 && i.currentSrc.endsWith('.avif'); }"
        )
    )


def test_from_the_camera_to_the_page_in_three_languages(
    open_page: Open, gallery: tuple[str, Flask], axe: str
) -> None:
    base, app = gallery
    page = open_page("/", base=base, size=PHONE, locale="ar", has_touch=True)
    _come_in(page, base)
    clean(page, axe)
    page.locator("#author-new").fill("F. Amzil")
    page.locator("#licence-new").select_option("CC-BY-4.0")
    page.locator("#camera").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": told_all((1200, 900))}
    )
    card = page.locator("li.picture")
    expect(card).to_have_count(1)
    expect(card.locator("[data-making]")).to_be_visible()
    _make(app)
    expect(page.locator("[data-making]")).to_have_count(0)
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 640

    assert card.locator("textarea[lang=ar]").evaluate("field => getComputedStyle(field).direction") == "rtl"
    assert card.locator("textarea[lang=fr]").evaluate("field => getComputedStyle(field).direction") == "ltr"
    card.locator("textarea[lang=fr]").fill("La porte de la kasbah, vue de la place")
    card.locator("textarea[lang=en]").fill("The gate of the kasbah, seen from the square")
    card.locator("button[value=publish]").click()
    expect(page.locator("p.wrong")).to_be_visible()
    expect(card.locator(".lacking")).to_contain_text("العربية")
    expect(card.locator("textarea[lang=fr]")).to_have_value("La porte de la kasbah, vue de la place")
    clean(page, axe)
    card.locator("textarea[lang=ar]").fill("باب القصبة من جهة الساحة")
    card.locator("button[value=publish]").click()
    expect(page.locator("p.wrong")).to_have_count(0)
    expect(card.locator(".chip-draft")).to_have_count(0)

    app.extensions.pop("published", None)
    for lang, alt in (("ar", "باب القصبة من جهة الساحة"), ("fr", "La porte"), ("zgh", "باب القصبة")):
        visitor = open_page(f"/{lang}/monuments/kasbah", base=base, size=PHONE, device_scale_factor=2)
        image = visitor.locator("figure.picture img")
        expect(image).to_have_attribute("alt", re.compile(f"^{alt}"))
        assert _is_seen(visitor)
        expect(visitor.locator("figure.picture figcaption")).to_contain_text("F. Amzil · CC BY 4.0")
        assert image.get_attribute("lang") == ("ar" if lang == "zgh" else None)
        clean(visitor, axe)
        visitor.context.close()


def test_a_walk_taken_along_shows_its_picture_without_a_network(
    open_page: Open, gallery: tuple[str, Flask]
) -> None:
    """Its file is the one that browsers take which choose none; this one chooses another."""
    _, app = gallery
    town = Town(app)
    app.extensions.pop("published", None)
    page = open_page(f"/fr/routes/{WALK}", base=town.base, device_scale_factor=3)
    take_along(page)
    cut_off(town, page.context)
    page.goto(f"{town.base}/fr/monuments/kasbah")

    image = page.locator("figure.picture img")
    assert image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.currentSrc])")[0] > 0
    assert "/1200.avif" in image.evaluate("image => image.currentSrc")


def test_pictures_are_dropped_and_each_refusal_stays_on_the_page(
    open_page: Open, gallery: tuple[str, Flask], axe: str
) -> None:
    base, app = gallery
    page = open_page("/", base=base, size=DESK, locale="fr")
    _come_in(page, base, of="/desk/pictures/monuments/bab-zorgane")
    given = [
        ("one.jpg", base64.b64encode(photo((900, 600))).decode()),
        ("<img src=x>.jpg", base64.b64encode(b"no picture").decode()),
        ("two.jpg", base64.b64encode(photo((600, 900))).decode()),
    ]
    page.evaluate(
        """files => {
          const held = new DataTransfer();
          for (const [name, data] of files) {
            held.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
          }
          document.querySelector("[data-drop]").dispatchEvent(
            new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
        }""",
        given,
    )
    expect(page.locator("li.picture")).to_have_count(2)
    expect(page.locator("[data-refused]")).to_contain_text("<img src=x>.jpg: ")
    first = page.locator("li.picture").first
    number = first.get_attribute("id")
    first.locator("form[action$='/down'] button").click()
    expect(page.locator("li.picture").last).to_have_attribute("id", number or "")

    page.locator("li.picture textarea[lang=fr]").first.fill("Pas encore gardé")
    page.locator("#file").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-refused]")).to_be_visible()
    expect(page.locator("li.picture textarea[lang=fr]").first).to_have_value("Pas encore gardé")
    clean(page, axe)
    page.goto(f"{base}/desk/pictures?lang=fr")
    clean(page, axe)
    _make(app)


def test_everything_works_without_scripts(open_page: Open, gallery: tuple[str, Flask]) -> None:
    base, app = gallery
    page = open_page("/", base=base, size=PHONE, locale="fr", java_script_enabled=False)
    _come_in(page, base, of="/desk/pictures/places/place-assarag")
    page.locator("#author-new").fill("F. Amzil")
    taken: list[FilePayload] = [
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo((640, 480))},
        {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo((480, 640))},
    ]
    page.locator("#file").set_input_files(taken)
    page.locator("[data-send]").click()
    expect(page.locator("li.picture")).to_have_count(2)
    expect(page.locator("#author-new")).to_have_value("F. Amzil")
    _make(app)
    page.locator("li.picture form[action$='/withdraw'] button").first.click()
    expect(page.locator("li.picture .chip-draft")).to_have_count(2)
    expect(page.locator("li.picture form[action$='/restore'] button")).to_have_count(1)
