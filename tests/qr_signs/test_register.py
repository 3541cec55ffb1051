"""The register of codes: what is behind one, what was meant, and what a folder's signs.json may change."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from core.errors import NotFound
from geo.loading import folder as loading
from geo.loading.records import BadFolder, Counts
from qr_signs import register, signs_file, tags
from qr_signs.models import Sign
from qr_signs.register import Entry
from qr_signs.signs_file import SignRecord
from tests.geo.tiny import CODE, Town

KEY = "a key"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
TO_TOWER = "0000022"
TO_WALK = "0000033"
KEYS = {"monuments": {"gate", "tower"}, "routes": {"walk"}}


@pytest.fixture
def town(session: Session, tmp_path: Path) -> Town:
    """The tiny town, loaded without its signs."""
    town = Town(tmp_path / "tiny")
    loading.apply(session, loading.read(town.write()), now=NOW)
    return town


@pytest.fixture
def put(session: Session, town: Town) -> Callable[..., Counts]:
    """Apply records of (code, layer, key or reason)."""

    def put(*signs: tuple[str, str, str | dict[str, str]], now: datetime = NOW) -> Counts:
        records = [
            SignRecord(code, layer, what, None)
            if isinstance(what, str)
            else SignRecord(code, None, None, what)
            for code, layer, what in signs
        ]
        return signs_file.apply(session, records, now=now)

    return put


GATE = (CODE, "monuments", "gate")
TOWER = (TO_TOWER, "monuments", "tower")
WALK = (TO_WALK, "routes", "walk")
GONE = (CODE, "", {"fr": "Le mur a été refait."})


def _problems(do: Callable[[], object]) -> list[str]:
    with pytest.raises(BadFolder) as raised:
        do()
    return [str(problem) for problem in raised.value.problems]


def test_what_is_behind_a_code_however_it_was_typed(session: Session, put: Callable[..., Counts]) -> None:
    put(GATE, WALK)

    for typed in (CODE, "ooo-ool-l", "٠٠٠٠٠١١"):
        gate = register.target(session, register.behind(session, typed, KEY))
        assert gate is not None
        assert (gate.layer, gate.key) == ("monuments", "gate")
    walk = register.target(session, register.behind(session, TO_WALK, KEY))
    assert walk is not None
    assert walk.key == "walk"


@pytest.mark.parametrize("typed", ["0000044", "", "💣", "x" * 5000, "\0"])
def test_a_code_that_no_sign_bears_is_not_found(
    session: Session, put: Callable[..., Counts], typed: str
) -> None:
    put(GATE)

    with pytest.raises(NotFound):
        register.behind(session, typed, KEY)


def test_a_withdrawn_sign_is_found_and_leads_nowhere(session: Session, put: Callable[..., Counts]) -> None:
    put(GATE)
    assert put(GONE, now=LATER) == Counts(changed=1)
    sign = register.behind(session, CODE, KEY)

    assert (sign.withdrawn_at, sign.reason) == (LATER, {"fr": "Le mur a été refait."})
    assert register.target(session, sign) is None


def test_a_thing_that_left_the_map_is_no_target(
    session: Session, town: Town, put: Callable[..., Counts]
) -> None:
    put(GATE, TOWER)
    town.monuments.pop()
    town.routes.clear()
    loading.apply(session, loading.read(town.write()), now=LATER)
    session.expire_all()

    assert register.target(session, register.behind(session, TO_TOWER, KEY)) is None


@pytest.mark.parametrize("typed", ["0000010", "000001U", "0000101", "000011", "00000011", "00700011"])
def test_a_mistyped_code_gets_a_suggestion(session: Session, put: Callable[..., Counts], typed: str) -> None:
    put(GATE)

    assert Entry(CODE, "monuments", "gate", "active") in register.suggestions(session, typed, KEY)


def test_suggestions_take_one_query_and_leave_out_what_is_withdrawn(
    session: Session, connection: Connection, put: Callable[..., Counts]
) -> None:
    put(GONE, TOWER)
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))

    assert register.suggestions(session, "0000012", KEY) == [Entry(TO_TOWER, "monuments", "tower", "active")]
    assert len(asked) == 1
    assert register.suggestions(session, "x" * 5000, KEY) == []
    assert register.suggestions(session, "not a code at all", KEY) == []
    assert len(asked) == 1


def test_at_most_as_many_suggestions_as_wanted(session: Session, put: Callable[..., Counts]) -> None:
    put(GATE, TOWER, WALK)

    assert register.suggestions(session, "0000002", KEY, most=0) == []


def test_signs_are_listed_by_code_a_page_at_a_time(session: Session, put: Callable[..., Counts]) -> None:
    put(WALK, GONE, TOWER)
    everything = [
        Entry(CODE, None, None, "withdrawn"),
        Entry(TO_TOWER, "monuments", "tower", "active"),
        Entry(TO_WALK, "routes", "walk", "active"),
    ]

    assert register.listed(session, limit=10) == everything
    assert register.listed(session, limit=1, offset=1) == everything[1:2]


def test_the_code_of_a_thing_is_its_oldest_active_one(session: Session, put: Callable[..., Counts]) -> None:
    put(TOWER)
    put(TOWER, (CODE, "monuments", "tower"), now=LATER)
    tower = register.behind(session, TO_TOWER, KEY).feature_id
    assert tower is not None

    assert register.of_feature(session, tower) == TO_TOWER
    put((TO_TOWER, "", {"fr": "Volée."}), (CODE, "monuments", "tower"), now=LATER)
    assert register.of_feature(session, tower) == CODE
    put((TO_TOWER, "", {"fr": "Volée."}), GONE, now=LATER)
    assert register.of_feature(session, tower) is None


def test_a_sign_may_lead_elsewhere_and_the_same_again_changes_nothing(
    session: Session, put: Callable[..., Counts]
) -> None:
    assert put(GATE, WALK) == Counts(added=2)
    assert put((CODE, "monuments", "tower"), WALK, now=LATER) == Counts(changed=1, unchanged=1)
    assert put((CODE, "monuments", "tower"), WALK, now=LATER) == Counts(unchanged=2)
    sign = register.behind(session, CODE, KEY)
    tower = register.target(session, sign)

    assert tower is not None
    assert tower.key == "tower"
    assert sign.created_at == NOW


def test_a_better_reason_is_a_change_and_the_day_of_withdrawal_stays(
    session: Session, put: Callable[..., Counts]
) -> None:
    put(GONE)
    better = (CODE, "", {"fr": "Déplacée.", "en": "Moved."})

    assert put(better, now=LATER) == Counts(changed=1)
    assert put(better, now=LATER) == Counts(unchanged=1)
    assert register.behind(session, CODE, KEY).withdrawn_at == NOW


def test_a_code_neither_vanishes_nor_comes_back_nor_leads_nowhere(
    session: Session, put: Callable[..., Counts]
) -> None:
    put(GONE, TOWER)
    said = _problems(lambda: put(GATE, (TO_WALK, "routes", "elsewhere")))

    assert said == [
        f"signs.json: {TO_TOWER}: is missing: codes are permanent,"
        " keep it with withdrawn = true and a reason",
        f"signs.json: {CODE}: withdrawn: was withdrawn and cannot be used again; make a new code",
        f"signs.json: {TO_WALK}: id: routes/elsewhere is not in the database",
    ]
    assert [entry.state for entry in register.listed(session, limit=9)] == ["withdrawn", "active"]


def test_numbers_are_those_that_would_open_the_page(session: Session, put: Callable[..., Counts]) -> None:
    put(GATE, TOWER, WALK)
    tower, walk = session.get_one(Sign, TO_TOWER), session.get_one(Sign, TO_WALK)
    tower.printed_at = NOW
    walk.stop = 2
    session.flush()

    def opening(*things: tuple[str, str]) -> set[str]:
        return {each.number for each in register.numbers(session, things, KEY)}

    right = {code: code + tags.tag(KEY, code) for code in (CODE, TO_TOWER, TO_WALK)}
    assert opening(("monuments", "gate")) == {CODE, right[CODE]}
    # Printed: only with its tag. And the sign of the walk leads to its second stop, which is the tower.
    assert opening(("monuments", "tower")) == {right[TO_TOWER], TO_WALK, right[TO_WALK]}
    assert opening(("routes", "walk")) == set()
    assert opening() == set()


def test_a_withdrawn_sign_opens_nothing(session: Session, put: Callable[..., Counts]) -> None:
    put(GATE)
    put(GONE, now=LATER)

    assert register.numbers(session, [("monuments", "gate")], KEY) == []
