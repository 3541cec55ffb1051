"""Keep the catalogues in step with the code: `python -m portal.messages` extracts, merges and reports.

Every string that templates show with `_()`, or that Python marks with `N_()` or passes to an error of
core.errors, becomes an entry in portal/translations/LANG/LC_MESSAGES/messages.po; translations that exist are
kept.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from core.languages import LANGUAGES
from core.settings import PROJECT
from core.translation import CATALOGUES

PACKAGES = ("core", "geo", "webmap", "qr_signs", "services", "portal")
SOURCE = "en"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {
    "**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
}
PROBLEMS = dict.fromkeys(
    ("NotFound", "Gone", "Refused", "Unconfirmed", "Conflict", "TooMany", "Unavailable", "Problem"), None
)
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "translate": None, **PROBLEMS, "Invalid": (2,), "plural": (1, 2)}


def extracted() -> Catalog:
    """Every message of the program, in order of file."""
    catalogue = Catalog(project="Athar", charset="utf-8")
    for package in PACKAGES:
        found = extract_from_dir(PROJECT / package, METHODS, OPTIONS, KEYWORDS)
        for file, line, message, comments, context in sorted(found, key=lambda row: (row[0], row[1])):
            if message:
                catalogue.add(
                    message, None, [(f"{package}/{file}", line)], auto_comments=comments, context=context
                )
    return catalogue


def catalogue_file(lang: str) -> Path:
    """Where a language's catalogue lies."""
    return CATALOGUES / lang / "LC_MESSAGES" / "messages.po"


def untranslated(lang: str, template: Catalog) -> list[str]:
    """Messages of the program that the language's catalogue lacks, leaves empty or marks fuzzy."""
    file = catalogue_file(lang)
    if not file.exists():
        return [str(message.id) for message in template if message.id]
    catalogue = read_po(io.BytesIO(file.read_bytes()), locale=LANGUAGES[lang].locale)
    lacking = []
    for message in template:
        there = catalogue.get(message.id) if message.id else None
        strings = there.string if there else ""
        complete = all(strings) if isinstance(strings, tuple | list) else bool(strings)
        if message.id and (there is None or not complete or there.fuzzy):
            lacking.append(str(message.id))
    return lacking


def update(lang: str, template: Catalog) -> None:
    """Merge the program's messages into a language's catalogue, without guessing and without line numbers."""
    file = catalogue_file(lang)
    locale = LANGUAGES[lang].locale
    if file.exists():
        catalogue = read_po(io.BytesIO(file.read_bytes()), locale=locale)
    else:
        catalogue = Catalog(locale=locale, project="Athar", charset="utf-8")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        write_po(opened, catalogue, width=110, include_lineno=False, omit_header=True)


def main() -> int:
    """Update every catalogue; 1 if any lacks a translation."""
    template = extracted()
    lacking = 0
    for lang in LANGUAGES:
        if lang == SOURCE:
            continue
        update(lang, template)
        missing = untranslated(lang, template)
        lacking += len(missing)
        sys.stdout.write(f"{lang}: {len(missing)} of {len(template)} untranslated\n")
    return int(lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
