"""Crests on signs: their screen colours become those of the press."""

import re
from functools import cache
from typing import Any, Final

from PIL import Image, ImageCms

from qr_signs.artwork import press

_COLOUR: Final = re.compile(r'(fill|stroke)="#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})"')


def for_press(svg: str) -> str:
    """A checked crest (geo/loading/crests.py) with every colour in CMYK; what names none is black ink."""
    turned = _COLOUR.sub(lambda found: f'{found[1]}="{cmyk(found[2])}"', svg)
    return turned.replace("<svg ", '<svg fill="device-cmyk(0 0 0 1)" ', 1) if not _fills(turned) else turned


def _fills(svg: str) -> bool:
    """Whether the outermost element names a fill of its own."""
    return 'fill="' in svg[: svg.index(">")]


@cache
def cmyk(colour: str) -> str:
    """A colour of the screen (`97391a` or `fff`, sRGB) as a colour of the press, by its profile."""
    whole = "".join(letter * 2 for letter in colour) if len(colour) == 3 else colour
    rgb = tuple(int(whole[at : at + 2], 16) for at in (0, 2, 4))
    if rgb in ((0, 0, 0), (255, 255, 255)):
        return "device-cmyk(0 0 0 1)" if rgb == (0, 0, 0) else "device-cmyk(0 0 0 0)"
    turned: Any = ImageCms.applyTransform(Image.new("RGB", (1, 1), rgb), _transform())
    inks = turned.getpixel((0, 0))
    return "device-cmyk(" + " ".join(f"{ink / 255:.3f}" for ink in inks) + ")"


@cache
def _transform() -> Any:
    return ImageCms.buildTransform(ImageCms.createProfile("sRGB"), str(press.PROFILE), "RGB", "CMYK")
