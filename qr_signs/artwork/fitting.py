"""How large the letters of a sign are: a guess from the length of its texts, then smaller where it erred."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.languages import LANGUAGES
from qr_signs.artwork import sizes
from qr_signs.artwork.content import Content
from qr_signs.artwork.made import POINT_MM
from qr_signs.artwork.measuring import Line, Room, largest
from qr_signs.artwork.reading import Overflow
from qr_signs.artwork.sizes import Sheet

LARGEST_TEXT_REM: Final = 3.2
"""Size of texts, in percent of the short side, where there is room for it."""
TEXT_WIDE: Final = 0.88
"""Width of the font of texts over the widest of its language."""
PANEL_NAMES: Final = {"ar": (9.0, 1.36), "zgh": (4.8, 1.3), "fr": (5.0, 1.14)}
BLADE_NAMES: Final = {"ar": (20.0, 1.36), "zgh": (11.0, 1.3), "fr": (13.0, 1.14)}
"""Size and line height of names in base.css and blade.css."""
LARGEST_NAMES: Final = 1.5
SMALLEST_NAMES: Final = {"panel": 0.42, "names": 0.42, "blade": 0.62}
"""How far names may grow and shrink against their size in the template; a blade is read in passing."""


@dataclass(frozen=True)
class Fit:
    """Letter sizes: of texts in rem, of the names on each side against their size in the template."""

    text: float
    left: float
    right: float


def guess(content: Content, sheet: Sheet, rooms: Mapping[str, Room]) -> Fit:
    """Sizes from the length of the texts and the rooms that the last sign of this size had for them."""
    smallest = least(sheet)
    text = LARGEST_TEXT_REM
    names = {"left": LARGEST_NAMES, "right": LARGEST_NAMES}
    for side, tongues in sides(content).items():
        if room := rooms.get(f"texts {side}"):
            told = _paragraphs(content, tongues)
            text = min(text, largest(told, room, least=smallest, most=LARGEST_TEXT_REM))
        if room := rooms.get(f"names {side}"):
            headed = _headings(content, tongues, sheet.template)
            names[side] = largest(headed, room, least=SMALLEST_NAMES[sheet.template], most=LARGEST_NAMES)
    return Fit(max(smallest, text), names["left"], names["right"])


def smaller(fit: Fit, overflows: Sequence[Overflow], sheet: Sheet) -> Fit | None:
    """The next smaller letters of what did not fit; None if they may not shrink any more."""
    smallest, regions = least(sheet), {overflow.region for overflow in overflows}
    text, names = fit.text, {"left": fit.left, "right": fit.right}
    if any(region.startswith("texts") for region in regions):
        text = max(smallest, text * 0.94)
    for side, size in names.items():
        if f"names {side}" in regions:
            names[side] = max(SMALLEST_NAMES[sheet.template], size * 0.92)
    tried = Fit(max(text, smallest), names["left"], names["right"])
    return tried if tried != fit else None


def least(sheet: Sheet) -> float:
    """The smallest letters in percent of the short side."""
    return sheet.least_pt * POINT_MM / (sheet.short_mm / 100)


def sides(content: Content) -> dict[str, list[str]]:
    """Languages by column: Arabic and Tamazight right, those of Latin letters left."""
    right = [tag for tag in content.design.languages if LANGUAGES[tag].rtl or tag == "zgh"]
    return {"right": right, "left": [tag for tag in content.design.languages if tag not in right]}


def _paragraphs(content: Content, tongues: Sequence[str]) -> list[Line]:
    """The texts of a column as base.css sets them."""
    found = []
    for lang in tongues:
        relative, leading = (sizes.ARABIC_RATIO, 1.5) if LANGUAGES[lang].rtl else (1.0, 1.34)
        if lang in content.texts:
            found.append(Line(lang, content.texts[lang], relative, leading, after=0.4, wide=TEXT_WIDE))
        if content.way and lang in content.way.names:
            said = (content.words["next"], content.way.names, content.way.distance, content.way.wind)
            words = "→ " + " · ".join(text[lang] for text in said if lang in text)
            found.append(Line(lang, words, relative, leading, after=1.1))
        elif lang in content.texts:
            found.append(Line(lang, "", 0.0, 0.0, after=1.1))
    return found


def _headings(content: Content, tongues: Sequence[str], template: str) -> list[Line]:
    """The names of a column as base.css sets them."""
    size = BLADE_NAMES if template == "blade" else PANEL_NAMES
    headed = [lang for lang in tongues if lang in content.headings]
    found = []
    for place, lang in enumerate(headed):
        relative, leading = size.get(lang, size["fr"])
        found.append(
            Line(lang, content.names[lang], relative, leading, after=0.18 * relative if place else 0)
        )
    return found
