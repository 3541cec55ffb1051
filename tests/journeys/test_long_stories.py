"""Two long stories through the pages alone: a gate is put right, a warning is issued and called off."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest
from playwright.sync_api import Page, expect

from portal.cli import load
from tests.conftest import _database
from tests.geo.alerts.warned import valid
from tests.journeys.conftest import DESK, PHONE, Open
from tests.journeys.fingers import drag
from tests.journeys.people import authenticator, clean
from tests.journeys.town_hall import TownHall, town_hall

KEY = "bab-targhount"
HEADLINE = "ارتفاع منسوب الوادي"
NEW = "باب من أبواب المدينة، صحّحه مترجم وقرأه شخص ثانٍ."


@pytest.fixture(scope="module")
def hall(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TownHall]:
    """The shipped commune's town hall."""
    with _database("story") as engine:
        load(engine, shipped)
        with town_hall(engine, tmp_path_factory.mktemp("story")) as hall:
            yield hall


def test_invited_corrected_translated_reviewed_and_told(
    open_page: Open, hall: TownHall, axe: str, shipped: Path
) -> None:
    base = hall.base
    printed = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    code = next(sign["code"] for sign in printed if sign["id"] == KEY)
    public = open_page(f"/ar/monuments/{KEY}", base=base, size=PHONE, locale="ar")
    began = _position(public)

    # The first administrator comes from the console; everybody else by a letter.
    admin = open_page("/", base=base, size=DESK, locale="en")
    hall.first_administrator(admin, "mayor@commune.example")
    hall.invite(admin, "Fatima Amzil", "f.amzil@commune.example", "fr", "Heritage editor")
    hall.invite(admin, "Brahim Idrissi", "b.idrissi@commune.example", "ar", "Heritage editor")
    hall.invite(admin, "Taha Ouali", "t.ouali@commune.example", "ar", "Translator", "العربية")
    hall.invite(admin, "Rqia Bassou", "r.bassou@commune.example", "fr", "Translator", "العربية")
    admin.locator(".desk-nav").get_by_role("link", name="Letters").click()
    expect(admin.locator(".card")).to_have_count(4)

    # She registers a passkey on her telephone, and comes in with it.
    editor = open_page("/", base=base, size=PHONE, locale="fr", has_touch=True, is_mobile=True)
    authenticator(editor)
    hall.follow_letter(editor, "f.amzil@commune.example")
    editor.get_by_role("link", name="Clés d'accès").click()
    editor.locator("#name").fill("Téléphone")
    editor.locator("[data-passkey] button").click()
    expect(editor.locator(".card")).to_contain_text("Téléphone")
    editor.get_by_role("button", name="Se déconnecter").click()
    editor.goto(f"{base}/account/enter")
    editor.locator("[data-passkey] button").click()
    expect(editor).to_have_url(f"{base}/desk")
    editor.locator(".items a[href$='/monuments']").click()
    editor.locator("input[name=q]").fill("Targhount")
    editor.locator("form[role=search] button").click()
    editor.locator(f".things a[href$='/{KEY}']").first.click()
    handle = editor.locator(".handle-point")
    expect(handle).to_be_visible()
    handle.scroll_into_view_if_needed()
    scrolled = editor.evaluate("scrollY")
    drag(editor, handle, (60, -40))
    assert editor.evaluate("scrollY") == scrolled
    expect(editor.locator("[data-told]")).not_to_be_empty()
    save = editor.locator(".save-bar button")
    expect(save).to_be_in_viewport()
    at = float(editor.locator("#f-lon").input_value()), float(editor.locator("#f-lat").input_value())
    assert began[0] < at[0] < began[0] + 0.002 and began[1] < at[1] < began[1] + 0.002
    save.click()
    expect(editor.locator("p.done")).to_be_visible()
    assert _position(public) == began
    editor.locator("form[action$='/facts/submit'] button").click()
    expect(editor.locator(".life-card .stage-review").first).to_be_visible()

    # Another editor reads and publishes it.
    second = open_page("/", base=base, size=DESK, locale="ar")
    hall.follow_letter(second, "b.idrissi@commune.example")
    second.locator(".desk-nav a[href='/desk']").click()
    second.locator(".waiting a[href*='review']").click()
    second.locator(f".things a[href$='/{KEY}']").first.click()
    expect(second.locator(".life-card")).to_contain_text("Fatima Amzil")
    second.locator(".publish button").click()
    expect(second.locator("p.done")).to_be_visible()

    # The translator has a telephone whose browser runs no scripts.
    translator = open_page("/", base=base, size=PHONE, locale="ar", java_script_enabled=False)
    hall.follow_letter(translator, "t.ouali@commune.example")
    translator.locator(".desk-nav a[href='/desk/translations']").click()
    translator.locator(".card a[href='/desk/translations/ar']").first.click()
    translator.locator("#q").fill("Targhount")
    translator.locator("#rank").select_option("all")
    translator.locator("form[role=search] button").click()
    translator.locator(f".units a[href*='/{KEY}'][href$='#summary']").click()
    translator.locator("#text-summary").fill(NEW)
    translator.locator("button[value=submit]").click()
    expect(translator.locator("[data-saved]")).to_be_visible()
    expect(translator.locator("button[value=publish]")).to_have_count(0)

    reviewer = open_page("/", base=base, size=DESK, locale="fr", java_script_enabled=False)
    hall.follow_letter(reviewer, "r.bassou@commune.example")
    reviewer.locator(".desk-nav a[href='/desk/translations']").click()
    reviewer.locator(".card a[href='/desk/translations/ar']").first.click()
    reviewer.locator(".ways a[href$='/review']").click()
    reviewer.locator(f".card a[href$='/{KEY}']").click()
    expect(reviewer.locator("#text-summary")).to_have_value(NEW)
    reviewer.locator("button[value=publish]").click()
    expect(reviewer).to_have_url(re.compile("/review$"))

    # Everybody sees both: on the page, for machines, on the map, behind the printed sign.
    hall.time_passes()
    public.reload()
    expect(public.locator("p.told").first).to_have_text(NEW)
    assert _position(public) == pytest.approx(at, abs=1e-6)
    public.goto(f"{base}/q/{code}/ar")
    expect(public.locator("p.told").first).to_have_text(NEW)
    expect(public.locator(".exact").first).to_contain_text(f"{at[1]:.5f}, {at[0]:.5f}")
    clean(public, axe)
    public.goto(f"{base}/ar/map#{KEY}")
    expect(public.locator(".leaflet-popup")).to_be_visible()

    _told(admin, "Fatima Amzil", "Brahim Idrissi", "Taha Ouali", "Rqia Bassou")
    assert "whole" in hall.athar("audit", "verify")


def test_a_warning_is_issued_by_a_second_officer_and_called_off(
    open_page: Open, hall: TownHall, axe: str
) -> None:
    base = hall.base
    admin = open_page("/", base=base, size=DESK, locale="en")
    hall.first_administrator(admin, "secretary@commune.example")
    writer = open_page("/", base=base, size=DESK, locale="fr")
    issuer = open_page("/", base=base, size=PHONE, locale="ar", has_touch=True, is_mobile=True)
    for page, name, lang in ((writer, "Said Oubella", "fr"), (issuer, "Hiba Tazi", "ar")):
        hall.invite(admin, name, f"{lang}.officer@commune.example", lang, "Risk officer")
        hall.follow_letter(page, f"{lang}.officer@commune.example")
        page.locator(".desk-nav a[href='/desk/alerts']").click()

    # He writes it; he may not issue it, neither by the page nor past it.
    writer.locator("main a[href='/desk/alerts/new']").click()
    for name, value in (("hazard", "flash_flooding"), ("severity", "Severe"), ("urgency", "Immediate")):
        writer.locator(f"#{name}").select_option(value)
    writer.locator("#certainty").select_option("Observed")
    for name, words in (("headline", HEADLINE), ("description", "الماء يرتفع."), ("instruction", "ابتعدوا.")):
        writer.locator(f"#{name}-ar").fill(words)
    clean(writer, axe)
    writer.locator(".alert-form button[type=submit]").click()
    draft = writer.url.removeprefix(base)
    expect(writer.locator(f"form[action='{draft}/issue']")).to_have_count(0)
    clean(writer, axe)
    assert _issued_past_the_page(writer, draft) == 403
    public = open_page("/ar/", base=base, size=PHONE, locale="ar")
    expect(public.locator(".banner")).to_have_count(0)
    assert _feed(public, base) == []

    issuer.reload()
    issuer.locator(f".card a[href='{draft}']").click()
    read = issuer.get_by_role("heading", name=HEADLINE).last.bounding_box()
    button = issuer.locator(f"form[action='{draft}/issue'] button").bounding_box()
    assert read is not None and button is not None and read["y"] < button["y"]
    issuer.locator(f"form[action='{draft}/issue'] button").click()
    expect(issuer.locator(f"a[href='{draft}/Cancel']")).to_be_visible()
    clean(issuer, axe)
    hall.time_passes()
    public.reload()
    expect(public.locator(".banner")).to_contain_text(HEADLINE)
    public.locator(".banner a").click()
    expect(public.locator("h1")).to_contain_text(HEADLINE)
    clean(public, axe)
    [entry] = _feed(public, base)
    assert HEADLINE in entry.title and entry.tags[1].term == "active"
    warned = _document(public, entry)
    assert warned.findtext("{*}msgType") == "Alert"

    # It is called off the other way about.
    issuer.locator(f"a[href='{draft}/Cancel']").click()
    expect(issuer.locator("details[open] q")).to_have_text(HEADLINE)
    all_clear = {"headline": "انتهى الخطر", "description": "عاد الماء.", "instruction": "عودوا."}
    for name, said in all_clear.items():
        expect(issuer.locator(f"#{name}-ar")).to_have_value("")
        issuer.locator(f"#{name}-ar").fill(said)
    issuer.locator(".alert-form button[type=submit]").click()
    over = issuer.url.removeprefix(base)
    assert _issued_past_the_page(issuer, over) == 403
    public.goto(f"{base}/ar/risks")
    expect(public.locator(".alert .exercise").first).to_be_visible()
    clean(public, axe)
    expect(public.locator(".banner")).to_contain_text(HEADLINE)
    writer.goto(f"{base}/desk/alerts")
    writer.locator(f".card a[href='{over}']").click()
    writer.locator(f"form[action='{over}/issue'] button").click()
    expect(writer.locator(f"form[action='{over}/issue']")).to_have_count(0)
    hall.time_passes()
    public.reload()
    expect(public.locator(".banner")).to_have_count(0)
    expect(public.locator("#warnings + p")).to_be_visible()
    last, first = _feed(public, base)
    assert [last.tags[0].term, first.tags[1].term] == ["Cancel", "cancelled"]
    called_off = _document(public, last)
    assert warned.findtext("{*}identifier") in called_off.findtext("{*}references", "")
    _told(admin, "Said Oubella", "Hiba Tazi")


def _issued_past_the_page(page: Page, path: str) -> int:
    """What a person's browser is answered that asks to issue a draft without a button."""
    status: int = page.evaluate("path => fetch(path + '/issue', {method: 'POST'}).then(a => a.status)", path)
    return status


def _feed(page: Page, base: str) -> Any:
    feed = feedparser.parse(page.request.get(f"{base}/alerts.atom?lang=ar").body())
    assert feed.bozo == 0
    return feed.entries


def _document(page: Page, entry: Any) -> Any:
    """The message as CAP that the feed leads to, valid by its schema."""
    return valid(page.request.get(next(link.href for link in entry.links if "cap" in link.type)).body())


def _told(admin: Page, *names: str) -> None:
    admin.locator(".desk-nav a[href='/desk/trail']").click()
    for name in names:
        expect(admin.locator(".trail a", has_text=name).first).to_be_visible()


def _position(page: Page) -> tuple[float, float]:
    told = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")["geo"]
    return told["longitude"], told["latitude"]
