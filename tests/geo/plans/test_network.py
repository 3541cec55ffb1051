"""What hotspots on one channel take from each other, against a raster that holds all of them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.wifi import network, outlook, tuning
from geo.wifi.catalogue import Demands
from geo.wifi.channels import Reach
from geo.wifi.network import Sender
from geo.wifi.radio.noise import noise_dbm, rise_db
from tests.geo.plans.planning import NOW, Bench

DEMANDS = Demands(-67.0, -75.0, "made up for a test")
SIDE = 12
CELL_M2 = 64.0


def _sender(key: str, dbm: object, channel: int | None = 1, column: int = 0, band: str = "2.4") -> Sender:
    down = np.broadcast_to(np.asarray(dbm, dtype=np.float32), (SIDE, SIDE)).copy()
    with np.errstate(invalid="ignore"):
        codes = (down >= DEMANDS.browsing_dbm).astype(np.int8) + (down >= DEMANDS.voice_dbm)
    codes[np.isnan(down)] = -1
    return Sender(key, band, channel, Reach(0, column, 8.0, down, codes))  # type: ignore[arg-type]


def test_noise_and_its_rise_are_those_of_the_textbook() -> None:
    # By hand: k · 290 K · 20 MHz is -101 dBm, 7 dB more with the receiver's own; an equal power adds 3 dB.
    assert noise_dbm() == pytest.approx(-93.96, abs=0.01)
    assert noise_dbm() == pytest.approx(10 * math.log10(1.380649e-23 * 290 * 20e6 * 1000) + 7, abs=0.005)
    assert rise_db([0.0, 10 ** (noise_dbm() / 10)]) == pytest.approx([0.0, 10 * math.log10(2)])


def test_signal_over_noise_and_the_other_is_as_by_hand() -> None:
    found = network.of([_sender("strong", -60.0), _sender("weak", -80.0)], DEMANDS)

    strong, weak = found.grounds
    assert strong.best.all() and not weak.best.any()
    # -80 dBm beside a floor of -93.96 dBm: together -79.83 dBm.
    assert strong.sinr_db == pytest.approx(19.83, abs=0.01)
    assert weak.sinr_db == pytest.approx(-20.0, abs=0.01)
    # Voice needs -67 + 93.96 = 26.96 dB, browsing 18.96 dB.
    assert (found.voice_lost_m2, found.browsing_lost_m2) == (SIDE**2 * CELL_M2, 0.0)


@pytest.mark.parametrize("channel", [None, 6, 11])
def test_nothing_is_lost_to_another_channel_or_one_that_is_not_chosen(channel: int | None) -> None:
    found = network.of([_sender("one", -60.0), _sender("other", -62.0, channel)], DEMANDS)

    assert (found.voice_lost_m2, found.browsing_lost_m2) == (0.0, 0.0)
    assert found.grounds[0].sinr_db == pytest.approx(-60.0 - noise_dbm(), abs=0.01)


def test_senders_at_both_ends_of_a_country_cost_no_ground_between_them() -> None:
    found = network.of([_sender("here", -60.0), _sender("far", -60.0, column=10**7)], DEMANDS)

    assert all(ground.best.all() for ground in found.grounds) and found.browsing_lost_m2 == 0
    other = _sender("coarse", -60.0)
    coarser = replace(other, reach=replace(other.reach, cell_m=16.0))
    with pytest.raises(ValueError, match="several sizes"):
        network.of([_sender("here", -60.0), coarser], DEMANDS)


def test_channels_that_overlap_in_part_take_less() -> None:
    shares = [network.share("2.4", 1, other) for other in (1, 2, 4, 5, 6)]

    assert shares == pytest.approx([1.0, 0.8, 0.4, 0.2, 0.0])
    assert (network.share("5", 36, 40), network.share("5", 36, 36)) == (0.0, 1.0)


def test_what_the_other_band_still_serves_is_not_lost() -> None:
    crowded = [_sender("a", -60.0), _sender("b", -61.0)]

    assert network.of(crowded, DEMANDS).browsing_lost_m2 == SIDE**2 * CELL_M2
    rescued = network.of([*crowded, _sender("a", -60.0, 36, band="5")], DEMANDS)
    assert (rescued.voice_lost_m2, rescued.browsing_lost_m2) == (0.0, 0.0)


_down = st.integers(0, 50).map(
    lambda seed: np.where(
        np.random.default_rng(seed).random((SIDE, SIDE)) < 0.1,
        np.nan,
        np.random.default_rng(seed).uniform(-95, -45, (SIDE, SIDE)),
    )
)
_senders = st.lists(
    st.tuples(_down, st.sampled_from([None, 1, 3, 6, 11]), st.integers(-15, 15)), min_size=1, max_size=5
).map(lambda given: [_sender(str(n), *each) for n, each in enumerate(given)])


@settings(deadline=None, max_examples=60)
@given(_senders)
def test_pieces_give_what_one_large_raster_gives(senders: list[Sender]) -> None:
    down = np.full((len(senders), SIDE, SIDE + 30), np.nan)
    for n, each in enumerate(senders):
        down[n, :, each.reach.column + 15 : each.reach.column + 15 + SIDE] = each.reach.down_dbm
    power = np.nan_to_num(10 ** (down / 10))
    strongest = power.argmax(axis=0)
    voice = browsing = 0
    for row, column in zip(*np.nonzero(power.max(axis=0)), strict=True):
        n = int(strongest[row, column])
        others = sum(
            network.share("2.4", senders[n].channel, each.channel) * power[m, row, column]
            for m, each in enumerate(senders)
            if m != n
        )
        own = down[n, row, column]
        left = own - float(rise_db(others))
        voice += own >= DEMANDS.voice_dbm > left
        browsing += own >= DEMANDS.browsing_dbm > left

    found = network.of(senders, DEMANDS)

    assert (found.voice_lost_m2, found.browsing_lost_m2) == (voice * CELL_M2, browsing * CELL_M2)
    assert sum(ground.best.sum() for ground in found.grounds) == (power.max(axis=0) > 0).sum()
    assert all((ground.amid <= ground.alone).all() for ground in found.grounds)


def test_a_plan_tells_what_its_hotspots_take_from_each_other_until_channels_are_chosen(desk: Bench) -> None:
    plan = desk.plan()
    for east in (0, 40):
        desk.place(plan.key, (east, 0), channel_24=1, channel_5=36)

    before = outlook.of(desk.session, desk.commune, desk.catalogue, plan)
    tuning.tune(desk.session, desk.commune, desk.catalogue, plan.key, by="Amina", now=NOW)
    after = outlook.of(desk.session, desk.commune, desk.catalogue, plan)

    assert before.network.voice_lost_m2 > 0
    assert before.as_json(["fr"])["interference"]["voice_lost_m2"] == before.network.voice_lost_m2
    assert (after.network.voice_lost_m2, after.network.browsing_lost_m2) == (0, 0)
