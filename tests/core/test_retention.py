"""What is not kept for ever goes when its time is over, and every table says which it is."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core import mail, retention
from core.backups import rows
from core.db import Engine, session_of
from core.retention import RULES, STAYS
from core.settings import PROJECT, Settings
from tests.core.crew import Crew, until
from tests.core.lived import NOW, holdings, live, spool


def _tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return {table.title for table in rows.tables(connection)}


def test_every_table_says_how_long_its_rows_are_kept(engine: Engine) -> None:
    ruled = {rule.table for rule in RULES}

    assert ruled & STAYS.keys() == set()
    assert _tables(engine) - ruled - STAYS.keys() == set(), "say in core/retention.py how long they are kept"
    assert (ruled | STAYS.keys()) - _tables(engine) == set(), "there is no such table any more"


def test_a_table_that_nobody_spoke_of_is_found(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE forgotten (id int)"))
        found = {table.title for table in rows.tables(connection)}
        connection.rollback()

    assert found - {rule.table for rule in RULES} - STAYS.keys() == {"forgotten"}


def test_every_rule_stands_in_the_page_on_privacy() -> None:
    page = (PROJECT / "docs" / "privacy.md").read_text(encoding="utf-8")

    assert [rule.table for rule in RULES if f"`{rule.table}`" not in page] == []
    assert [rule.table for rule in RULES if rule.kept.days > 1 and f"{rule.kept.days} days" not in page] == []


@pytest.fixture(scope="module")
def used(
    databases: object, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Settings]]:
    """A database that is lived in, to be thinned out."""
    with databases("retained") as engine:  # type: ignore[operator]
        held = holdings(engine, tmp_path_factory.mktemp("retained"))
        live(engine, shipped, held.settings)
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO used_token VALUES ('t', :now)"), {"now": NOW})
            connection.execute(
                text(
                    "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, status)"
                    " VALUES ('default', 'a', 'failed'), ('default', 'b', 'todo')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO jobs.procrastinate_events (job_id, type)"
                    " SELECT id, 'failed' FROM jobs.procrastinate_jobs WHERE task_name = 'a'"
                )
            )
            connection.execute(text("UPDATE jobs.procrastinate_events SET at = :now"), {"now": NOW})
            connection.execute(text("UPDATE letter SET created_at = :now"), {"now": NOW})
        yield engine, held.settings


def _number(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0


AT: dict[str, datetime] = {"sign_in": NOW + timedelta(hours=12), "wifi_comment": NOW - timedelta(days=9)}
"""What the time is counted from, where it is not NOW."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.table)
def test_what_is_too_old_goes_and_nothing_before(used: tuple[Engine, Settings], rule: retention.Rule) -> None:
    engine, settings = used
    over = AT.get(rule.table, NOW) + rule.kept
    before = _number(engine, rule.table)
    with session_of(engine) as session:
        assert retention.due(session, rule, now=over) == 0
        due = retention.due(session, rule, now=over + timedelta(seconds=1))

    assert retention.follow(engine, settings, rule, now=over) == 0
    assert _number(engine, rule.table) == before
    assert due > 0
    assert retention.follow(engine, settings, rule, now=over + timedelta(seconds=1), batch=1) == due
    assert _number(engine, rule.table) == before - due


def test_with_a_letter_goes_its_file(used: tuple[Engine, Settings]) -> None:
    engine, settings = used
    with session_of(engine) as session:
        mail.put(session, settings, "a@commune.example", "S", "B", "fr", now=NOW)
        session.commit()
    assert spool(settings)
    [letters] = [rule for rule in RULES if rule.table == "letter"]

    retention.follow(engine, settings, letters, now=NOW + timedelta(days=91))

    assert spool(settings) == []


def test_what_people_wrote_into_plans_and_signs_stays(used: tuple[Engine, Settings]) -> None:
    engine, settings = used
    kept = {table: _number(engine, table) for table in ("sign_event", "wifi_edit", "scan_day", "account")}

    retention.daily(engine, settings)
    for rule in RULES:
        retention.follow(engine, settings, rule, now=NOW + timedelta(days=36_500))

    assert {table: _number(engine, table) for table in kept} == kept
    assert min(kept.values()) > 0


def test_a_daily_task_runs_once_a_day_however_many_workers_there_are(
    jobs_engine: Engine, tmp_path: Path
) -> None:
    with jobs_engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS noted"))
        connection.execute(text("CREATE TABLE noted (word text)"))
    crew = Crew(jobs_engine, tmp_path / "log")
    address = jobs_engine.url.render_as_string(hide_password=False)
    try:
        for _ in range(3):
            crew.hire(sys.executable, "-m", "tests.core.daily_tasks", address)
        until(lambda: crew.noted() != [] and crew.states() == [])
        with crew.gate():  # a question and an answer later, nobody has begun it again
            until(lambda: len(crew.told("job done")) == 1)
        assert crew.noted() == [str(_midnight())]

        with jobs_engine.begin() as connection:
            connection.execute(text("UPDATE jobs.procrastinate_periodic_defers SET defer_timestamp = 1"))
        crew.hire(sys.executable, "-m", "tests.core.daily_tasks", address)
        until(lambda: len(crew.noted()) == 2)
    finally:
        for process in crew.processes:
            process.kill()
            process.communicate()


def _midnight() -> int:
    return int(
        datetime.fromtimestamp(time.time(), UTC)
        .replace(hour=0, minute=0, second=0, microsecond=0)
        .timestamp()
    )
