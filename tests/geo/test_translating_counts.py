"""What there is to translate, counted by the database, is what one finds who looks at everything by hand."""

from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from core import schema
from core.errors import Problem
from geo import published
from geo.editing import loads, stages, versions
from geo.loading import folder
from geo.texts import source_hash
from geo.translating import units
from tests.conftest import _database
from tests.geo import tiny
from tests.geo.editing_town import EDITOR, GATE, NOW, publish, version

Row = tuple[str, str, str, str, int, int, str, str]
Said = dict[tuple[str, str, str], dict[str, tuple[str, str | None, str | None, str | None, str | None]]]
"""Thing and field → language → stage, newest text, its state, what it was made from, what the public sees."""


def kept(session: Session) -> list[Row]:
    query = "SELECT layer, key, field, lang, rank, later, stage, source FROM translation_unit"
    rows: list[Row] = sorted(tuple(row) for row in session.execute(text(query)))
    return rows


def counts(session: Session) -> dict[tuple[Any, ...], int]:
    query = "SELECT layer, field, lang, rank, stage, sum(many) FROM translation_count GROUP BY 1, 2, 3, 4, 5"
    return {tuple(row[:5]): int(row[5]) for row in session.execute(text(query)) if row[5]}


def by_hand(session: Session) -> list[Row]:
    commune = published.current(session)
    assert commune is not None
    languages, first = commune.commune.languages, commune.commune.source_language
    order = [first, *(lang for lang in languages if lang != first)]
    found = []
    for (layer, key, field), spoken in {**_of_the_folder(session), **_of_the_desk(session)}.items():
        shown = {lang for lang, one in spoken.items() if one[4] is not None}
        if not shown:
            continue
        source = min(shown, key=lambda lang: (order.index(lang) if lang in order else 99, lang))
        hashes = {source_hash(one[4]) for one in spoken.values() if one[4] is not None}
        later = 2 if field == "note" else 0 if layer in ("monuments", "routes") else 1
        for lang in languages:
            if lang != source:
                rank, stage = _rank(spoken.get(lang), hashes)
                found.append((layer, key, field, lang, rank, later, stage, source))
    return sorted(found)


def _rank(one: Any, hashes: set[str]) -> tuple[int, str]:
    if one is None:
        return 0, ""
    stage, words, state, made_from, _ = one
    if words is None:
        return 0, stage
    if made_from is not None and made_from not in hashes:
        return 1, stage
    return {"attested": 5, "reviewed": 4, "written": 3}.get(state, 2), stage


def _of_the_folder(session: Session) -> Said:
    said: Said = {}
    for row in session.execute(
        text(
            "SELECT f.layer, f.key, t.* FROM feature f JOIN feature_text t ON t.feature_id = f.id"
            " WHERE f.withdrawn_at IS NULL AND f.layer <> 'infrastructure'"
            " AND (f.layer, f.key) NOT IN (SELECT layer, key FROM record)"
        )
    ):
        spoken = said.setdefault((row.layer, row.key, row.field), {})
        spoken[row.lang] = ("published", row.text, row.state, row.source_hash, row.text)
    return said


def _of_the_desk(session: Session) -> Said:
    said: Said = {}
    things = session.execute(
        text(
            "SELECT r.id, r.layer, r.key, p.state, f.withdrawn_at FROM record r"
            " LEFT JOIN record_part p ON p.record_id = r.id AND p.part = 'facts'"
            " LEFT JOIN feature f ON f.id = r.feature_id WHERE r.layer <> 'infrastructure'"
        )
    ).all()
    for thing in things:
        if thing.state == "withdrawn" or (thing.state == "published" and thing.withdrawn_at is not None):
            continue
        contents = {
            (row.part, row.number): row.content
            for row in session.execute(
                text("SELECT part, number, content FROM record_version WHERE record_id = :id"),
                {"id": thing.id},
            )
        }
        parts = session.execute(
            text("SELECT * FROM record_part WHERE record_id = :id AND part <> 'facts' AND latest > 0"),
            {"id": thing.id},
        )
        for part in parts.all():
            newest = contents[part.part, part.latest]
            seen = contents[part.part, part.published or part.latest]
            for field in {*newest, *seen}:
                one, public = newest.get(field, {}), seen.get(field, {})
                said.setdefault((thing.layer, thing.key, field), {})[part.part] = (
                    part.state, one.get("text"), one.get("state"), one.get("source"),
                    None if part.state == "withdrawn" else public.get("text"),
                )  # fmt: skip
    return said


def check(session: Session) -> None:
    """Units, counts and the hand agree; so does counting anew, from what is there and from nothing."""
    hand = by_hand(session)
    number = Counter((*row[:1], *row[2:5], row[6]) for row in hand)
    assert kept(session) == hand
    assert counts(session) == number
    for anew in ("SELECT 1", "DELETE FROM translation_unit"):
        session.execute(text(anew))
        units.rebuild(session)
        assert kept(session) == hand
        assert counts(session) == number


LANGS = st.sampled_from(["ar", "fr", "en"])
THINGS = st.sampled_from([GATE, ("monuments", "tower"), ("routes", "walk"), ("walls", "ring")])
WORDS = st.sampled_from(["", "un", "deux", "trois", "Une porte."])
STATES = st.sampled_from(["written", "machine", "reviewed"])
ACTS = st.one_of(
    st.tuples(st.just("save"), THINGS, LANGS, st.sampled_from(["name", "summary", "note"]), WORDS, STATES),
    st.tuples(st.sampled_from(["publish", "submit", "withdraw"]), THINGS, st.one_of(LANGS, st.just("facts"))),
    st.tuples(st.just("load"), st.sampled_from(["fr", "ar", "en"]), WORDS, st.booleans()),
)


def do(session: Session, path: Path, act: tuple[Any, ...]) -> None:
    what, *given = act
    if what == "load":
        lang, words, whole = given
        town = tiny.Town(path)
        if words:
            town.gate["properties"]["texts"]["summary"][lang] = words
        if not whole:
            town.walls.clear()
        records = folder.read(town.write())
        folder.apply(session, records, now=NOW)
        loads.follow(session, records, now=NOW)
        units.rebuild(session)
        return
    (layer, key), part, *more = given
    if what == "save":
        field, words, state = more
        there = versions.find(session, layer, key).parts.get(part)
        content = {**(there.content if there else {})}
        content.pop(field, None)
        if words:
            content[field] = {"text": words, "state": state}
        versions.save(
            session, layer, key, part, content, base=there.version if there else 0, person=EDITOR, now=NOW
        )
    elif what == "publish":
        publish(session, part, of=(layer, key))
    else:
        change = stages.submit if what == "submit" else stages.withdraw
        change(
            session, layer, key, part, version=version(session, part, (layer, key)), person=EDITOR, now=NOW
        )


@given(acts=st.lists(ACTS, min_size=1, max_size=14))
@settings(
    max_examples=40, deadline=None, database=None, derandomize=True,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_whatever_is_loaded_written_published_and_withdrawn_the_counts_are_right(
    town: Session, tmp_path: Path, acts: list[tuple[Any, ...]]
) -> None:
    with town.begin_nested() as example:
        units.rebuild(town)
        for act in acts:
            try:
                with town.begin_nested():
                    do(town, tmp_path / "folder", act)
            except Problem:
                # What the desk refuses changes nothing.
                continue
        check(town)
        example.rollback()
    town.expire_all()


def test_indexes_are_those_of_before(town: Session) -> None:
    query = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'translation_unit' ORDER BY 1")
    before = town.scalars(query).all()
    town.execute(text("DELETE FROM translation_unit"))
    units.rebuild(town)

    assert town.scalars(query).all() == before
    assert len(before) == 3


def test_the_words_before_count_the_same(tmp_path: Path) -> None:
    """One step back and forth: what was counted by the functions of 0016 is what those of 0019 count."""
    with _database("counting") as engine:
        with Session(engine) as session:
            folder.apply(session, folder.read(tiny.Town(tmp_path / "tiny").write()), now=NOW)
            units.rebuild(session)
            session.commit()
            now = kept(session)
        schema.downgrade(engine, "0018")
        with Session(engine) as session:
            session.execute(text("DELETE FROM translation_unit"))
            units.rebuild(session)
            assert kept(session) == now != []
            session.commit()
        schema.upgrade(engine)
        with Session(engine) as session:
            check(session)
