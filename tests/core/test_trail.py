"""The trail tells every change, nobody can change it, and whoever did all the same is found out."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.db import Engine, session_of
from core.people.models import Account
from core.trail import reading, verifying, who
from core.trail.tables import UNWATCHED
from tests.core.trails import account, break_, verdict, written


def test_a_change_is_told_with_who_from_and_to(trailed: Engine) -> None:
    with session_of(trailed) as session:
        who.acts(session, who.of(7, 1))
        session.add(account("amzil"))
        session.commit()
        session.query(Account).one().roles = ["editor"]
        session.commit()
        session.delete(session.query(Account).one())
        session.commit()
        deleted, changed, made = reading.page(session, limit=9, about="account")

    assert [each.act for each in (made, changed, deleted)] == ["insert", "update", "delete"]
    assert (changed.who, changed.before, changed.after) == ("account:7", {"roles": []}, {"roles": ["editor"]})
    assert made.after["lang"] == "fr"
    assert made.before == deleted.after == {}


def test_what_is_personal_is_not_told(trailed: Engine) -> None:
    written(trailed, 1)
    with session_of(trailed) as session:
        said = session.scalar(text("SELECT string_agg(entry, '') FROM trail.entry"))

    assert "(not told)" in said
    assert "commune.example" not in said
    assert "p0" not in said


def test_nothing_is_told_of_what_was_taken_back(trailed: Engine) -> None:
    with session_of(trailed) as session:
        session.add(account("amzil"))
        session.flush()
        session.rollback()
        session.add(account("amzil"))
        session.commit()

    assert verdict(trailed).entries == 1


def test_a_change_that_says_the_same_is_none(trailed: Engine) -> None:
    written(trailed, 1)
    with session_of(trailed) as session:
        session.execute(text("UPDATE account SET lang = lang"))
        session.commit()

    assert verdict(trailed).entries == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail.entry SET who = 'nobody'",
        "DELETE FROM trail.entry",
        "TRUNCATE trail.entry",
        "INSERT INTO trail.entry SELECT seq + 1, at, who, about, key, entry, hash FROM trail.entry",
        "SELECT trail.add('update', 'account', '1', NULL, NULL)",
        "ALTER TABLE trail.entry DISABLE TRIGGER ALL",
        "DROP TABLE trail.entry",
        "DROP SCHEMA trail CASCADE",
        "SET ROLE athar_keeper",
        "SELECT trail.say('update', 'account', '1', '{}')",
    ],
)
def test_the_applications_role_can_only_add(trailed: Engine, statement: str) -> None:
    written(trailed, 2)
    with trailed.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))

    found = verdict(trailed)
    assert (found.entries, found.sealed, found.faults) == (2, True, [])


def _altered(n: int) -> str:
    return f"UPDATE trail.entry SET entry = replace(entry, '\"fr\"', '\"ar\"') WHERE seq = {n}"


@pytest.mark.parametrize(
    ("crime", "named"),
    [
        ([_altered(3)], ["Entry 3 was altered"]),
        (["UPDATE trail.entry SET who = 'account:1' WHERE seq = 4"], ["Entry 4 was altered: it is listed"]),
        (["DELETE FROM trail.entry WHERE seq = 2"], ["Entry 2 is missing.", "Entry 3 was altered, or"]),
        (["DELETE FROM trail.entry WHERE seq IN (1, 2)"], ["Entries 1 to 2 are missing.", "Entry 3 was"]),
        (
            ["UPDATE trail.entry SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)",
             "UPDATE trail.entry SET seq = -seq WHERE seq < 0"],
            ["Entry 2 was altered, or", "Entry 3 was altered, or", "Entry 4 was altered, or"],
        ),
        (
            [_altered(3), "UPDATE trail.entry SET hash = encode(sha256(convert_to((SELECT hash"
             " FROM trail.entry WHERE seq = 2) || entry, 'UTF8')), 'hex') WHERE seq = 3"],
            ["Entry 4 was altered, or does not follow"],
        ),
    ],
)  # fmt: skip
def test_what_a_superuser_did_is_named(trailed: Engine, crime: list[str], named: list[str]) -> None:
    written(trailed, 6)
    assert verdict(trailed).faults == []
    break_(trailed, *crime)

    faults = verdict(trailed).faults
    assert len(faults) == len(named)
    assert all(fault.startswith(begin) for fault, begin in zip(faults, named, strict=True))


def test_a_chain_that_was_cut_or_made_anew_differs_from_what_was_published(trailed: Engine) -> None:
    written(trailed, 3)
    with session_of(trailed) as session:
        [told, *_] = reading.heads(session, now=clock.now() + timedelta(days=1))
    assert (told.seq, told.hash) == (3, verdict(trailed).last)
    assert verdict(trailed, [told]).faults == []
    break_(trailed, "DELETE FROM trail.entry WHERE seq = 3")
    assert verdict(trailed).faults == []
    assert verdict(trailed, [told]).faults == [f"Entry 3 is missing: it was the last of {told.day}."]

    with session_of(trailed) as session:
        session.add(account("other"))
        session.commit()
    assert verdict(trailed).faults == []
    [fault] = verdict(trailed, [told]).faults
    assert fault.startswith("Entry 3 is not the one that was published")


def test_a_table_whose_watch_was_taken_off_is_named(trailed: Engine) -> None:
    with trailed.begin() as connection:
        connection.execute(text("ALTER TABLE sign_event DISABLE TRIGGER trail"))
        connection.execute(text("DROP TRIGGER trail ON wifi_edit"))

    assert verdict(trailed).faults == [
        "Changes of the table sign_event are not written down.",
        "Changes of the table wifi_edit are not written down.",
    ]


def test_every_table_is_watched_or_has_a_reason_why_not(engine: Engine) -> None:
    with session_of(engine) as session:
        assert list(verifying.unwatched(session)) == []
        there = set(session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    assert set(UNWATCHED) <= there


def test_many_at_once_lose_nothing_and_wait_for_nobody_in_vain(trailed: Engine) -> None:
    """Were the trail taken at each row, who changes two would wait for ever for who changes one."""
    written(trailed, 2)
    barrier, problems = threading.Barrier(8), []

    def change(number: int) -> None:
        with trailed.connect() as connection:
            barrier.wait(10)
            for turn in range(10):
                try:
                    for row in (1, 2) if (number + turn) % 2 else (2,):
                        roles = f"'{{r{number}-{turn}}}'"
                        connection.execute(text(f"UPDATE account SET roles = {roles} WHERE id = {row}"))
                    connection.commit()
                except DBAPIError as problem:
                    problems.append(problem)
                    connection.rollback()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    found = verdict(trailed)
    assert (found.entries, found.faults) == (2 + 8 * (5 * 2 + 5 * 1), [])


def test_jobs_and_commands_say_who_they_are(trailed: Engine) -> None:
    with session_of(trailed.execution_options(who="job:mail.send")) as session:
        session.add(account("amzil"))
        session.commit()
    with Session(trailed) as session:
        session.execute(text("UPDATE account SET lang = 'ar'"))
        session.commit()
        assert [each.who for each in reading.page(session, limit=2)] == ["database:athar", "job:mail.send"]


def test_a_long_value_is_told_by_its_hash(trailed: Engine) -> None:
    with session_of(trailed) as session:
        session.execute(
            text(
                "INSERT INTO embed_rule (target, origins) VALUES ('map', to_jsonb(ARRAY[repeat('x', 20000)]))"
            )
        )
        session.commit()
        [told] = reading.page(session, limit=1)

    assert told.after["origins"]["length"] > 20000
    assert set(told.after["origins"]) == {"length", "sha256"}


def test_an_older_page_begins_where_the_newer_ended(trailed: Engine) -> None:
    written(trailed, 5)
    with session_of(trailed) as session:
        first = reading.page(session, limit=3)
        rest = reading.page(session, limit=3, before=first[-1].seq)

    assert [each.seq for each in (*first, *rest)] == [5, 4, 3, 2, 1]
