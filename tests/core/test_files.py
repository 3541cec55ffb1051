"""Files by content, and photos without their past."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from core import files, pictures
from core.errors import Invalid


def test_what_is_kept_is_found_again_by_its_sum(tmp_path: Path) -> None:
    name = files.keep(tmp_path, b"content")

    found = files.find(tmp_path, name)

    assert found is not None and found.read_bytes() == b"content"
    assert files.keep(tmp_path, b"content") == name
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64])
def test_names_that_were_never_given_find_nothing(tmp_path: Path, name: str) -> None:
    files.keep(tmp_path, b"content")

    assert files.find(tmp_path, name) is None


def _photo(size: tuple[int, int], kind: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 100, 50)).save(file, kind, **options)
    return file.getvalue()


def test_a_photo_loses_its_place_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[2] = (30.0, 28.0, 12.0)

    made = pictures.cleaned(_photo((400, 200), exif=exif))

    with Image.open(io.BytesIO(made)) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (200, 400)
        assert not picture.getexif()
    assert b"Telephone" not in made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_photo_is_made_smaller(kind: str) -> None:
    with Image.open(io.BytesIO(pictures.cleaned(_photo((4000, 1000), kind)))) as picture:
        assert picture.size == (1600, 400)


def _bomb() -> bytes:
    """A PNG of 100 megapixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        _photo((300, 300))[:500],
        _bomb(),
        b"\xff" * (pictures.LARGEST_BYTES + 1),
    ],
    ids=["empty", "text", "svg", "cut", "100 megapixels", "too many bytes"],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as wrong:
        pictures.cleaned(data)

    assert wrong.value.field == "photo"
