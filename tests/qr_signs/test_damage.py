"""Kinds of damage, and that a short address at level H outlasts a long one at the default."""

from typing import Any

import numpy as np

from qr_signs import symbol
from qr_signs.preflight import damage, raster, study


def _printed(payload: str, level: str) -> tuple[damage.Print, str]:
    drawn = symbol.make(payload, level)
    px, side = 12, drawn.size + 2 * raster.SURROUND
    modules = np.full((side, side), 255, np.uint8)
    inner = slice(raster.SURROUND, raster.SURROUND + drawn.size)
    modules[inner, inner] = np.where(np.array(drawn.modules), 0, 255)
    picture = np.kron(modules, np.ones((px, px), np.uint8))
    return damage.printed(picture, drawn.size, px), payload


def test_every_kind_of_damage_is_repeatable_and_changes_the_photo() -> None:
    whole, _ = _printed("HTTPS://SIGN.EXAMPLE/Q/6ZV4Y8M-9F3K", "H")
    photos: dict[str, Any] = {}
    for name in damage.CLASSES:
        photos[name] = damage.photo(whole, name, 1)
        assert np.array_equal(photos[name], damage.photo(whole, name, 1))
        assert not np.array_equal(photos[name], damage.photo(whole, name, 2))
    assert len({photo.tobytes() for photo in photos.values()}) == len(photos)


def test_a_short_address_at_level_h_outlasts_a_long_one_at_the_default() -> None:
    short = _printed("HTTPS://SIGN.EXAMPLE/Q/6ZV4Y8M-9F3K", "H")
    long = _printed("https://patrimoine.commune.example/fr/monuments/kasbah-de-la-ville", "M")

    read = [study.rates(study.of(whole), payload, range(4), both=False) for whole, payload in (short, long)]
    missed = [1 - sum(rate.share for rate in rates.values()) / len(rates) for rates in read]

    assert missed[0] < missed[1]
    assert study.reach(*short, range(6)) > study.reach(*long, range(6))
    assert sum(rate.wrong for rates in read for rate in rates.values()) == 0
