"""Which things rows mean, and whether those are still as they were when somebody looked."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.editing.importing import batches, previewing
from tests.geo import tiny
from tests.geo.editing_town import EAST, content, edit, version
from tests.geo.test_importing import HEAD, account, bring, rows, take

__all__ = ["account"]


def test_what_a_load_changed_since_the_preview_is_left(town: Session) -> None:
    batch = bring(town, HEAD + f"gate;La porte neuve;{EAST};{tiny.LAT}\ntower;Le donjon;{EAST};{tiny.LAT}\n")
    assert len({part for part, *_ in rows(town, batch)[0].changes or ()}) == 2
    town.execute(text("UPDATE feature_text SET text = 'La porte de fer' WHERE text = 'La porte haute'"))
    done = take(town, batch)

    assert (done["done"], done["stale"]) == (1, 1)
    assert [row.key for row in rows(town, batch, "stale")] == ["gate"]
    assert town.scalars(text("SELECT key FROM record")).all() == ["tower"]
    assert content(town, "fr", ("monuments", "tower"))["name"]["text"] == "Le donjon"


def test_a_part_that_was_not_there_is_its_first_version(town: Session) -> None:
    edit(town, "facts", error_m=3)
    batch = bring(town, f"id;الاسم;lon;lat\ngate;الباب العالي;{tiny.LON};{tiny.LAT}\n")
    before = version(town, "ar")
    assert take(town, batch)["done"] == 1

    assert (before, version(town, "ar"), version(town, "facts")) == (before, before + 1, 2)
    assert content(town, "ar")["name"]["text"] == "الباب العالي"


def test_two_rows_of_one_number_elsewhere_are_not_both_taken(town: Session) -> None:
    edit(town, "facts", external_ids={"wikidata": "Q42"})
    row = f"La porte neuve;Q42;{tiny.LON};{tiny.LAT}\n"
    batch = bring(town, "nom;wikidata;lon;lat\n" + row + row)

    assert [(one.outcome, one.key) for one in rows(town, batch)] == [
        ("changed", "gate"),
        ("rejected", "gate"),
    ]


def test_a_second_row_said_to_be_the_same_thing_later_is_rejected(town: Session) -> None:
    line = f"Porte haute;{tiny.LON + 0.0002};{tiny.LAT}\n"
    batch = bring(town, "nom;lon;lat\n" + line + line)
    batches.decide(town, batch, [1], [1], {1: "gate"})
    batches.decide(town, batch, [2], [2], {2: "gate"})

    assert [row.outcome for row in rows(town, batch)] == ["changed", "rejected"]


def test_more_rows_than_are_worked_out_at_once_know_of_each_other(
    town: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "AT_ONCE", 2)
    batch = bring(
        town,
        HEAD
        + "".join(f";Puits;-8.875;30.47{n}1\n" for n in range(3))
        + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n" * 2,
    )

    found = rows(town, batch)
    assert [row.key for row in found] == ["puits", "puits-2", "puits-3", "gate", "gate"]
    assert [row.outcome for row in found] == [*["added"] * 3, "changed", "rejected"]


def test_things_of_one_name_are_numbered_on_and_a_rejected_row_uses_none_up(town: Session) -> None:
    batch = bring(
        town,
        "nom;lon;lat\nPuits;-8.875;30.471\nPuits;-88.7;30.471\nPuits;-8.874;30.471\nPuits;-8.873;30.471\n",
    )

    assert [row.key for row in rows(town, batch)] == ["puits", None, "puits-2", "puits-3"]
