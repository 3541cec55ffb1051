"""Reading the forms of the desk's pictures, and the words of its pages."""

from collections.abc import Sequence
from typing import Final

from werkzeug.datastructures import FileStorage, MultiDict

from core.errors import Invalid
from core.imaging.limits import LARGEST_BYTES
from geo.pictures.keeping import Words
from geo.vocabulary import N_
from webmap.words import LAYER_NAMES

MOST_FILES: Final = 10
LARGEST_REQUEST: Final = 4 * LARGEST_BYTES
"""Bytes of all files that one form brings."""
LAYERS: Final = {
    layer: LAYER_NAMES[layer] for layer in ("monuments", "places", "walls", "quarters", "routes")
}
LACKING: Final = {
    "author": N_("the author"),
    "licence": N_("the licence"),
    "sizes": N_("its sizes: they are being made"),
}
"""What a picture may lack beside texts: geo.pictures.keeping.lacking."""
LONGEST_TYPED: Final = 2000


def words(form: MultiDict[str, str], languages: Sequence[str] = ()) -> Words:
    """What was typed of a picture; texts in those languages."""

    def typed(name: str) -> str:
        return form.get(name, "")[:LONGEST_TYPED]

    return Words(
        author=typed("author"),
        licence=typed("licence")[:40],
        licence_note=typed("licence_note"),
        source=typed("source"),
        taken_on=typed("taken_on")[:40],
        alts={lang: typed(f"alt-{lang}") for lang in languages},
        drafted=[lang for lang in languages if form.get(f"drafted-{lang}")],
    )


def seen(form: MultiDict[str, str]) -> int:
    """The version of a picture that was on the page; Invalid where there is none."""
    given = form.get("seen", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("seen", N_("Open the page again, and send the form from there."))
    return int(given)


def chosen(files: Sequence[FileStorage]) -> list[FileStorage]:
    """The files that somebody chose. Invalid for none, or for too many."""
    there = [file for file in files if file.filename]
    if not there:
        raise Invalid("file", N_("Choose a picture."))
    if len(there) > MOST_FILES:
        raise Invalid("file", N_("At most %(most)s pictures at a time."), most=MOST_FILES)
    return there


def shown_name(file: FileStorage) -> str:
    """The name of a file as its bringer knows it: only to tell them, it is kept nowhere."""
    return (file.filename or "").replace("\\", "/").rpartition("/")[2][:80]
