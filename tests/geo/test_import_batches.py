"""Whose a batch is, for how long, who may take it over, and how long a large one takes."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from core.accounts import Role
from core.errors import Conflict, NotFound, Refused
from geo.editing.importing import batches
from geo.editing.importing.models import ImportBatch
from geo.editing.rights import Person
from tests.geo.editing_town import EDITOR, NOW, SECOND
from tests.geo.test_importing import HEAD, account, bring, take

__all__ = ["account"]


def test_a_batch_is_its_bringers_and_goes_after_a_week(town: Session) -> None:
    batch = bring(town, HEAD + ";Le puits;-8.875;30.4711\n")

    for person, layer, later in ((SECOND, "monuments", 0), (EDITOR, "places", 0), (EDITOR, "monuments", 8)):
        with pytest.raises(NotFound):
            batches.find(town, layer, batch.id, person=person, now=NOW + later * batches.KEPT / 7)
    with pytest.raises(NotFound):
        batches.find(town, "monuments", 2**70, person=EDITOR, now=NOW)


def test_the_eleventh_file_takes_the_place_of_the_first(town: Session) -> None:
    first = bring(town, HEAD + ";Le puits;-8.875;30.4711\n").id
    for _ in range(batches.MOST):
        bring(town, HEAD + ";Le puits;-8.875;30.4711\n")

    assert len(batches.listed(town, "monuments", person=EDITOR, now=NOW)) == batches.MOST
    assert town.get(ImportBatch, first) is None
    assert town.scalar(text("SELECT count(*) FROM import_row WHERE batch_id = :id"), {"id": first}) == 0


def test_without_the_role_nothing_is_taken_over(town: Session) -> None:
    batch = bring(town, HEAD + ";Le puits;-8.875;30.4711\n")
    with pytest.raises(Refused):
        batches.take(town, batch, person=Person(EDITOR.who, EDITOR.name, {Role.PLANNER}))


def test_a_role_taken_away_meanwhile_takes_nothing_over(town: Session) -> None:
    batch = bring(town, HEAD + ";Le puits;-8.875;30.4711\n")
    town.execute(text("UPDATE account SET roles = '{}' WHERE id = 1"))

    assert take(town, batch)["refused"] == 1
    assert town.scalar(text("SELECT count(*) FROM record")) == 0


def test_while_it_is_taken_over_a_batch_is_left_alone(town: Session) -> None:
    batch = bring(town, HEAD + ";Le puits;-8.875;30.4711\n")
    batches.take(town, batch, person=EDITOR)
    town.commit()

    with pytest.raises(Conflict):
        batches.held(town, "monuments", batch.id, person=EDITOR, now=NOW)


def test_ten_thousand_rows_are_previewed_with_few_questions(town: Session) -> None:
    lines = (
        f";Puits {n};{-8.95 + n % 100 * 0.001:.3f};{30.35 + n // 100 * 0.001:.3f}\n" for n in range(10_000)
    )
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    connection = town.connection()
    event.listen(connection, "before_cursor_execute", count)
    began = time.monotonic()
    batch = bring(town, HEAD + "".join(lines))
    event.remove(connection, "before_cursor_execute", count)

    assert batches.counts(town, batch)["added"] == 10_000
    print(f"{time.monotonic() - began:.1f} s, {asked} questions")
    assert asked < 100
