"""Photographs as iPhones keep them (HEIC): what comes out of them, and what never reaches their decoder."""

import struct

import pytest
from PIL import Image

from core.errors import Invalid
from core.imaging import heif, intake, limits
from tests.core.test_imaging import corners, master, refusal
from tests.made_pictures import CORNERS, SECRET, as_held, display_p3, heic, photo, scene, told_all


def exif_of(data: bytes, turned: int) -> Image.Exif:
    """What a JPEG says of itself, turned another way."""
    exif = Image.Exif()
    exif.load(data[data.index(b"Exif\0\0") :])
    exif[0x0112] = turned
    return exif


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The file with the first item of one kind said to be of another."""
    at = data.index(old, data.index(b"infe"))
    return data[:at] + new + data[at + 4 :]


@pytest.mark.parametrize("options", [{}, {"tile_size": 256}], ids=["whole", "in tiles"])
def test_a_photograph_of_an_iphone_becomes_the_same_picture(options: dict[str, int]) -> None:
    cleaned = intake.cleaned(heic(scene(), **options))

    assert (cleaned.width, cleaned.height) == (800, 600)
    assert corners(master(cleaned)) == list(CORNERS)
    assert set(cleaned.files) == {"160.webp", "640.webp", "master.webp"}


@pytest.mark.parametrize("turned", range(1, 9))
def test_it_stands_upright_and_is_turned_once(turned: int) -> None:
    held = as_held(scene(), turned)
    cleaned = intake.cleaned(heic(held, exif=exif_of(told_all(), turned).tobytes()))

    assert (cleaned.width, cleaned.height) == (800, 600)
    assert corners(master(cleaned)) == list(CORNERS)


def test_nothing_of_the_telephone_and_the_place_is_left() -> None:
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    data = heic(scene(), exif=exif_of(told_all(), 1).tobytes(), xmp=xmp, icc_profile=display_p3())
    assert data.count(SECRET) >= 3

    for file in intake.cleaned(data).files.values():
        for mark in (SECRET, b"Exif", b"EXIF", b"xmpmeta", b"ICCP", b"GPS"):
            assert mark not in file


def test_wide_colours_are_turned_into_those_of_every_screen() -> None:
    """(234, 51, 35) in Display P3 is the full red of sRGB (CSS Color 4, 10.9); greys stay."""
    red = Image.new("RGB", (400, 400), (234, 51, 35))
    grey = Image.new("RGB", (400, 400), (128, 128, 128))
    shown = [
        intake.cleaned(heic(picture, quality=-1, chroma=444, icc_profile=display_p3())).colour
        for picture in (red, grey)
    ]
    wide, plain = ([int(colour[at : at + 2], 16) for at in (0, 2, 4)] for colour in shown)

    assert all(abs(a - b) <= 8 for a, b in zip(wide, (255, 0, 0), strict=True))
    assert all(abs(value - 128) <= 2 for value in plain)


def test_the_largest_one_is_read_within_the_bounds() -> None:
    """Fifty million pixels in some thousand bytes, in tiles, as those of 48 million come."""
    bomb = heic(scene((8660, 5773)), quality=20, tile_size=1024)
    assert len(bomb) < 100_000
    cleaned = intake.cleaned(bomb)

    assert (cleaned.width, cleaned.height) == (2048, 1365)
    assert cleaned.peak_kb < limits.MEMORY_BYTES // 1024


def test_what_claims_too_many_pixels_is_refused() -> None:
    data = heic(scene())
    size = b"ispe\0\0\0\0" + struct.pack(">II", 800, 600)
    assert size in data

    assert "pixels" in refusal(data.replace(size, b"ispe\0\0\0\0" + struct.pack(">II", 60_000, 60_000)))


@pytest.mark.parametrize(
    "kind", [b"unci", b"iden", b"iovl", b"av01", b"j2k1", b"jpeg", b"mski", b"vvc1", b"\0\0\0\0"]
)
def test_items_that_no_telephone_writes_never_reach_the_decoder(
    kind: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = renamed(heic(scene()), b"hvc1", kind)
    with pytest.raises(heif.NotPlain):
        heif.check(data)
    never = "import sys, runpy, pillow_heif.heif as h; h._pillow_heif = None; "
    run = "runpy.run_module('core.imaging.child', run_name='__main__')"
    monkeypatch.setattr(intake, "CHILD", ("-c", never + run))

    assert "Most Compatible" in refusal(data)


@pytest.mark.parametrize("brand", [b"hevc", b"msf1", b"heim", b"mif1"])
def test_sequences_and_layers_are_refused(brand: bytes) -> None:
    plain = heic(scene())
    length = int.from_bytes(plain[:4])
    data = plain[:8] + brand + plain[12:16] + brand * ((length - 16) // 4) + plain[length:]

    assert heif.is_heif(data)
    assert "Most Compatible" in refusal(data)


def test_a_film_beside_the_picture_is_refused() -> None:
    assert "Most Compatible" in refusal(heic(scene()) + struct.pack(">I", 16) + b"moov" + bytes(8))


def test_no_damage_of_a_file_brings_the_walk_through_its_boxes_to_fall() -> None:
    plain = heic(scene((300, 300)))
    refused = 0
    for at in range(0, plain.index(b"mdat"), 3):
        flipped = plain[:at] + bytes([plain[at] ^ 0xFF]) + plain[at + 1 :]
        for damaged in (plain[:at], flipped, plain[:at] + b"\xff" * 9):
            try:
                heif.check(damaged)
            except heif.NotPlain:
                refused += 1

    assert refused > 100


@pytest.mark.parametrize("keep", [0.2, 0.9])
def test_a_broken_one_is_refused_with_what_to_do(keep: float) -> None:
    data = heic(scene())
    with pytest.raises(Invalid):
        intake.cleaned(data[: int(len(data) * keep)])


def test_avif_goes_its_own_way() -> None:
    data = photo(kind="AVIF")

    assert not heif.is_heif(data)
    assert intake.cleaned(data).width == 800


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/hostname')",
        "open('/proc/self/mem')",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "os.pipe()",
        "subprocess.run(['/bin/true'], stdin=0, stdout=1, stderr=2)",
    ],
)
def test_the_process_that_reads_pictures_can_open_nothing(
    attempt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import os, socket, subprocess, json\nfrom core.imaging import child\nchild._bound()\n"
        f"try:\n    {attempt}\n    done = 'svg'\nexcept Exception:\n    done = 'heic'\n"
        "print(json.dumps({'refused': done}))"
    )
    monkeypatch.setattr(intake, "CHILD", ("-c", code))

    assert "HEIC" in refusal(photo())
