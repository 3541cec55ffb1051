"""The term list: found in any spelling, seeded from what sources attest, and nothing odd in it."""

import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.folding import fold
from geo.translating import terms, units
from tests.geo.editing_town import NOW, TRANSLATOR, edit, publish


@pytest.fixture
def desk(town: Session) -> Session:
    """The tiny town with its texts counted."""
    units.rebuild(town)
    return town


def test_terms_are_found_whatever_their_spelling(desk: Session) -> None:
    term = terms.add(desk, "Bab el Kasbah", "name", by="test", now=NOW)
    terms.fix(desk, term.id, {"ar": "باب القصبة", "zgh": "ⵉⵎⵉ ⵏ ⵍⵇⵚⴱⵜ"}, by="test", now=NOW)
    known = terms.known(desk, "ar")

    [found] = known.among("Près de BAB EL KASBAH, une porte", "قرب بَابُ القَصَبة")
    assert (found.form, found.used) == ("باب القصبة", True)
    assert [one.used for one in known.among("Bab el Kasbah", "باب")] == [False]
    assert known.among("Babel Kasbahs", "") == []
    assert terms.known(desk, "en").among("Bab el Kasbah", "") == []
    assert fold("Bab el Kasbah") in fold("Près de BAB EL KASBAH")


def test_terms_come_from_names_that_sources_attest_and_no_others(desk: Session) -> None:
    assert terms.seed(desk, "fr", by="test", now=NOW) == 0
    edit(desk, "ar", TRANSLATOR, name={"text": "الباب العالي", "state": "written"})
    publish(desk, "ar")
    edit(desk, "fr", name={"text": "La porte haute", "state": "attested"})
    publish(desk, "fr")
    assert terms.seed(desk, "fr", by="test", now=NOW) == 1
    [row] = terms.listed(desk, "porte", limit=5)[1]
    assert (row.term, row.forms, row.source) == ("La porte haute", {"ar": "الباب العالي"}, "monuments/gate")
    terms.fix(desk, row.id, {"ar": "الباب"}, by="test", now=NOW)
    assert terms.seed(desk, "fr", by="test", now=NOW) == 0
    assert terms.by_id(desk, row.id).forms == {"ar": "الباب"}


@pytest.mark.parametrize("term", ["", " ", "x" * 301, "a\u202eb", "!?", "a\nb", "b"])
def test_a_term_that_cannot_be_is_refused(desk: Session, term: str) -> None:
    with pytest.raises(Invalid):
        terms.add(desk, term, "name", by="test", now=NOW)
