"""The accessible PDF says exactly what stands on the sign, in each language."""

import io

import pikepdf
import pytest

from qr_signs.artwork import accessible, rendering, setting, sizes
from qr_signs.artwork.order import Order
from qr_signs.artwork.setting import Setter
from tests.qr_signs.contents import LANGUAGES, NAMES, TEXTS, content


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A sign read aloud."""
    return rendering.read_aloud(content(), Order(sizes.read("A4")), Setter())


def test_every_text_is_exact_in_its_language(pdf: bytes) -> None:
    said: dict[str, str] = dict.fromkeys(LANGUAGES, "")
    for lang, text in accessible.spoken(pdf):
        said[lang] = said.get(lang, "") + text

    for lang, name in NAMES.items():
        assert name in said[lang]
    for lang, text in TEXTS.items():
        assert text in said[lang]


def test_it_claims_and_has_what_pdf_ua_asks_for(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.Root.MarkInfo.Marked
        assert document.Root.Lang == "fr"
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert b"pdfuaid" in document.Root.Metadata.read_bytes()
        figures = [
            item
            for item in document.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
        ]
        assert figures
        assert all(str(figure.get("/Alt", "")) for figure in figures)


def test_it_is_the_same_whether_the_press_file_was_made_before_or_not(pdf: bytes) -> None:
    setter, order = Setter(), Order(sizes.read("A4"))
    rendering.draw(content(), order, setter)

    again = rendering.read_aloud(content(), order, setter)

    assert accessible.spoken(again) == accessible.spoken(pdf)
    with pikepdf.open(io.BytesIO(again)) as document:
        page = document.pages[0]
        assert [round(float(edge), 1) for edge in page.MediaBox] == [0, 0, 595.3, 841.9]
        assert b"PROOF" not in page.Contents.read_bytes()
    assert not [text for _, text in accessible.spoken(again) if "mm + 3 mm" in text]


def test_without_the_mending_it_would_not_be_exact() -> None:
    sheet = sizes.read("A4")
    from qr_signs import symbol

    page = setting.setter().set(content(), sheet, symbol.make(content().payload))
    plain = page.document.write_pdf(pdf_variant=accessible.VARIANT)
    said = " ".join(text for _, text in accessible.spoken(plain))

    assert NAMES["ar"] not in said
