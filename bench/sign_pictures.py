"""Pictures of finished signs for docs/signs.md, made as an order makes them."""

from dataclasses import replace
from pathlib import Path

from bench.signs import contents_of
from qr_signs.artwork import rendering, setting, sizes
from qr_signs.artwork.order import Order
from qr_signs.preflight import pictures
from qr_signs.preflight.exam import Exam

SIGNS = {
    "sign-panel": ("A3", "TT615FE"),
    "sign-landscape": ("A4 landscape", "6ZV4Y8M"),
    "sign-plate": ("A6", "3D3T3DP"),
    "sign-blade": ("blade", "TT615FE"),
}
"""File → size, code of a sign of the shipped commune."""


def take(url: str, folder: Path) -> list[Path]:
    """Draw them from the commune in the database; the files."""
    made = []
    setter = setting.Setter()
    with contents_of(url) as (_, listed):
        contents = {content.code: content for content in listed}
        for name, (size, code) in SIGNS.items():
            content = contents[code]
            if size == "blade":
                content = replace(content, arrow="right", distance="240 m")
            file = folder / f"{name}.png"
            artwork = rendering.draw(content, Order(sizes.read(size)), setter)
            file.write_bytes(pictures.preview(Exam(artwork)))
            made.append(file)
    return made
