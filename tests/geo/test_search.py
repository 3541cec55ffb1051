"""Lists of things, and names that somebody half remembers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Engine
from geo import search
from geo.folding import fold
from geo.loading import folder as loading
from tests.geo.tiny import Town, feature, point

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NAMES: dict[str, dict[str, str]] = {
    "gate-of-thursday": {"fr": "Bab El Khemis", "ar": "باب الخميس", "en": "Thursday Gate"},
    "gate-of-figs": {"fr": "Bab Targant", "ar": "باب تارگانت"},
    "gate-of-winds": {"ar": "باب الرياح"},
    "house": {"fr": "Dar Ouled Bounouna", "ar": "دار أولاد بونونة"},
    "percent": {"fr": "Tour 100 % pierre"},
    "bab": {"fr": "Bab"},
}


@pytest.fixture
def town(session: Session, tmp_path: Path) -> Town:
    """A loaded town of six monuments with telling names, all gates but the house and the tower."""
    town = Town(tmp_path / "tiny")
    town.routes, town.signs = [], []
    town.monuments = [
        feature(key, "city_gate" if "gate" in key else "monument", point(), names=names)
        for key, names in NAMES.items()
    ]
    loading.apply(session, loading.read(town.write()), now=NOW)
    return town


def _keys(session: Session, query: str, kind: str = "") -> list[str]:
    page = search.found(session, "monuments", query=query, kind=kind, order=["fr"], limit=20)
    assert page.total == len(page.items)
    return [item.key for item in page.items]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("Thursday", "gate-of-thursday"),
        ("THURSDAY GATE", "gate-of-thursday"),
        ("الخميس", "gate-of-thursday"),
        ("خميس", "gate-of-thursday"),
        ("Khmis", "gate-of-thursday"),
        ("el khémis", "gate-of-thursday"),
        ("Tarrgannte", "gate-of-figs"),
        ("باب تاركانت", "gate-of-figs"),
        ("اولاد بونونه", "house"),
        ("Bou nouna", "house"),
        ("bunuuna", "house"),
        ("100 % pierre", "percent"),
    ],
)
def test_a_name_is_found_in_any_language_and_spelling(
    session: Session, town: Town, query: str, key: str
) -> None:
    assert _keys(session, query)[0] == key


def test_the_name_itself_comes_first_then_what_begins_with_it(session: Session, town: Town) -> None:
    assert _keys(session, "bab")[0] == "bab"
    assert set(_keys(session, "bab")) == {"bab", "gate-of-thursday", "gate-of-figs"}


def test_a_thing_is_listed_once_though_several_of_its_names_match(session: Session, town: Town) -> None:
    assert sorted(_keys(session, "باب")) == ["gate-of-figs", "gate-of-thursday", "gate-of-winds"]


def test_who_shares_only_the_common_word_is_left_out(session: Session, town: Town) -> None:
    assert _keys(session, "Bab Targent") == ["gate-of-figs"]


@pytest.mark.parametrize("query", ["%", "_", "''", "--", "\\", "zzqqxx", "' OR 1=1 --", "\ud7a3", "x" * 999])
def test_what_means_nothing_finds_nothing(session: Session, town: Town, query: str) -> None:
    assert _keys(session, query) == []


def test_what_like_would_read_as_a_pattern_is_read_as_letters(session: Session, town: Town) -> None:
    assert _keys(session, "100 %") == ["percent"]
    assert _keys(session, "bab\0 targant") == ["gate-of-figs"]


def test_one_letter_finds_the_words_that_begin_with_it(session: Session, town: Town) -> None:
    assert _keys(session, "p") == ["percent"]
    assert _keys(session, "bo") == []
    assert _keys(session, "bou") == ["house"]


def test_a_kind_narrows_what_is_found(session: Session, town: Town) -> None:
    assert "bab" not in _keys(session, "bab", kind="city_gate")
    assert _keys(session, "", kind="city_gate") == ["gate-of-thursday", "gate-of-figs", "gate-of-winds"]
    assert _keys(session, "bab", kind="no\0such") == []


def test_each_is_named_in_the_first_language_of_the_order_that_it_has(session: Session, town: Town) -> None:
    page = search.found(session, "monuments", order=["en", "fr", "ar"], limit=3)

    assert [(item.name.lang, item.name.state) for item in page.items] == [
        ("en", "machine"),
        ("fr", "machine"),
        ("ar", "machine"),
    ]
    assert (page.items[0].lon, page.items[0].lat) == tuple(point()["coordinates"])


def test_pages_follow_one_another_and_beyond_the_last_the_total_stays(session: Session, town: Town) -> None:
    def page(query: str, offset: int) -> search.Page:
        return search.found(session, "monuments", query=query, order=["fr"], limit=2, offset=offset)

    for query, many in (("", 6), ("bab", 3)):
        pages = [page(query, offset) for offset in (0, 2, 4, 6)]
        assert {one.total for one in pages} == {many}
        assert len({item.key for one in pages for item in one.items}) == many


def test_what_was_withdrawn_is_not_listed(session: Session, town: Town) -> None:
    town.monuments = town.monuments[1:]
    loading.apply(session, loading.read(town.write()), now=NOW)

    assert _keys(session, "Thursday") == []
    assert search.found(session, "monuments", order=["fr"], limit=20).total == 5
    assert dict(search.kinds(session, "monuments")) == {"city_gate": 2, "monument": 3}


def test_names_are_found_by_the_index_of_trigrams(session: Session, town: Town) -> None:
    town.monuments += [
        feature(f"m{n}", "monument", point(), names={"fr": f"Lieu {chr(97 + n % 26)}{n * 7919}"})
        for n in range(3000)
    ]
    loading.apply(session, loading.read(town.write()), now=NOW)
    # What autovacuum does after a load. To read so small a table whole is still cheaper: the question is
    # whether the index can answer.
    session.execute(text("SELECT gin_clean_pending_list('ix_feature_text_folded')"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    session.execute(search._FOR_A_SEARCH, {"alike": str(search.ALIKE)})
    for query in ("targant", "ta"):
        values = {"layer": "monuments", "kind": "", "langs": ["fr"], "limit": 50, "offset": 0, "few": 20}
        values |= {"query": fold(query), "nearly": search.NEARLY, **search._patterns(fold(query))}
        plan = "\n".join(session.scalars(text(f"EXPLAIN {search._FOUND.text}"), values))

        assert plan.count("Bitmap Index Scan on ix_feature_text_folded") >= 2
        assert "Seq Scan on feature_text" not in plan


def test_a_search_leaves_no_setting_behind(engine: Engine) -> None:
    with Session(engine) as session:
        before = session.scalar(text("SHOW plan_cache_mode"))
        search.found(session, "monuments", query="bab", order=["fr"], limit=1)
        session.commit()

        assert session.scalar(text("SHOW plan_cache_mode")) == before
