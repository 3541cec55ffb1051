"""Pictures for tests, made on the spot: photographs of phones, and what somebody sends to do harm."""

import io
import struct
import zlib
from functools import lru_cache
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw, ImageFilter

SECRET = b"SECRET-PLACE"
CORNERS = {"red": (200, 30, 30), "green": (30, 160, 30), "blue": (30, 30, 200), "white": (240, 240, 240)}


@lru_cache(maxsize=8)
def scene(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """A picture with a colour in each corner: red, green; blue, white. One size, one picture."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    width, height = size[0] // 2, size[1] // 2
    for index, colour in enumerate(CORNERS.values()):
        left, top = (index % 2) * width, (index // 2) * height
        draw.rectangle((left, top, left + width, top + height), fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(1))


def file_of(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(size: tuple[int, int] = (800, 600), kind: str = "JPEG", **options: Any) -> bytes:
    """The scene as a file."""
    return file_of(scene(size), kind, **options)


def told_all(size: tuple[int, int] = (800, 600), turned: int = 1) -> bytes:
    """A JPEG with all that phones and programs write: place, telephone, XMP, IPTC, a comment."""
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = SECRET.decode()
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (30.0, 28.0, 12.0), "W", (8.0, 52.0, 40.0)
    gps[29] = SECRET.decode()
    data = photo(size, exif=exif, comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>", quality=95)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(SECRET)) + SECRET
    segment = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    return data[:2] + segment + data[2:]


def png(width: int, height: int, body: bytes | None = None) -> bytes:
    """A grey PNG of these dimensions whose rows compress to nearly nothing; `body` instead of its rows."""
    rows = body if body is not None else zlib.compress(bytes(1 + width) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def text_bomb() -> bytes:
    """A PNG with a compressed comment of a gigabyte."""
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1024)) + packer.flush()
    plain = png(300, 300)
    return plain[:33] + _chunk((b"zTXt", b"k\0\0" + bomb)) + plain[33:]


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def heic(picture: Image.Image, **options: Any) -> bytes:
    """The picture as iPhones write it: HEVC, turned by the container (`irot`) as its EXIF says."""
    pillow_heif.register_heif_opener()
    return file_of(picture, "HEIF", **{"enc_params": {"preset": "ultrafast"}, **options})


def display_p3() -> bytes:
    """The profile of the colours that iPhones write (ICC.1:2022; SMPTE EG 432-1, from D65 by Bradford)."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    curve = b"para\0\0\0\0\0\3\0\0" + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    tags = {
        b"rXYZ": b"XYZ \0\0\0\0" + fixed(0.51512, 0.24120, -0.00105),
        b"gXYZ": b"XYZ \0\0\0\0" + fixed(0.29198, 0.69225, 0.04189),
        b"bXYZ": b"XYZ \0\0\0\0" + fixed(0.15710, 0.06657, 0.78407),
        b"wtpt": b"XYZ \0\0\0\0" + fixed(0.96420, 1.0, 0.82491),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    at = 128 + 4 + 12 * len(tags)
    listed, bodies = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        listed += name + struct.pack(">II", at + len(bodies), len(body))
        bodies += body
    head = struct.pack(">I4xI", at + len(bodies), 0x04300000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    head += bytes(28) + fixed(0.96420, 1.0, 0.82491)
    return head.ljust(128, b"\0") + listed + bodies


def as_held(picture: Image.Image, turned: int) -> Image.Image:
    """Pixels as the file of a camera held that way has them (EXIF's orientation, 1 to 8)."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    return picture if turned == 1 else picture.transpose(undo[turned])
