"""Two decoders that share no code: ZXing-C++ and ZBar. What both read, phones read."""

from collections.abc import Callable
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from qr_signs.preflight.raster import Grey


def _zxing(picture: Grey) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [each.text for each in found]


def _zbar(picture: Grey) -> list[str]:
    found = pyzbar.decode(Image.fromarray(picture), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [each.data.decode("utf-8", "replace") for each in found]


DECODERS: Final[dict[str, Callable[[Grey], list[str]]]] = {"zxing": _zxing, "zbar": _zbar}


def read(picture: Grey, decoder: str) -> list[str]:
    """Every payload that a decoder of DECODERS finds in a grey picture."""
    return DECODERS[decoder](np.ascontiguousarray(picture))
