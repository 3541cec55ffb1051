"""Imposing: several signs on one press sheet, each with its bleed, cut by the marks between them."""

import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from core.errors import Invalid
from geo.vocabulary import N_
from qr_signs.artwork.sizes import BLEED_MM, Sheet

MARGIN_MM: Final = 5.0
"""Gripper edge that the press leaves free on each side."""
MM: Final = 72 / 25.4
MARK_MM: Final = 4.0


def impose(prints: Sequence[Path], sheet: Sheet, press: tuple[float, float]) -> Iterator[bytes]:
    """Press sheets as PDF/X-4 files, one after the other, with as many signs on each as fit.

    Invalid if not even one does. Signs are turned where more fit so.
    """
    width, height = max(press), min(press)
    upright = _grid(sheet.width_mm, sheet.height_mm, width, height)
    turned = _grid(sheet.height_mm, sheet.width_mm, width, height)
    across, down = max(upright, turned, key=lambda grid: grid[0] * grid[1])
    if across * down == 0:
        raise Invalid(
            "sheet",
            N_("A sign of %(size)s does not fit on a press sheet of %(width)s × %(height)s mm."),
            size=sheet.name,
            width=width,
            height=height,
        )
    each = across * down
    turn = (across, down) != upright
    for start in range(0, len(prints), each):
        yield _sheet(prints[start : start + each], sheet, (width, height), across, turn)


def _grid(sign_width: float, sign_height: float, width: float, height: float) -> tuple[int, int]:
    """How many signs with their bleed fit side by side and one above the other."""
    across = math.floor((width - 2 * MARGIN_MM) / (sign_width + 2 * BLEED_MM))
    down = math.floor((height - 2 * MARGIN_MM) / (sign_height + 2 * BLEED_MM))
    return max(0, across), max(0, down)


def _sheet(
    prints: Sequence[Path], sheet: Sheet, press: tuple[float, float], across: int, turn: bool
) -> bytes:
    """One press sheet. The first sign's file lends its output intent and metadata."""
    sign = (sheet.height_mm, sheet.width_mm) if turn else (sheet.width_mm, sheet.height_mm)
    with pikepdf.open(prints[0]) as first:
        page = first.pages[0]
        forms = Dictionary()
        drawn: list[bytes] = []
        for place, path in enumerate(prints):
            form, box = _form(first, path)
            forms[f"/S{place}"] = form
            left = MARGIN_MM + (place % across) * (sign[0] + 2 * BLEED_MM) + BLEED_MM
            top = MARGIN_MM + (place // across) * (sign[1] + 2 * BLEED_MM) + BLEED_MM
            bottom = press[1] - top - sign[1]
            drawn.append(_placed(place, box, left * MM, bottom * MM, sign[0] * MM, turn))
            drawn.append(_marks(left * MM, bottom * MM, sign[0] * MM, sign[1] * MM))
        whole = [0, 0, round(press[0] * MM, 4), round(press[1] * MM, 4)]
        page.obj.Contents = Stream(first, b"\n".join(drawn))
        page.obj.Resources = Dictionary(XObject=forms, ColorSpace=Dictionary(Marks=_registration(first)))
        for name in ("/MediaBox", "/TrimBox", "/BleedBox"):
            page.obj[name] = Array(whole)
        file = io.BytesIO()
        first.save(file, min_version="1.6", deterministic_id=True, fix_metadata_version=False)
        return file.getvalue()


def _form(target: pikepdf.Pdf, path: Path) -> tuple[pikepdf.Object, tuple[float, float, float, float]]:
    """A sign's page as something to be drawn, cut at its bleed, and its trim box."""
    with pikepdf.open(path) as source:
        page = source.pages[0]
        trim = tuple(float(edge) for edge in page.TrimBox)
        form = target.copy_foreign(page.as_form_xobject())
        form.BBox = Array([float(edge) for edge in page.BleedBox])
        return form, (trim[0], trim[1], trim[2], trim[3])


def _placed(
    place: int, box: tuple[float, float, float, float], left: float, bottom: float, width: float, turn: bool
) -> bytes:
    if turn:
        # A quarter turn to the left, then moved so that the trim's corner comes to lie at (left, bottom).
        matrix = (0, 1, -1, 0, left + width + box[1], bottom - box[0])
    else:
        matrix = (1, 0, 0, 1, left - box[0], bottom - box[1])
    numbers = " ".join(f"{number:.4f}" for number in matrix)
    return f"q {numbers} cm /S{place} Do Q".encode()


def _marks(left: float, bottom: float, width: float, height: float) -> bytes:
    """Cutting marks at the four corners, outside the bleed, in registration colour."""
    off, long = BLEED_MM * MM, MARK_MM * MM
    lines = []
    for x in (left, left + width):
        lines.append(f"{x:.3f} {bottom - off:.3f} m {x:.3f} {bottom - off - long:.3f} l S")
        lines.append(f"{x:.3f} {bottom + height + off:.3f} m {x:.3f} {bottom + height + off + long:.3f} l S")
    for y in (bottom, bottom + height):
        lines.append(f"{left - off:.3f} {y:.3f} m {left - off - long:.3f} {y:.3f} l S")
        lines.append(f"{left + width + off:.3f} {y:.3f} m {left + width + off + long:.3f} {y:.3f} l S")
    return ("q /Marks CS 1 SCN 0.25 w " + " ".join(lines) + " Q").encode()


def _registration(document: pikepdf.Pdf) -> Array:
    tint = Stream(document, b"{dup dup dup}", FunctionType=4, Domain=[0, 1], Range=[0, 1, 0, 1, 0, 1, 0, 1])
    return Array([Name.Separation, Name.All, Name.DeviceCMYK, document.make_indirect(tint)])
