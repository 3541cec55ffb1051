"""What there is to translate follows what happens at the desk; a translation knows its original."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.accounts import Role
from core.db import Engine, session_of
from core.errors import Invalid, NotFound, Refused
from geo import published
from geo.commune import Commune
from geo.editing import stages, versions
from geo.editing.rights import Person
from geo.editing.versions import Stale
from geo.loading import folder
from geo.texts import source_hash
from geo.translating import sheets, units
from geo.translating.sheets import Given
from geo.translating.units import Asked
from tests.conftest import _database
from tests.geo import tiny
from tests.geo.editing_town import EDITOR, GATE, NOW, SECOND, TRANSLATOR, edit, publish, said, version

FRENCH = "Une porte."


@pytest.fixture
def desk(town: Session) -> Session:
    """The tiny town with its texts counted."""
    units.rebuild(town)
    return town


def _commune(session: Session) -> Commune:
    there = published.current(session)
    assert there is not None
    return there.commune


def _ranks(session: Session, lang: str = "ar", key: str = "gate") -> dict[str, str]:
    listed = units.page(session, lang, Asked(), ["fr"], limit=100)
    return {unit.field: unit.rank for unit in listed if unit.key == key}


def _save(
    session: Session, said: str, *, person: Person = TRANSLATOR, made_from: str = FRENCH,
    field: str = "summary", base: int | None = None, right: bool = False, lang: str = "ar",
) -> int:  # fmt: skip
    given = {field: Given(said, source_hash(made_from), right)}
    began = version(session, lang) if base is None else base
    return sheets.save(session, _commune(session), *GATE, lang, given, base=began, person=person, now=NOW)


def _counted_anew(session: Session) -> list[tuple[object, ...]]:
    query = (
        "SELECT layer, field, lang, rank, stage, {0} FROM {1} GROUP BY 1, 2, 3, 4, 5"
        " HAVING {0} <> 0 ORDER BY 1, 2, 3, 4, 5"
    )
    kept = session.execute(text(query.format("sum(many)", "translation_count"))).all()
    true = session.execute(text(query.format("count(*)", "translation_unit"))).all()
    assert kept == true
    return [tuple(row) for row in true]


def test_what_is_missing_comes_first_then_drafts(desk: Session) -> None:
    listed = units.page(desk, "ar", Asked(), ["fr"], limit=100)

    assert [unit.rank for unit in listed] == ["missing"] * 3 + ["machine"] * 2
    assert [(unit.layer, unit.key, unit.field) for unit in listed[:3]] == [
        ("monuments", "tower", "name"), ("routes", "walk", "name"), ("walls", "ring", "name"),
    ]  # fmt: skip
    assert (listed[0].name.text, listed[0].source.text, listed[0].target) == ("La tour", "La tour", None)
    assert listed[4].target == "باب."
    assert units.counted(desk, "ar", Asked(to_do=True)) == 5
    assert units.counted(desk, "ar", Asked(layer="monuments", field="name", rank="missing")) == 1
    assert units.progress(desk, ["ar", "en"])["en"]["missing"] == 5
    assert units.progress(desk, ["fr"])["fr"] == dict.fromkeys(units.RANKS, 0)


def test_a_thing_is_found_by_its_name_in_any_language(desk: Session) -> None:
    for sought in ("tour", "LA TOUR"):
        asked = Asked(sought=sought)
        listed = units.page(desk, "ar", asked, ["fr"], limit=100)
        assert [(unit.key, unit.field) for unit in listed] == [("tower", "name")]
        assert units.counted(desk, "ar", asked) == 1
    assert units.counted(desk, "ar", Asked(sought="باب", field="name")) == 1
    assert units.counted(desk, "ar", Asked(sought="nobody's")) == 0
    assert units.counted(desk, "ar", Asked(sought="%")) == units.counted(desk, "ar", Asked())


def test_a_translation_goes_from_written_over_review_to_reviewed(desk: Session) -> None:
    assert _save(desk, "باب عال.") == 2
    assert _ranks(desk) == {"name": "machine", "summary": "written"}
    assert said(desk, lang="ar") == ("باب.", "machine")
    stages.submit(desk, *GATE, "ar", version=2, person=TRANSLATOR, now=NOW)
    assert units.counted(desk, "ar", Asked(stage="review")) == 2
    assert [each.key for each in units.waiting(desk, "ar", ["fr"], limit=5)[1]] == ["gate"]
    with pytest.raises(Refused, match="second person"):
        sheets.approve(desk, *GATE, "ar", version=2, person=TRANSLATOR, now=NOW)
    sheets.approve(desk, *GATE, "ar", version=2, person=SECOND, now=NOW)

    assert said(desk, lang="ar") == ("باب عال.", "reviewed")
    assert _ranks(desk) == {"name": "machine", "summary": "reviewed"}
    assert units.waiting(desk, "ar", ["fr"], limit=5) == (0, [])
    _counted_anew(desk)


def test_an_original_that_changed_makes_it_stale_until_it_is_still_right(desk: Session) -> None:
    _save(desk, "باب عال.")
    publish(desk, "ar")
    edit(desk, "fr", summary={"text": "Une haute porte.", "state": "written"})
    assert _ranks(desk)["summary"] == "reviewed", "a draft of the original changes nothing yet"
    publish(desk, "fr")
    assert _ranks(desk)["summary"] == "stale"
    [piece] = [p for p in sheets.sheet(desk, _commune(desk), *GATE, "ar").pieces if p.field == "summary"]
    assert (piece.rank, piece.source.text, piece.hash) == (
        "stale", "Une haute porte.", source_hash("Une haute porte."),
    )  # fmt: skip
    _save(desk, "باب عال.", made_from="Une haute porte.", right=True)

    assert _ranks(desk)["summary"] == "reviewed"
    assert said(desk, lang="ar") == ("باب عال.", "reviewed")
    publish(desk, "ar")
    stale = (
        "SELECT source_hash FROM feature_text t JOIN feature f ON f.id = t.feature_id"
        " WHERE key = 'gate' AND lang = 'ar' AND field = 'summary'"
    )
    assert desk.scalar(text(stale)) == source_hash("Une haute porte.")


def test_a_translation_of_an_older_original_is_stale_from_the_first(desk: Session) -> None:
    edit(desk, "fr", summary={"text": "Une haute porte.", "state": "written"})
    publish(desk, "fr")
    _save(desk, "باب عال.", made_from=FRENCH)

    assert _ranks(desk)["summary"] == "stale"


def test_a_draft_of_a_machine_that_is_right_needs_a_second_person_too(desk: Session) -> None:
    _save(desk, "باب.", right=True)
    assert _ranks(desk)["summary"] == "written"
    with pytest.raises(Refused):
        sheets.approve(desk, *GATE, "ar", version=2, person=TRANSLATOR, now=NOW)
    sheets.approve(desk, *GATE, "ar", version=2, person=SECOND, now=NOW)

    assert said(desk, lang="ar") == ("باب.", "reviewed")
    assert said(desk, "name", "ar") == ("الباب", "machine")


def test_two_translators_at_once_lose_nothing(desk: Session) -> None:
    other = Person("account:4", "A. Other", {Role.TRANSLATOR}, {"ar"})
    _save(desk, "باب عال.", base=1)
    with pytest.raises(Stale) as told:
        _save(desk, "باب عتيق.", person=other, base=1)

    [clash] = told.value.merged.clashes
    assert (clash.theirs["text"], clash.mine["text"]) == ("باب عال.", "باب عتيق.")
    with pytest.raises(Stale) as told:
        _save(desk, "الباب العالي", person=other, base=1, field="name", made_from="La porte haute")
    assert told.value.merged.clashes == []
    assert told.value.merged.content["summary"]["text"] == "باب عال."


def test_what_goes_back_says_why(desk: Session) -> None:
    _save(desk, "باب عال.")
    stages.submit(desk, *GATE, "ar", version=2, person=TRANSLATOR, now=NOW)
    with pytest.raises(Invalid):
        sheets.send_back(desk, *GATE, "ar", " ", version=2, person=SECOND, now=NOW)
    sheets.send_back(desk, *GATE, "ar", "الباب منخفض", version=2, person=SECOND, now=NOW)

    assert [(note.said, note.by) for note in sheets.notes(desk, *GATE, "ar", limit=5)] == [
        ("الباب منخفض", "B. Idrissi")
    ]
    assert sheets.sheet(desk, _commune(desk), *GATE, "ar").stage == "draft"


def test_others_languages_fields_and_things_are_refused(desk: Session) -> None:
    with pytest.raises(Refused):
        _save(desk, "A gate.", lang="en", base=0)
    with pytest.raises(Invalid):
        _save(desk, "x", field="period")
    with pytest.raises(Invalid):
        _save(desk, "x", field="stop-99")
    with pytest.raises(Invalid):
        sheets.save(
            desk, _commune(desk), *GATE, "ar", {"summary": Given("x", "not a hash")}, base=1,
            person=TRANSLATOR, now=NOW,
        )  # fmt: skip
    for of in (("monuments", "nothing", "ar"), (*GATE, "zgh"), ("infrastructure", "gate", "ar")):
        with pytest.raises(NotFound):
            sheets.sheet(desk, _commune(desk), *of)


def test_a_new_language_of_a_thing_and_a_text_taken_away(desk: Session) -> None:
    assert _save(desk, "A gate.", person=EDITOR, lang="en", base=0) == 1
    assert _ranks(desk, "en") == {"name": "missing", "summary": "written"}
    assert _save(desk, "", person=EDITOR, lang="en") == 2
    assert _ranks(desk, "en")["summary"] == "missing"
    _counted_anew(desk)


def test_what_is_withdrawn_has_nothing_to_translate(desk: Session) -> None:
    stages.withdraw(desk, *GATE, "facts", version=1, person=EDITOR, now=NOW)
    assert _ranks(desk) == {}
    publish(desk, "facts")
    assert _ranks(desk) == {"name": "machine", "summary": "machine"}
    _counted_anew(desk)


def test_what_is_followed_step_by_step_is_what_counting_anew_finds(desk: Session) -> None:
    """A hundred acts of the desk by chance; then the same from the whole."""
    chance = random.Random(7)
    for _ in range(100):
        lang = chance.choice(["ar", "en", "fr"])
        act = chance.choice(["save", "save", "publish", "submit", "withdraw"])
        try:
            with desk.begin_nested():
                if act == "save":
                    words = chance.choice(["", "un", "deux", "trois"])
                    fields = {"summary": {"text": words, "state": "written"}} if words else {}
                    there = versions.find(desk, *GATE).parts.get(lang)
                    content = {**(there.content if there else {}), **fields}
                    versions.save(
                        desk, *GATE, lang, content, base=there.version if there else 0, person=EDITOR, now=NOW
                    )
                elif act == "publish":
                    publish(desk, lang)
                elif act == "submit":
                    stages.submit(desk, *GATE, lang, version=version(desk, lang), person=EDITOR, now=NOW)
                else:
                    stages.withdraw(desk, *GATE, lang, version=version(desk, lang), person=EDITOR, now=NOW)
        except Exception as refused:
            assert type(refused).__name__ in ("Conflict", "NotFound", "BadRecord", "Refused"), refused
    followed = _counted_anew(desk)
    units.rebuild(desk)

    assert _counted_anew(desk) == followed


def test_the_next_one_is_the_next_in_the_list(desk: Session) -> None:
    way: list[tuple[str, str]] = [("monuments", "tower")]
    while (further := units.followed_by(desk, "ar", way[-1])) is not None:
        way.append(further)
    assert way == [("monuments", "tower"), ("routes", "walk"), ("walls", "ring"), ("monuments", "gate")]


@pytest.fixture
def own_town(tmp_path: Path) -> Iterator[Engine]:
    """The tiny town in a database of its own, for what has to be committed."""
    with _database("translating") as engine:
        with session_of(engine) as session:
            folder.apply(session, folder.read(tiny.Town(tmp_path).write()), now=NOW)
            units.rebuild(session)
            session.commit()
        yield engine


def test_many_at_once_leave_right_counts(own_town: Engine) -> None:
    """Two languages and the facts of one thing, all in the same moment."""
    start = threading.Barrier(3)
    failed: list[Exception] = []

    def work(lang: str) -> None:
        start.wait()
        for n in range(10):
            try:
                with session_of(own_town) as session:
                    there = versions.find(session, *GATE).parts.get(lang)
                    content = {
                        **(there.content if there else {}),
                        "summary": {"text": f"{lang} {n}", "state": "written"},
                    }
                    versions.save(
                        session,
                        *GATE,
                        lang,
                        content,
                        base=there.version if there else 0,
                        person=EDITOR,
                        now=NOW,
                    )
                    session.commit()
            except Exception as wrong:
                failed.append(wrong)

    workers = [threading.Thread(target=work, args=(lang,)) for lang in ("ar", "en", "fr")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    with session_of(own_town) as session:
        followed = _counted_anew(session)
        units.rebuild(session)
        assert _counted_anew(session) == followed
