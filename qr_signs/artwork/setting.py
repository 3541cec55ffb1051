"""Setting a sign: template and content become a laid-out page, at letter sizes that fit and can be read."""

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core import fonts
from core.errors import Invalid
from geo.vocabulary import N_
from qr_signs import payload, symbol
from qr_signs.artwork import crests, fitting, reading, sizes, typography
from qr_signs.artwork.content import FIELDS, LETTERS, Content, own_name
from qr_signs.artwork.fitting import Fit
from qr_signs.artwork.measuring import Room
from qr_signs.artwork.reading import Overflow, Page
from qr_signs.artwork.sizes import Sheet

TEMPLATES: Final = Path(__file__).parent / "templates"
SMALL_REM: Final = 1.9
"""Size of small print where four languages share the room."""
TRIES: Final = 9
"""Layouts that may be tried until a sign fits."""
MAIN: Final = "fr"
"""Language of the document where it has one of its own, if the sign has it."""


class Setter:
    """Sets signs; one for a process, since fonts and templates are read once.

    `own` is a directory of templates that stand in for ours, file by file. Templates are a designer's, not a
    programmer's: they are read in a sandbox, where nothing of Python can be reached.
    """

    def __init__(self, own: Path | None = None) -> None:
        fonts.prepare()
        from weasyprint.text.fonts import FontConfiguration

        self._fonts = FontConfiguration()
        folders = [FileSystemLoader(folder) for folder in (own, TEMPLATES) if folder]
        self._env = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader(folders),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._sheets: dict[str, Any] = {}
        self._rooms: dict[Sheet, Mapping[str, Room]] = {}
        self._last: tuple[object, Page | None] = (None, None)

    def set(self, content: Content, sheet: Sheet, drawn: symbol.Symbol, *, slug: str = "") -> Page:
        """Lay the sign out for the press, with letters as large as fit.

        Invalid names sign, language and overflow if it does not fit at the smallest letters that can be read.
        """
        if sheet not in self._rooms:
            # The first sign of its size tells how much room there is: then all of them are guessed alike.
            first = fitting.guess(content, sheet, {})
            self._rooms[sheet] = self._laid(content, sheet, drawn, first, slug).rooms
        fit = fitting.guess(content, sheet, self._rooms[sheet])
        for _ in range(TRIES):
            page = self._laid(content, sheet, drawn, fit, slug)
            if not page.overflows:
                self._last = ((content, sheet, drawn), page)
                return page
            smaller = fitting.smaller(fit, page.overflows, sheet)
            if smaller is None:
                break
            fit = smaller
        raise _too_much(content, sheet, page.overflows)

    def aloud(self, content: Content, sheet: Sheet, drawn: symbol.Symbol) -> Any:
        """The sign's document to be read aloud: trimmed, without the printer's marks and line.

        The page that was set last is used up for it if it is this sign's: a layout costs more than all the
        rest.
        """
        whose, page = self._last
        if page is None or whose != (content, sheet, drawn):
            page = self.set(content, sheet, drawn)
        self._last = (None, None)
        return reading.trimmed(page.document)

    def _laid(self, content: Content, sheet: Sheet, drawn: symbol.Symbol, fit: Fit, slug: str) -> Page:
        from weasyprint import HTML

        try:
            html = self._html(content, sheet, drawn, fit, slug)
        except (TemplateError, TypeError, ArithmeticError, LookupError) as broken:
            raise _undrawn(content, _where(broken)) from broken
        sheets = [self._style("base.css"), self._style(f"{sheet.template}.css")]
        with _told(content):
            document = HTML(string=html, url_fetcher=_fetcher()).render(
                stylesheets=sheets, font_config=self._fonts
            )
        try:
            return reading.read(document, sheet.short_mm)
        except LookupError as lacking:
            raise _undrawn(content, str(lacking)) from lacking

    def _style(self, name: str) -> Any:
        if name not in self._sheets:
            from weasyprint import CSS

            source, _, _ = self._env.loader.get_source(self._env, name)  # type: ignore[union-attr]
            self._sheets[name] = CSS(string=source, font_config=self._fonts, url_fetcher=_fetcher())
        return self._sheets[name]

    def _html(self, content: Content, sheet: Sheet, drawn: symbol.Symbol, fit: Fit, slug: str) -> str:
        module = sheet.symbol_mm / drawn.size
        least = fitting.least(sheet)
        sides = fitting.sides(content)
        names: dict[str, Any] = {
            "content": content,
            "sheet": sheet,
            "symbol": drawn,
            "fit": fit,
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
            "colon": typography.colon,
            "main_language": MAIN if MAIN in content.names else content.design.languages[0],
        }

        def svg(name: str) -> str:
            drawing = self._env.get_template(name).render(names)
            return _data(drawing)

        return self._env.get_template("frame.html").render(names, svg=svg)


def _data(drawing: str) -> str:
    """A drawing as an address that holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


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
        raise _undrawn(content, complaints.said[0])


def _undrawn(content: Content, reason: str) -> Invalid:
    return Invalid(
        "template",
        N_("Sign %(code)s: the template cannot be drawn: %(reason)s"),
        code=content.code,
        reason=reason[:200],
    )


def _where(broken: Exception) -> str:
    """What is wrong with a template, and in which file and line where that is known."""
    name, line = getattr(broken, "name", None), getattr(broken, "lineno", None)
    return f"{name}, line {line}: {broken}" if name and line else str(broken)


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
