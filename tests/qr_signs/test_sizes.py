"""Sizes of signs and what distances ask of letters."""

import pytest

from core.errors import Invalid
from qr_signs.artwork import sizes


@pytest.mark.parametrize(
    ("words", "width", "height", "template"),
    [
        ("A6", 105, 148, "names"),
        ("a5", 148, 210, "panel"),
        ("A4 landscape", 297, 210, "panel"),
        ("A2", 420, 594, "panel"),
        ("300x400", 300, 400, "panel"),
        ("400 x 300", None, None, ""),
        ("400x300 portrait", 300, 400, "panel"),
        ("blade", 800, 150, "blade"),
        ("900x180 blade", 900, 180, "blade"),
        ("900x180", 900, 180, "blade"),
        ("60x60", 60, 60, "names"),
    ],
)
def test_sizes_are_read_as_people_write_them(
    words: str, width: float | None, height: float | None, template: str
) -> None:
    if width is None:
        with pytest.raises(Invalid):
            sizes.read(words)
        return
    sheet = sizes.read(words)

    assert (sheet.width_mm, sheet.height_mm, sheet.template) == (width, height, template)


@pytest.mark.parametrize(
    "words",
    ["", "0", "0x0", "A7", "10000x10000", "10m", "59x60", "-300x400", "nanxnan", "100x1999", "A4 A4 A4"],
)
def test_a_size_that_cannot_be_made_names_the_size(words: str) -> None:
    with pytest.raises(Invalid) as wrong:
        sizes.read(words)

    assert wrong.value.field == "size"
    assert (words.strip() or "-") in str(wrong.value)


def test_letters_and_symbol_follow_the_distance() -> None:
    near, far = sizes.read("A4", 0.6), sizes.read("A4", 1.2)

    assert near.distance_m == sizes.read("A4").distance_m
    assert far.least_pt == pytest.approx(2 * near.least_pt)
    assert far.symbol_mm == pytest.approx(2 * near.symbol_mm) == 120
    # 0.2 degrees at 0.6 m are 2.09 mm of x-height, which Noto Sans has at 3.91 mm: 11.1 points.
    assert near.least_pt == pytest.approx(11.08, abs=0.02)


@pytest.mark.parametrize("distance", [0, -1, 0.29, 11, float("nan")])
def test_a_distance_that_nobody_reads_from_is_refused(distance: float) -> None:
    with pytest.raises(Invalid):
        sizes.read("A4", distance)
