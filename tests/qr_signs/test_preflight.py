"""Preflight passes a good artwork, and names what is wrong with each bad one."""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from qr_signs.artwork import rendering, sizes
from qr_signs.artwork.made import Artwork, Box
from qr_signs.artwork.order import Order
from qr_signs.artwork.setting import Setter
from qr_signs.preflight import checks, decoders, glyphs, grade, pictures, raster
from qr_signs.preflight.exam import Exam
from qr_signs.preflight.report import Report
from tests.qr_signs.contents import content

POINTS = 13
"""Points that a printer's preflight asks for at the least."""


@pytest.fixture(scope="module")
def good() -> Artwork:
    """A sound artwork."""
    return rendering.draw(content(), Order(sizes.read("A5")), Setter())


def _failed(report: Report) -> set[str]:
    return {check.name for check in report.checks if not check.passed}


def _changed(artwork: Artwork, change: Callable[[pikepdf.Pdf], None]) -> Artwork:
    """The artwork with another PDF."""
    with pikepdf.open(io.BytesIO(artwork.pdf)) as pdf:
        change(pdf)
        file = io.BytesIO()
        pdf.save(file, min_version="1.3", force_version=getattr(pdf, "wanted", "") or "")
        return replace(artwork, pdf=file.getvalue())


def _append(pdf: pikepdf.Pdf, drawn: bytes) -> None:
    page = pdf.pages[0].obj
    page.Contents = Stream(pdf, page.Contents.read_bytes() + b"\n" + drawn)


@pytest.mark.parametrize("size", ["A6", "A5", "A4", "A4 landscape", "A3", "A2", "blade"])
def test_a_good_sign_of_every_size_passes(size: str) -> None:
    sign = content(arrow="left") if size == "blade" else content()

    report = checks.run(rendering.draw(sign, Order(sizes.read(size)), Setter()))

    assert _failed(report) == set()
    assert len(report.checks) >= POINTS


def test_every_sentence_of_a_report_can_be_said(good: Artwork) -> None:
    for check in checks.run(good).checks:
        assert check.message % dict(check.figures)


def _rgb(pdf: pikepdf.Pdf) -> None:
    _append(pdf, b"1 0 0 rg 0 0 5 5 re f")


def _icc_rgb(pdf: pikepdf.Pdf) -> None:
    profile = Stream(pdf, b"", N=3)
    pdf.pages[0].obj.Resources.ColorSpace = Dictionary(Screen=Array([Name.ICCBased, profile]))
    _append(pdf, b"/Screen cs 1 0 0 scn 0 0 5 5 re f")


def _rgb_group(pdf: pikepdf.Pdf) -> None:
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 1, 1]))
    form.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)
    pdf.pages[0].obj.Resources.XObject["/Planted"] = pdf.make_indirect(form)


def _raster(pdf: pikepdf.Pdf) -> None:
    picture = Stream(pdf, b"\0" * 4, Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceCMYK, 8
    pdf.pages[0].obj.Resources.XObject["/Planted"] = pdf.make_indirect(picture)


def _no_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _two_intents(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OutputIntents.append(pdf.Root.OutputIntents[0])


def _no_bleed(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.BleedBox = pdf.pages[0].obj.TrimBox


def _other_trim(pdf: pikepdf.Pdf) -> None:
    left, bottom, right, top = (float(edge) for edge in pdf.pages[0].obj.TrimBox)
    pdf.pages[0].obj.TrimBox = Array([left, bottom, right - 3, top])


def _two_pages(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[0])


def _no_font_file(pdf: pikepdf.Pdf) -> None:
    for font in pdf.pages[0].obj.Resources.Font.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        for name in ("/FontFile2", "/FontFile3"):
            if name in descriptor:
                del descriptor[name]
        return


def _too_much_ink(pdf: pikepdf.Pdf) -> None:
    _append(pdf, b"1 1 1 1 k 0 0 5 5 re f")


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def _no_metadata(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def _missing_glyph(pdf: pikepdf.Pdf) -> None:
    font = next(iter(pdf.pages[0].obj.Resources.Font.keys()))
    _append(pdf, f"BT {font} 9 Tf <0000> Tj ET".encode())


@pytest.mark.parametrize(
    ("change", "point"),
    [
        (_rgb, "no RGB"),
        (_icc_rgb, "no RGB"),
        (_rgb_group, "no RGB"),
        (_raster, "all vector"),
        (_no_intent, "output intent"),
        (_two_intents, "output intent"),
        (_no_bleed, "boxes"),
        (_other_trim, "boxes"),
        (_two_pages, "boxes"),
        (_no_font_file, "fonts embedded"),
        (_too_much_ink, "ink"),
        (_script, "passive"),
        (_no_metadata, "PDF/X-4"),
        (_missing_glyph, "glyphs"),
    ],
)
def test_a_file_that_a_printer_would_send_back_fails(
    good: Artwork, change: Callable[[pikepdf.Pdf], None], point: str
) -> None:
    assert point in _failed(checks.run(_changed(good, change)))


def _covering(good: Artwork, drawn: str, part: Box) -> Artwork:
    """Something drawn over a box of the sign."""
    scale = 72 / 25.4
    with pikepdf.open(io.BytesIO(good.pdf)) as pdf:
        top = float(pdf.pages[0].obj.TrimBox[3])
    left, bottom = part.left * scale, top - part.bottom * scale
    box = f"{left:.2f} {bottom:.2f} {part.width * scale:.2f} {part.height * scale:.2f} re f"
    # The page is drawn in the engine's own turned coordinates: undo them first.
    return _changed(good, lambda pdf: _wrap(pdf, f"{drawn} {box}".encode()))


def _wrap(pdf: pikepdf.Pdf, drawn: bytes) -> None:
    page = pdf.pages[0].obj
    page.Contents = Stream(pdf, b"q " + page.Contents.read_bytes() + b"\nQ\n" + drawn)


def test_ink_in_the_quiet_zone_fails(good: Artwork) -> None:
    quiet = good.quiet_box
    strip = Box(quiet.left, quiet.top + 5, good.module_mm, 10)

    assert "quiet zone" in _failed(checks.run(_covering(good, "0 0 0 0.6 k", strip)))


def test_a_symbol_that_says_something_else_fails(good: Artwork) -> None:
    report = checks.run(replace(good, payload="HTTPS://OTHER.EXAMPLE/Q/6ZV4Y8M-9F3K"))

    assert {"read by zxing", "read by zbar"} <= _failed(report)


def test_a_symbol_under_a_sticker_fails(good: Artwork) -> None:
    box = good.symbol_box
    sticker = Box(box.left + box.width * 0.2, box.top + box.height * 0.2, box.width * 0.6, box.height * 0.6)

    failed = _failed(checks.run(_covering(good, "0 0 0 0 k", sticker)))

    assert {"read by zxing", "read by zbar", "damage", "ISO/IEC 15415 (estimate)"} <= failed


def test_a_pale_symbol_gets_a_low_grade(good: Artwork) -> None:
    grey = np.where(raster.symbol(good, 8) < 128, 170, 255).astype(np.uint8)

    found = grade.estimate(grey, good.symbol, 8)

    assert found.grades["contrast"] < 4
    assert found.overall < 4 == grade.estimate(raster.symbol(good, 8), good.symbol, 8).overall


def test_wrong_modules_use_up_the_correction(good: Artwork) -> None:
    picture = raster.symbol(good, 8).copy()
    at = raster.SURROUND * 8
    picture[at + 80 : at + 150, at + 80 : at + 150] = 255

    found = grade.estimate(picture, good.symbol, 8)

    assert found.measures["unused correction"] < 0.8


def test_texts_that_overlap_or_leave_the_sign_fail(good: Artwork) -> None:
    first = good.texts[0]
    shifted = replace(good, texts=(first, *(replace(text, box=first.box) for text in good.texts[1:])))
    outside = replace(good, texts=(replace(first, box=Box(-1, 5, 10, 5)), *good.texts[1:]))
    on_symbol = replace(good, texts=(replace(first, box=good.symbol_box), *good.texts[1:]))

    assert "apart" in _failed(checks.run(shifted))
    assert "inside" in _failed(checks.run(outside))
    assert "apart" in _failed(checks.run(on_symbol))


def test_letters_and_modules_too_small_for_the_distance_fail(good: Artwork) -> None:
    assert {"letters", "module size"} <= _failed(checks.run(replace(good, distance_m=1.5)))


def test_unjoined_or_turned_arabic_is_not_like_the_golden_picture() -> None:
    word, direction, family = glyphs.PROBES["ar"]
    right = glyphs.probe(word, direction, family)

    unjoined = glyphs.probe("\N{ZERO WIDTH NON-JOINER}".join(word), direction, family)
    turned = glyphs.probe(word[::-1], direction, family)

    assert all(check.passed for check in glyphs.scripts())
    assert glyphs.likeness(unjoined, right) < 0.7
    assert glyphs.likeness(turned, right) < 0.7


def test_arabic_glyphs_that_stand_alone_fail(good: Artwork) -> None:
    alone = {lang: "\N{ZERO WIDTH NON-JOINER}".join(name) for lang, name in content().names.items()}
    sign = content(
        names={**content().names, "ar": alone["ar"]}, texts={}, way=None, kind={}, words=_without_arabic()
    )
    unjoined = rendering.draw(sign, Order(sizes.read("A5")), Setter())
    as_if_joined = tuple(replace(text, text=text.text.replace("\u200c", "")) for text in unjoined.texts)

    assert "Arabic joined" not in _failed(checks.run(good))
    assert "Arabic joined" in _failed(checks.run(replace(unjoined, texts=as_if_joined)))


def _without_arabic() -> dict[str, dict[str, str]]:
    return {word: {**said, "ar": "ا"} for word, said in content().words.items()}


@pytest.mark.parametrize(("text", "number"), [("باب", 1), ("دار", 0), ("الخميس", 4), ("Bab", 0), ("بَاب", 1)])
def test_joints_follow_the_rules_of_the_script(text: str, number: int) -> None:
    assert glyphs.joints(text) == number


def test_pictures_for_the_desk_are_pictures(good: Artwork) -> None:
    for made in (pictures.preview(Exam(good)), pictures.contact_sheet(Exam(good))):
        assert made.startswith(b"\x89PNG")
        assert len(made) < 300_000


def test_the_two_decoders_agree_on_a_clean_symbol(good: Artwork) -> None:
    picture = raster.symbol(good)

    assert [decoders.read(picture, name) for name in decoders.DECODERS] == [[good.payload]] * 2
