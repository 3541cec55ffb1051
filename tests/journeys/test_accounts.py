"""The first days of an agent: invited, in with a passkey, codes of an app, signed out everywhere."""

import email
import json
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import expect

from core.accounts import Role
from core.settings import Settings
from portal import staff
from portal.app import create_app
from portal.cli import load
from tests.conftest import _database
from tests.journeys.conftest import DESK, PHONE, Open, serving
from tests.journeys.people import PASSWORD, authenticator, clean, come_in, member

SECRET = "test"


@pytest.fixture(scope="module")
def office(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask, Path]]:
    """Address of a site by name, its application, and its spool folder."""
    with _database("accounts") as engine:
        load(engine, shipped)
        files = tmp_path_factory.mktemp("accounts")
        app = create_app(Settings(SECRET_KEY=SECRET, FILES_DIR=str(files)), engine)
        with serving(app) as address:
            yield address.replace("127.0.0.1", "localhost"), app, files / "spool"
        app.extensions["scan_counter"].close()


def _letter(spool: Path) -> str:
    """The path in the newest letter."""
    file = max(spool.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
    text: str = email.message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
    address = next(word for word in text.split() if "/account/link/" in word)
    return address[address.index("/account/link/") :]


def test_invited_in_with_a_passkey_signed_out_everywhere(
    open_page: Open, office: tuple[str, Flask, Path], axe: str
) -> None:
    base, _, spool = office
    admin = open_page("/", base=base, size=DESK, locale="en")
    admin.goto(f"{base}/desk/enter/{staff.token(SECRET, 'The mayor', [Role.ADMIN])}")
    admin.locator("main button").click()
    expect(admin).to_have_url(f"{base}/desk/people")
    admin.get_by_role("link", name="Invite somebody").click()
    clean(admin, axe)
    admin.get_by_label("Name").fill("فاطمة أمزيل")
    admin.get_by_label("E-mail address").fill("f.amzil@commune.example")
    admin.get_by_label("Language of the letter").select_option("ar")
    admin.get_by_label("Desk agent").check()
    admin.get_by_role("button", name="Invite").click()
    expect(admin.locator("h1")).to_have_text("فاطمة أمزيل")
    clean(admin, axe)
    admin.get_by_role("link", name="Letters").click()
    expect(admin.locator(".card").first).to_contain_text("Not sent: in the spool folder")
    clean(admin, axe)

    page = open_page("/", base=base, size=PHONE, locale="en")
    authenticator(page)
    page.goto(base + _letter(spool))
    clean(page, axe)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("Once more").fill(PASSWORD)
    page.get_by_role("button", name="Keep the password").click()
    expect(page.locator("h1")).to_have_text("My account")
    expect(page.locator(".wrong")).to_be_visible()
    clean(page, axe)
    page.get_by_role("link", name="Passkeys").click()
    page.get_by_label("Name, such as: telephone").fill("My telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator(".card")).to_contain_text("My telephone")
    clean(page, axe)
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{base}/desk/signs")
    page.get_by_role("link", name="Come in with your account").click()
    clean(page, axe)
    page.get_by_role("button", name="Come in with a passkey").click()
    expect(page).to_have_url(f"{base}/desk/signs")

    other = open_page("/", base=base, size=DESK, locale="en")
    come_in(other, base, "f.amzil@commune.example")
    expect(other).to_have_url(f"{base}/desk/signs")
    page.locator(".desk-menu summary").click()
    page.get_by_role("link", name="My account").click()
    expect(page.locator("#places .card")).to_have_count(2)
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page).to_have_url(f"{base}/account/enter")
    other.reload()
    expect(other.locator("h1")).to_have_text("Not open to you")


def test_codes_of_an_app_and_a_code_on_paper(
    open_page: Open, office: tuple[str, Flask, Path], axe: str
) -> None:
    base, app, _ = office
    member(app, "codes@commune.example", Role.STAFF)
    page = open_page("/", base=base, size=PHONE, locale="en", java_script_enabled=False)
    come_in(page, base, "codes@commune.example")
    page.goto(f"{base}/account")
    page.get_by_role("link", name="Set up").click()
    secret = page.locator("main code").text_content() or ""
    app_of_hers = pyotp.TOTP(secret)
    page.get_by_label("Six digits").fill(app_of_hers.now())
    page.get_by_role("button", name="Begin asking").click()
    papers = page.locator(".papers code").all_text_contents()
    assert len(papers) == 10
    page.get_by_role("button", name="Sign out").click()

    come_in(page, base, "codes@commune.example")
    expect(page.locator("h1")).to_have_text("The second step")
    page.get_by_label("Code").fill("not it")
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code").fill(papers[0])
    page.get_by_role("button", name="Come in").click()
    expect(page).to_have_url(f"{base}/desk/signs")
    page.goto(f"{base}/account")
    expect(page.get_by_text("9 codes on paper left")).to_be_visible()


def test_a_passkey_of_another_site_or_nobody_is_told(
    open_page: Open, office: tuple[str, Flask, Path], axe: str
) -> None:
    base, app, _ = office
    member(app, "gone@commune.example", Role.STAFF)
    page = open_page("/", base=base, size=PHONE, locale="en")
    authenticator(page)
    come_in(page, base, "gone@commune.example")
    page.goto(f"{base}/account/keys")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"{base}/account/enter")
    page.get_by_role("button", name="Come in with a passkey").click()

    expect(page.get_by_role("status")).to_contain_text("belongs to no account here")
    clean(page, axe)


def test_an_address_of_numbers_is_told_to_have_no_passkeys(
    open_page: Open, office: tuple[str, Flask, Path]
) -> None:
    base, app, _ = office
    member(app, "numbers@commune.example", Role.STAFF)
    numbers = base.replace("localhost", "127.0.0.1")
    page = open_page("/", base=numbers, size=PHONE, locale="en")
    come_in(page, numbers, "numbers@commune.example")
    page.goto(f"{numbers}/account/keys")

    expect(page.locator("[data-no-passkeys]")).to_be_visible()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_hidden()


def test_somebody_takes_their_data_along_and_is_erased(
    open_page: Open, office: tuple[str, Flask, Path], axe: str
) -> None:
    base, app, _ = office
    member(app, "leaves@commune.example", Role.STAFF)
    member(app, "stays@commune.example", Role.ADMIN)
    page = open_page("/", base=base, size=PHONE, locale="en", accept_downloads=True)
    come_in(page, base, "leaves@commune.example")
    page.goto(f"{base}/account")
    clean(page, axe)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download my data").click()
    held = json.loads(taken.value.path().read_text(encoding="utf-8"))
    assert taken.value.suggested_filename == "my-data.json" and held["email"] == "leaves@commune.example"

    admin = open_page("/", base=base, size=PHONE, locale="ar")
    come_in(admin, base, "stays@commune.example")
    admin.goto(f"{base}/desk/people/{held['rows']['account'][0]['id']}")
    admin.locator("a[href$='/erase']").click()
    admin.locator("#email").fill("stays@commune.example")
    admin.locator("main form:has(#email) button").click()
    expect(admin.get_by_role("alert")).to_be_visible()
    clean(admin, axe)
    admin.locator("#email").fill("leaves@commune.example")
    admin.locator("main form:has(#email) button").click()
    expect(admin).to_have_url(f"{base}/desk/people")
    expect(admin.get_by_text("leaves@commune.example")).to_have_count(0)
    page.reload()
    expect(page.locator("h1")).to_have_text("Not open to you")
