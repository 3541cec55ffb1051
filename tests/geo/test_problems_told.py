"""Problems of a line of data are told in English where nobody is known, else in the reader's language."""

from typing import Any

import pytest

from core.translation import told
from geo.loading import geometry, words
from geo.loading.records import At, FolderProblem, Problems
from geo.shapes import Box

BOX = Box(-9.0, 30.4, -8.8, 30.6)


def _one(check: Any, *given: Any, **how: Any) -> FolderProblem:
    problems = Problems()
    check(At(problems, "desk", "gate"), *given, **how)
    (found,) = problems.found
    return found


def test_a_problem_keeps_its_sentence_and_what_stands_in_it() -> None:
    found = _one(words.plain, "names.fr", "x" * 301, "name")

    assert str(found) == "desk: gate: names.fr: is 301 characters long; at most 300 are allowed"
    assert found.template == "is %(number)s characters long; at most %(most)s are allowed"
    assert found.values == {"number": 301, "most": 300}


@pytest.mark.parametrize(
    ("lang", "numbers"), [("en", ("20,001", "20,000")), ("de", ("20.001", "20.000")), ("es", ("20.001",))]
)
def test_numbers_are_written_as_the_reader_writes_them(lang: str, numbers: tuple[str, ...]) -> None:
    found = _one(words.plain, "texts.summary", "x" * 20_001, "text")

    assert "20,001" in found.message
    for number in numbers:
        assert number in told(found, lang)


def test_places_keep_the_digits_that_matter() -> None:
    found = _one(geometry.checked, {"type": "Point", "coordinates": [-8.87654, 31.25]}, BOX)

    assert "[-8.87654, 31.25]" in found.message
    assert "-8,87654" in told(found, "de")


def test_what_a_word_stands_for_is_a_word_of_the_reader_too() -> None:
    found = _one(words.word, "kind", "gaet", ("gate", "mosque"), "kind")

    assert found.message == "unknown kind “gaet”; did you mean gate?"
    assert told(found, "en") == found.message


def test_a_percent_sign_of_the_input_is_no_place_for_a_value() -> None:
    found = _one(words.word, "kind", "100%(near)s", ("gate",), "kind")

    assert "100%(near)s" in found.message
    assert "100%(near)s" in told(found, "fr")
