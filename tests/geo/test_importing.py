"""A file that somebody brings: previewed against the map as it is, then taken over as drafts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from geo.editing import versions
from geo.editing.importing import batches, fields, formats, taking
from geo.editing.importing.models import ImportBatch, ImportRow
from tests.geo import tiny
from tests.geo.editing_town import EDITOR, NOW, SECOND, content, edit, publish, version

LANGS = ("ar", "fr", "en")
CONSTANTS = {
    "kind": "monument",
    "precision": "surveyed",
    "error_m": "5",
    "licence": "made up",
    "sources": "GPS, commune",
    "state": "written",
}
HEAD = "id;nom;lon;lat\n"


@pytest.fixture(autouse=True)
def account(town: Session) -> None:
    """The editor has an account: what it may do is asked when rows are taken over."""
    town.execute(
        text(
            "INSERT INTO account (id, email, name, lang, roles, languages, handle, created_at, created_by)"
            " VALUES (1, 'f@commune.example', 'F. Amzil', 'fr', '{editor}', '{}', 'x', now(), 'test')"
        )
    )
    town.commit()


def bring(
    session: Session, data: str | bytes, constants: Mapping[str, str] = CONSTANTS, **columns: str
) -> ImportBatch:
    """Read a file, map it as its headings sound, and work it out."""
    raw = data.encode() if isinstance(data, str) else data
    table = formats.read(session, raw)
    known = fields.targets("monuments", table.form, LANGS)
    guess = fields.guessed(table.columns, known, "fr")
    batch = batches.store(session, "monuments", "file", table, guess, person=EDITOR, now=NOW)
    if table.form != fields.FOLDER:
        given = {"columns": {**guess["columns"], **columns}, "constants": constants}
        batches.show(
            session, batch, fields.chosen("monuments", table.form, table.columns, LANGS, given), now=NOW
        )
    session.commit()
    return batch


def rows(session: Session, batch: ImportBatch, shown: str = "") -> list[ImportRow]:
    """The batch's rows as they are kept."""
    session.expire_all()
    return list(batches.page(session, batch, shown, limit=100, offset=0)[1])


def take(session: Session, batch: ImportBatch) -> dict[str, int]:
    """Have it taken over to its end; how many rows came to what."""
    batches.take(session, batch, person=EDITOR)
    session.commit()
    while taking.some(session, batch.id):
        session.commit()
    session.commit()
    return batches.counts(session, batch)


def test_rows_are_added_changed_unchanged_or_rejected(town: Session) -> None:
    batch = bring(
        town,
        HEAD
        + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n"
        + f"tower;La tour;{tiny.LON};{tiny.LAT + tiny.NORTH_100_M}\n"
        + ";Le puits;-8,8750;30,4711\n"
        + ";Le four;30.4711;-8.8750\n"
        + ";Le moulin;421000;3371000\n",
    )

    found = rows(town, batch)
    assert [row.outcome for row in found] == ["changed", "unchanged", "added", "rejected", "rejected"]
    assert found[0].changes == [["fr", "name", "La porte haute", "La porte neuve"]]
    assert (found[2].key, found[2].ticked) == ("le-puits", True)
    assert "look swapped" in found[3].problems[0]["template"]  # type: ignore[index]
    assert "metres of another CRS" in found[4].problems[0]["template"]  # type: ignore[index]
    assert batches.counts(town, batch) | {"all": 5} == batches.counts(town, batch)
    assert town.scalar(text("SELECT count(*) FROM record")) == 0


def test_ticked_rows_become_drafts_and_nothing_else_does(town: Session) -> None:
    batch = bring(town, HEAD + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n;Le puits;-8.875;30.4711\n")
    second = rows(town, batch)[1]
    batches.decide(town, batch, [second.number], [], {})
    done = take(town, batch)

    assert (done["done"], done["ticked"]) == (1, 1)
    gate = versions.find(town, "monuments", "gate").parts["fr"]
    assert (gate.state, gate.version, gate.content["name"]["text"]) == ("draft", 2, "La porte neuve")
    assert gate.content["summary"]["text"] == "Une porte."
    history = versions.history(town, "monuments", "gate", "fr", limit=1)[1][0]
    assert (history.origin, history.who, history.by) == ("import", EDITOR.who, EDITOR.name)
    with pytest.raises(NotFound):
        versions.find(town, "monuments", "le-puits")
    assert town.scalar(text("SELECT text FROM feature_text WHERE text LIKE 'La porte%'")) == "La porte haute"


def test_a_new_thing_has_what_was_said_for_all_rows(town: Session) -> None:
    batch = bring(town, "nom;الاسم;lon;lat\nLe puits;البئر;-8.875;30.4711\n")
    take(town, batch)

    thing = versions.find(town, "monuments", "le-puits")
    assert thing.parts["facts"].content == {
        "geometry": {"type": "Point", "coordinates": [-8.875, 30.4711]},
        **{"kind": "monument", "precision": "surveyed", "error_m": 5.0, "licence": "made up"},
        **{"licence_risk": False, "sources": ["GPS, commune"], "external_ids": {}, "attributes": {}},
    }
    assert thing.parts["ar"].content == {"name": {"text": "البئر", "state": "written"}}


def test_a_row_is_taken_over_once_however_often_it_is_begun(town: Session) -> None:
    batch = bring(town, HEAD + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n")
    take(town, batch)
    batch.stage = "taking"
    town.commit()
    taking.some(town, batch.id)
    town.commit()

    assert version(town, "fr") == 2


def test_a_job_killed_in_the_middle_leaves_nothing_half(
    town: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "AT_ONCE", 2)
    batch = bring(town, HEAD + "".join(f";Puits {n};-8.875;30.47{n}1\n" for n in range(5)))
    batches.take(town, batch, person=EDITOR)
    town.commit()
    assert taking.some(town, batch.id)
    town.commit()
    assert taking.some(town, batch.id)
    town.rollback()  # as when the process ends before it commits

    assert batches.counts(town, batch)["done"] == 2
    assert town.scalar(text("SELECT count(*) FROM record")) == 2
    while taking.some(town, batch.id):
        town.commit()
    town.commit()
    assert batches.counts(town, batch)["done"] == 5
    assert town.scalar(text("SELECT count(*) FROM record_version WHERE number > 1")) == 0


def test_what_somebody_changed_since_the_preview_is_told_and_left(town: Session) -> None:
    batch = bring(town, HEAD + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n;Le puits;-8.875;30.4711\n")
    edit(town, "fr", SECOND, name={"text": "La grande porte", "state": "written"})
    versions.create(town, "monuments", "le-puits", _well(), person=SECOND, now=NOW)
    town.commit()
    done = take(town, batch)

    assert (done["done"], done["stale"]) == (0, 2)
    assert [row.told["values"] for row in rows(town, batch, "stale")] == [  # type: ignore[index]
        {"name": SECOND.name},
        {"key": "le-puits"},
    ]
    assert content(town, "fr")["name"]["text"] == "La grande porte"


def _well() -> dict[str, Any]:
    common = {"kind": "monument", "precision": "surveyed", "error_m": 5, "licence": "made up"}
    return {"facts": {**common, "geometry": tiny.point()}, "fr": {"name": {"text": "Le puits"}}}


def test_two_imports_of_one_thing_make_one_version_and_one_remark(town: Session) -> None:
    first = bring(town, HEAD + f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n")
    second = bring(town, HEAD + f"gate;La porte vieille;{tiny.LON};{tiny.LAT}\n")

    assert take(town, first)["done"] == 1
    assert take(town, second)["stale"] == 1
    assert content(town, "fr")["name"]["text"] == "La porte neuve"


def test_a_thing_nearby_of_a_like_name_is_proposed_and_meant_only_when_ticked(town: Session) -> None:
    batch = bring(town, f"nom;lon;lat\nPorte haute;{tiny.LON + 0.0002};{tiny.LAT}\n")
    (row,) = rows(town, batch)
    assert (row.outcome, row.ticked, row.key) == ("added", False, "porte-haute")
    assert [one["key"] for one in row.near or ()] == ["gate"]

    batches.decide(town, batch, [1], [], {1: "tower"})
    assert rows(town, batch)[0].outcome == "added"
    batches.decide(town, batch, [1], [], {1: "gate"})
    (row,) = rows(town, batch)
    assert (row.outcome, row.key) == ("changed", "gate")
    fields_ = {(part, field) for part, field, _, _ in row.changes or ()}
    assert {("facts", "geometry"), ("fr", "name")} <= fields_
    assert ("facts", "kind") not in fields_


def test_a_thing_is_known_by_its_number_elsewhere(town: Session) -> None:
    edit(town, "facts", external_ids={"wikidata": "Q42"})
    publish(town, "facts")
    town.commit()
    batch = bring(
        town, f"nom;wikidata;lon;lat\nLa porte neuve;Q42;{tiny.LON};{tiny.LAT}\nPuits;Q43;-8.875;30.4711\n"
    )

    assert [(row.outcome, row.key) for row in rows(town, batch)] == [("changed", "gate"), ("added", "puits")]


def test_two_rows_of_one_thing_are_not_both_taken(town: Session) -> None:
    line = f"gate;La porte neuve;{tiny.LON};{tiny.LAT}\n"
    batch = bring(town, HEAD + line + line.replace("neuve", "vieille"))

    assert [row.outcome for row in rows(town, batch)] == ["changed", "rejected"]


def test_keys_made_of_names_are_nobodys_yet(town: Session) -> None:
    batch = bring(
        town,
        "nom;الاسم;lon;lat\nGate;;-8.8;30.4\nGate;;-8.81;30.4\n;البئر;-8.82;30.4\n"
        "L'Œuvre d'Été;;-8.83;30.4\n",
    )

    assert [row.key for row in rows(town, batch)] == ["gate-2", "gate-3", "monument", "loeuvre-dete"]


def test_lines_of_a_folder_are_taken_whole(town: Session) -> None:
    gate = tiny.feature("gate", "city_gate", tiny.point(), names={"fr": "La porte neuve", "ar": "الباب"})
    bad = tiny.feature("bad", "castle", tiny.point(), names={"fr": "Le château"})
    batch = bring(town, json.dumps({"type": "FeatureCollection", "features": [gate, bad]}))

    found = rows(town, batch)
    assert batch.form == "folder"
    assert [row.outcome for row in found] == ["changed", "rejected"]
    assert ["fr", "summary", "Une porte.", None] in (found[0].changes or [])
    assert found[1].problems[0]["field"] == "kind"  # type: ignore[index]


@pytest.mark.parametrize("lacking", ["kind", "precision", "licence", "sources", "state"])
def test_what_the_file_does_not_say_is_asked_for(town: Session, lacking: str) -> None:
    constants = {name: said for name, said in CONSTANTS.items() if name != lacking}

    with pytest.raises(Invalid) as asked:
        bring(town, HEAD + "gate;La porte neuve;1;2\n", constants)
    assert asked.value.field == lacking


def test_columns_are_remembered_for_the_layer(town: Session) -> None:
    bring(
        town,
        "nom;lon;lat;Bem.\nLe puits;-8.875;30.4711;trocken\n",
        constants=CONSTANTS,
        **{"Bem.": "text:note:fr"},
    )

    known = fields.targets("monuments", "csv", LANGS)
    guess = fields.guessed(["Bem.", "nom"], known, "fr", batches.remembered(town, "monuments"))
    assert guess["columns"] == {"Bem.": "text:note:fr", "nom": "name:fr"}
    assert guess["constants"] == {}
