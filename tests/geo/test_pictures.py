"""What staff do with pictures: the rules, several people at once, and being killed in the middle."""

import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from core import jobs, store
from core.db import Engine, session_of
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.imaging import intake, renditions
from core.imaging.intake import Cleaned
from core.settings import Settings
from core.store import Store
from geo import published
from geo.pictures import keeping, lists, making, shown, tidying
from geo.pictures.keeping import Words
from geo.pictures.models import Picture
from portal.cli import load
from tests import s3
from tests.conftest import _database
from tests.made_pictures import photo

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WORDS = Words(author="F. Amzil", licence="CC-BY-4.0")
SAID = Words("F. Amzil", "CC-BY-4.0", alts={"en": "A gate", "fr": "Une porte", "ar": "باب", "zgh": ""})
LANGUAGES = ("ar", "zgh", "fr", "en")


@pytest.fixture(scope="module")
def gallery(shipped: Path) -> Iterator[Engine]:
    with _database("gallery") as engine:
        load(engine, shipped)
        yield engine


@pytest.fixture
def files(tmp_path: Path) -> Store:
    return store.Disk(tmp_path)


@pytest.fixture
def session(gallery: Engine) -> Iterator[Session]:
    """No picture is there before a test, and none after it."""
    with session_of(gallery) as session:
        session.execute(delete(Picture))
        session.commit()
        yield session


@cache
def cleaned(width: int = 400) -> Cleaned:
    return intake.cleaned(photo((width, 300)))


def thing(session: Session, key: str = "kasbah") -> int:
    return lists.thing(session, "monuments", key, ["fr"]).id


def bring(
    session: Session, files: Store, width: int = 400, key: str = "kasbah", words: Words = WORDS
) -> Picture:
    picture = keeping.bring(
        session, files, thing(session, key), cleaned(width), words, by="F. Amzil", now=NOW
    )
    session.commit()
    return picture


def make(engine: Engine, files: Store, sha256: str) -> None:
    assert isinstance(files, store.Disk)
    making.make(engine, Settings(FILES_DIR=str(files.root)), sha256=sha256)


def whole(files: Store, picture: Picture) -> bool:
    return all(files.exists(renditions.key(picture.sha256, name)) for name in renditions.names(picture.width))


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


def test_every_size_is_made_and_the_master_goes(session: Session, gallery: Engine, files: Store) -> None:
    picture = bring(session, files)
    assert files.exists(renditions.key(picture.sha256, renditions.MASTER)) and not whole(files, picture)

    make(gallery, files, picture.sha256)
    make(gallery, files, picture.sha256)
    session.refresh(picture)

    assert whole(files, picture) and picture.ready_at and picture.problem == ""
    assert not files.exists(renditions.key(picture.sha256, renditions.MASTER))


def test_a_job_that_was_killed_in_its_middle_is_finished_by_the_next(
    session: Session, gallery: Engine, files: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = bring(session, files)
    made: list[str] = []

    def killed(picture: object, name: str) -> bytes:
        made.append(name)
        if len(made) == 3:
            raise KeyboardInterrupt
        return encoded(picture, name)  # type: ignore[arg-type]

    encoded = renditions.encoded
    monkeypatch.setattr(renditions, "encoded", killed)
    with pytest.raises(KeyboardInterrupt):
        make(gallery, files, picture.sha256)
    session.refresh(picture)
    assert picture.ready_at is None and not whole(files, picture)

    make(gallery, files, picture.sha256)
    session.refresh(picture)

    assert picture.ready_at and whole(files, picture)
    assert len(made) == len(renditions.names(picture.width)) - 2 + 1


def test_a_store_that_is_away_is_tried_again_and_says_so_meanwhile(
    session: Session, gallery: Engine, files: Store
) -> None:
    picture = bring(session, files)
    away = Settings(FILES_URL="s3://town-files/x?endpoint=http://127.0.0.1:9")
    with s3.keys(), pytest.raises(jobs.Again):
        making.make(gallery, away, sha256=picture.sha256)
    session.refresh(picture)
    assert picture.ready_at is None and "tried again" in picture.problem

    make(gallery, files, picture.sha256)
    session.refresh(picture)
    assert picture.ready_at and picture.problem == ""


def test_what_was_not_put_whole_is_in_no_row(session: Session, gallery: Engine, files: Store) -> None:
    """Files first, then the row: whoever dies in between leaves files that nobody names."""

    class Dies(store.Disk):
        def put(self, key: str, file: object) -> None:
            if key.endswith(renditions.MASTER):
                raise Unavailable("away")
            super().put(key, file)  # type: ignore[arg-type]

    assert isinstance(files, store.Disk)
    with pytest.raises(Unavailable):
        bring(session, Dies(files.root))
    session.rollback()

    assert session.scalars(select(Picture)).all() == []
    later = datetime.now(UTC) + timedelta(days=2)
    assert tidying.tidy(session, files, now=datetime.now(UTC)).files == 0
    assert tidying.tidy(session, files, now=later).files == 2
    assert list(files.listed("pictures")) == []


def test_a_master_that_is_lost_is_told(session: Session, gallery: Engine, files: Store) -> None:
    picture = bring(session, files)
    files.delete(renditions.key(picture.sha256, renditions.MASTER))

    make(gallery, files, picture.sha256)
    session.refresh(picture)

    assert picture.ready_at is None and "send the picture again" in picture.problem


def test_many_people_who_bring_the_same_file_make_one_picture(
    session: Session, gallery: Engine, files: Store
) -> None:
    start = threading.Barrier(6)
    wrong: list[Exception] = []

    def one_of_them(width: int) -> None:
        try:
            with session_of(gallery) as own:
                where = thing(own)
                start.wait()
                keeping.bring(own, files, where, cleaned(width), WORDS, by="x", now=NOW)
                own.commit()
        except Exception as error:
            wrong.append(error)

    cleaned(400), cleaned(401)
    people = [threading.Thread(target=one_of_them, args=(400 + number % 2,)) for number in range(6)]
    for each in people:
        each.start()
    for each in people:
        each.join()

    assert wrong == []
    rows = session.scalars(select(Picture).order_by(Picture.ordinal)).all()
    assert [row.ordinal for row in rows] == [1, 2]
    waiting = text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = :job AND status = 'todo'")
    assert session.scalar(waiting, {"job": making.JOB}) == 2
    session.execute(text("DELETE FROM jobs.procrastinate_jobs"))
    session.commit()


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


def test_withdrawn_files_go_after_their_grace_unless_another_thing_shows_them(
    session: Session, gallery: Engine, files: Store
) -> None:
    here, there = bring(session, files), bring(session, files, key="bab-el-khemis")
    make(gallery, files, here.sha256)
    session.expire_all()
    keeping.withdraw(here, by="x", now=NOW)
    session.commit()
    late = NOW + tidying.GRACE + timedelta(minutes=1)
    assert tidying.tidy(session, files, now=late) == (0, 0)
    keeping.withdraw(there, by="x", now=NOW)
    session.commit()
    assert tidying.tidy(session, files, now=NOW + timedelta(days=29)) == (0, 0)
    keeping.restore(there)
    keeping.withdraw(there, by="x", now=NOW)
    session.commit()

    assert tidying.tidy(session, files, now=late).pictures == 2
    session.commit()
    assert list(files.listed("pictures")) == []
    with pytest.raises(Conflict, match="Send it again"):
        keeping.restore(here)
    back = bring(session, files)
    assert back.id == here.id and (back.state, back.gone_at, back.ready_at) == ("draft", None, None)
    make(gallery, files, here.sha256)
    session.refresh(back)
    assert back.ready_at and whole(files, back)


def test_nobody_deletes_files_while_a_picture_is_brought(
    session: Session, gallery: Engine, files: Store
) -> None:
    """Between the files and the row of a picture there is a moment in which no row names them."""
    keeping.bring(session, files, thing(session), cleaned(), WORDS, by="x", now=NOW)
    with session_of(gallery) as other:
        other.execute(text("SET lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            tidying.tidy(other, files, now=datetime.now(UTC) + timedelta(days=2))
    session.commit()
    assert len(list(files.listed("pictures"))) == 3


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
