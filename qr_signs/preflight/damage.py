"""What ten summers and a phone do to a symbol: damage to the print, then a photo of it.

The rates that come out rank designs; they do not predict a phone: no autofocus, no many frames, no real lens.
Pixels a module follow from distance D over symbol width W for a camera of 1920 pixels and 65 degrees:
1507 / (modules × D / W).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from qr_signs.preflight.raster import SURROUND, Grey

Reflectance = NDArray[np.floating[Any]]
"""Rows from the top, 0 no light to 1 all of it; the symbol with SURROUND modules around it."""
Random = np.random.Generator

PIXELS_PER_RATIO: Final = 1507


@dataclass(frozen=True)
class Print:
    """A printed symbol: `size` modules a side, `px` pixels a module, with its surroundings."""

    light: Reflectance
    size: int
    px: int

    @property
    def unit(self) -> float:
        """A 29th of the symbol's width, in modules: damage has its size on the wall, not in modules."""
        return self.size / 29


@dataclass(frozen=True)
class Camera:
    """How the photo is taken: distance over width, degrees of tilt and turn, blur in pixels, noise."""

    ratio: float = 10.0
    tilt: float = 0.0
    turn: float = 4.0
    blur: float = 0.6
    noise: float = 0.012
    exposure: float = 0.9
    floor: float = 0.03
    """Light that no ink keeps from the lens."""


Damage = Callable[[Print, Random], Print]


def _kept(printed: Print, random: Random) -> Print:
    return printed


def _painted(printed: Print, mask: NDArray[np.bool_], light: float) -> Print:
    return replace(printed, light=np.where(mask, np.float32(light), printed.light))


def _grid(printed: Print) -> tuple[Reflectance, Reflectance]:
    """Column and row of each pixel, in modules from the symbol's corner."""
    at = (np.arange(printed.light.shape[0], dtype=np.float32) + 0.5) / printed.px - SURROUND
    return at[None, :], at[:, None]


def occluded(share: float, *, finders: bool) -> Damage:
    """A round stain over a share of the symbol's area; over data only unless `finders`."""

    def damage(printed: Print, random: Random) -> Print:
        radius = printed.size * (share / np.pi) ** 0.5
        low, high = (
            (radius, printed.size - radius) if finders else (9 + radius * 0.5, printed.size - 1 - radius)
        )
        x, y = (float(random.uniform(low, max(low + 0.1, high))) for _ in range(2))
        column, row = _grid(printed)
        return _painted(
            printed, (column - x) ** 2 + (row - y) ** 2 < radius**2, float(random.uniform(0.2, 0.8))
        )

    return damage


def torn(share: float) -> Damage:
    """A corner torn off, one of the four; `share` of the symbol's area."""

    def damage(printed: Print, random: Random) -> Print:
        reach = printed.size * (2 * share) ** 0.5
        column, row = _grid(printed)
        if random.random() < 0.5:
            column = printed.size - column
        if random.random() < 0.5:
            row = printed.size - row
        return _painted(printed, column + row < reach, 0.6)

    return damage


def dusty(share: float) -> Damage:
    """Specks of half a unit over a share of the area."""

    def damage(printed: Print, random: Random) -> Print:
        cells = round((printed.size + 2 * SURROUND) / printed.unit * 2)
        specks = random.random((cells, cells)) < share
        mask = np.asarray(Image.fromarray(specks).resize(printed.light.shape[::-1], Image.Resampling.NEAREST))
        return _painted(printed, mask, 0.55)

    return damage


def scratched(number: int) -> Damage:
    """Straight scratches through to the light ground, 0.4 units wide."""

    def damage(printed: Print, random: Random) -> Print:
        column, row = _grid(printed)
        mask = np.zeros(printed.light.shape, bool)
        for _ in range(number):
            angle, offset = random.uniform(0, np.pi), random.uniform(0.15, 0.85) * printed.size
            centre = printed.size / 2
            across = (column - centre) * np.cos(angle) + (row - centre) * np.sin(angle)
            mask |= np.abs(across - (offset - centre)) < 0.2 * printed.unit
        return _painted(printed, mask, 0.75)

    return damage


def faded(left: float) -> Damage:
    """Ink that keeps only a share of its strength, unevenly."""

    def damage(printed: Print, random: Random) -> Print:
        column, row = _grid(printed)
        slope = 1 + 0.15 * ((column + row) / printed.size - 1)
        return replace(printed, light=(1 - (1 - printed.light) * left * slope).astype(np.float32))

    return damage


def spread(units: float) -> Damage:
    """Ink that ran: dark grows by so much on each edge."""

    def damage(printed: Print, random: Random) -> Print:
        size = max(1, round(units * printed.unit * printed.px)) * 2 + 1
        picture = _picture(printed.light).filter(ImageFilter.MinFilter(size))
        return replace(printed, light=np.asarray(picture, np.float32) / 255)

    return damage


def glaring(strength: float) -> Damage:
    """A lamp or the sun mirrored in the laminate."""

    def damage(printed: Print, random: Random) -> Print:
        column, row = _grid(printed)
        x, y = random.uniform(0.3, 0.7, 2) * printed.size
        spot = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * (0.13 * printed.size) ** 2))
        return replace(printed, light=np.minimum(1, printed.light + strength * spot).astype(np.float32))

    return damage


def shaded(depth: float) -> Damage:
    """A sharp shadow across the symbol."""

    def damage(printed: Print, random: Random) -> Print:
        column, row = _grid(printed)
        angle, at = random.uniform(0, 2 * np.pi), random.uniform(-0.2, 0.2) * printed.size
        centre = printed.size / 2
        dark = (column - centre) * np.cos(angle) + (row - centre) * np.sin(angle) > at
        return replace(printed, light=np.where(dark, printed.light * (1 - depth), printed.light))

    return damage


def curved(units: float) -> Damage:
    """A board bent by heat: its middle rises by so many units, seen from the side."""

    def damage(printed: Print, random: Random) -> Print:
        height = printed.light.shape[0]
        bow = np.sin(np.linspace(0, np.pi, height)) * units * printed.unit * printed.px
        rows = np.clip(np.arange(height)[:, None] + bow[None, :].round().astype(int), 0, height - 1)
        return replace(printed, light=np.take_along_axis(printed.light, rows, axis=0))

    return damage


def several(*damages: Damage) -> Damage:
    """One after the other."""

    def damage(printed: Print, random: Random) -> Print:
        for each in damages:
            printed = each(printed, random)
        return printed

    return damage


CLASSES: Final[Mapping[str, tuple[Damage, Camera]]] = {
    "clean": (_kept, Camera()),
    "distance-20": (_kept, Camera(ratio=20)),
    "distance-30": (_kept, Camera(ratio=30, turn=1, noise=0.006)),
    "blur": (_kept, Camera(blur=1.9)),
    "noise": (_kept, Camera(noise=0.09)),
    "tilt-45": (_kept, Camera(tilt=45)),
    "tilt-60": (_kept, Camera(tilt=60, ratio=8)),
    "turned": (_kept, Camera(turn=32)),
    "low-light": (_kept, Camera(exposure=0.22, noise=0.02, floor=0.02)),
    "contrast": (_kept, Camera(exposure=0.45, floor=0.4)),
    "faded": (faded(0.35), Camera()),
    "occl-data-5": (occluded(0.05, finders=False), Camera()),
    "occl-data-10": (occluded(0.10, finders=False), Camera()),
    "occl-any-5": (occluded(0.05, finders=True), Camera()),
    "torn": (torn(0.02), Camera()),
    "dust-10": (dusty(0.10), Camera()),
    "scratched": (scratched(5), Camera()),
    "glare": (glaring(0.8), Camera()),
    "shadow": (shaded(0.6), Camera()),
    "ink-spread": (spread(0.22), Camera()),
    "curve": (curved(1.1), Camera()),
    "street": (
        several(faded(0.7), dusty(0.04), occluded(0.03, finders=True)),
        Camera(ratio=14, tilt=25, blur=0.9),
    ),
    "street-hard": (several(faded(0.5), dusty(0.06), scratched(3)), Camera(ratio=18, tilt=35, noise=0.03)),
}  # fmt: skip
"""Name → damage to the print, and the camera. The levels are ours: they rank, they do not predict."""


def printed(picture: Grey, size: int, px: int) -> Print:
    """A symbol's picture (qr_signs/preflight/raster.py) as a print."""
    return Print(picture.astype(np.float32) / 255, size, px)


def photo(whole: Print, name: str, seed: int) -> Grey:
    """A photo of a print after damage of a class; equal seeds give equal photos."""
    # A number of the name's own that does not change from one run of the program to the next.
    damage, camera = CLASSES[name]
    random = np.random.default_rng([seed, *name.encode()])
    return taken(damage(whole, random), camera, random)


def taken(whole: Print, camera: Camera, random: Random) -> Grey:
    """The photo that a camera takes of a print."""
    ppm = PIXELS_PER_RATIO / (whole.size * camera.ratio)
    side = max(8, round(whole.light.shape[0] * ppm / whole.px))
    small = _picture(whole.light).resize((side, side), Image.Resampling.BOX)
    turned = small.rotate(
        float(random.uniform(-camera.turn, camera.turn)), Image.Resampling.BILINEAR, fillcolor=_edge(whole)
    )
    seen = _tilted(turned, camera.tilt * float(random.uniform(0.9, 1)), _edge(whole))
    if camera.blur:
        seen = seen.filter(ImageFilter.GaussianBlur(camera.blur))
    light = np.asarray(seen, np.float32) / 255 * camera.exposure * (1 - camera.floor) + camera.floor
    light = light + random.normal(0, camera.noise, light.shape).astype(np.float32)
    return np.asarray(np.clip(light * 255, 0, 255), np.uint8)


def _picture(light: Reflectance) -> Image.Image:
    return Image.fromarray(np.asarray(np.clip(light * 255, 0, 255), np.uint8))


def _edge(whole: Print) -> int:
    """The sign's own grey around the symbol, so that a turned photo has no black corners."""
    return int(np.clip(np.median(whole.light[0]) * 255, 0, 255))


def _tilted(picture: Image.Image, degrees: float, fill: int) -> Image.Image:
    """Seen from the side: narrower, and its far edge shorter."""
    if not degrees:
        return picture
    width, height = picture.size
    narrow = np.cos(np.radians(degrees))
    far = 1 - 0.12 * np.sin(np.radians(degrees))
    left, right = width * (1 - narrow) / 2, width * (1 + narrow) / 2
    drop = height * (1 - far) / 2
    seen = ((left, 0), (right, drop), (right, height - drop), (left, height))
    true = ((0, 0), (width, 0), (width, height), (0, height))
    rows = []
    for (x, y), (u, v) in zip(seen, true, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    terms = np.linalg.solve(np.array(rows, float), np.array(true, float).reshape(8))
    return picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, tuple(terms), Image.Resampling.BICUBIC, fillcolor=fill
    )
