"""Sizes of signs, and what a reading distance asks of letters and modules. Pure."""

import math
import re
from dataclasses import dataclass
from typing import Final

from core.errors import Invalid
from geo.vocabulary import N_
from qr_signs.artwork.made import POINT_MM

SERIES: Final = {"A6": (105, 148), "A5": (148, 210), "A4": (210, 297), "A3": (297, 420), "A2": (420, 594)}
"""Portrait width and height in millimetres (ISO 216)."""
BLADE: Final = (800, 150)
"""A direction blade where no millimetres are named."""
SMALLEST_MM: Final = 60
LARGEST_MM: Final = 2000
LONGEST_RATIO: Final = 8
NAMES_ONLY_MM: Final = 130
"""A short side below this has room for names and symbol only."""
DISTANCE_PER_SIDE: Final = {"panel": 3.0, "names": 3.0, "blade": 6.5}
"""A sign is read from so many times its short side; a blade hangs high."""
NEAREST_M: Final = 0.3
FURTHEST_M: Final = 10.0
SYMBOL_PER_DISTANCE: Final = 0.1
"""Symbol width (without quiet zone) over reading distance: the trade's 10:1. A version 3 symbol is read to
30:1 in our damage study, so this keeps a threefold reserve for wear."""
X_HEIGHT_DEGREES: Final = 0.2
"""Visual angle of the x-height below which reading slows down: G. E. Legge, C. A. Bigelow, "Does print size
matter for reading?", Journal of Vision 11(5):8, 2011."""
X_HEIGHT_EM: Final = 0.536
"""x-height of Noto Sans over its size (OS/2 table: 536 of 1000)."""
ARABIC_RATIO: Final = 1.2
"""Noto Naskh Arabic is set so much larger, for its letters are smaller in the em."""
BLEED_MM: Final = 3.0
SLUG_MM: Final = 10.0

_MILLIMETRES: Final = re.compile(r"(\d{1,5}(?:\.\d)?)\s*[xX×*]\s*(\d{1,5}(?:\.\d)?)(?:\s*mm)?")


@dataclass(frozen=True)
class Sheet:
    """A trimmed sign: its size in millimetres, its template, and the distance it is made for."""

    name: str
    width_mm: float
    height_mm: float
    template: str
    """panel, names or blade."""
    distance_m: float

    @property
    def short_mm(self) -> float:
        """The short side."""
        return min(self.width_mm, self.height_mm)

    @property
    def landscape(self) -> bool:
        """Wider than high."""
        return self.width_mm > self.height_mm

    @property
    def symbol_mm(self) -> float:
        """Width of the symbol without its quiet zone."""
        wanted = self.distance_m * 1000 * SYMBOL_PER_DISTANCE
        # A plate of names has room to spare: a larger symbol wears longer.
        return max(wanted, 0.4 * self.short_mm) if self.template == "names" else wanted

    @property
    def least_pt(self) -> float:
        """The smallest Latin text that is read at the distance, in points; Arabic is ARABIC_RATIO larger."""
        return least_pt(self.distance_m)


def least_pt(distance_m: float) -> float:
    """Points at which the x-height of Noto Sans subtends X_HEIGHT_DEGREES at a distance in metres."""
    x_height_mm = distance_m * 1000 * math.tan(math.radians(X_HEIGHT_DEGREES))
    return x_height_mm / X_HEIGHT_EM / POINT_MM


def read(words: str, distance_m: float | None = None) -> Sheet:
    """A size as a person writes it: `A3`, `A4 landscape`, `300x400`, `blade`, `900x180 blade`.

    Invalid names what is wrong: no such size, too small, too large, too narrow.
    """
    *front, last = words.split() or [""]
    kind = last.lower() if front or last.lower() == "blade" else ""
    if kind not in ("", "landscape", "portrait", "blade") or len(front) > 1:
        raise _unreadable(words)
    named = front[0] if front else ("" if kind == "blade" else last)
    width, height = BLADE if kind == "blade" and not named else _millimetres(named, words)
    if kind in ("landscape", "blade"):
        width, height = max(width, height), min(width, height)
    elif kind == "portrait":
        width, height = min(width, height), max(width, height)
    _check(words, width, height)
    template = _template(kind, width, height)
    distance = _distance(distance_m, min(width, height) * DISTANCE_PER_SIDE[template])
    return Sheet(_name(named, kind, width, height), width, height, template, distance)


def _unreadable(words: str) -> Invalid:
    return Invalid(
        "size",
        N_("%(size)s is no size: write A6 to A2, millimetres such as 300x400, or blade."),
        size=words[:40] or "-",
    )


def _millimetres(named: str, words: str) -> tuple[float, float]:
    if size := SERIES.get(named.upper()):
        return size
    if found := _MILLIMETRES.fullmatch(named):
        return float(found[1]), float(found[2])
    raise _unreadable(words)


def _check(words: str, width: float, height: float) -> None:
    if min(width, height) < SMALLEST_MM or max(width, height) > LARGEST_MM:
        raise Invalid(
            "size",
            N_("%(size)s cannot be made: each side must have %(least)s to %(most)s millimetres."),
            size=words[:40],
            least=SMALLEST_MM,
            most=LARGEST_MM,
        )
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise Invalid(
            "size",
            N_("%(size)s is too narrow: the long side may be %(most)s times the short one."),
            size=words[:40],
            most=LONGEST_RATIO,
        )


def _template(kind: str, width: float, height: float) -> str:
    if kind == "blade" or max(width, height) >= 3 * min(width, height):
        return "blade"
    return "names" if min(width, height) < NAMES_ONLY_MM else "panel"


def _name(named: str, kind: str, width: float, height: float) -> str:
    if named.upper() in SERIES:
        return f"{named.upper()} landscape" if width > height else named.upper()
    return f"{width:g}x{height:g}" + (" blade" if kind == "blade" else "")


def _distance(wanted: float | None, usual_mm: float) -> float:
    """The distance asked for in metres, or the usual one to 5 cm."""
    if wanted is None:
        return max(NEAREST_M, round(math.floor(usual_mm / 50) * 0.05, 2))
    if not NEAREST_M <= wanted <= FURTHEST_M:
        raise Invalid(
            "distance",
            N_("A reading distance must have %(least)s to %(most)s metres."),
            least=NEAREST_M,
            most=FURTHEST_M,
        )
    return wanted
