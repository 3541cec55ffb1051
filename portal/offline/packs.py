"""What a walk to take along holds: its pages, and every file of ours that they ask for, each with its hash.

The pages themselves are read, as a browser would read them, so that whatever a page comes to need is in the
pack of tomorrow without a word here. Pure: `read` gives the bytes of an address, None where there is nothing.
"""

import hashlib
import html
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from core.errors import NotFound
from geo.vocabulary import N_

MOST_BYTES: Final = 5_000_000
"""Bytes that a pack takes up on a phone at the most, unpacked."""
MOST_FILES: Final = 600
RECORDINGS: Final = "/recordings/"
PICTURES: Final = "/pictures/"
_STATIC: Final = re.compile(r"/static/[\w./-]+")
_DATA: Final = re.compile(r'"url": ("/[^"]+")')
"""Data of a layer, as webmap.maps writes it into the page's script."""
_MEDIA: Final = re.compile(r'<(?:img|audio|source)\b[^>]*?\ssrc="(/[^"]+)"')
_SHEET: Final = re.compile(r"""url\((["']?)(?!data:|#|/)([^"')]+)\1\)""")


class TooLarge(NotFound):
    """The walk's pages and maps alone are above MOST_BYTES: there is no pack of it."""


@dataclass(frozen=True)
class Entry:
    """A file of a pack: asked for under `address`, fetched from `source`."""

    address: str
    source: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Pack:
    """The files in the order in which they are fetched. `left_out` recordings found no room."""

    entries: tuple[Entry, ...]
    left_out: int

    @property
    def size(self) -> int:
        """Bytes on the phone."""
        return sum(entry.size for entry in self.entries)


Read = Callable[[str], bytes | None]


def gather(pages: Iterable[str], read: Read, source: Callable[[str], str]) -> Pack:
    """The pack of some pages. `source` says where an address is fetched from: a layer's data is cut to the
    walk there.

    Recordings come last and as long as there is room, and pictures after them: a page without its picture is
    still a page. TooLarge without room for the rest.
    """
    entries: dict[str, Entry] = {}
    recordings: dict[str, None] = {}
    pictures: dict[str, None] = {}
    size = 0
    waiting = list(dict.fromkeys(pages))
    known = set(waiting)
    first = frozenset(known)
    while waiting:
        address = waiting.pop(0)
        if address.startswith((RECORDINGS, PICTURES)):
            (recordings if address.startswith(RECORDINGS) else pictures)[address] = None
            continue
        if (found := _entry(address, read, source)) is None:
            continue
        entry, body = found
        entries[address] = entry
        size += entry.size
        if size > MOST_BYTES or len(entries) > MOST_FILES:
            raise TooLarge(N_("This walk is too large to be taken along."))
        asked = _of_page(body) if address in first else _of_sheet(address, body)
        further = [each for each in dict.fromkeys(asked) if each not in known]
        known.update(further)
        waiting.extend(further)
    left_out = 0
    for address in (*recordings, *pictures):
        if (found := _entry(address, read, source)) is None:
            continue
        if size + found[0].size > MOST_BYTES:
            left_out += address in recordings
        else:
            entries[address] = found[0]
            size += found[0].size
    return Pack(tuple(entries.values()), left_out)


def _entry(address: str, read: Read, source: Callable[[str], str]) -> tuple[Entry, bytes] | None:
    where = source(address)
    body = read(where)
    if body is None:
        return None
    return Entry(address, where, hashlib.sha256(body).hexdigest(), len(body)), body


def _of_page(body: bytes) -> Iterator[str]:
    """What a page, or an app manifest, asks for."""
    text = body.decode()
    yield from _STATIC.findall(text)
    for quoted in _DATA.findall(text):
        yield str(json.loads(quoted))
    for escaped in _MEDIA.findall(text):
        yield html.unescape(escaped)


def _of_sheet(address: str, body: bytes) -> Iterator[str]:
    """What a style sheet asks for; nothing for any other file."""
    if address.startswith("/static/") and address.endswith(".css"):
        for _, name in _SHEET.findall(body.decode()):
            yield posixpath.normpath(posixpath.join(posixpath.dirname(address), name))


def sign_digest(number: str) -> str:
    """Stands for a sign's number in a pack: whoever has the number finds it, a list of numbers it is not."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]
