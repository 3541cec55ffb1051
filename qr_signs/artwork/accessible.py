"""The sign as a document that can be read aloud: PDF/UA-1 (ISO 14289-1), each part tagged with its language.

The layout engine tags the page but names no languages, writes Arabic in the order of its glyphs, and loses
the space at the end of a line. That is mended here: every part of the structure gets its /Lang, and its words
in reading order as /ActualText, which is what assistive technology speaks.
"""

import io
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from qr_signs.artwork.structure import Reader

VARIANT: Final = "pdf/ua-1"
_FIGURE: Final = "/Figure"
_SPACES: Final = re.compile(r"[ \t\r\n]+")
"""Those that a line may break at: others are part of the text."""


def write(document: Any) -> bytes:
    """The PDF of a document that was set in mode `access` (qr_signs/artwork/setting.py)."""
    with pikepdf.open(io.BytesIO(document.write_pdf(pdf_variant=VARIANT))) as pdf:
        lines = _lines(document)
        reader = Reader(pdf)
        # A space between two boxes may be tagged, too: it says nothing and has no line of its own.
        leaves = [leaf for leaf in _leaves(pdf.Root.StructTreeRoot) if reader.text(leaf).strip()]
        if len(leaves) != len(lines):
            raise LookupError(f"{len(leaves)} tagged texts for {len(lines)} laid-out ones")
        for leaf, (lang, text) in zip(leaves, lines, strict=True):
            _name(leaf, lang, text)
        file = io.BytesIO()
        pdf.save(file, deterministic_id=True)
        return file.getvalue()


def _lines(document: Any) -> list[tuple[str, str]]:
    """Every run of text in drawing order: its language and its words, so that the runs of a block, put
    together, are the block's text again: a space that a line break swallowed comes back.
    """
    found: list[tuple[str, str]] = []
    for block, runs in groupby(
        (run for page in document.pages for run in _runs(page._page_box, None)), key=lambda run: run[0]
    ):
        source = _SPACES.sub(" ", "".join(block.itertext())).strip(" ") if block is not None else ""
        at = 0
        for _, box in runs:
            text = _SPACES.sub(" ", box.text).strip(" ")
            begins = source.find(text, at)
            at = begins + len(text) if begins >= 0 else at
            space = " " if begins >= 0 and source[at : at + 1] == " " else ""
            found.append((box.style["lang"] or "", text + space))
    return found


def _runs(box: Any, block: Any) -> Iterator[tuple[Any, Any]]:
    """Runs of text that are not blank, each with the element of the block it belongs to."""
    # Here, not above: whoever hands out the work has no use for the layout engine.
    from weasyprint.formatting_structure import boxes

    box = getattr(box, "_box", box)
    if isinstance(box, boxes.BlockLevelBox) and box.element is not None:
        block = box.element
    if (text := getattr(box, "text", None)) and text.strip():
        yield block, box
    for child in getattr(box, "children", ()):
        yield from _runs(child, block)


def _leaves(element: Any) -> Iterator[Any]:
    """Elements of the structure that hold marked content themselves, pictures left out."""
    held = element.get("/K")
    children = list(held) if isinstance(held, Array) else [] if held is None else [held]
    if element.get("/S") != Name(_FIGURE) and any(
        not isinstance(child, Dictionary | Array) for child in children
    ):
        yield element
    for child in children:
        if isinstance(child, Dictionary) and child.get("/Type") not in (Name.MCR, Name.OBJR):
            yield from _leaves(child)


def _name(leaf: Any, lang: str, text: str) -> None:
    if not lang:
        return
    leaf.Lang = String(lang)
    parent = leaf.get("/P")
    if parent is not None and parent.get("/S") in (Name.P, Name.H1, Name.H2):
        parent.Lang = String(lang)
    leaf.ActualText = String(text)


def spoken(pdf: bytes) -> list[tuple[str, str]]:
    """What assistive technology reads, in order: (language, text) of each tagged text.

    Marked content is decoded through each font's ToUnicode map; /ActualText stands in for it where it is set.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        reader = Reader(document)
        return [
            (str(leaf.get("/Lang", document.Root.get("/Lang", ""))), reader.text(leaf))
            for leaf in _leaves(document.Root.StructTreeRoot)
        ]
