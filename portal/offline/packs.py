"""What a walk to take along holds: its pages, and every file of ours that they ask for, each with its hash.

The pages themselves are read, as a browser would read them, so that whatever a page comes to need is in the
pack of tomorrow without a word here. Pure: `read` gives the bytes of an address.
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


def gather(pages: Iterable[str], read: Callable[[str], bytes], source: Callable[[str], str]) -> Pack:
    """The pack of some pages. `source` says where an address is fetched from: a layer's data is cut to the
    walk there.

    Recordings come last and as long as there is room. TooLarge without room for the rest.
    """
    entries: dict[str, Entry] = {}
    recordings: dict[str, None] = {}
    size = 0
    waiting = list(dict.fromkeys(pages))
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        if address.startswith(RECORDINGS):
            recordings[address] = None
            continue
        entry, body = _entry(address, read, source)
        entries[address] = entry
        size += entry.size
        if size > MOST_BYTES or len(entries) > MOST_FILES:
            raise TooLarge(N_("This walk is too large to be taken along."))
        found = [each for each in references(address, body) if each not in known]
        known.update(found)
        waiting.extend(found)
    left_out = 0
    for address in recordings:
        entry, _ = _entry(address, read, source)
        if size + entry.size > MOST_BYTES:
            left_out += 1
        else:
            entries[address] = entry
            size += entry.size
    return Pack(tuple(entries.values()), left_out)


def _entry(address: str, read: Callable[[str], bytes], source: Callable[[str], str]) -> tuple[Entry, bytes]:
    where = source(address)
    body = read(where)
    return Entry(address, where, hashlib.sha256(body).hexdigest(), len(body)), body


def references(address: str, body: bytes) -> list[str]:
    """Addresses of ours that a page, a style sheet or an app manifest asks for, in their order, each once."""
    if address.startswith("/static/"):
        found = _of_sheet(address, body.decode()) if address.endswith(".css") else iter(())
    elif address.startswith(("/layers/", RECORDINGS)):
        found = iter(())
    else:
        found = _of_page(body.decode())
    return list(dict.fromkeys(found))


def _of_page(text: str) -> Iterator[str]:
    yield from _STATIC.findall(text)
    for quoted in _DATA.findall(text):
        yield str(json.loads(quoted))
    for escaped in _MEDIA.findall(text):
        yield html.unescape(escaped)


def _of_sheet(address: str, text: str) -> Iterator[str]:
    for _, name in _SHEET.findall(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(address), name))


def sign_digest(number: str) -> str:
    """Stands for a sign's number in a pack: whoever has the number finds it, a list of numbers it is not."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]
