"""Marks and spaces as a printer sets them; words stay what they were."""

import pytest

from qr_signs.artwork import typography

NB = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("lang", "typed", "printed"),
    [
        ("fr", "l'entrée ; vers la Kasbah", f"l’entrée{NB}; vers la Kasbah"),
        ("fr", "« ici »", f"«{NB}ici{NB}»"),
        ("en", "the town's gate; 7.5 km long", f"the town’s gate; 7.5{NB}km long"),
        ("de", "78 m² groß", f"78{NB}m² groß"),
        ("ar", "باب القصبة ; 78 m²", "باب القصبة ; 78 m²"),
        ("zgh", "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵍⵅⵎⵉⵙ", "ⵜⴰⵡⵡⵓⵔⵜ ⵏ ⵍⵅⵎⵉⵙ"),
    ],
)
def test_marks_and_spaces_follow_the_language(lang: str, typed: str, printed: str) -> None:
    assert typography.typeset(typed, lang) == printed
    assert typography.typeset(printed, lang) == printed


def test_a_name_in_short_parentheses_stays_together() -> None:
    assert typography.heading("Kasbah Gate (Bab El Kasbah)", "en") == f"Kasbah Gate (Bab{NB}El{NB}Kasbah)"
    long = "Gate (a very long name that nobody can keep on one line)"
    assert typography.heading(long, "en") == long


def test_french_leaves_room_before_a_colon() -> None:
    assert (typography.colon("fr"), typography.colon("ar")) == (f"{NB}:", ":")
