"""Symbols, payloads and tags."""

import io
import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from core.errors import Invalid
from qr_signs import codes, payload, symbol, tags
from qr_signs.symbol import Symbol


def _decoded(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 1
    return found[0].text


def test_the_longest_payload_at_level_h_is_version_3_in_alphanumeric_mode() -> None:
    said = payload.of("abcdefgh.org", "6ZV4Y8M", "9F3K")

    drawn = symbol.make(said)

    assert len(said) == payload.LONGEST == 35
    assert said == "HTTPS://ABCDEFGH.ORG/Q/6ZV4Y8M-9F3K"
    assert (drawn.version, drawn.size, drawn.level) == (3, 29, "H")


@pytest.mark.parametrize(
    "host", ["", "nodots", "a.b", "-x.example", "x..example", "much-too-long.example", "ex ample.org", "é.ma"]
)
def test_a_host_that_cannot_be_printed_is_refused(host: str) -> None:
    with pytest.raises(Invalid):
        payload.checked_host(host)


def test_the_host_is_printed_in_one_case() -> None:
    assert payload.checked_host("Sign.Example") == "sign.example"
    assert payload.readable("Sign.Example", "6ZV4Y8M", "9F3K", "f") == "sign.example/q/6ZV4Y8M-9F3K/f"


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_png_and_svg_say_the_payload(level: str) -> None:
    said = payload.of("sign.example", "6ZV4Y8M", "9F3K")
    drawn = symbol.make(said, level)

    assert _decoded(Image.open(io.BytesIO(drawn.png()))) == said
    assert _modules_of_path(drawn) == [list(row) for row in drawn.modules]


def _modules_of_path(drawn: Symbol) -> list[list[bool]]:
    """The modules that the path fills, by the even-odd rule, read at the middle of each."""
    scale = 10
    filled = Image.new("1", (drawn.size * scale, drawn.size * scale))
    for loop in drawn.path.split("z")[:-1]:
        x, y = (int(number) for number in re.findall(r"M(\d+) (\d+)", loop)[0])
        corners = [(x, y)]
        for way, step in re.findall(r"([hv])(-?\d+)", loop):
            x, y = (x + int(step), y) if way == "h" else (x, y + int(step))
            corners.append((x, y))
        shape = Image.new("1", filled.size)
        ImageDraw.Draw(shape).polygon([(cx * scale, cy * scale) for cx, cy in corners], fill=1)
        filled = Image.composite(Image.eval(filled, lambda bit: 255 - bit), filled, shape)
    middle = [at * scale + scale // 2 for at in range(drawn.size)]
    return [[bool(filled.getpixel((x, y))) for x in middle] for y in middle]


def test_the_symbol_is_one_path_with_its_quiet_zone() -> None:
    drawn = symbol.make("HTTPS://SIGN.EXAMPLE/Q/6ZV4Y8M-9F3K")
    svg = drawn.svg(60)

    assert svg.count('fill="#000"') == 1
    assert 'viewBox="0 0 37 37"' in svg
    assert 'width="60mm"' in svg


def test_a_tag_depends_on_key_and_code_and_has_twenty_bits() -> None:
    made = {tags.tag(key, code) for key in ("a", "b") for code in ("6ZV4Y8M", "TT615FE", "8QD6010")}

    assert len(made) == 6
    assert all(len(tag) == tags.LENGTH and set(tag) <= set(codes.ALPHABET) for tag in made)
    assert tags.tag("a", "6ZV4Y8M") == tags.tag("a", "6ZV4Y8M")


@pytest.mark.parametrize("typed", ["6ZV4Y8M-9F3K", "6zv4y8m9f3k", "6ZV4 Y8M 9F3K", " 6ZV4Y8M‑9F3K"])
def test_a_number_is_split_however_it_is_typed(typed: str) -> None:
    assert tags.split(typed) == ("6ZV4Y8M", "9F3K")


def test_a_code_alone_has_no_tag() -> None:
    assert tags.split("6zv4y8m") == ("6ZV4Y8M", "")
    with pytest.raises(ValueError, match="letters and digits"):
        tags.split("6ZV4Y8M/../x")


def test_a_tag_is_compared_whole() -> None:
    assert tags.is_right("9F3K", "9F3K")
    assert not tags.is_right("9F3", "9F3K")
    assert not tags.is_right("9F3J", "9F3K")
