"""The formulas give what their sources give: published values first, derivations by hand where there are
none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.wifi.radio import antennas, berg, free_space, p526, p1411, p2040, p2109
from geo.wifi.streetscape import bends

SITE_GENERAL = (
    ("sight", 1.0, 20, 58.16132091),
    ("sight", 10, 100, 93.23),
    ("sight", 28, 300, 112.3178654),
    ("sight", 82, 500, 126.5232444),
    ("urban_high_rise", 0.8, 20, 62.35825254),
    ("urban_high_rise", 1, 300, 108.4166228),
    ("urban_high_rise", 10, 300, 131.0166228),
    ("urban_high_rise", 82, 150, 140.440397),
    ("urban_low_rise", 0.45, 10, 43.81874779),
    ("urban_low_rise", 1, 100, 96.44),
    ("urban_low_rise", 10, 150, 125.7993249),
    ("urban_low_rise", 73, 150, 144.2744341),
    ("residential", 0.8, 30, 61.2553125),
    ("residential", 10, 100, 99.7),
    ("residential", 73, 170, 124.5072957),
)
"""Environment, GHz, metres, dB: reference_p1411.csv of the MATLAB implementation of ITU-R P.1411 by the Swiss
OFCOM, aligned with edition 13 (I. Stevanovic, github.com/eeveetza/p1411), function of section 4.1.1.
"""
ENTRY = (
    (28_000, 10.0, p2109.TRADITIONAL, 0, 6.891),
    (28_000, 51.28614, p2109.TRADITIONAL, 0, 20.573),
    (28_000, 1.0, p2109.TRADITIONAL, 0, 2.769),
    (28_000, 95.49926, p2109.TRADITIONAL, 0, 41.218),
    (28_000, 10.0, p2109.THERMALLY_EFFICIENT, 0, 19.484),
    (2_000, 10.0, p2109.TRADITIONAL, 45, 11.251),
    (2_000, 10.0, p2109.THERMALLY_EFFICIENT, 45, 20.566),
)
"""MHz, probability in %, walls, elevation, dB: the workbook of ITU-R Study Group 3, to 0.01 dB, as
github.com/eeveetza/p2109 (validate_p2109.m) quotes it.
"""


@pytest.mark.parametrize(("environment", "ghz", "metres", "loss"), SITE_GENERAL)
def test_site_general_loss_is_that_of_the_reference(
    environment: str, ghz: float, metres: float, loss: float
) -> None:
    of = p1411.IN_SIGHT if environment == "sight" else p1411.OUT_OF_SIGHT[environment]
    assert float(p1411.site_general_db(metres, ghz * 1000, of)) == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize(("mhz", "percent", "walls", "elevation", "loss"), ENTRY)
def test_building_entry_loss_is_that_of_the_workbook(
    mhz: float, percent: float, walls: p2109.Walls, elevation: float, loss: float
) -> None:
    assert p2109.entry_db(mhz, percent, walls, elevation) == pytest.approx(loss, abs=0.01)


@pytest.mark.parametrize(
    ("frequency", "percent", "walls", "elevation", "loss"),
    [
        (1_000, 50, p2109.TRADITIONAL, 0, 14.312813341405839),
        (8_000, 90, p2109.TRADITIONAL, 0, 31.431855725562148),
        (2_270, 50, p2109.THERMALLY_EFFICIENT, 30, 35.22581316181768),
    ],
)
def test_building_entry_loss_is_that_of_an_independent_port(
    frequency: float, percent: float, walls: p2109.Walls, elevation: float, loss: float
) -> None:
    # Values that a public JavaScript port of P.2109-2 tests itself against.
    assert p2109.entry_db(frequency, percent, walls, elevation) == pytest.approx(loss, abs=1e-6)


def test_free_space_at_the_textbook_place() -> None:
    # 32.45 + 20 log f[MHz] + 20 log d[km], of ITU-R P.525 itself (32.4 there, rounded).
    loss = 32.45 + 20 * math.log10(2437) + 20 * math.log10(0.1)
    assert float(free_space.free_space_db(100.0, 2437)) == pytest.approx(loss, abs=0.01)


def test_a_street_canyon_has_its_bend_where_the_recommendation_puts_it() -> None:
    # By hand, 2.4 GHz, 5 m and 1.5 m: λ = 0.124914 m, R_bp = 4·5·1.5/λ = 240.17 m,
    # L_bp = |20 log(λ²/(8π·7.5))| = |20 log(8.2777e-5)| = 81.64 dB.
    canyon = p1411.street_canyon_db([240.165, 24.0165, 2401.65], 2400, 5.0, 1.5)
    assert canyon.lower == pytest.approx([81.64, 61.64, 121.64], abs=0.01)
    assert canyon.median == pytest.approx([87.64, 67.64, 127.64], abs=0.01)
    assert canyon.upper == pytest.approx([101.64, 76.64, 141.64], abs=0.01)


def test_traffic_lifts_the_road_above_3_ghz_only() -> None:
    plain = p1411.street_canyon_db(100.0, 2400, 5.0, 1.5)
    assert p1411.street_canyon_db(100.0, 2400, 5.0, 1.5, traffic_m=0.6) == plain
    # By hand, 5.2 GHz: λ = 0.057652 m, 4·4.4·0.9/λ = 274.75 m, L_bp = 20 log(8π·3.96/λ²) = 89.53 dB.
    canyon = p1411.street_canyon_db(274.75, 5200, 5.0, 1.5, traffic_m=0.6)
    assert float(canyon.median) == pytest.approx(89.53 + 6, abs=0.01)


def test_around_one_corner_the_loss_falls_in_within_30_metres() -> None:
    # Section 4.1.3.2 by hand: w = 10 m, x1 = 50 m: nothing up to 6 m, 20 dB from 36 m on in a town, then 60
    # dB a decade.
    sight = float(p1411.street_canyon_db(50.0, 2400, 5.0, 1.5).median)
    loss = p1411.around_corner_db(50.0, [5.0, 36.01, 120.0], 2400, 10.0, 5.0, 1.5) - sight
    far = [20.0 + 60 * math.log10(86.01 / 85), 20.0 + 60 * math.log10(170 / 85)]
    assert loss == pytest.approx([0.0, *far], abs=0.01)
    home = p1411.around_corner_db(50.0, 120.0, 2400, 10.0, 5.0, 1.5, residential=True) - sight
    assert float(home) == pytest.approx(30.0 + 60 * math.log10(2), abs=0.01)


def test_berg_without_a_bend_is_the_way_itself_and_with_one_its_product() -> None:
    q = berg.right_angle(2437)
    assert q == pytest.approx(math.sqrt(0.031 / 0.123017), abs=1e-5)
    assert berg.fictitious_m([40.0], [], q) == 40.0
    # By hand: k1 = 1 + s0·q(90) with q(90) = q90^1.5, d = s0 + k1·s1.
    assert berg.fictitious_m([40.0, 30.0], [90.0], q) == pytest.approx(40 + (1 + 40 * q**1.5) * 30)
    # Straight on: as if there were no node.
    assert berg.fictitious_m([40.0, 30.0], [0.0], q) == pytest.approx(70.0)
    with pytest.raises(ValueError, match="one bend"):
        berg.fictitious_m([40.0, 30.0], [], q)


def test_berg_is_more_careful_than_the_recommendation_around_one_corner() -> None:
    # Two models of one thing, 50 m to the corner and 20 to 150 m after it, in a town and between homes.
    for mhz in (2437.0, 5200.0):
        for after in (20.0, 40.0, 80.0, 150.0):
            long = berg.fictitious_m([50.0, after], [90.0], berg.right_angle(mhz))
            ours = float(p1411.street_canyon_db(long, mhz, 5.0, 1.5).median)
            town = float(p1411.around_corner_db(50.0, after, mhz, 8.0, 5.0, 1.5))
            homes = float(p1411.around_corner_db(50.0, after, mhz, 8.0, 5.0, 1.5, residential=True))
            assert 0 < ours - town < 18 and abs(ours - homes) < 8


@settings(deadline=None)
@given(st.floats(0, 2 * math.pi), st.floats(-math.pi, math.pi), st.sampled_from([2437.0, 5200.0]))
def test_the_compiled_bend_is_that_of_the_formula(into: float, turn: float, mhz: float) -> None:
    bending = bends.Bending(berg.right_angle(mhz), berg.EXPONENT)
    out = into + turn
    counted = bends.weight(math.cos(into), math.sin(into), math.cos(out), math.sin(out), bending)
    assert counted == pytest.approx(berg.bend(math.degrees(abs(turn)), bending.right_angle), abs=1e-6)


def test_a_knife_edge_takes_six_decibels_at_grazing_and_nothing_far_below() -> None:
    # ITU-R P.526, figure of J(v): 6 dB at v = 0, about 13 at v = 1, 0 below -0.78.
    assert p526.knife_edge_db([0.0, 1.0, -1.0]) == pytest.approx([6.03, 13.93, 0.0], abs=0.01)


def test_permittivity_is_that_of_the_table() -> None:
    # Concrete at 1 GHz: η' = 5.24, σ = 0.0462 S/m, so η'' = 17.98·0.0462.
    assert p2040.permittivity("concrete", 1000) == pytest.approx(complex(5.24, -0.830676), abs=1e-6)
    brick = complex(3.91, -17.98 * 0.0238 * 2.437**-0.84)
    assert p2040.permittivity("brick", 2437) == pytest.approx(brick, abs=1e-6)


def test_a_wall_takes_what_its_two_faces_and_its_depth_take() -> None:
    # A thin sheet that is a whole number of half waves deep and loses little lets nearly everything through.
    n = math.sqrt(6.31)
    half_wave = free_space.wavelength_m(2437) / 2 / n
    assert p2040.wall_db("glass", half_wave, 2437) < 0.3
    # A quarter of a wave is the worst: (2n / (1 + n²))² gets through.
    quarter = -20 * math.log10(2 * n / (1 + n * n))
    assert p2040.wall_db("glass", half_wave / 2, 2437) == pytest.approx(quarter, abs=0.2)
    # Thick and lossy, echoes do not come back: two faces and the depth by hand.
    root = np.sqrt(p2040.permittivity("medium dry ground", 2437))
    faces = -20 * math.log10(abs(4 * root / (1 + root) ** 2))
    depth = 8.685889638 * 2 * math.pi * 0.5 / free_space.wavelength_m(2437) * -root.imag
    assert p2040.wall_db("medium dry ground", 0.5, 2437) == pytest.approx(faces + depth, abs=0.05)


def test_a_beam_loses_three_decibels_at_half_its_width() -> None:
    off = antennas.off_beam_db([0.0, 45.0, -45.0, 180.0, 315.0], 0.0, 90.0, 40.0)
    assert off == pytest.approx([0.0, -3.0, -3.0, -30.0, -3.0])
    assert float(antennas.off_beam_db(0.0, 20.0, 360.0, 40.0)) == pytest.approx(-3.0)
    assert float(antennas.off_beam_db(123.0, 20.0, 360.0, 180.0)) == 0.0


@pytest.mark.parametrize("mhz", [700.0, 90_000.0])
def test_outside_its_range_a_formula_says_so(mhz: float) -> None:
    with pytest.raises(ValueError, match="these figures hold"):
        p1411.site_general_db(100.0, mhz, p1411.OUT_OF_SIGHT["urban_high_rise"])
    with pytest.raises(ValueError, match="from 1 to 10 GHz"):
        p2040.wall_db("wet ground", 0.3, 60_000)


METRES = st.floats(1.0, 3000.0)


@given(METRES, METRES, st.sampled_from(["urban_high_rise", "residential"]), st.sampled_from([2437.0, 5200.0]))
def test_further_away_never_loses_less(one: float, other: float, environment: str, mhz: float) -> None:
    near, far = sorted((one, other))
    loss, _ = p1411.unknown_streets_db([near, far], mhz, environment)
    assert loss[0] <= loss[1]
    canyon = p1411.street_canyon_db([near, far], mhz, 5.0, 1.5)
    assert all(bound[0] <= bound[1] + 1e-9 for bound in canyon)
    assert np.all(canyon.lower <= canyon.median) and np.all(canyon.median <= canyon.upper)


@given(
    st.lists(st.floats(0.1, 300), min_size=2, max_size=6),
    st.floats(0, 170),
    st.floats(0, 170),
    st.integers(0, 4),
)
def test_a_sharper_bend_never_shortens_the_way(
    lengths: list[float], less: float, more: float, where: int
) -> None:
    less, more = sorted((less, more))
    bends = [30.0] * (len(lengths) - 1)
    at, q = where % len(bends), berg.right_angle(2437)
    found = [berg.fictitious_m(lengths, [*bends[:at], angle, *bends[at + 1 :]], q) for angle in (less, more)]
    assert sum(lengths) <= found[0] + 1e-9 and found[0] <= found[1] + 1e-9


@given(st.floats(-720, 720), st.floats(-90, 90), st.floats(5, 360), st.floats(3, 180))
def test_no_direction_is_better_than_the_beams_middle(
    across: float, down: float, flat: float, steep: float
) -> None:
    assert -antennas.FLOOR_DB <= float(antennas.off_beam_db(across, down, flat, steep)) <= 0.0
