"""Setting a sign: template and content become a laid-out page, at letter sizes that fit and can be read."""

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from core.errors import Invalid
from core.languages import LANGUAGES
from geo.vocabulary import N_
from qr_signs import payload, symbol
from qr_signs.artwork import crests, fonts, reading, sizes
from qr_signs.artwork.content import FIELDS, LETTERS, Content, own_name
from qr_signs.artwork.made import POINT_MM
from qr_signs.artwork.measuring import Line, Room, largest
from qr_signs.artwork.reading import Overflow, Page
from qr_signs.artwork.sizes import Sheet

TEMPLATES: Final = Path(__file__).parent / "templates"
LARGEST_TEXT_REM: Final = 3.2
"""Size of texts, in percent of the short side, where there is room for it."""
SMALL_REM: Final = 1.9
"""Size of small print where four languages share the room."""
LARGEST_NAMES: Final = 1.5
SMALLEST_NAMES: Final = 0.42
"""How far names may grow and shrink against their size in the template."""
TRIES: Final = 9
"""Layouts that may be tried until a sign fits."""
MAIN: Final = "fr"
"""Language of the document where it has one of its own, if the sign has it."""


@dataclass(frozen=True)
class Fit:
    """Letter sizes: of texts in rem, of the names on each side against their size in the template."""

    text: float
    left: float
    right: float


class Setter:
    """Sets signs; one for a process, since fonts and templates are read once.

    `own` is a directory of templates that stand in for ours, file by file.
    """

    def __init__(self, own: Path | None = None) -> None:
        fonts.prepare()
        from weasyprint.text.fonts import FontConfiguration

        self._fonts = FontConfiguration()
        folders = [FileSystemLoader(folder) for folder in (own, TEMPLATES) if folder]
        self._env = Environment(
            loader=ChoiceLoader(folders),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._sheets: dict[str, Any] = {}
        self._rooms: dict[str, Mapping[str, Room]] = {}
        self._last: tuple[Content | None, Sheet | None, Fit] = (None, None, Fit(0, 0, 0))

    def set(
        self, content: Content, sheet: Sheet, drawn: symbol.Symbol, *, mode: str = "print", slug: str = ""
    ) -> Page:
        """Lay the sign out, with letters as large as fit; `mode` is print or access.

        Invalid names sign, language and overflow if it does not fit at the smallest letters that can be read.
        """
        least = _least(sheet)
        same = self._last[:2] == (content, sheet)
        fit = self._last[2] if same else self._guess(content, sheet, least)
        for _ in range(TRIES):
            page = self._laid(content, sheet, drawn, fit, mode, slug)
            if not page.overflows:
                self._last = (content, sheet, fit)
                return page
            smaller = _smaller(fit, page.overflows, least)
            if sheet.name not in self._rooms:
                # The first sign of its size: now that the rooms are known, guess anew.
                self._rooms[sheet.name] = page.rooms
                smaller = self._guess(content, sheet, least)
            if smaller is None:
                break
            fit = smaller
        raise _too_much(content, sheet, page.overflows)

    def _guess(self, content: Content, sheet: Sheet, least: float) -> Fit:
        """Sizes from the length of the texts and the rooms that the last sign of this size had for them."""
        rooms = self._rooms.get(sheet.name, {})
        text = LARGEST_TEXT_REM
        names = {"left": LARGEST_NAMES, "right": LARGEST_NAMES}
        for side, tongues in _sides(content).items():
            if room := rooms.get(f"texts {side}"):
                told = _paragraphs(content, tongues)
                text = min(text, largest(told, room, least=least, most=LARGEST_TEXT_REM))
            if room := rooms.get(f"names {side}"):
                headed = _headings(content, tongues)
                names[side] = largest(headed, room, least=SMALLEST_NAMES, most=LARGEST_NAMES)
        return Fit(max(least, text), names["left"], names["right"])

    def _laid(
        self, content: Content, sheet: Sheet, drawn: symbol.Symbol, fit: Fit, mode: str, slug: str
    ) -> Page:
        from weasyprint import HTML

        html = self._html(content, sheet, drawn, fit, mode, slug)
        sheets = [self._style("base.css"), self._style(f"{sheet.template}.css")]
        with _told(content):
            document = HTML(string=html, url_fetcher=_fetcher()).render(
                stylesheets=sheets, font_config=self._fonts
            )
        return reading.read(document, sheet.short_mm)

    def _style(self, name: str) -> Any:
        if name not in self._sheets:
            from weasyprint import CSS

            source, _, _ = self._env.loader.get_source(self._env, name)  # type: ignore[union-attr]
            self._sheets[name] = CSS(string=source, font_config=self._fonts, url_fetcher=_fetcher())
        return self._sheets[name]

    def _html(
        self, content: Content, sheet: Sheet, drawn: symbol.Symbol, fit: Fit, mode: str, slug: str
    ) -> str:
        module = sheet.symbol_mm / drawn.size
        least = _least(sheet)
        sides = _sides(content)
        names: dict[str, Any] = {
            "content": content,
            "sheet": sheet,
            "symbol": drawn,
            "fit": fit,
            "mode": mode,
            "slug": slug,
            "slug_mm": sizes.SLUG_MM,
            "rem_mm": sheet.short_mm / 100,
            "small": f"{max(least, SMALL_REM * min(1, 4 / len(content.design.languages))):.3f}rem",
            "address": payload.readable(content.design.host, content.code, content.tag),
            "address_size": f"{max(least, 2.5):.3f}rem",
            "symbol_size": f"{sheet.symbol_mm:.4f}mm",
            "quiet": f"{symbol.QUIET * module:.4f}mm",
            "plate": f"{sheet.symbol_mm + 2 * symbol.QUIET * module:.4f}mm",
            "bar": f"{content.map.bar_m} m" if content.map else "",
            "tags": content.design.languages,
            "left": sides["left"],
            "right": sides["right"],
            "headings": content.headings,
            "crests": [_data(crests.for_press(crest)) for crest in content.design.crests],
            "letters": LETTERS,
            "own_name": own_name,
            "main_language": MAIN if MAIN in content.names else content.design.languages[0],
        }

        def svg(name: str) -> str:
            drawing = self._env.get_template(name).render(names)
            return _data(drawing)

        return self._env.get_template("frame.html").render(names, svg=svg)


def _data(drawing: str) -> str:
    """A drawing as an address that holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def _least(sheet: Sheet) -> float:
    """The smallest letters in percent of the short side."""
    return sheet.least_pt * POINT_MM / (sheet.short_mm / 100)


def _sides(content: Content) -> dict[str, list[str]]:
    """Languages by column: Arabic and Tamazight right, those of Latin letters left."""
    right = [tag for tag in content.design.languages if LANGUAGES[tag].rtl or tag == "zgh"]
    return {"right": right, "left": [tag for tag in content.design.languages if tag not in right]}


def _paragraphs(content: Content, tongues: Sequence[str]) -> list[Line]:
    """The texts of a column as base.css sets them."""
    found = []
    for lang in tongues:
        relative, leading = (sizes.ARABIC_RATIO, 1.5) if LANGUAGES[lang].rtl else (1.0, 1.34)
        if lang in content.texts:
            found.append(Line(lang, len(content.texts[lang]), relative, leading, after=0.4))
        if content.way and lang in content.way.names:
            said = (content.words["next"], content.way.names, content.way.distance, content.way.wind)
            length = sum(len(text.get(lang, "")) for text in said) + 9
            found.append(Line(lang, round(length * 1.08), relative, leading, after=1.1))
        elif lang in content.texts:
            found.append(Line(lang, 0, 0.0, 0.0, after=1.1))
    return found


def _headings(content: Content, tongues: Sequence[str]) -> list[Line]:
    """The names of a column as base.css sets them."""
    size = {"ar": (9.0, 1.36), "zgh": (4.8, 1.3)}
    return [
        Line(lang, round(len(content.names[lang]) * 1.1), *size.get(lang, (5.0, 1.14)))
        for lang in tongues
        if lang in content.headings
    ]


def _fetcher() -> Any:
    """Signs are made of what is in the page itself: nothing from a file or a network."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",))


class _Complaints(logging.Handler):
    """What the layout engine says instead of raising: pictures that it could not draw, above all."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.said.append(record.getMessage())


@contextmanager
def _told(content: Content) -> Iterator[None]:
    """Turn what the layout engine only logs into an error: a sign without its map is no sign."""
    complaints, log = _Complaints(), logging.getLogger("weasyprint")
    log.addHandler(complaints)
    try:
        yield
    finally:
        log.removeHandler(complaints)
    if complaints.said:
        raise Invalid(
            "template",
            N_("Sign %(code)s: the template cannot be drawn: %(reason)s"),
            code=content.code,
            reason=complaints.said[0][:200],
        )


def _smaller(fit: Fit, overflows: Sequence[Overflow], least: float) -> Fit | None:
    """The next smaller letters of what did not fit; None if they may not shrink any more."""
    regions = {overflow.region for overflow in overflows}
    text, names = fit.text, {"left": fit.left, "right": fit.right}
    if any(region.startswith("texts") for region in regions):
        text = max(min(text, least), text * 0.94)
    for side, size in names.items():
        if f"names {side}" in regions:
            names[side] = max(SMALLEST_NAMES, size * 0.92)
    smaller = Fit(max(text, least), names["left"], names["right"])
    return smaller if smaller != fit else None


def _too_much(content: Content, sheet: Sheet, overflows: Sequence[Overflow]) -> Invalid:
    worst = max(overflows, key=lambda overflow: overflow.millimetres)
    return Invalid(
        worst.field,
        N_(
            "Sign %(code)s, %(size)s: the %(what)s in %(language)s is %(over)s mm too long for letters of"
            " %(least)s pt, the smallest to be read from %(distance)s m. Shorten it, or take a larger sign."
        ),
        code=content.code,
        size=sheet.name,
        what=FIELDS.get(worst.field, worst.field),
        language=own_name(worst.lang),
        over=round(worst.millimetres, 1),
        least=round(sheet.least_pt, 1),
        distance=sheet.distance_m,
    )


@cache
def setter() -> Setter:
    """The process's own, with the templates that come with the program."""
    return Setter()
