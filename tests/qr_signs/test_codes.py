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


@pytest.mark.parametrize(
    ("body", "symbol"), [("16J", "D"), ("00016J", "D"), ("00000Z", "Z"), ("000014", "U")]
)
def test_the_check_symbol_is_crockfords(body: str, symbol: str) -> None:
    """The number 1234 is 16J in base 32; modulo 37 it is 13, and that is D. 36 is U, which no code has."""
    assert codes.check_symbol(body) == symbol


def test_a_code_whose_check_symbol_is_hard_to_say_is_drawn_again() -> None:
    drawn = iter([32 + 4, 1])

    assert codes.draw(lambda bits: next(drawn)) == "0000011"


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


def test_random_slips_of_random_codes_are_noticed() -> None:
    """Wide rather than deep: one slip in each of very many codes, always the same ones."""
    chance = random.Random(37)
    missed = []
    for code in _drawn(5000):
        at = chance.randrange(codes.LENGTH)
        wrong = code[:at] + chance.choice(codes.ALPHABET.replace(code[at], "")) + code[at + 1 :]
        at = chance.randrange(codes.LENGTH - 1)
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        missed += [other for other in {wrong, swapped} - {code} if codes.is_valid(other)]

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
    "typed",
    [
        "KE75GX4",
        "ke75-gx4",
        " k e 7 5 g x 4\n",
        "ＫＥ７５－ＧＸ４",
        "ｋｅ７５　ｇｘ４",
        "KE٧٥GX٤",
        "KE۷۵GX۴",
        "KE७५GX४",
        "KE75\u200eGX4",
        "\u2066KE75GX4\u2069",
        "KE75\u202fGX4",
        "KE75\u2011GX4",
        "KE75\u2014GX4",
        "KE75\u2212GX4",
        "\ufeffKE75GX4",
    ],
)
def test_a_code_may_be_typed_in_many_ways(typed: str) -> None:
    assert codes.normalise(typed) == "KE75GX4"


@pytest.mark.parametrize("typed", ["K", "KE75GX4", "ß" * 40, "٧" * 40, "ke75 gx4" * 5])
def test_a_code_is_never_longer_than_what_was_typed(typed: str) -> None:
    try:
        assert len(codes.normalise(typed)) <= len(typed)
    except ValueError:
        assert "ß" in typed


def test_look_alikes_are_read_as_digits() -> None:
    assert codes.normalise("oOiIlL") == "001111"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "-", "KE75U", "é", "💣", "x" * 41, "-" * 41, "\0", "\ud800", "*", "~", "$", "="),
        # What Unicode would fold into letters and digits of ours.
        *("\N{LATIN SMALL LETTER SHARP S}", "㎏", "²", "①", "½", "ⅷ", "ﬀ", "\u212a", "ı", "ſ", "ﷺ"),
    ],
)
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="code"):
        codes.normalise(typed)


def test_a_symbol_that_no_code_has_may_be_the_slip() -> None:
    for code in _drawn(40):
        for at in range(codes.LENGTH):
            for alien in "Ué*💣":
                assert code in codes.neighbours(code[:at] + alien + code[at + 1 :])
                assert codes.neighbours(code[:at] + alien + code[at:]) == [code]


def test_neighbours_take_what_was_typed_and_are_few() -> None:
    assert "KE75GX4" in codes.neighbours("ke75-gx")
    assert "KE75GX4" in codes.neighbours("ke75 gx44")
    for typed in ("", "KE75G", "KE75GX444", "x" * 100_000, "💣" * 7):
        assert codes.neighbours(typed) == []
    assert "KE75GX4" not in codes.neighbours("KE75GX4")
