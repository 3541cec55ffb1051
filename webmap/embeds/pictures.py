"""Pictures of a walk or of the map, for mail and for sites where no frame can be: SVG, and PNG made of it.

The drawing is a template of ours (templates/webmap/picture.svg) in units; only the frame's size is in pixels.
An SVG carries the few letters of Arabic and Tifinagh that it needs, since a picture in a page may fetch
nothing, and not every device has them. The PNG is set by the text engine that also sets signs.
"""

import base64
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from threading import Lock
from typing import Any, Final

from core import fonts
from geo.sketch import HEIGHT, WIDTH, Mark, Sketch

LIGHT: Final = {
    "paper": "#fffdf9", "ground": "#f1e7d7", "town": "#efd8bd", "wall": "#a5532b", "walk": "#2a5a42",
    "mark": "#97391a", "halo": "#fffdf9", "ink": "#2a211b", "muted": "#67574a", "rule": "#e3d6c5",
}  # fmt: skip
DARK: Final = {
    "paper": "#211a16", "ground": "#1b1613", "town": "#3a2a1f", "wall": "#d98a5c", "walk": "#93cdae",
    "mark": "#f09a70", "halo": "#171210", "ink": "#f3e9dd", "muted": "#bfae9d", "rule": "#3d3129",
}  # fmt: skip
"""The site's colours (portal/static/site.css): a picture has no sheet to take them from."""
HEAD: Final = 74
ROW: Final = 34
FOOT: Final = 46
"""Heights of the heading, of a line of the legend, of the foot, in units."""
MOST_ROWS: Final = 30
LETTERS: Final = (
    ("NotoNaskhArabic-Regular", range(0x600, 0x700)),
    ("NotoSansTifinagh-Regular", range(0x2D30, 0x2D80)),
)
CSS_PER_PT: Final = 96 / 72
FAMILY: Final = "'Noto Naskh Arabic','Noto Sans Tifinagh','Noto Sans'"
LINE: Final = 1.8
BASELINE: Final = 1.2
"""Height of a line, and from its top to the baseline, as parts of the letters' size."""

_making = Lock()
"""One picture at a time in each process: pictures never take the machine from readers."""


@dataclass(frozen=True)
class Sheet:
    """How a picture is divided, in units. `bare`: the map alone."""

    bare: bool
    rows: int

    @property
    def top(self) -> int:
        """Where the map begins."""
        return 0 if self.bare else HEAD

    @property
    def height(self) -> int:
        """Of the whole picture."""
        return HEIGHT if self.bare else HEAD + HEIGHT + 24 + self.rows * ROW + FOOT


@dataclass(frozen=True)
class Word:
    """A text of the picture: where its baseline begins, is centred or ends, and its height, in units."""

    x: float
    y: float
    size: int
    text: str
    anchor: str = "start"
    """start, middle or end, from the left: the drawing itself has one direction."""
    colour: str = "ink"
    bold: bool = False


def sheet(drawn: Sketch, *, bare: bool) -> Sheet:
    """The sheet for a drawing: stops are named in two columns; beyond MOST_ROWS lines they are left out."""
    named = sum(1 for mark in drawn.marks if mark.number)
    return Sheet(bare=bare, rows=0 if bare else min(-(-named // 2), MOST_ROWS))


def words(
    drawn: Sketch, on: Sheet, *, name: str, bar: str, credit: str, schematic: str, mirrored: bool
) -> tuple[Word, ...]:
    """Every text but numbers. `mirrored`: for a language that is written from right to left."""
    scale = Word(28 + drawn.bar_units / 2, on.top + 486, 17, isolated(bar), "middle", "muted")
    if on.bare:
        return (scale,)
    side, edge, other, opposite = ("end", 768, "start", 32) if mirrored else ("start", 32, "end", 768)
    low = on.height - 15
    told = [
        Word(edge, 49, 29, isolated(name, 46), side, bold=True),
        scale,
        Word(edge, low, 15, isolated(credit, 80), side, "muted"),
    ]
    if drawn.walls:
        told.append(Word(opposite, low, 15, isolated(schematic), other, "muted"))
    aside = -24 if mirrored else 24
    for mark, x, y in legend(drawn, on, mirrored=mirrored):
        told.append(Word(x + aside, y, 19, isolated(mark.name.text, 32), side))
    return tuple(told)


def legend(drawn: Sketch, on: Sheet, *, mirrored: bool) -> list[tuple[Mark, float, float]]:
    """Stops with the places of their numbers below the map."""
    named = [mark for mark in drawn.marks if mark.number][: on.rows * 2]
    found: list[tuple[Mark, float, float]] = []
    for at, mark in enumerate(named):
        column, row = divmod(at, on.rows)
        x = WIDTH - 54 - column * 376 if mirrored else 54 + column * 376
        found.append((mark, x, on.top + HEIGHT + 40 + row * ROW))
    return found


def size(drawn: Sheet, width: int) -> tuple[int, int]:
    """Width and height in pixels of a picture that wide."""
    return width, round(drawn.height * width / WIDTH)


def isolated(text: str, longest: int = 40) -> str:
    """A text that keeps its own direction (by Unicode's isolates: there is no <bdi> here), cut where it is
    long.
    """
    cut = text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
    return f"\u2068{cut}\u2069"


def with_letters(svg: str) -> str:
    """The drawing with the letters it needs of fonts that a reader may lack."""
    faces = []
    for name, letters in LETTERS:
        wanted = "".join(sorted({sign for sign in svg if ord(sign) in letters}))
        if wanted:
            data = base64.b64encode(_letters(name, wanted)).decode()
            source = f"url(data:font/woff2;base64,{data})"
            faces.append(f'@font-face{{font-family:"Athar {name}";src:{source} format("woff2")}}')
    return svg.replace("<style/>", f"<style>{''.join(faces)}</style>" if faces else "")


@lru_cache(maxsize=64)
def _letters(name: str, wanted: str) -> bytes:
    """A font with these letters, in all their forms and joins."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    with _making:
        font = TTFont(fonts.file(name), recalcTimestamp=False)
        chosen = subset.Subsetter(subset.Options(layout_features=["*"], hinting=False))
        chosen.populate(text=wanted)
        chosen.subset(font)
        font.flavor = "woff2"
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def png(svg: str, told: Sequence[Word], colours: Mapping[str, str], width: int, drawn: Sheet) -> bytes:
    """The drawing without its words, and the words laid on it, as PNG `width` pixels wide."""
    from PIL import Image

    wide, high = size(drawn, width)
    data = base64.b64encode(svg.encode()).decode()
    laid = "".join(_laid(word, colours, width / WIDTH) for word in told)
    html = (
        f"<style>@page{{size:{wide}px {high}px;margin:0}}body{{margin:0;font-family:{FAMILY}}}"
        f"img{{position:absolute;width:{wide}px}}p{{position:absolute;margin:0;white-space:nowrap}}</style>"
        f'<img src="data:image/svg+xml;base64,{data}">{laid}'
    )
    with _making:
        picture = _raster(html, wide, high)
    out = io.BytesIO()
    # Flat colours: a palette takes a third of the bytes.
    small = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _laid(word: Word, colours: Mapping[str, str], scale: float) -> str:
    """A word as HTML: the layout engine shapes Arabic there, but sets letters one by one in a drawing."""
    left = {"start": word.x, "middle": word.x - WIDTH / 2, "end": word.x - WIDTH}[word.anchor] * scale
    align = {"start": "left", "middle": "center", "end": "right"}[word.anchor]
    return (
        f'<p style="left:{left:.2f}px;top:{(word.y - BASELINE * word.size) * scale:.2f}px;'
        f"width:{WIDTH * scale:.2f}px;text-align:{align};color:{colours[word.colour]};"
        f"font-size:{word.size * scale:.2f}px;line-height:{LINE};font-weight:{700 if word.bold else 400}"
        f'">{escape(word.text)}</p>'
    )


def _raster(html: str, wide: int, high: int) -> Any:
    fonts.prepare()
    import pypdfium2
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).write_pdf()
    pdf = pypdfium2.PdfDocument(document)
    try:
        picture = pdf[0].render(scale=CSS_PER_PT).to_pil().convert("RGB")
    finally:
        pdf.close()
    return picture.crop((0, 0, wide, high))
