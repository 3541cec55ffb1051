"""A take-over whose worker is killed, and several of the same things at once: every row once, none half."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from core.db import Engine, session_of
from core.errors import Conflict
from core.settings import Settings
from geo.editing.importing import batches, taking
from geo.editing.importing.models import ImportBatch
from geo.editing.rights import Person
from geo.loading import folder
from tests.conftest import _database
from tests.core.crew import Crew, until
from tests.geo import tiny
from tests.geo.editing_town import EDITOR, NOW, SECOND
from tests.geo.test_importing import HEAD, bring

WORKER = """
import sys
import geo.editing.importing.taking
from core import worker
from core.settings import Settings
from portal import logs
from tests.core.job_tasks import PACE
logs.configure("INFO")
worker.work(sys.argv[1], Settings(), pace=PACE)
"""
MANY = taking.AT_ONCE + 50


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Engine]:
    """The tiny town and two editors in a database of its own, for what has to be committed."""
    with _database("imports") as engine:
        with session_of(engine) as session:
            folder.apply(session, folder.read(tiny.Town(tmp_path).write()), now=NOW)
            for number, name in ((1, EDITOR.name), (2, SECOND.name)):
                session.execute(
                    text(
                        "INSERT INTO account"
                        " (id, email, name, lang, roles, languages, handle, created_at, created_by)"
                        " VALUES (:id, :email, :name, 'fr', '{editor}', '{}', :handle, now(), 'test')"
                    ),
                    {"id": number, "email": f"{name}@x", "name": name, "handle": name.encode()},
                )
            session.commit()
        yield engine


@pytest.fixture
def crew(office: Engine, tmp_path: Path) -> Iterator[Crew]:
    """Nobody at work yet."""
    crew = Crew(office, tmp_path / "log")
    yield crew
    for process in crew.processes:
        process.kill()
        process.communicate()


def wells(many: int) -> str:
    """A file of so many new wells."""
    rows = (f";Puits {n:03};-8.87{n % 10};30.47{n // 10 % 10}{n // 100}\n" for n in range(many))
    return HEAD + "".join(rows)


def brought(engine: Engine, data: str, person: Person = EDITOR, *, line: bool = False) -> int:
    """Bring a file, all its rows ticked, and put it in line if so asked; its number."""
    with session_of(engine) as session:
        batch = bring(session, data)
        batch.who, batch.by = person.who, person.name
        batches.tick_all(session, batch, "added", True)
        batch.stage, batch.roles = "taking", ["editor"]
        if line:
            batch.stage = "shown"
            session.flush()
            batches.take(session, batch, person=person)
        session.commit()
        return batch.id


def counted(engine: Engine, batch_id: int) -> dict[str, int]:
    """What came of the batch's rows."""
    with session_of(engine) as session:
        return batches.counts(session, session.get_one(ImportBatch, batch_id))


def numbers(engine: Engine) -> tuple[int, int, int, int]:
    """Things, different keys, parts and versions of the desk."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM record), (SELECT count(DISTINCT key) FROM record),"
                " (SELECT count(*) FROM record_part WHERE latest = 1), (SELECT count(*) FROM record_version)"
            )
        ).one()
        return row[0], row[1], row[2], row[3]


def waits(engine: Engine) -> Callable[[], bool]:
    """Whether another connection that has written waits for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_xid IS NOT NULL AND wait_event_type = 'Lock'"
    )

    def asked() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(query))

    return asked


def held(connection: Connection, key: str) -> None:
    """Begin a thing of that key, so that whoever else does waits."""
    connection.execute(
        text(
            "INSERT INTO record (layer, key, from_folder, made_at) VALUES ('monuments', :key, false, now())"
        ),
        {"key": key},
    )


def test_a_worker_killed_while_it_writes_leaves_nothing_half_and_nothing_twice(crew: Crew) -> None:
    engine = crew.engine
    command = (sys.executable, "-c", WORKER, engine.url.render_as_string(hide_password=False))
    batch = brought(engine, wells(MANY), line=True)
    with engine.connect() as gate, engine.connect() as second:
        held(gate, f"puits-{MANY - 1:03}")
        worker = crew.hire(*command)
        until(lambda: counted(engine, batch)["done"] == taking.AT_ONCE and waits(engine)())
        second.execute(text("LOCK TABLE record_version IN SHARE MODE"))
        gate.rollback()
        until(waits(engine))  # the second turn has its things and parts, and not yet their versions
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    assert numbers(engine) == (taking.AT_ONCE, taking.AT_ONCE, 2 * taking.AT_ONCE, 2 * taking.AT_ONCE)
    crew.hire(*command)
    until(lambda: crew.states() == [])
    assert counted(engine, batch)["done"] == MANY
    assert numbers(engine) == (MANY, MANY, 2 * MANY, 2 * MANY)


def at_once(*works: Callable[[], None]) -> list[Exception]:
    """Do all of it in the same moment, each in a thread; what was raised."""
    barrier = threading.Barrier(len(works))
    raised: list[Exception] = []

    def run(work: Callable[[], None]) -> None:
        barrier.wait(30)
        try:
            work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_people_take_the_same_file_over_at_once(office: Engine) -> None:
    gate = f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n"
    both = [brought(office, wells(MANY) + gate, person) for person in (EDITOR, SECOND)]

    assert at_once(*(lambda n=n: taking.take(office, Settings(), batch_id=n) for n in both)) == []
    counts = [counted(office, batch) for batch in both]
    assert sum(count["done"] for count in counts) == MANY + 1
    assert sum(count["stale"] for count in counts) == MANY + 1
    assert sum(count["waiting"] for count in counts) == 0
    assert numbers(office)[:2] == (MANY + 1, MANY + 1)


def test_one_batch_taken_over_by_two_workers_at_once(office: Engine) -> None:
    batch = brought(office, wells(MANY))

    def work() -> None:
        taking.take(office, Settings(), batch_id=batch)

    assert at_once(work, work, work) == []
    assert counted(office, batch)["done"] == MANY
    assert numbers(office) == (MANY, MANY, 2 * MANY, 2 * MANY)


def test_the_same_batch_is_put_in_line_in_two_tabs_at_once(office: Engine) -> None:
    with session_of(office) as session:
        number = bring(session, wells(3)).id

    def press() -> None:
        with session_of(office) as session:
            batch = batches.held(session, "monuments", number, person=EDITOR, now=NOW)
            batches.take(session, batch, person=EDITOR)
            session.commit()

    (late,) = at_once(press, press)
    assert isinstance(late, Conflict)
    assert "being taken over right now" in late.message
    with office.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM jobs.procrastinate_jobs")) == 1
