"""Uploaded pictures: what comes out of them, and what is refused, whatever somebody sends."""

import io
import os
import zlib

import pytest
from PIL import Image, ImageCms

from core.errors import Invalid
from core.imaging import intake, limits, renditions
from core.imaging.intake import Cleaned
from tests.made_pictures import CORNERS, SECRET, as_held, file_of, photo, png, scene, text_bomb, told_all

BOUND_KB = limits.MEMORY_BYTES // 1024


def master(cleaned: Cleaned) -> Image.Image:
    return Image.open(io.BytesIO(cleaned.files[renditions.MASTER])).convert("RGB")


def corners(picture: Image.Image) -> list[str]:
    """Names of the colours in the corners, row by row."""

    def nearest(x: float, y: float) -> str:
        seen = picture.getpixel((int(picture.width * x), int(picture.height * y)))
        assert isinstance(seen, tuple)
        return min(
            CORNERS, key=lambda name: sum(abs(a - b) for a, b in zip(seen, CORNERS[name], strict=True))
        )

    return [nearest(x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)]


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as told:
        intake.cleaned(data)
    return str(told.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_kind_becomes_the_same_picture(kind: str) -> None:
    cleaned = intake.cleaned(photo(kind=kind))

    assert (cleaned.width, cleaned.height) == (800, 600)
    assert corners(master(cleaned)) == list(CORNERS)
    assert set(cleaned.files) == {"160.webp", "640.webp", "master.webp"}
    assert len(cleaned.colour) == 6 and int(cleaned.colour, 16) > 0


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_turned_picture_stands_upright(turned: int) -> None:
    """EXIF 2.32, 4.6.5 A, Orientation: how rows and columns of the file lie in the scene."""
    exif = Image.Exif()
    exif[0x0112] = turned
    held = as_held(scene(), turned)

    cleaned = intake.cleaned(file_of(held, exif=exif, quality=95))

    assert (cleaned.width, cleaned.height) == (800, 600)
    assert corners(master(cleaned)) == list(CORNERS)


def test_nothing_of_the_telephone_and_the_place_is_left() -> None:
    data = told_all()
    assert data.count(SECRET) >= 4

    cleaned = intake.cleaned(data)
    made = [renditions.encoded(master(cleaned), name) for name in renditions.names(cleaned.width)]

    for file in (*cleaned.files.values(), *made):
        assert SECRET not in file
        for mark in (b"Exif", b"EXIF", b"http://ns.adobe.com", b"xmpmeta", b"ICCP", b"8BIM", b"GPS"):
            assert mark not in file
        with Image.open(io.BytesIO(file)) as opened:
            assert not opened.getexif() and "icc_profile" not in opened.info


def test_the_same_photograph_is_one_picture_whatever_stands_beside_its_pixels() -> None:
    plain = photo(quality=95)
    told = told_all()

    assert intake.cleaned(plain).sha256 == intake.cleaned(told).sha256
    assert intake.cleaned(photo((800, 602))).sha256 != intake.cleaned(plain).sha256


def test_a_large_picture_is_made_smaller_and_a_small_one_never_larger() -> None:
    large, tall, small = (intake.cleaned(photo(size)) for size in ((5000, 3000), (1500, 9000), (300, 260)))

    assert (large.width, large.height) == (2048, 1229)
    assert (tall.width, tall.height) == (683, 4096)
    assert (small.width, small.height) == (300, 260)
    assert renditions.widths(2048) == (160, 320, 640, 1280, 2048)
    assert renditions.widths(683) == (160, 320, 683)
    assert renditions.widths(300) == (160, 300)
    assert set(small.files) == {"160.webp", "300.webp", "master.webp"}


def test_every_size_is_made_in_both_formats() -> None:
    cleaned = intake.cleaned(photo((1400, 1000)))
    for name in renditions.names(cleaned.width):
        with Image.open(io.BytesIO(renditions.encoded(master(cleaned), name))) as made:
            assert made.format == name.partition(".")[2].upper()
            assert made.width == int(name.partition(".")[0])
            assert corners(made.convert("RGB")) == list(CORNERS)


def test_cmyk_grey_palette_and_deep_pictures_become_rgb() -> None:
    cmyk = intake.cleaned(file_of(scene().convert("CMYK")))
    palette = intake.cleaned(file_of(scene().convert("P"), "PNG"))
    grey = intake.cleaned(file_of(scene().convert("L"), "PNG"))
    deep = intake.cleaned(file_of(Image.new("I;16", (400, 400), 40_000), "PNG"))

    assert corners(master(cmyk)) == corners(master(palette)) == list(CORNERS)
    assert grey.width == 800
    assert abs(int(deep.colour[:2], 16) - 40_000 // 256) <= 1


def test_what_is_clear_lies_on_white() -> None:
    clear = scene().convert("RGBA")
    clear.putalpha(0)

    assert intake.cleaned(file_of(clear, "PNG")).colour == "ffffff"


def test_another_profile_is_turned_into_srgb_and_a_broken_one_is_left_out() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    good = intake.cleaned(photo(icc_profile=lab, quality=95))
    broken = intake.cleaned(photo(icc_profile=os.urandom(500), quality=95))

    assert corners(master(good)) == corners(master(broken)) == list(CORNERS)


def test_an_animation_is_its_first_frame() -> None:
    frames = [scene(), Image.new("RGB", (800, 600), "black")]
    for kind in ("WEBP", "PNG", "AVIF"):
        moving = file_of(frames[0], kind, save_all=True, append_images=frames[1:])
        assert corners(master(intake.cleaned(moving))) == list(CORNERS)


def test_a_telephones_jpeg_of_several_pictures_is_its_first() -> None:
    several = file_of(scene(), "MPO", save_all=True, append_images=[Image.new("RGB", (800, 600), "black")])

    assert corners(master(intake.cleaned(several))) == list(CORNERS)


@pytest.mark.parametrize(
    "tail",
    [
        b"<script>alert(1)</script>",
        b"<?php system($_GET[0]); ?>",
        b"PK\3\4" + os.urandom(50),
        photo(kind="PNG"),
    ],
    ids=["script", "php", "zip", "picture"],
)
def test_what_hangs_on_a_picture_is_gone(tail: bytes) -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        cleaned = intake.cleaned(photo(kind=kind) + tail)
        assert corners(master(cleaned)) == list(CORNERS)
        assert all(tail[:20] not in file for file in cleaned.files.values())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is empty"),
        (b"not a picture", "no picture that can be read"),
        (b"%PDF-1.7\n", "no picture that can be read"),
        (photo(kind="GIF"), "no picture that can be read"),
        (photo(kind="TIFF"), "no picture that can be read"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (photo()[:-3000], "broken or not complete"),
        (photo(kind="PNG")[:-200], "broken or not complete"),
        (photo(kind="WEBP")[:-200], "broken or not complete"),
        (photo()[:30], "broken or not complete"),
        (png(300, 300, b"no rows at all"), "broken or not complete"),
        (png(300, 300, zlib.compress(b"few")), "broken or not complete"),
        (photo((1, 1)), "at least 200 pixels"),
        (photo((199, 800)), "at least 200 pixels"),
        (photo((2000, 210)), "too long and narrow"),
        (png(2**31 - 1, 2**31 - 1, b""), "too many pixels"),
        (png(2**32 - 1, 300, b""), "too many pixels"),
        (png(50_001, 1000), "too many pixels"),
        (bytes(limits.LARGEST_BYTES + 1), "at most 20 MB"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_do(data: bytes, told: str) -> None:
    assert told in refusal(data)


def test_a_bomb_within_the_limits_takes_no_more_memory_than_it_may() -> None:
    """Fifty million pixels in fifty kilobytes."""
    bomb = png(8660, 5773)
    assert len(bomb) < 60_000

    cleaned = intake.cleaned(bomb)

    assert cleaned.width == 2048
    assert cleaned.peak_kb < BOUND_KB


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {"quality": 20, "progressive": True}),
        ("JPEG", "CMYK", {"quality": 20}),
        ("PNG", "RGBA", {"compress_level": 1}),
        ("WEBP", "RGBA", {"quality": 10, "method": 0}),
        ("AVIF", "RGBA", {"quality": 20, "speed": 10, "subsampling": "4:4:4"}),
    ],
)
def test_the_largest_picture_of_every_kind_is_read_within_the_bounds(
    kind: str, mode: str, options: dict[str, object]
) -> None:
    cleaned = intake.cleaned(file_of(scene((8660, 5773)).convert(mode), kind, **options))

    assert (cleaned.width, cleaned.height) == (2048, 1365)
    assert cleaned.peak_kb < BOUND_KB


def test_a_comment_of_a_gigabyte_does_no_harm() -> None:
    bomb = text_bomb()
    assert len(bomb) < limits.LARGEST_BYTES
    try:
        peak_kb = intake.cleaned(bomb).peak_kb
    except Invalid as refused:
        assert "broken" in str(refused)
    else:
        assert peak_kb < 200_000


def test_what_needs_more_memory_than_there_may_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's bound is what ends it, not the server's."""
    before = limits.MEMORY_BYTES
    code = "import core.imaging.limits as l; l.MEMORY_BYTES = 220 * 2**20; import runpy; "
    run = "runpy.run_module('core.imaging.child', run_name='__main__')"
    monkeypatch.setattr(intake, "CHILD", ("-c", code + run))

    assert "pixels" in refusal(file_of(scene((8660, 5773)), "PNG", compress_level=1))
    assert before == limits.MEMORY_BYTES


@pytest.mark.parametrize(
    ("dies", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "broken"),
        ("sys.exit(3)", "broken"),
        ('print(\'{"files": [["x", 10]]}\')', "broken"),
        ("resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass", "too long"),
    ],
)
def test_a_process_that_dies_of_a_picture_is_a_refused_picture(
    monkeypatch: pytest.MonkeyPatch, dies: str, told: str
) -> None:
    monkeypatch.setattr(intake, "CHILD", ("-c", f"import os, resource, signal, sys\n{dies}"))

    assert told in refusal(photo())


def test_the_process_that_reads_pictures_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    tells = (
        "import os, json; print(json.dumps({'refused': 'svg' if 'secret' in str(os.environ) else 'heic'}))"
    )
    monkeypatch.setattr(intake, "CHILD", ("-c", tells))

    assert "HEIC" in refusal(photo())
