"""Which language a reader gets, and what is said when a text is missing in it."""

import pytest

from core.languages import Said, accepted, choose, fallback, say

OFFERED = ["ar", "zgh", "fr", "en", "es", "de"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "ar"),
        ("fr", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("en;q=0.2, de;q=0.9", "de"),
        ("nl, es;q=0.3", "es"),
        ("nl, pt", "ar"),
        ("zgh", "zgh"),
        ("ber-MA", "zgh"),
        ("shi-Tfng", "zgh"),
        ("ar-MA,fr;q=0.5", "ar"),
        ("fr;q=0, en;q=0.1", "en"),
        ("*", "ar"),
        ("en;q=abc, fr;q=0.1", "fr"),
        ("en;q=7, fr;q=0.1", "fr"),
        (";;;,,,q=1", "ar"),
        ("FR_ca", "fr"),
        ("x" * 100_000, "ar"),
    ],
)
def test_the_browsers_wishes_are_weighed(header: str, lang: str) -> None:
    assert choose(accepted(header), OFFERED) == lang


def test_an_explicit_choice_beats_the_browser() -> None:
    assert choose(["de", None, *accepted("fr")], OFFERED) == "de"
    assert choose([None, "es", *accepted("fr")], OFFERED) == "es"


def test_a_missing_text_is_told_in_the_next_best_language() -> None:
    texts = {"fr": Said("Une porte", "fr"), "en": Said("A gate", "en")}

    assert say(texts, fallback("zgh", OFFERED)).lang == "fr"
    assert say(texts, fallback("de", OFFERED)).lang == "en"
    assert say({"es": Said("Una puerta", "es")}, fallback("ar", OFFERED)).text == "Una puerta"
    assert not say({}, fallback("ar", OFFERED))
