"""Artworks: what is set fits, can be read from the distance, and is nothing but what was asked for."""

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest

from core import fonts
from core.errors import Invalid
from qr_signs.artwork import rendering, setting, sizes
from qr_signs.artwork.made import Artwork, Printed
from qr_signs.artwork.order import Order
from qr_signs.artwork.setting import Setter
from tests.qr_signs.contents import NAMES, TEXTS, content

SIZES = ("A6", "A6 landscape", "A5", "A4", "A4 landscape", "A3", "A2", "300x400", "blade")
WHEN = datetime(2026, 1, 2)  # noqa: DTZ001


@pytest.fixture(scope="module")
def setter() -> Setter:
    """One for the module: its fonts are read once."""
    return Setter()


def _drawn(setter: Setter, size: str, **changes: object) -> Artwork:
    sign = content(arrow="right") if size == "blade" else content()
    return rendering.draw(replace(sign, **changes), Order(sizes.read(size), dated=WHEN), setter)  # type: ignore[arg-type]


def _by_field(artwork: Artwork, field: str) -> dict[str, Printed]:
    return {text.lang: text for text in artwork.texts if text.field == field}


@pytest.mark.parametrize("size", SIZES)
def test_everything_stands_inside_the_trim_and_nothing_overlaps(setter: Setter, size: str) -> None:
    artwork = _drawn(setter, size)
    sheet = sizes.read(size)

    assert (artwork.width_mm, artwork.height_mm) == (sheet.width_mm, sheet.height_mm)
    for text in artwork.texts:
        box = text.box
        assert box.left > 2 and box.top > 2
        assert box.right < artwork.width_mm - 2 and box.bottom < artwork.height_mm - 2
        assert box.overlap(artwork.quiet_box) == 0, text
    for at, text in enumerate(artwork.texts):
        for other in artwork.texts[at + 1 :]:
            assert text.box.overlap(other.box) < 0.3, (text, other)


@pytest.mark.parametrize("size", SIZES)
def test_no_letter_is_smaller_than_can_be_read_from_the_distance(setter: Setter, size: str) -> None:
    artwork = _drawn(setter, size)
    least = sizes.least_pt(artwork.distance_m)

    for text in artwork.texts:
        floor = least * (sizes.ARABIC_RATIO if text.lang == "ar" else 1)
        assert text.size_pt >= floor - 0.05, text


def test_the_symbol_is_as_wide_as_the_distance_asks(setter: Setter) -> None:
    near = _drawn(setter, "A3")
    far = rendering.draw(content(), Order(sizes.read("A3", 0.9)), setter)

    assert near.symbol_box.width == pytest.approx(near.distance_m * 100, abs=0.05)
    assert far.symbol_box.width == pytest.approx(90, abs=0.05)
    assert far.module_mm == pytest.approx(90 / 29, abs=0.01)


def test_short_texts_are_set_larger_than_long_ones(setter: Setter) -> None:
    short = {lang: text[:40] for lang, text in TEXTS.items()}
    large = _by_field(_drawn(setter, "A4", texts=short), "text")["fr"].size_pt
    small = _by_field(_drawn(setter, "A4", texts={k: v * 2 for k, v in TEXTS.items()}), "text")["fr"].size_pt

    assert large > small


@pytest.mark.parametrize("size", ["A5", "A4", "A4 landscape", "A2", "blade"])
def test_a_name_of_400_characters_is_an_error_that_names_sign_and_language(setter: Setter, size: str) -> None:
    names = {**NAMES, "fr": "Porte " * 66}

    with pytest.raises(Invalid) as wrong:
        _drawn(setter, size, names=names)

    assert wrong.value.field == "name"
    assert "6ZV4Y8M" in str(wrong.value) and "Français" in str(wrong.value)
    assert float(str(wrong.value.values["over"])) > 0


def test_a_text_that_is_too_long_is_never_cut(setter: Setter) -> None:
    with pytest.raises(Invalid) as wrong:
        _drawn(setter, "A5", texts={**TEXTS, "en": "A very long story. " * 60})

    assert wrong.value.field in ("text", "next")


def test_all_words_are_on_the_sign(setter: Setter) -> None:
    artwork = _drawn(setter, "A4")

    for field, said in (("name", NAMES), ("text", TEXTS)):
        printed = _by_field(artwork, field)
        for lang, text in said.items():
            assert "".join(printed[lang].text.split()) == "".join(text.split())


def test_a_name_that_two_languages_share_is_a_heading_once(setter: Setter) -> None:
    artwork = _drawn(setter, "A4", names={**NAMES, "en": NAMES["fr"]})

    assert set(_by_field(artwork, "name")) == {"ar", "zgh", "fr"}


def test_equal_signs_are_equal_files(setter: Setter) -> None:
    assert _drawn(setter, "A4").pdf == _drawn(Setter(), "A4").pdf


def test_what_was_drawn_before_changes_nothing() -> None:
    setter = Setter()
    _drawn(setter, "A4", texts={**TEXTS, "en": TEXTS["en"] * 3}, names={**NAMES, "en": "A"})

    assert _drawn(setter, "A4").pdf == _drawn(Setter(), "A4").pdf


def test_the_press_file_is_vector_cmyk_with_boxes_and_intent(setter: Setter) -> None:
    artwork = _drawn(setter, "A5")

    with pikepdf.open(io.BytesIO(artwork.pdf)) as pdf:
        page = pdf.pages[0]
        trim = [float(edge) for edge in page.TrimBox]
        bleed = [float(edge) for edge in page.BleedBox]
        intent = pdf.Root.OutputIntents[0]
        drawn = page.Contents.read_bytes()
        assert pdf.pdf_version >= "1.6"
        assert trim[2] - trim[0] == pytest.approx(148 * 72 / 25.4, abs=0.1)
        assert trim[0] - bleed[0] == pytest.approx(3 * 72 / 25.4, abs=0.01)
        assert intent.S == "/GTS_PDFX" and intent.DestOutputProfile.N == 4
        assert b"PDF/X-4" in pdf.Root.Metadata.read_bytes()
        assert b" rg" not in drawn and b" RG" not in drawn
        assert not [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image"
        ]


def test_a_proof_says_so_beside_the_sign(setter: Setter) -> None:
    order = Order(sizes.read("A5"), dated=WHEN, proof="No short host is set")

    assert rendering.draw(content(), order, setter).pdf != _drawn(setter, "A5").pdf


def test_a_template_of_ones_own_stands_in_for_ours(tmp_path: Path) -> None:
    source = (setting.TEMPLATES / "names.html").read_text(encoding="utf-8")
    (tmp_path / "names.html").write_text(
        source.replace("<footer>", '<footer><p class="region" lang="fr" data-field="motto">Devise</p>'),
        encoding="utf-8",
    )

    artwork = _drawn(Setter(tmp_path), "A6")

    assert _by_field(artwork, "motto")["fr"].text == "Devise"


@pytest.mark.parametrize(
    "planted",
    [
        '<img src="https://elsewhere.example/x.png">',
        '<img src="file:///etc/hostname">',
        '<img src="data:image/png;base64,AAAA">',
        "{% if %}",
        "{{ content.nonsense }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ content.design.languages.append }}{{ 1 / 0 }}",
        "{% include '../../../../etc/hostname' %}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
    ],
)
def test_a_template_that_fetches_or_breaks_is_refused(tmp_path: Path, planted: str) -> None:
    source = (setting.TEMPLATES / "names.html").read_text(encoding="utf-8")
    (tmp_path / "names.html").write_text(source.replace("<footer>", f"<footer>{planted}"), encoding="utf-8")

    with pytest.raises(Invalid) as wrong:
        _drawn(Setter(tmp_path), "A6")

    assert wrong.value.field == "template"
    assert "6ZV4Y8M" in str(wrong.value)


def test_a_template_without_a_symbol_is_refused(tmp_path: Path) -> None:
    (tmp_path / "names.html").write_text('<h1 lang="fr" data-field="name">Porte</h1>', encoding="utf-8")

    with pytest.raises(Invalid) as wrong:
        _drawn(Setter(tmp_path), "A6")

    assert wrong.value.field == "template"
    assert "symbol" in str(wrong.value)


def test_the_fonts_are_those_that_signs_were_proofed_with() -> None:
    assert fonts.changed() == []


@pytest.mark.parametrize(
    ("text", "lang", "strange"),
    [
        ("Bab 🚪", "fr", "🚪"),
        ("城门", "en", "城门"),
        ("ⵜⴰⵡⵡⵓⵔⵜ", "fr", "ⵜⴰⵡⵓⵔ"),
        ("x\x07y", "ar", "\x07"),
        ("باب\nالخميس", "ar", "\n"),
        ("باب (1528م)", "ar", ""),
        ("ⵜⴰⵡⵡⵓⵔⵜ (A1)", "zgh", ""),
        ("Œuvre — « 78 m² »\N{NARROW NO-BREAK SPACE}!", "fr", ""),
    ],
)
def test_characters_without_a_glyph_are_found(text: str, lang: str, strange: str) -> None:
    assert "".join(fonts.strangers(text, lang)) == strange
