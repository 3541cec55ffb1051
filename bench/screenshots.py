"""Pictures of the real pages: `make screenshots` for README, with ALL=1 of every page, to be looked at."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from bench import desk_pictures, embed_pictures, sign_pictures
from bench.harness import SECRET, SHIPPED, server
from core import cluster, schema
from core.db import make_engine
from core.settings import PROJECT
from portal.cli import load

FOLDER = PROJECT / "docs" / "pictures"
LOOKING = PROJECT / "build" / "pictures"
PAGES = {
    "home": "/{lang}/",
    "map": "/{lang}/map",
    "monuments": "/{lang}/monuments",
    "monument": "/{lang}/monuments/bab-zorgane",
    "places": "/{lang}/places",
    "route": "/{lang}/routes/gates-and-squares",
    "about": "/{lang}/about",
}
SIZES = {390: 844, 1440: 900}
FOR_README = (
    ("monument", "ar", 390, "light"),
    ("map", "fr", 1440, "light"),
    ("monuments", "zgh", 390, "dark"),
    ("home", "zgh", 1440, "light"),
)
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run")


def main() -> int:
    """Take them."""
    everything = bool(os.environ.get("ALL"))
    wanted = (
        [(page, lang, size, scheme) for page in PAGES for lang in ("ar", "zgh", "fr") for size in SIZES
         for scheme in ("light", "dark")]
        if everything
        else list(FOR_README)
    )  # fmt: skip
    folder = LOOKING if everything else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    url = os.environ.get("DATABASE_URL") or cluster.ensure(PROJECT, name="bench")
    engine = make_engine(url, statement_timeout_ms=0)
    schema.upgrade(engine)
    load(engine, SHIPPED)
    engine.dispose()
    for file in sign_pictures.take(url, folder):
        sys.stdout.write(f"{file.relative_to(PROJECT)}\n")
    with server(url) as address, sync_playwright() as playwright:
        executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        for page, lang, width, scheme in wanted:
            context = browser.new_context(
                viewport={"width": width, "height": SIZES[width]},
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            opened = context.new_page()
            opened.goto(address + PAGES[page].format(lang=lang))
            opened.wait_for_load_state("networkidle")
            file = Path(folder, f"{page}-{lang}-{width}-{scheme}.png")
            opened.screenshot(path=file, full_page=everything)
            sys.stdout.write(f"{file.relative_to(PROJECT)}\n")
            context.close()
        if not everything:
            embed_pictures.take(browser, address, folder)
            desk_pictures.take(browser, address, folder, SECRET)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
