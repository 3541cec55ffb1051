"""Pictures of an embed inside a plain foreign page, for docs/embedding.md; part of `make screenshots`."""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from bench.embeds import WALK, partner
from core.settings import PROJECT

WORDS = {
    "ar": ("rtl", "دار الضيافة", "جولة من بابنا عبر المدينة القديمة:", "نراكم قريبًا."),
    "en": ("ltr", "Guest house", "A walk from our door through the old town:", "See you soon."),
}


def take(browser: Browser, address: str, folder: Path) -> None:
    """One a language: somebody's page around the element."""
    pages = {
        f"{lang}.html": (
            f'<body lang="{lang}" dir="{side}" style="font:18px/1.6 serif;margin:1.5rem">'
            f'<script src="{address}/embed/commune-map.js"></script><h2>{name}</h2><p>{before}</p>'
            f'<commune-map route="{WALK}" lang="{lang}" height="340"></commune-map><p>{after}</p>'
        )
        for lang, (side, name, before, after) in WORDS.items()
    }
    with partner(pages) as around:
        for lang in WORDS:
            context = browser.new_context(viewport={"width": 900, "height": 760}, reduced_motion="reduce")
            page = context.new_page()
            page.goto(f"{around}/{lang}.html")
            page.frame_locator("iframe").locator(".stop:visible").first.wait_for()
            page.wait_for_load_state("networkidle")
            keep(page, folder / f"embed-{lang}.png")
            context.close()


def keep(page: Page, file: Path) -> None:
    """What the page shows, in few colours, and a line that says so."""
    page.screenshot(path=file)
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(64).save(file, optimize=True)
    sys.stdout.write(f"{file.relative_to(PROJECT)}\n")
