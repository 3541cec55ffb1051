"""The fonts of signs and pictures: Noto (OFL 1.1) of the Debian package fonts-noto-core, and no others.

A sign must look the same on every machine, so files are pinned by their SHA-256, and the text engine is shown
a directory that holds these alone: a character none of them has cannot fall through to a stray font.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from core.settings import PROJECT

SOURCE: Final = Path("/usr/share/fonts/truetype/noto")
VERSION: Final = "20201225"
"""Of fonts-noto-core; the sums below are those of its files."""
PINNED: Final = {
    "NotoNaskhArabic-Regular": "8c67eaa2f0086872628fc3f7f760386f83c8be5c5e9a1ba3a38891237b2ac7cb",
    "NotoNaskhArabic-Bold": "b5cbcb561b4b540ff11d7b6934577dbbbbb9e1d152d47f6f31f19176d58ff39c",
    "NotoSansTifinagh-Regular": "176233c9dd5649184f3206680debc1a50b411a9229049e0b5d212776af1e2034",
    "NotoSans-Regular": "89c3c497f618fdaa0b2d1e98fef93582f28c71debd2c4a8cdf41f190ced2909d",
    "NotoSans-Bold": "e83493c945848ecd4a9ad0f6d19164541a0d3e23a9c952304a00a46e00272ac5",
    "NotoSerif-Regular": "9d7583b7dc9e812afd32a14280c5cac3160012efe50c8d08938f4fea266ff67f",
    "NotoSerif-Bold": "0af0ff2be8f84910fb21ec5fe1b6b7395e3073250502a334baf6ca2f860c88fe",
}
FAMILIES: Final = {
    "ar": ("NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold", "NotoSerif-Regular"),
    "zgh": ("NotoSansTifinagh-Regular", "NotoSans-Regular"),
}
"""Which files set a language; every other one is set in LATIN. Arabic takes its Latin letters and brackets
from another font than Latin texts do: a mirrored bracket would else be extracted wrongly from those."""
LATIN: Final = ("NotoSans-Regular", "NotoSans-Bold", "NotoSerif-Bold")
CONFIG: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{fonts}/cache</cachedir></fontconfig>
"""
_UNSEEN: Final = ("Cf", "Zs")
"""Marks of direction and spaces need no glyph of their own."""


def file(name: str) -> Path:
    """The font's file. LookupError says what to install."""
    path = SOURCE / f"{name}.ttf"
    if not path.exists():
        raise LookupError(f"{path} is missing: install the Debian package fonts-noto-core (make setup does)")
    return path


def prepare(directory: Path = PROJECT / "build" / "sign-fonts") -> None:
    """Have the text engine of this process see the pinned fonts alone. Call before it is first used."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in PINNED:
        link = directory / f"{name}.ttf"
        if not link.is_symlink():
            draft = directory / f".{name}.{os.getpid()}"
            draft.symlink_to(file(name))
            draft.replace(link)
    config = directory / "fonts.conf"
    said = CONFIG.format(fonts=directory)
    if not config.exists() or config.read_text(encoding="utf-8") != said:
        draft = directory / f".conf.{os.getpid()}"
        draft.write_text(said, encoding="utf-8")
        draft.replace(config)
    os.environ["FONTCONFIG_FILE"] = str(config)


def changed() -> list[str]:
    """Pinned fonts whose file is another one than signs were proofed with: lines may break elsewhere."""
    return [name for name, digest in PINNED.items() if _digest(name) != digest]


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(file(name).read_bytes()).hexdigest()


def of(lang: str) -> tuple[str, ...]:
    """Names of the files that set a language."""
    return FAMILIES.get(lang, LATIN)


@cache
def _glyphs(name: str) -> frozenset[int]:
    with TTFont(file(name), lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def characters(lang: str) -> frozenset[int]:
    """Code points that the fonts of a language can show, in regular and in bold type."""
    if lang in FAMILIES:
        return frozenset().union(*(_glyphs(name) for name in of(lang)))
    return frozenset.intersection(*(_glyphs(name) for name in of(lang)))


def strangers(text: str, lang: str) -> list[str]:
    """Characters of a text that no font of the language can show, control characters among them."""
    return [
        character
        for character in dict.fromkeys(text)
        if unicodedata.category(character) not in _UNSEEN and ord(character) not in characters(lang)
    ]


def named(characters: Iterable[str]) -> str:
    """Characters for an error message: by sign, number and name."""
    return ", ".join(
        f"{character if character.isprintable() else ''} (U+{ord(character):04X}"
        f" {unicodedata.name(character, 'control character')})".strip()
        for character in characters
    )
