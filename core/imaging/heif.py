"""Photographs in HEIF containers (HEIC): which of them are handed to libheif at all.

Its worst faults were in rare kinds of items: uncompressed ones, overlays, identities of others, sequences. A
telephone writes none of them. What a file holds is therefore read here first, where no fault of memory can
be, and only what a telephone writes goes on (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12).
"""

from collections.abc import Iterator
from typing import Final

BRANDS: Final = (b"heic", b"heix")
"""Still pictures in HEVC, of 8 and of 10 bits; in a file of another major brand they are among the others."""
FAMILY: Final = (*BRANDS, b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1")
"""Brands by which a file is known for HEIF, whether it is taken or not. AVIF is none of them."""
ITEMS: Final = (b"hvc1", b"grid", b"tmap", b"Exif", b"mime", b"uri ")
"""Kinds of items that telephones write: coded tiles, their grid, a map of tones, what is told of them."""
REPEATED: Final = (b"mdat", b"free", b"skip")
"""Boxes of which a file may have several."""
MOST_ITEMS: Final = 2000
"""48 million pixels in tiles of 512 are 200 items, with their gain map 300."""


class NotPlain(Exception):
    """The container is no photograph as telephones write them."""


def is_heif(data: bytes) -> bool:
    """Whether the file says that it is of the family of HEIC."""
    brands = _brands(data)
    return bool(brands) and brands[0] in FAMILY and b"avif" not in brands


def check(data: bytes) -> None:
    """NotPlain for a container that is damaged, or holds more than a photograph."""
    brands = _brands(data)
    if not set(brands) & set(BRANDS):
        raise NotPlain
    top = dict(_boxes(data, 0, len(data)))
    if b"moov" in top or b"meta" not in top:
        raise NotPlain
    start, end = top[b"meta"]
    inside = dict(_boxes(data, start + 4, end))
    if b"iinf" not in inside:
        raise NotPlain
    kinds = list(_kinds(data, *inside[b"iinf"]))
    if not kinds or len(kinds) > MOST_ITEMS or not set(kinds) <= set(ITEMS):
        raise NotPlain


def _brands(data: bytes) -> list[bytes]:
    """Major brand, then compatible ones; none for another kind of file."""
    size = int.from_bytes(data[:4])
    if data[4:8] != b"ftyp" or not 16 <= size <= 512:
        return []
    return [data[8:12], *(data[at : at + 4] for at in range(16, min(size, len(data)) - 3, 4))]


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Kind of each box, and where its content begins and ends. What comes twice is not plain."""
    seen: set[bytes] = set()
    while at + 8 <= end:
        size, kind, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16]), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end or (kind in seen and kind not in REPEATED):
            raise NotPlain
        seen.add(kind)
        yield kind, (at + head, at + size)
        at += size
    if at != end:
        raise NotPlain


def _kinds(data: bytes, at: int, end: int) -> Iterator[bytes]:
    """Kinds of the items that a box `iinf` tells of; each by an `infe` of version 2 or 3."""
    wide = data[at : at + 1] != b"\0"
    many = int.from_bytes(data[at + 4 : at + (8 if wide else 6)])
    at += 8 if wide else 6
    for _ in range(min(many, MOST_ITEMS + 1)):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        version = data[at + 8 : at + 9]
        where = {b"\x02": at + 16, b"\x03": at + 18}.get(version)
        if kind != b"infe" or where is None or not where + 4 <= at + size <= end:
            raise NotPlain
        yield data[where : where + 4]
        at += size
    if at != end and many <= MOST_ITEMS:
        raise NotPlain
