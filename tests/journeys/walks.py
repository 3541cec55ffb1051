"""What a visitor does to take a walk along, and what is then on the device."""

import json
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import Town

WALK = "gates-and-squares"


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


def code_of(shipped: Path, key: str) -> str:
    signs = json.loads((shipped / "signs.json").read_text(encoding="utf-8"))["signs"]
    return str(next(sign["code"] for sign in signs if sign.get("id") == key))
