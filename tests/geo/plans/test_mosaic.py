"""Rasters laid over each other in tiles give the areas that one large raster gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.wifi import mosaic
from geo.wifi.mosaic import Codes
from geo.wifi.rasters import Grid


def _raster(seed: int, column: int, row: int, columns: int, rows: int) -> tuple[Grid, Codes]:
    codes = np.random.default_rng(seed).integers(-1, 3, (rows, columns)).astype(np.int8)
    return Grid(column * 2.0, row * 2.0, columns, rows), codes


_corner = st.integers(-300, 300)
_side = st.integers(1, 320)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.builds(_raster, st.integers(0, 9), _corner, _corner, _side, _side), min_size=1, max_size=5)
)
def test_tiles_give_what_one_large_raster_gives(rasters: list[tuple[Grid, Codes]]) -> None:
    best = np.zeros((1300, 1300), dtype=np.int8)
    many = np.zeros((1300, 1300), dtype=np.int64)
    for grid, codes in rasters:
        row, column = int(grid.south // 2) + 400, int(grid.west // 2) + 400
        here = np.s_[row : row + grid.rows, column : column + grid.columns]
        best[here] = np.maximum(best[here], codes)
        many[here] += codes >= 1

    found = mosaic.areas(rasters)

    assert found == mosaic.Areas(4.0 * (best >= 2).sum(), 4.0 * (best >= 1).sum(), 4.0 * (many >= 2).sum())


def test_sites_at_both_ends_of_a_country_cost_no_ground_between_them() -> None:
    here, far = _raster(1, 0, 0, 10, 10), _raster(1, 10**7, 10**7, 10, 10)

    assert mosaic.areas([here, far]).voice_m2 == 2 * mosaic.areas([here]).voice_m2
    assert mosaic.areas([]) == mosaic.Areas(0, 0, 0)


def test_cells_of_two_sizes_are_refused() -> None:
    codes = np.zeros((2, 2), dtype=np.int8)

    with pytest.raises(ValueError, match="2 sizes"):
        mosaic.areas([(Grid(0, 0, 2, 2), codes), (Grid(0, 0, 2, 2, 5.0), codes)])


def test_expected_ground_counts_the_best_chance_once() -> None:
    half, sure = (np.full((4, 4), chance, dtype=np.uint8) for chance in (mosaic.SURE // 2, mosaic.SURE))
    here, beside = Grid(0, 0, 4, 4, 8.0), Grid(16, 0, 4, 4, 8.0)

    assert mosaic.expected_m2([(here, sure)]) == 16 * 64
    assert mosaic.expected_m2([(here, sure), (here, half)]) == 16 * 64
    assert mosaic.expected_m2([(here, sure), (beside, half)]) == pytest.approx((16 + 8 * 127 / 255) * 64)
