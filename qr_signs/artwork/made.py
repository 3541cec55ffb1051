"""A finished artwork as the rest of the program sees it: the print PDF, and where on it stands what."""

from dataclasses import dataclass

from qr_signs.symbol import QUIET, Symbol

POINT_MM = 25.4 / 72
"""A typographic point in millimetres."""


@dataclass(frozen=True)
class Box:
    """A rectangle in millimetres from the top left corner of the trimmed sign; y grows downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def grown(self, by: float) -> "Box":
        """The same with `by` millimetres more on each side."""
        return Box(self.left - by, self.top - by, self.width + 2 * by, self.height + 2 * by)

    def overlap(self, other: "Box") -> float:
        """Depth in millimetres to which two boxes lie in each other; 0 if they do not."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, min(across, down))


@dataclass(frozen=True)
class Printed:
    """A text of the sign: which field, in which language, exactly which words, where, in which size."""

    field: str
    lang: str
    text: str
    box: Box
    size_pt: float


@dataclass(frozen=True)
class Artwork:
    """One sign's artwork. `width_mm` by `height_mm` is the trimmed sign; `bleed_mm` of ink stand over it on
    each side, and the sheet is `slug_mm` larger on each side for marks.
    """

    code: str
    payload: str
    size: str
    template: str
    width_mm: float
    height_mm: float
    bleed_mm: float
    slug_mm: float
    distance_m: float
    """Reading distance that letters and symbol are made for."""
    symbol: Symbol
    symbol_box: Box
    """The symbol without its quiet zone."""
    texts: tuple[Printed, ...]
    pdf: bytes
    """PDF/X-4, one page, TrimBox and BleedBox set."""

    @property
    def module_mm(self) -> float:
        """Width of one module."""
        return self.symbol_box.width / self.symbol.size

    @property
    def quiet_box(self) -> Box:
        """The symbol with its quiet zone."""
        return self.symbol_box.grown(QUIET * self.module_mm)
