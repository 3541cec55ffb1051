"""Codes: every slip is noticed, and what was meant is found."""

import random

import pytest

from qr_signs import codes


def _drawn(many: int) -> list[str]:
    chance = random.Random(7)
    return [codes.draw(chance.getrandbits) for _ in range(many)]


def test_a_drawn_code_is_valid_and_short() -> None:
    drawn = _drawn(2000)

    assert all(codes.is_valid(code) and len(code) == 7 for code in drawn)
    assert len(set(drawn)) == 2000


def test_the_check_symbol_is_crockfords() -> None:
    """1234 has the check symbol D in Crockford's own scheme: 34916 modulo 37 is 25 (as base-32 digits)."""
    value = sum(codes.ALPHABET.index(symbol) * 32**place for place, symbol in enumerate("4321"))

    assert codes.check_symbol("1234") == codes.CHECK_ALPHABET[value % 37]
    assert codes.check_symbol("00000Z") == "Z"


def test_every_wrong_symbol_and_every_swap_is_noticed() -> None:
    missed = []
    for code in _drawn(60):
        for at in range(len(code)):
            for symbol in codes.ALPHABET:
                wrong = code[:at] + symbol + code[at + 1 :]
                if symbol != code[at] and codes.is_valid(wrong):
                    missed.append((code, wrong))
            swapped = code[:at] + code[at + 1 : at + 2] + code[at : at + 1] + code[at + 2 :]
            if swapped != code and codes.is_valid(swapped):
                missed.append((code, swapped))

    assert missed == []


def test_what_was_meant_is_among_the_neighbours() -> None:
    for code in _drawn(40):
        slips = {
            ("Y" if code[2] != "Y" else "Z").join((code[:2], code[3:])),
            code[:3] + code[4] + code[3] + code[5:],
            code[:4] + code[5:],
            code[:4] + "7" + code[4:],
        } - {code}
        for slip in slips:
            near = codes.neighbours(slip)
            assert code in near, (code, slip)
            assert len(near) < 40
            assert near == sorted(near)


@pytest.mark.parametrize(
    "typed", ["ke75-gx4", "KE75GX4", " k e 7 5 g x 4", "ＫＥ７５ＧＸ４", "KE٧٥GX٤", "KE75\u200eGX4"]
)
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert codes.normalise(typed) == "KE75GX4"


def test_look_alikes_are_read_as_digits() -> None:
    assert codes.normalise("oOiIlL") == "001111"


@pytest.mark.parametrize("typed", ["", "-", "KE75U", "é", "💣", "x" * 41, "\0"])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        codes.normalise(typed)
