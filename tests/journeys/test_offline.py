"""A walk taken along: the server is gone and the network off, and the visitor walks on."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from qr_signs import tags
from tests.journeys.conftest import Open, Town
from tests.journeys.walks import WALK, caches_of, code_of, cut_off, take_along, until, workers_of


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_the_whole_walk_opens_without_server_and_network(open_page: Open, town: Town, lang: str) -> None:
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


def test_the_next_sign_opens_its_page_without_a_network(open_page: Open, town: Town, shipped: Path) -> None:
    first, second = code_of(shipped, "bab-zorgane"), code_of(shipped, "kasbah")
    page = open_page(f"/Q/{first}", base=town.base, locale="fr-FR")
    take_along(page)
    cut_off(town, page.context)

    right = tags.tag("k", second)
    for path in (
        f"/Q/{second}-{right}",
        f"/q/{second.lower()}-{right.lower()}",
        f"/Q/{second}{right}/f",
        f"/q/{second}/fr?from=poster",
    ):
        page.goto(town.base + path)
        expect(page.locator("h1")).to_contain_text("Kasbah")
    page.goto(f"{town.base}/Q/{second}-{'0000' if right != '0000' else '1111'}")
    expect(page.locator("[data-missing]")).to_be_visible()
    page.goto(f"{town.base}/q/{second}/ar")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("[data-missing]")).to_be_visible()


def test_what_is_not_on_the_device_is_told_in_the_readers_language(open_page: Open, town: Town) -> None:
    page = open_page(f"/ar/routes/{WALK}", base=town.base)
    take_along(page)
    cut_off(town, page.context)

    page.goto(f"{town.base}/")
    expect(page).to_have_url(f"{town.base}/ar/routes/{WALK}")
    page.goto(f"{town.base}/es/monuments/kasbah")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("[data-missing]")).to_be_visible()
    expect(page.locator("li.taken")).to_have_count(1)
    page.locator("[data-languages] a").click()
    expect(page).to_have_url(f"{town.base}/ar/monuments/kasbah")
    page.goto(f"{town.base}/ar/about")
    expect(page.locator("[data-elsewhere]")).to_be_hidden()
    page.locator("li.taken a").click()
    expect(page.locator(".stops")).to_be_visible()


def test_an_address_with_more_behind_it_is_the_same_page(open_page: Open, town: Town) -> None:
    page = open_page(f"/fr/routes/{WALK}", base=town.base)
    take_along(page)
    cut_off(town, page.context)

    page.goto(f"{town.base}/fr/monuments/kasbah?utm_source=x#near")
    expect(page.locator("h1")).to_contain_text("Kasbah")
    page.goto(f"{town.base}/fr/monuments?q=kasbah")
    expect(page.locator("[data-missing]")).to_be_visible()


def test_two_languages_side_by_side_and_gone_with_the_last(open_page: Open, town: Town) -> None:
    page = open_page(f"/ar/routes/{WALK}", base=town.base)
    take_along(page)
    page.goto(f"{town.base}/fr/routes/{WALK}")
    take_along(page)
    page.goto(f"{town.base}/fr/offline")
    expect(page.locator("li.taken")).to_have_count(2)
    expect(page.locator("[data-missing]")).to_be_hidden()

    page.locator("li.taken button").first.click()
    expect(page.locator("li.taken")).to_have_count(1)
    assert workers_of(page) == 1
    page.locator("li.taken button").first.click()
    expect(page.locator("li.taken")).to_have_count(0)
    expect(page.locator("[data-none]")).to_be_visible()
    until(page, "caches.keys().then(names => names.length === 0)")
    until(page, "navigator.serviceWorker.getRegistrations().then(all => all.length === 0)")


def test_with_a_network_pages_are_those_of_the_site(open_page: Open, town: Town, shipped: Path) -> None:
    page = open_page(f"/fr/routes/{WALK}", base=town.base)
    take_along(page)
    answers: dict[str, bool] = {}
    page.on("response", lambda answer: answers.update({answer.url: answer.from_service_worker}))
    page.goto(f"{town.base}/desk/signs")
    page.goto(f"{town.base}/q/{code_of(shipped, 'kasbah')}")

    assert page.request.get(f"{town.base}/health").ok
    assert answers[f"{town.base}/desk/signs"] is False
    expect(page.locator(".signed")).to_be_visible()
    names = [name for name in caches_of(page) if name != "athar-walks"]
    kept: list[str] = page.evaluate(
        "name => caches.open(name).then(cache => cache.keys()).then(all => all.map(each => each.url))",
        names[0],
    )
    assert kept and not [url for url in kept if "/q/" in url or "/desk" in url]


def test_a_network_that_carries_nothing_is_not_waited_for(open_page: Open, town: Town) -> None:
    page = open_page(f"/fr/routes/{WALK}", base=town.base)
    take_along(page)
    town.hold()

    page.goto(f"{town.base}/fr/monuments/kasbah")
    expect(page.locator("h1")).to_contain_text("Kasbah")
    expect(page.locator(".take a.take-more")).to_be_visible()


@pytest.mark.parametrize(("lang", "scheme"), [("ar", "dark"), ("fr", "light")])
def test_every_state_of_it_is_accessible(
    open_page: Open, town: Town, axe: str, lang: str, scheme: str
) -> None:
    def clean() -> None:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert found["violations"] == [], json.dumps(found["violations"], ensure_ascii=False)[:2000]

    page = open_page(f"/{lang}/routes/{WALK}", base=town.base, color_scheme=scheme)
    box = page.locator(".take")
    box.locator("button").first.focus()
    page.keyboard.press("Enter")
    expect(box.locator("button.take-more")).to_be_visible()
    clean()
    page.keyboard.press("Enter")
    expect(box.locator("a.take-more")).to_be_focused(timeout=30_000)
    clean()
    page.keyboard.press("Enter")
    expect(page.locator("li.taken")).to_have_count(1)
    clean()
    cut_off(town, page.context)
    page.goto(f"{town.base}/{lang}/about")
    expect(page.locator("[data-missing]")).to_be_visible()
    clean()


def test_without_the_means_nothing_is_offered(open_page: Open) -> None:
    plain = open_page(f"/fr/routes/{WALK}", java_script_enabled=False)
    expect(plain.locator(".take")).to_be_hidden()
    old = open_page("/fr/about")
    old.add_init_script("delete Navigator.prototype.serviceWorker")
    old.goto(old.url.replace("/about", f"/routes/{WALK}"))
    expect(old.locator(".take")).to_be_hidden()
    old.goto(old.url.replace(f"/routes/{WALK}", "/offline"))
    expect(old.locator("[data-unable]")).to_be_visible()
    expect(old.locator("[data-none]")).to_be_hidden()
