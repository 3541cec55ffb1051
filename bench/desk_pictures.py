"""Pictures of the desk, for docs/desk.md; part of `make screenshots`."""

import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from core.accounts import Role
from core.settings import PROJECT
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
        file = folder / f"{name}.png"
        page.screenshot(path=file)
        with Image.open(file) as picture:
            picture.convert("RGB").quantize(64).save(file, optimize=True)
        sys.stdout.write(f"{file.relative_to(PROJECT)}\n")
    context.close()
