"""Bytes against likeness of formats: `python -m bench.picture_quality FOLDER`, a folder of photographs.

Likeness is SSIM of luma, Gaussian window of sigma 1.5 (Wang and others 2004, IEEE Transactions on Image
Processing 13/4).
"""

import io
import sys
import time
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("JPEG", {"quality": quality, "optimize": True}) for quality in (75, 82)),
    *(("WEBP", {"quality": quality, "method": 4}) for quality in (65, 70, 75, 80, 85)),
    ("WEBP", {"quality": 75, "method": 6}),
    *(
        ("AVIF", {"quality": quality, "speed": 6, "max_threads": 1, "subsampling": "4:2:0"})
        for quality in (42, 47, 52, 57, 62, 68)
    ),
    *(
        ("AVIF", {"quality": 52, "speed": speed, "max_threads": 1, "subsampling": "4:2:0"})
        for speed in (4, 8)
    ),
)


def main(folder: Path, width: int = 640) -> None:
    """A line a way of writing: bytes, SSIM, milliseconds a megapixel, means over the photographs."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(folder.iterdir())]
    for picture in pictures:
        picture.thumbnail((width, 2 * width), Image.Resampling.LANCZOS)
    pixels = sum(picture.width * picture.height for picture in pictures)
    print(f"{len(pictures)} photographs, {pixels / 1e6:.2f} million pixels")
    for kind, options in WAYS:
        size, likenesses, began = 0, [], time.perf_counter()
        written = [_written(picture, kind, options) for picture in pictures]
        took = time.perf_counter() - began
        for picture, data in zip(pictures, written, strict=True):
            size += len(data)
            likenesses.append(_ssim(_luma(picture), _luma(Image.open(io.BytesIO(data)))))
        shown = " ".join(
            f"{name}={value}" for name, value in options.items() if name in ("quality", "speed", "method")
        )
        print(
            f"{kind:<5} {shown:<22} {size:>8} bytes {8 * size / pixels:5.2f} bit/px"
            f" SSIM {mean(likenesses):.4f} least {min(likenesses):.4f} {took * 1e9 / pixels:5.0f} ms/MP"
        )


def _written(picture: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _luma(picture: Image.Image) -> np.ndarray[Any, Any]:
    return np.asarray(picture.convert("L"), dtype=float)


def _ssim(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    def smooth(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(gaussian_filter(values, 1.5))

    m1, m2 = smooth(one), smooth(other)
    v1, v2 = smooth(one * one) - m1 * m1, smooth(other * other) - m2 * m2
    both = smooth(one * other) - m1 * m2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    map_ = (2 * m1 * m2 + c1) * (2 * both + c2) / ((m1 * m1 + m2 * m2 + c1) * (v1 + v2 + c2))
    return float(map_.mean())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(width) for width in sys.argv[2:3]))
