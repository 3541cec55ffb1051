"""Reading a laid-out sign: which text stands where, in which size, and what stands over its region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from qr_signs.artwork.made import Box, Printed
from qr_signs.artwork.measuring import Room

PX_MM: Final = 25.4 / 96
"""A CSS pixel in millimetres."""
TOLERANCE_MM: Final = 0.15
"""How far text may stand over the edge of its region before it counts: rounding of the layout."""


@dataclass(frozen=True)
class Overflow:
    """A text that stands over its region, by so many millimetres."""

    region: str
    field: str
    lang: str
    millimetres: float


@dataclass(frozen=True)
class Page:
    """A laid-out sign. `rooms` are the regions by name, in percent of the short side."""

    document: Any
    texts: tuple[Printed, ...]
    symbol_box: Box
    overflows: tuple[Overflow, ...]
    rooms: Mapping[str, Room]


@dataclass
class _Field:
    name: str
    lang: str
    region: Any
    boxes: list[tuple[Any, Any]]
    """Runs of text, each with its line: fonts of several scripts overhang the line they are set in."""


@dataclass
class _Found:
    fields: dict[int, _Field] = field(default_factory=dict)
    regions: dict[str, Any] = field(default_factory=dict)
    symbol: Box | None = None
    root: Any = None


def read(document: Any, short_mm: float) -> Page:
    """What was laid out where. LookupError if the template has no element of class `symbol`."""
    found = _Found()
    for page in document.pages:
        _walk(page._page_box, None, None, found)
    if found.symbol is None:
        raise LookupError("the sign's template has no element of class symbol")
    overflows = _blamed([*_overflows(found), *_lost(found)], found)
    if len(document.pages) > 1 and not overflows:
        overflows.append(Overflow("", "text", "", 0.0))
    rem = short_mm / 100 / PX_MM
    return Page(
        document=document,
        texts=tuple(_printed(each) for each in found.fields.values() if each.boxes),
        symbol_box=found.symbol,
        overflows=tuple(overflows),
        rooms={name: Room(box.width / rem, box.height / rem) for name, box in found.regions.items()},
    )


def _walk(box: Any, region: Any, within: _Field | None, found: _Found, line: Any = None) -> None:
    box = getattr(box, "_box", box)
    line = box if type(box).__name__ == "LineBox" else line
    element = getattr(box, "element", None)
    if element is not None and hasattr(element, "get"):
        found.root = element if found.root is None else found.root
        if (name := element.get("data-region")) and element is not getattr(region, "element", None):
            region = found.regions[name] = box
        if "symbol" in (element.get("class") or "").split():
            found.symbol = _box(box.position_x, box.position_y, box.width, box.height)
        if name := element.get("data-field"):
            within = found.fields.setdefault(id(element), _Field(name, element.get("lang") or "", region, []))
    if within is not None and getattr(box, "text", None) and box.text.strip():
        within.boxes.append((box, line))
    for child in getattr(box, "children", ()):
        _walk(child, region, within, found, line)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x * PX_MM, y * PX_MM, width * PX_MM, height * PX_MM)


def _printed(found: _Field) -> Printed:
    boxes = [_box(run.position_x, line.position_y, run.width, line.height) for run, line in found.boxes]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    whole = Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)
    size = min(run.style["font_size"] for run, _ in found.boxes) * 0.75
    return Printed(found.name, found.lang, "".join(run.text for run, _ in found.boxes), whole, size)


def _blamed(overflows: list[Overflow], found: _Found) -> list[Overflow]:
    """One overflow a region, laid to the longest text in it: the last one is only pushed out by others."""
    blamed = []
    for region in dict.fromkeys(overflow.region for overflow in overflows):
        over = max(each.millimetres for each in overflows if each.region == region)
        inside = [
            (len("".join(element.itertext())), element)
            for element in found.root.iter()
            if element.get("data-field") and _region_of(found, element) == region
        ]
        _, longest = max(inside, key=lambda pair: pair[0], default=(0, None))
        if longest is None:
            blamed.append(Overflow(region, "text", "", over))
        else:
            blamed.append(Overflow(region, longest.get("data-field"), longest.get("lang") or "", over))
    return blamed


def _overflows(found: _Found) -> Iterator[Overflow]:
    for each in found.fields.values():
        if each.region is None or not each.boxes:
            continue
        box, region = _printed(each).box, each.region
        frame = _box(region.content_box_x(), region.content_box_y(), region.width, region.height)
        over = max(
            frame.left - box.left, frame.top - box.top, box.right - frame.right, box.bottom - frame.bottom
        )
        if over > TOLERANCE_MM:
            yield Overflow(region.element.get("data-region"), each.name, each.lang, over)


def _lost(found: _Found) -> Iterator[Overflow]:
    """Texts that the layout engine left out, wholly or in part: what would stand below the sheet."""
    for element in found.root.iter():
        if not (name := element.get("data-field")):
            continue
        wanted = "".join("".join(element.itertext()).split())
        laid = found.fields.get(id(element))
        there = "".join("".join(run.text for run, _ in laid.boxes).split()) if laid else ""
        if len(there) < len(wanted):
            region = laid.region if laid else None
            height = region.height * PX_MM if region is not None else 0.0
            region_name = (
                region.element.get("data-region") if region is not None else _region_of(found, element)
            )
            share = (len(wanted) - len(there)) / len(wanted)
            yield Overflow(region_name, name, element.get("lang") or "", max(height, 10.0) * share)


def _region_of(found: _Found, element: Any) -> str:
    """The region whose element holds this one."""
    for name, box in found.regions.items():
        if any(inner is element for inner in box.element.iter()):
            return name
    return ""


def trimmed(document: Any) -> Any:
    """The document without what lies outside the trim: bleed, crop marks, and elements of class `slug`."""
    for page in document.pages:
        page.bleed = dict.fromkeys(page.bleed, 0)
        page._page_box.style["marks"] = ()
        for side in ("top", "right", "bottom", "left"):
            page._page_box.style[f"bleed_{side}"] = page._page_box.style[f"bleed_{side}"]._replace(value=0)
        _without_slug(page._page_box)
    return document


def _without_slug(box: Any) -> None:
    box = getattr(box, "_box", box)
    if not getattr(box, "children", None):
        return
    box.children = [child for child in box.children if not _is_slug(getattr(child, "_box", child))]
    for child in box.children:
        _without_slug(child)


def _is_slug(box: Any) -> bool:
    element = getattr(box, "element", None)
    return element is not None and hasattr(element, "get") and element.get("class") == "slug"
