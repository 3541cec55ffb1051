"""A walk is on the device whole or not at all: broken-off fetches, full devices, changed walks."""

from playwright.sync_api import Route, expect
from sqlalchemy import text

from core.db import Engine, session_of
from geo import published
from tests.journeys.conftest import Open, Town
from tests.journeys.walks import WALK, caches_of, cut_off, take_along, until, workers_of


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
