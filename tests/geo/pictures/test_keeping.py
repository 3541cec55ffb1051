"""What staff do with pictures: drafts, words, publishing, order, and several people at once."""

import io

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Engine
from core.errors import Conflict, Invalid, NotFound
from core.imaging import renditions
from core.store import Store
from geo import published
from geo.pictures import keeping, lists, shown
from geo.pictures.keeping import Words
from tests.geo.pictures.bringing import LANGUAGES, NOW, SAID, bring, make, thing


def test_a_picture_is_a_draft_until_it_has_all_it_needs(
    session: Session, gallery: Engine, files: Store
) -> None:
    commune = published.current(session)
    assert commune is not None
    required = keeping.required(commune.commune)
    assert required == ("en", "ar", "fr")
    picture = bring(session, files, words=Words())

    assert keeping.lacking(picture, required) == ["author", "licence", "sizes", *required]
    with pytest.raises(Invalid):
        keeping.publish(picture, required, by="F. Amzil", now=NOW)
    make(gallery, files, picture.sha256)
    session.refresh(picture)
    keeping.describe(picture, SAID, LANGUAGES)
    assert keeping.lacking(picture, required) == []
    keeping.publish(picture, required, by="N. Idrissi", now=NOW)
    session.commit()

    assert (picture.state, picture.published_by, picture.created_by) == (
        "published",
        "N. Idrissi",
        "F. Amzil",
    )
    assert {alt.lang for alt in picture.alts} == {"en", "fr", "ar"}
    with pytest.raises(Conflict):
        keeping.publish(picture, required, by="F. Amzil", now=NOW)


def test_the_same_photograph_may_be_of_two_things(session: Session, files: Store) -> None:
    first, second = bring(session, files), bring(session, files, key="bab-el-khemis")

    assert first.sha256 == second.sha256 and first.id != second.id
    with pytest.raises(NotFound):
        keeping.one(session, thing(session), second.id)
    with pytest.raises(NotFound):
        keeping.one(session, thing(session), 10**30)


def test_who_did_not_see_a_change_does_not_undo_it(session: Session, files: Store) -> None:
    picture = bring(session, files)
    keeping.describe(picture, SAID, LANGUAGES)
    session.commit()

    with pytest.raises(Conflict, match="meanwhile"):
        keeping.one(session, picture.feature_id, picture.id, seen=picture.version - 1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (Words(author="x" * 121), "at most 120"),
        (Words(licence="mine"), "from the list"),
        (Words(licence="permission"), "what the author permitted"),
        (Words(source="a\0b"), "cannot be kept"),
        (Words(taken_on="yesterday"), "2026-11-24"),
        (Words(alts={"fr": "x" * 501}), "at most 500"),
    ],
)
def test_wrong_words_are_told(session: Session, files: Store, words: Words, told: str) -> None:
    picture = bring(session, files)
    with pytest.raises(Invalid, match=told):
        keeping.describe(picture, words, LANGUAGES)


def test_pictures_change_places(session: Session, files: Store) -> None:
    rows = [bring(session, files, 400 + number) for number in range(3)]

    keeping.move(session, rows[2], up=True)
    keeping.move(session, rows[0], up=True)
    session.commit()
    assert [each.id for each in lists.of_thing(session, rows[0].feature_id)] == [
        rows[0].id, rows[2].id, rows[1].id,
    ]  # fmt: skip
    keeping.withdraw(rows[2], by="x", now=NOW)
    session.flush()
    keeping.move(session, rows[0], up=False)
    session.commit()
    assert [each.id for each in lists.of_thing(session, rows[0].feature_id)] == [
        rows[1].id, rows[0].id, rows[2].id,
    ]  # fmt: skip


def test_one_thing_has_no_more_pictures_than_may_be(
    session: Session, files: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 2)
    first = bring(session, files, 400)
    bring(session, files, 401)
    with pytest.raises(Conflict, match="2 pictures"):
        bring(session, files, 402)
    session.rollback()
    keeping.withdraw(first, by="x", now=NOW)
    session.commit()
    bring(session, files, 402)


def test_pages_show_published_ones_in_order_and_say_them_in_the_readers_language(
    session: Session, gallery: Engine, files: Store
) -> None:
    for width in (400, 401, 402):
        picture = bring(session, files, width)
        make(gallery, files, picture.sha256)
        session.refresh(picture)
        if width != 401:
            keeping.describe(picture, SAID, LANGUAGES)
            keeping.publish(picture, ("en",), by="x", now=NOW)
    session.commit()

    def read(*order: str) -> tuple[shown.Shown, ...]:
        return shown.shown(session.scalar(select(shown.all_of(picture.feature_id))), order)

    assert [each.width for each in read("fr")] == [400, 402]
    assert read("zgh", "ar", "fr")[0].alt.lang == "ar"
    one = read("fr")[0]
    assert one.plain.endswith("/400.webp") and one.large_size == (400, 300)
    assert one.srcset("avif") == ", ".join(
        f"/pictures/{one.sha256}/{width}.avif {width}w" for width in (320, 400)
    )
    assert io.BytesIO(
        b"".join(kept.chunks) if (kept := files.open(renditions.key(one.sha256, "400.webp"))) else b""
    )


def test_the_desks_list_is_narrowed_by_state_text_and_name(session: Session, files: Store) -> None:
    bring(session, files)
    keeping.describe(picture := bring(session, files, key="bab-el-khemis"), SAID, LANGUAGES)
    session.commit()

    def keys(*layers: str, **asked: str) -> list[str]:
        found = lists.found(session, layers or ("monuments",), ["fr"], limit=50, offset=0, **asked)
        assert found.total == len(found.lines) or found.total > 50
        return [line.thing.key for line in found.lines]

    assert keys() == ["bab-el-khemis", "kasbah"]
    assert keys(lacks="fr") == ["kasbah"] and keys(lacks="zgh") == ["bab-el-khemis", "kasbah"]
    assert keys(state="published") == [] and keys("routes") == []
    assert keys(words="khemis") == ["bab-el-khemis"]
    assert "kasbah" not in keys(state="none") and "bab-zorgane" in keys(state="none")
    keeping.withdraw(picture, by="x", now=NOW)
    session.commit()
    assert keys(state="withdrawn") == ["bab-el-khemis"] and "bab-el-khemis" in keys(state="none")
