"""How the trail is sealed, what it never tells, and how the ends of its days are kept."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import clock, schema
from core.db import Engine, make_engine, session_of
from core.persons import columns
from core.settings import Settings
from core.trail import daily, heads, reading, sealing, who
from core.trail.reading import Head
from tests.core.trails import break_, verdict, written


def test_a_database_without_an_administrators_help_is_told_to_be_unsealed(
    empty_databases: tuple[Engine, Engine],
) -> None:
    engine, _ = empty_databases
    break_(engine, "DROP FUNCTION public.seal_trail()")
    schema.upgrade(engine)
    written(engine, 1)
    assert (verdict(engine).sealed, verdict(engine).faults) == (False, [])
    with engine.connect() as connection, pytest.raises(DBAPIError, match="only ever added to"):
        connection.execute(text("DELETE FROM trail.entry"))

    with session_of(engine) as session:
        assert sealing.seal(session) is False
    break_(engine, sealing.BY_HAND)
    with session_of(engine) as session:
        assert sealing.seal(session) is True
        session.commit()
    assert (verdict(engine).sealed, verdict(engine).faults) == (True, [])


def test_heads_outlast_a_power_cut_and_are_never_written_over(tmp_path: Path) -> None:
    first, second = Head(date(2026, 3, 1), 4, "a" * 64), Head(date(2026, 3, 2), 9, "b" * 64)
    assert heads.keep(tmp_path, [second, first]) == 2
    with (tmp_path / heads.FILE).open("a", encoding="ascii") as file:
        file.write("2026-03-03:12:cc")

    assert heads.kept(tmp_path) == [first, second]
    assert heads.keep(tmp_path, [Head(first.day, 5, "d" * 64)]) == 0
    assert heads.kept(tmp_path)[0] == first


@pytest.mark.parametrize("line", ["", "2026-03-01", "2026-03-01:x:" + "a" * 64, "2026-03-01:1:" + "A" * 64])
def test_what_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="A head is DAY"):
        heads.read(line)


def test_what_may_have_to_be_erased_is_never_told(engine: Engine) -> None:
    """A name in a chained entry could not be taken out again."""
    question = text(
        "SELECT c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE t.tgname = 'trail'"
    )
    with engine.connect() as connection:
        hidden = {
            table: re.findall(r"'([^']*)'", made)[1].split(",")
            for table, made in connection.execute(question)
        }
    held = (columns.NAMES, columns.WORDS, columns.RECORDS, columns.SECRETS)
    told = {
        f"{table}.{column}"
        for each in held
        for table, named in each.items()
        for column in named
        if table in hidden and column not in hidden[table]
    }

    assert told <= {"record_version.content"}  # what staff publish of things: it is the trail itself
    assert "account" in hidden


def test_the_worker_keeps_the_ends_of_days(
    trailed: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(trailed, 1)
    monkeypatch.setattr(clock, "now", lambda real=clock.now: real() + timedelta(days=1))
    daily.keep(trailed, Settings(FILES_DIR=str(tmp_path)), timestamp=0)

    [kept] = heads.kept(tmp_path)
    assert kept.hash == verdict(trailed).last


def test_an_engine_says_who_acts_where_no_session_does(trailed: Engine) -> None:
    url = trailed.url.render_as_string(hide_password=False)
    readers = make_engine(url, statement_timeout_ms=1000, pool_size=1, who="public")
    written(readers, 1)
    with session_of(readers) as session:
        who.acts(session, "account:7")
        session.execute(text("UPDATE account SET lang = 'ar'"))
        session.commit()
    with session_of(trailed) as session:
        written_by = [entry.who for entry in reading.page(session, limit=2)]
    readers.dispose()

    assert written_by == ["account:7", "public"]
