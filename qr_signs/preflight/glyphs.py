"""Letters: every one has a glyph, Arabic ones are joined, and this machine sets scripts right.

Extracted text tells nothing of shapes. So the glyphs that were drawn are looked at by name in the font, and
once a process a probe word of each script is set the same way as signs are and compared with its golden
picture.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pypdfium2
from fontTools.ttLib import TTFont
from PIL import Image

from core import fonts
from geo.vocabulary import N_
from qr_signs.artwork.made import Artwork, Printed
from qr_signs.preflight.document import Ink
from qr_signs.preflight.report import Check

GOLDEN: Final = Path(__file__).parent / "golden"
PROBES: Final = {
    "ar": ("باب الخميس", "rtl", '"Noto Naskh Arabic"'),
    "zgh": ("ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵍⵅⵎⵉⵙ", "ltr", '"Noto Sans Tifinagh"'),
    "fr": ("Bab el-Khémis, œuvre", "ltr", '"Noto Sans"'),
}
LIKENESS: Final = 0.93
"""Correlation with the golden picture from which a probe counts as the same; unjoined or turned Arabic stays
below 0.7."""
PROBE_SIZE: Final = (360, 60)
_NOT_AFTER: Final = frozenset("اأإآٱدذرزژوؤةىء")
"""Letters that do not join to the one after them (Unicode joining types R and U)."""
_ALONE: Final = "ء"
_SHAPES: Final = ("<medial>", "<final>")
ENOUGH_JOINED: Final = 0.7
"""Share of the letters that must be seen joined: some pairs have a glyph of their own."""


def checks(artwork: Artwork, ink: Ink) -> Iterator[Check]:
    """Every check of letters."""
    yield _complete(artwork.texts, ink)
    yield _joined(artwork.texts, ink)
    yield from scripts()


def _complete(texts: Sequence[Printed], ink: Ink) -> Check:
    lacking = {sign for text in texts for sign in fonts.strangers(text.text, text.lang)}
    boxes = [font for font, glyphs in ink.glyphs.items() if 0 in glyphs]
    which = fonts.named(sorted(lacking)) or ", ".join(boxes)
    return Check.of(
        "glyphs", not lacking and not boxes, N_("Letters without a glyph: %(which)s"), which=which
    )


def joints(text: str) -> int:
    """How many letters of an Arabic text join to the one before, by Unicode's joining types."""
    letters = [sign for sign in text if not 0x064B <= ord(sign) <= 0x0670]
    arabic = [0x0621 <= ord(sign) <= 0x06D3 and sign.isalpha() for sign in letters]
    return sum(
        arabic[at] and arabic[at - 1] and letters[at - 1] not in _NOT_AFTER and letters[at] != _ALONE
        for at in range(1, len(letters))
    )


def _joined(texts: Sequence[Printed], ink: Ink) -> Check:
    """Letters that join to the one before must be drawn in a final or medial shape."""
    wanted = {
        text[at + 1]
        for text in (each.text for each in texts if each.lang == "ar")
        for at in range(len(text) - 1)
        if joints(text[at : at + 2])
    }
    drawn = {
        letter
        for font, glyphs in ink.glyphs.items()
        if "Arabic" in font
        for glyph in glyphs
        for letter in _joining(_glyph_name(font, glyph))
    }
    unjoined = sorted(wanted - drawn)
    return Check.of(
        "Arabic joined",
        len(unjoined) <= len(wanted) * (1 - ENOUGH_JOINED),
        N_("Arabic letters stand unjoined: %(which)s"),
        which=" ".join(unjoined),
    )


def _joining(name: str) -> str:
    """The letters that a glyph shows joined to the one before, by its name: `uni0620.medi`, or that of
    Unicode's presentation form, `uniFE92`; "" for any other glyph.
    """
    if found := re.match(r"uni(06[0-9A-F]{2})\.(medi|fina)", name):
        return chr(int(found[1], 16))
    if found := re.match(r"uni(F[BE][0-9A-F]{2})", name):
        shape, _, letters = unicodedata.decomposition(chr(int(found[1], 16))).partition(" ")
        return "".join(chr(int(each, 16)) for each in letters.split()) if shape in _SHAPES else ""
    return ""


def _glyph_name(font: str, glyph: int) -> str:
    names = _names(_file_of(font))
    return names[glyph] if glyph < len(names) else ""


def _file_of(font: str) -> str:
    """The pinned file behind a PDF's font name, such as `Noto-Naskh-Arabic-Bold`."""
    plain = font.replace("-", "").replace(" ", "").lower()
    return next(
        (name for name in fonts.PINNED if name.replace("-", "").lower() == plain),
        next((name for name in fonts.PINNED if plain.startswith(name.split("-")[0].lower())), ""),
    )


@cache
def _names(file: str) -> tuple[str, ...]:
    if not file:
        return ()
    with TTFont(fonts.file(file), lazy=True) as font:
        return tuple(font.getGlyphOrder())


@cache
def scripts() -> tuple[Check, ...]:
    """The probe of each script against its golden picture; once a process."""
    return tuple(_script(lang) for lang in PROBES)


def _script(lang: str) -> Check:
    golden = np.asarray(Image.open(GOLDEN / f"{lang}.png").convert("L"), np.float64)
    like = likeness(probe(*PROBES[lang]), golden)
    return Check.of(
        f"script {lang}",
        like >= LIKENESS,
        N_("This machine sets the script %(script)s otherwise than it should (likeness %(likeness)s)."),
        script=lang,
        likeness=round(like, 3),
    )


def probe(text: str, direction: str, family: str, features: str = "normal") -> np.ndarray:
    """A line of text as signs set it: rows of grey, PROBE_SIZE."""
    fonts.prepare()
    from weasyprint import HTML

    html = (
        "<style>@page{size:90mm 15mm;margin:0}body{margin:0;text-align:center;line-height:15mm;font-size:7mm;"
        f"font-family:{family};direction:{direction};font-feature-settings:{features}}}</style><p>{text}"
    )
    document = pypdfium2.PdfDocument(io.BytesIO(HTML(string=html).write_pdf()))
    try:
        picture = document[0].render(scale=4, grayscale=True).to_pil().resize(PROBE_SIZE)
        return np.asarray(picture, np.float64)
    finally:
        document.close()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pictures, 1 for equal ones; the best of shifts by up to 2 pixels."""
    best = 0.0
    for down in range(-2, 3):
        for right in range(-2, 3):
            moved = np.roll(one, (down, right), (0, 1)).ravel() - one.mean()
            fixed = other.ravel() - other.mean()
            both = float(np.linalg.norm(moved) * np.linalg.norm(fixed))
            best = max(best, float(moved @ fixed) / both if both else 0.0)
    return best
