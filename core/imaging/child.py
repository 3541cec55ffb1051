"""What reads an uploaded picture: a process of its own, with bounded memory and time, that may die of it.

    python -m core.imaging.child < upload > answer

The answer is one line of JSON, then the files that it names, one after the other; for a refused picture a
line with the word of REFUSALS that says why. Nothing here is imported by the server.
"""

import io
import json
import resource
import sys
import warnings
from importlib import import_module
from typing import Any, Final, TextIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from core.imaging import heif, renditions
from core.imaging.limits import (
    CPU_S,
    LARGEST_PIXELS,
    LONGEST_RATIO,
    MEMORY_BYTES,
    NOT_READ,
    SMALLEST_SIDE,
)

FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF")
"""Told by content; an animated picture is its first frame, a phone's JPEG of several (MPO) its first."""
PLUGINS: Final = ("Avif", "Jpeg", "Mpo", "Png", "Tiff", "WebP")
"""Pillow's modules that read and write them, and their EXIF."""


class NotTaken(Exception):
    """Why a picture is not taken: a key of core.imaging.limits.REFUSALS."""


def main() -> None:
    """Answer for the upload on standard input."""
    data = sys.stdin.buffer.read()
    _ready(data)
    with open("/proc/self/status", encoding="ascii") as status:
        _bound()
        try:
            told, files = _read(data)
        except NotTaken as why:
            told, files = {"refused": str(why)}, []
        except MemoryError:
            told, files = {"refused": "pixels"}, []
        told["peak_kb"] = _peak_kb(status)
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    for data in files:
        sys.stdout.buffer.write(data)


def _ready(data: bytes) -> None:
    """Load what reads it: afterwards nothing can be opened any more, no module either."""
    Image.preinit()
    for name in PLUGINS:
        import_module(f"PIL.{name}ImagePlugin")
    ImageCms.createProfile("sRGB")
    if heif.is_heif(data):
        # One picture, in one thread: no depth, no gain map, no thumbnail in its place.
        import_module("pillow_heif").register_heif_opener(
            thumbnails=False, depth_images=False, aux_images=False, decode_threads=1
        )


def _bound() -> None:
    """Hard limits on this process: memory, time; no file may be written, and no file, socket or pipe opened.

    So a decoder's fault that lets a picture run code of its own finds neither the database nor a file.
    """
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _peak_kb(status: TextIO) -> int:
    """Memory that this process held at its fullest; getrusage would tell its parent's if that was more."""
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def _read(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    picture = _cleaned(_opened(data))
    # What the desk shows at once; the others are a background job's.
    names = (renditions.THUMBNAIL, renditions.preview(picture.width), renditions.MASTER)
    files = [renditions.encoded(picture, name) for name in names]
    average = picture.resize((1, 1), Image.Resampling.BOX).tobytes()
    told = {
        "sha256": renditions.digest(picture),
        "width": picture.width,
        "height": picture.height,
        "colour": average.hex(),
        "files": [[name, len(file)] for name, file in zip(names, files, strict=True)],
    }
    return told, files


def _opened(data: bytes) -> Image.Image:
    """The picture, measured before anything of it is decoded."""
    if not data:
        raise NotTaken("empty")
    formats: tuple[str, ...] = FORMATS
    if heif.is_heif(data):
        formats = ("HEIF",)
        try:
            heif.check(data)
        except heif.NotPlain:
            raise NotTaken("heic") from None
    try:
        with warnings.catch_warnings(action="ignore"):
            Image.MAX_IMAGE_PIXELS = None
            picture = Image.open(io.BytesIO(data), formats=formats)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError):
        raise NotTaken(_looks_like(data)) from None
    width, height = picture.size
    if width * height > LARGEST_PIXELS:
        raise NotTaken("pixels")
    if min(width, height) < SMALLEST_SIDE:
        raise NotTaken("small")
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise NotTaken("long")
    return picture


def _looks_like(data: bytes) -> str:
    """What it is instead, where a person can be told what to do about it."""
    start = data[:1024].lstrip().lower()
    if b"<svg" in start:
        return "svg"
    if heif.is_heif(data):
        return "heic"
    if data[:2] == b"\xff\xd8" or data[:8] == b"\x89PNG\r\n\x1a\n" or data[8:12] == b"WEBP":
        return "broken"
    return NOT_READ


def _cleaned(picture: Image.Image) -> Image.Image:
    """Upright, in sRGB, at most LARGEST: pixels in a new picture, and nothing that stood beside them."""
    try:
        # JPEG decoders can leave detail out: less memory for the same result.
        longest = max(renditions.LARGEST)
        scale = min(1.0, longest / max(picture.size))
        picture.draft(None, (round(picture.width * scale), round(picture.height * scale)))
        picture.load()
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, RuntimeError):
        raise NotTaken("broken") from None
    turned = _turned(picture)
    profile = picture.info.get("icc_profile")
    if picture.mode in ("P", "PA", "1") or (picture.mode in ("L", "RGB") and "transparency" in picture.info):
        picture = picture.convert("RGBA")
    # Smaller first, then turned and converted: each step holds the whole picture once more.
    box = renditions.LARGEST[::-1] if turned >= 5 else renditions.LARGEST
    picture.thumbnail(box, Image.Resampling.LANCZOS)
    flat = _flat(_in_srgb(picture, profile))
    exif = Image.Exif()
    exif[0x0112] = turned
    flat.info = {"exif": exif.tobytes()}
    upright = ImageOps.exif_transpose(flat)
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    return bare


def _turned(picture: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 where nothing that can be read says another."""
    try:
        turned = picture.getexif().get(0x0112, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, OverflowError):
        return 1
    return turned if turned in range(1, 9) else 1


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in the colours that every screen has; a profile that cannot be read is not one."""
    if picture.mode.startswith("I"):
        wide = picture.convert("I")
        return wide.point(lambda value: value * (1 / 256)).convert("L")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK", "L"):
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
            plain = picture.convert("RGB") if alpha else picture
            there = ImageCms.profileToProfile(plain, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture
        if there is not None:
            if alpha:
                there.putalpha(alpha)
            return there
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    """On white where it was transparent."""
    if "A" not in picture.getbands() and "a" not in picture.getbands():
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


if __name__ == "__main__":
    main()
