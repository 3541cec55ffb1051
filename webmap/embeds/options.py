"""What may be chosen for an embed, and how it stands in addresses. Every address is read here, strictly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.errors import Invalid
from geo.vocabulary import N_
from webmap import style

THEMES: Final = {
    "auto": N_("As the reader's device"),
    "light": N_("Light"),
    "dark": N_("Dark"),
}
HEIGHTS: Final = range(200, 1001)
"""Heights of the map in an embed, in CSS pixels."""
HEIGHT: Final = 380
AROUND: Final = 132
"""Pixels that the heading and the foot of an embed take beside the map, where one line holds them."""
WIDTHS: Final = (160, 320, 480, 640, 800, 1200)
"""Widths of pictures, in pixels: few, so that few are made and kept."""
WIDTH: Final = 640
ROUTE_LAYERS: Final = (*style.WALK, "monuments", "places")
"""Layers that the embed of a walk may show; `routes` and `stops` it always does."""
MAP_LAYERS: Final = style.TOWN
SMALL: Final = 9
"""Digits of a number that is read at all."""


@dataclass(frozen=True)
class Options:
    """What was chosen; the defaults are the embed without any option. `height` is in CSS pixels."""

    theme: str = "auto"
    layers: tuple[str, ...] = ()
    """In drawing order; empty: the usual ones."""
    height: int = HEIGHT
    start: str = ""
    """Where it opens: the number of a stop on a walk, the key of a monument on the map."""
    token: str = ""

    def arguments(self, lang: str) -> dict[str, Any]:
        """Arguments of the embed's address; what is as usual is left out."""
        chosen: dict[str, Any] = {"lang": lang}
        if self.theme != "auto":
            chosen["theme"] = self.theme
        if self.layers:
            chosen["layers"] = ",".join(self.layers)
        if self.height != HEIGHT:
            chosen["height"] = self.height
        if self.start:
            chosen["start"] = self.start
        if self.token:
            chosen["e"] = self.token
        return chosen


def read(given: Mapping[str, str], offered: Sequence[str], *, chosen: Sequence[str] | None = None) -> Options:
    """The options in an address. `offered` are the layers there may be, `chosen` those that a form ticked.

    Invalid names the option that is none. A height beyond its bounds is brought within them.
    """
    theme = given.get("theme", "") or "auto"
    if theme not in THEMES:
        raise Invalid("theme", N_("theme must be one of: %(known)s."), known=", ".join(THEMES))
    asked = (
        chosen if chosen is not None else [each for each in given.get("layers", "")[:300].split(",") if each]
    )
    if strange := [layer for layer in asked if layer not in offered]:
        message = N_("There is no layer %(layer)s here. There are: %(known)s.")
        raise Invalid("layers", message, layer=strange[0][:40], known=", ".join(offered))
    return Options(
        theme=theme,
        layers=tuple(layer for layer in style.LAYERS if layer in asked),
        height=within("height", given.get("height", ""), HEIGHT, HEIGHTS.start, HEIGHTS.stop - 1),
        start=_start(given.get("start", "").strip()),
        token=given.get("e", "")[:40],
    )


def within(field: str, text: str, default: int, least: int, most: int) -> int:
    """A whole number from an address, brought within its bounds; Invalid for what is no number from 1."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > SMALL or int(text) < 1:
        raise Invalid(field, N_("%(name)s must be a whole number from 1."), name=field)
    return max(least, min(int(text), most))


def width(text: str) -> int:
    """The width of a picture: the widest of WIDTHS that is not above what was asked."""
    asked = within("width", text, WIDTH, WIDTHS[0], WIDTHS[-1])
    return max(each for each in WIDTHS if each <= asked)


def _start(text: str) -> str:
    if len(text) > 80 or not all(sign.isalnum() or sign in "-_" for sign in text):
        raise Invalid("start", N_("start must be the number of a stop, or the key of a monument."))
    return text
