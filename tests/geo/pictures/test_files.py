"""Files of pictures: made whole, whoever is killed in the middle, and deleted when nobody needs them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import jobs, store
from core.db import Engine, session_of
from core.errors import Conflict, Unavailable
from core.imaging import renditions
from core.settings import Settings
from core.store import Store
from geo.pictures import keeping, making, tidying
from geo.pictures.models import Picture
from tests import s3
from tests.geo.pictures.bringing import NOW, WORDS, bring, cleaned, make, thing, whole


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
