"""A walk taken along: the server is gone and the network off, and the visitor walks on."""

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import text

from core.db import Engine, session_of
from core.settings import Settings
from geo import published
from portal.app import create_app
from portal.cli import load
from qr_signs import tags
from tests.conftest import _database
from tests.journeys.conftest import Open, serving

WALK = "gates-and-squares"


class Town:
    """A site of its own that a test may stop, or have answer nobody for a while."""

    def __init__(self, app: Flask) -> None:
        self._answers = threading.Event()
        self._answers.set()
        self._stack = contextlib.ExitStack()
        site = Flask(__name__)
        site.wsgi_app = self._held(app.wsgi_app)  # type: ignore[method-assign]
        self.base = self._stack.enter_context(serving(site))

    def _held(self, wsgi: Any) -> Any:
        def held(environ: Any, start_response: Any) -> Any:
            self._answers.wait()
            return wsgi(environ, start_response)

        return held

    def hold(self) -> None:
        """Take requests and say nothing, like a network that is there and carries nothing."""
        self._answers.clear()

    def stop(self) -> None:
        """The server is gone: nobody answers any more."""
        self._answers.set()
        self._stack.close()


@pytest.fixture(scope="module")
def own_engine(shipped: Path) -> Iterator[Engine]:
    """A database whose texts these tests may change."""
    with _database("offline") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture(scope="module")
def own_app(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    files = str(tmp_path_factory.mktemp("offline"))
    app = create_app(Settings(SECRET_KEY="test", SIGN_KEY="k", FILES_DIR=files), own_engine)
    yield app
    app.extensions["scan_counter"].close()


@pytest.fixture
def town(own_app: Flask) -> Iterator[Town]:
    """A site of the shipped commune that the test may stop."""
    town = Town(own_app)
    yield town
    town.stop()


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


def until(page: Page, expression: str, arg: object = None) -> None:
    """Ask the page again until the promise that it gives is true: wait_for_function does not wait for one."""
    deadline = time.monotonic() + 15
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, expression


def workers_of(page: Page) -> int:
    many: int = page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)")
    return many


def cut_off(town: Town, context: BrowserContext) -> None:
    town.stop()
    context.set_offline(True)


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


def code_of(shipped: Path, key: str) -> str:
    signs = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    return str(next(sign["code"] for sign in signs if sign.get("id") == key))


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


def test_a_fetch_that_breaks_off_leaves_nothing(open_page: Open, town: Town) -> None:
    page = open_page(f"/en/routes/{WALK}", base=town.base)
    page.route("**/layers/walls.geojson*", lambda route: route.abort())
    box = page.locator(".take")
    box.locator("button").first.click()
    expect(box.locator("button.take-more")).to_be_visible()
    box.locator("button").first.click()

    expect(box.locator("[role=status]")).to_contain_text("network was lost")
    assert caches_of(page) == [] and workers_of(page) == 0
    page.unroute("**/layers/walls.geojson*")
    take_along(page)


def test_another_file_than_was_promised_is_not_taken(open_page: Open, town: Town) -> None:
    page = open_page(f"/en/routes/{WALK}", base=town.base)
    page.route("**/layers/walls.geojson*", lambda route: route.fulfill(body="{}"))
    box = page.locator(".take")
    box.locator("button").first.click()
    expect(box.locator("button.take-more")).to_be_visible()
    box.locator("button").first.click()

    expect(box.locator("[role=status]")).to_contain_text("was changed")
    assert caches_of(page) == [] and workers_of(page) == 0


def test_a_full_device_keeps_nothing(open_page: Open, town: Town) -> None:
    page = open_page(f"/en/routes/{WALK}", base=town.base)
    protocol = page.context.new_cdp_session(page)
    protocol.send("Storage.overrideQuotaForOrigin", {"origin": town.base, "quotaSize": 300_000})
    box = page.locator(".take")
    box.locator("button").first.click()
    expect(box.locator("button.take-more")).to_be_visible()
    box.locator("button").first.click()

    expect(box.locator("[role=status]")).to_contain_text("not enough room", timeout=20_000)
    assert caches_of(page) == [] and workers_of(page) == 0


def test_a_fetch_can_be_stopped_and_a_killed_one_is_cleared(open_page: Open, town: Town) -> None:
    page = open_page(f"/en/routes/{WALK}", base=town.base)
    held: list[Route] = []
    page.route("**/layers/walls.geojson*", lambda route: held.append(route))
    box = page.locator(".take")
    box.locator("button").first.click()
    expect(box.locator("button.take-more")).to_be_visible()
    box.locator("button").first.click()
    expect(box.locator("progress")).to_be_visible()
    box.locator("button").first.click()
    expect(box.locator("[role=status]")).to_contain_text("Stopped")
    assert caches_of(page) == []

    # What a browser that was killed half-way leaves behind: files that no walk counts as its own.
    page.evaluate("caches.open('athar-walk fr old 0').then(cache => cache.put('/x', new Response('x')))")
    page.unroute("**/layers/walls.geojson*")
    take_along(page)
    assert len(caches_of(page)) == 2 and "athar-walk fr old 0" not in caches_of(page)


def test_a_changed_text_replaces_the_walk_whole(open_page: Open, town: Town, own_engine: Engine) -> None:
    page = open_page(f"/fr/routes/{WALK}", base=town.base)
    take_along(page)
    before = caches_of(page)
    with session_of(own_engine) as session:
        session.execute(
            text(
                "UPDATE feature_text SET text = 'Une page nouvelle.' WHERE field = 'summary' AND lang = 'fr'"
                " AND feature_id = (SELECT id FROM feature WHERE layer = 'monuments' AND key = 'kasbah')"
            )
        )
        published.touch(session)
        session.commit()
    address = f"{town.base}/fr/monuments/kasbah"
    until(
        page,
        "async url => (await (await fetch(url, { cache: 'no-store' })).text()).includes('Une page nouvelle')",
        address,
    )
    page.goto(address)
    expect(page.locator(".told")).to_have_text("Une page nouvelle.")
    until(
        page,
        "old => caches.keys().then(names => names.length === 2 && !names.includes(old))",
        next(name for name in before if name != "athar-walks"),
    )

    cut_off(town, page.context)
    page.reload()
    expect(page.locator(".told")).to_have_text("Une page nouvelle.")


def test_a_withdrawn_walk_leaves_the_device(open_page: Open, town: Town, own_engine: Engine) -> None:
    page = open_page(f"/en/routes/{WALK}", base=town.base)
    take_along(page)
    _withdraw(own_engine, "now()")
    try:
        until(
            page,
            "url => fetch(url, { cache: 'no-store' }).then(answer => answer.status === 410)",
            page.url,
        )
        page.goto(f"{town.base}/en/offline")
        expect(page.locator("[data-walks] [role=status]")).to_contain_text("no longer published")
        expect(page.locator("li.taken")).to_have_count(0)
        assert caches_of(page) == []
    finally:
        _withdraw(own_engine, "NULL")


def _withdraw(engine: Engine, when: str) -> None:
    with session_of(engine) as session:
        session.execute(text(f"UPDATE feature SET withdrawn_at = {when} WHERE layer = 'routes'"))
        published.touch(session)
        session.commit()


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
