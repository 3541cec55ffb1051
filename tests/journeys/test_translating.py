"""A translator on a phone, a second person who reads, and the public page that loses its mark."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import text

from core.accounts import Role
from core.db import session_of
from core.settings import Settings
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.journeys.people import clean, come_in, member


@pytest.fixture(scope="module")
def office(shipped: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Address of a site whose texts these tests may change, and its application."""
    with _database("translated") as engine:
        load(engine, shipped)  # type: ignore[arg-type]
        files = str(tmp_path_factory.mktemp("translated"))
        app = create_app(Settings(SECRET_KEY="test", FILES_DIR=files), engine)
        with serving(app) as address:
            yield address.replace("127.0.0.1", "localhost"), app
        app.extensions["scan_counter"].close()


def _come_in(page: Page, office: tuple[str, Flask], name: str, *roles: Role) -> None:
    base, app = office
    address = f"{name}@commune.example"
    member(app, address, *roles, name=name)
    come_in(page, base, address)
    expect(page).not_to_have_url(f"{base}/account/enter")


def _drafts(app: Flask) -> list[str]:
    """Keys of monuments whose Arabic presentation is a machine's draft."""
    with session_of(app.extensions["engine"]) as session:
        query = (
            "SELECT f.key FROM feature f JOIN feature_text t ON t.feature_id = f.id AND t.lang = 'ar'"
            " WHERE f.layer = 'monuments' AND t.field = 'summary' AND t.state = 'machine' ORDER BY f.key"
        )
        return list(session.scalars(text(query)))


def test_written_on_a_phone_reviewed_and_public_without_the_mark(
    open_page: Open, office: tuple[str, Flask], axe: str
) -> None:
    base, app = office
    key = _drafts(app)[0]
    public = open_page(f"/ar/monuments/{key}", base=base, size=PHONE)
    told = public.locator("p.told").first
    expect(public.locator(".told + .remark, .told ~ .remark").first).to_be_visible()

    page = open_page("/", base=base, size=PHONE, locale="ar")
    _come_in(page, office, "translator", Role.TRANSLATOR)
    page.goto(f"{base}/desk/translations")
    clean(page, axe)
    page.locator(".card a[href='/desk/translations/ar']").first.click()
    clean(page, axe)
    page.goto(f"{base}/desk/translations/ar/monuments/{key}")
    clean(page, axe)
    field = page.locator("#text-summary")
    expect(field).to_have_attribute("dir", "rtl")
    source = page.locator("#summary .facing > div").first
    assert source.bounding_box()["y"] < field.bounding_box()["y"]  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    field.fill("نص عربي كتبه مترجم من المدينة.")
    page.locator("button[value=submit]").click()
    expect(page.locator("[data-saved]")).to_be_visible()
    clean(page, axe)

    second = open_page("/", base=base, size=DESK, locale="fr")
    _come_in(second, office, "second", Role.TRANSLATOR)
    second.goto(f"{base}/desk/translations/ar/review")
    clean(second, axe)
    second.locator(f".card a[href$='/{key}']").click()
    clean(second, axe)
    second.locator("button[value=publish]").click()
    expect(second).to_have_url(f"{base}/desk/translations/ar/review")
    expect(second.locator(f".card a[href$='/{key}']")).to_have_count(0)

    app.extensions.pop("published", None)  # what readers get may be a second old: as if it had passed
    public.reload()
    expect(told).to_have_text("نص عربي كتبه مترجم من المدينة.")
    expect(public.locator("p.told + .remark")).to_have_count(0)


def test_what_was_typed_without_a_network_is_back_and_goes_on(
    open_page: Open, office: tuple[str, Flask]
) -> None:
    base, app = office
    key = _drafts(app)[-1]
    page = open_page("/", base=base, size=PHONE, locale="ar")
    _come_in(page, office, "offline", Role.TRANSLATOR)
    path = f"{base}/desk/translations/ar/monuments/{key}"
    page.goto(path)
    page.locator("#text-summary").fill("نص لم يحفظ بعد")
    page.route(re.compile("translations"), lambda route: route.abort())
    page.locator("button[value=save]").click()
    page.wait_for_timeout(300)
    page.unroute_all()
    page.goto(path)
    expect(page.locator("#text-summary")).to_have_value("نص لم يحفظ بعد")
    expect(page.locator("[data-restored]")).to_be_visible()
    page.locator("#text-summary").press("Control+Enter")
    expect(page.locator("[data-saved]")).to_be_visible()
    assert key not in page.url.split("?")[0]
    page.goto(path)
    expect(page.locator("#text-summary")).to_have_value("نص لم يحفظ بعد")
    expect(page.locator("[data-restored]")).to_be_hidden()


def test_a_term_is_put_in_with_one_tap_and_a_file_is_looked_at(
    open_page: Open, office: tuple[str, Flask], axe: str
) -> None:
    base, app = office
    key = _drafts(app)[1]
    page = open_page("/", base=base, size=DESK, locale="fr")
    _come_in(page, office, "editor", Role.EDITOR, Role.TRANSLATOR)
    path = f"{base}/desk/translations/ar/monuments/{key}"
    page.goto(path)
    word = (page.locator("#name .kept-lines").first.text_content() or "").split()[0]
    page.goto(f"{base}/desk/terms")
    page.locator("#term").fill(word)
    page.locator("main section form").first.locator("button").click()
    page.locator(".card summary").first.click()
    page.locator(".card [name=form-ar]").fill("لفظ ثابت")
    clean(page, axe)
    page.locator(".card details button").first.click()
    expect(page.locator(".forms dd").first).to_have_text("لفظ ثابت")
    page.goto(path)
    expect(page.locator("#name .terms .chip")).to_be_visible()
    clean(page, axe)
    page.locator("#name [data-put]").click()
    assert "لفظ ثابت" in page.locator("#text-name").input_value()

    page.goto(f"{base}/desk/translations/ar/files")
    clean(page, axe)
    with page.expect_download() as started:
        page.locator("a[download]").first.click()
    page.locator("#file").set_input_files(str(started.value.path()))
    page.locator("section form[method=post] button").click()
    clean(page, axe)
