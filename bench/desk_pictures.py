"""Pictures of the desk, for docs/desk.md; part of `make screenshots`."""

from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ViewportSize

from bench.embed_pictures import keep
from core.accounts import Role
from portal import staff

PAGES: Final = {
    "desk-table": "/desk/ground/monuments?lang=fr",
    "desk-thing": "/desk/ground/monuments/bab-zorgane?lang=ar",
}
SIZE: Final[ViewportSize] = {"width": 1440, "height": 900}


def take(browser: Browser, address: str, folder: Path, secret: str) -> None:
    """One a page, as an editor of the map sees it who came by a one-time address."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/desk/enter/{staff.token(secret, 'F. Amzil', [Role.EDITOR])}")
    page.locator("main button[type=submit]").click()
    for name, path in PAGES.items():
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        keep(page, folder / f"{name}.png")
    context.close()
