"""oEmbed 1.0 (oembed.com): from the address of a page to what another site may show in its place.

Pure: no HTTP, no database. Who asks knows whether the thing is there and what it is called.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from core.errors import NotFound
from geo import sketch
from geo.vocabulary import N_
from webmap.embeds import options

FORMATS: Final = {"json": "application/json", "xml": "text/xml"}
CACHE_S: Final = 3600
WIDTH: Final = 800
HEIGHT: Final = options.HEIGHT + options.AROUND
"""Size of what is shown where the asking site sets no bounds, in CSS pixels."""
LONGEST: Final = 2000
"""Characters of an address that are read."""
SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
"""What a frame needs: to draw its map, and to open our pages in a tab of their own."""
_PAGE: Final = re.compile(r"/([a-z]{2,3})/(map|routes/([A-Za-z0-9_.-]{1,80}))/?", re.ASCII)
_EMBED: Final = re.compile(r"/embed/(map|routes/([A-Za-z0-9_.-]{1,80}))", re.ASCII)
_CONTROL: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Wanted:
    """What an address is about: `map` or `routes/KEY`, in which language, with which options."""

    target: str
    key: str
    lang: str
    arguments: Mapping[str, str]


def wanted(url: str, base: str, languages: Sequence[str]) -> Wanted:
    """Read an address. NotFound for one that is not of this site (`base`), or of a page that is no embed."""
    nothing = NotFound(N_("There is nothing to embed at this address."))
    if len(url) > LONGEST or not url.isprintable():
        raise nothing
    try:
        given, ours = urlsplit(url), urlsplit(base)
        same = (given.hostname, given.port) == (ours.hostname, ours.port) and "@" not in given.netloc
        arguments = dict(parse_qsl(given.query, max_num_fields=20))
    except ValueError:
        raise nothing from None
    if given.scheme not in ("http", "https") or not same:
        raise nothing
    path = unquote(given.path)
    if page := _PAGE.fullmatch(path):
        lang, target, key = page[1], page[2], page[3] or ""
        arguments = {}
    elif embed := _EMBED.fullmatch(path):
        lang, target, key = arguments.get("lang", languages[0]), embed[1], embed[2] or ""
    else:
        raise nothing
    if lang not in languages:
        raise nothing
    return Wanted(target, key, lang, arguments)


def frame(address: str, title: str, width: str, height: int) -> str:
    """The HTML of a frame; `width` in pixels or as `100%`."""
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" height="{height}"'
        f' loading="lazy" allow="fullscreen" sandbox="{SANDBOX}"'
        ' referrerpolicy="strict-origin-when-cross-origin"></iframe>'
    )


def rich(
    base: str,
    provider: str,
    title: str,
    asked: Wanted,
    chosen: options.Options,
    *,
    most_width: int,
    most_height: int,
) -> dict[str, Any]:
    """The answer of type `rich`, nothing in it wider or higher than asked (0: no bound)."""
    width = min(most_width or WIDTH, WIDTH)
    natural = chosen.height + options.AROUND
    height = min(most_height or natural, natural)
    address = f"{base}/embed/{asked.target}?{urlencode(chosen.arguments(asked.lang))}"
    answer: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": provider,
        "provider_url": f"{base}/",
        "cache_age": CACHE_S,
        "html": frame(address, title, str(width), height),
        "width": width,
        "height": height,
    }
    return answer | _thumbnail(base, asked, most_width, most_height)


def _thumbnail(base: str, asked: Wanted, most_width: int, most_height: int) -> dict[str, Any]:
    """The largest bare picture within the bounds; none where even the smallest is too large."""
    for width in sorted((each for each in options.WIDTHS if each <= options.WIDTH), reverse=True):
        height = round(sketch.HEIGHT * width / sketch.WIDTH)
        if width <= (most_width or width) and height <= (most_height or height):
            query = urlencode({"lang": asked.lang, "width": width, "bare": 1})
            return {
                "thumbnail_url": f"{base}/embed/{asked.target}.png?{query}",
                "thumbnail_width": width,
                "thumbnail_height": height,
            }
    return {}


def as_xml(answer: Mapping[str, Any]) -> bytes:
    """The answer as XML, as the specification writes it."""
    root = ElementTree.Element("oembed")
    for name, value in answer.items():
        ElementTree.SubElement(root, name).text = _CONTROL.sub("", str(value))
    head = b'<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n'
    return head + bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=False))
