"""Loading a folder brings what is kept ready up to date: cells of tiles, texts of features."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.loading import folder as loading
from geo.opendata import crs, items, telling, thinning
from tests.geo.tiny import Town

PLAIN = next(iter(crs.offered(32629).values()))
WANTED = items.Wanted(PLAIN, ["fr", "ar"], large=True, site="https://athar.example")


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two things are many."""
    monkeypatch.setattr(thinning, "FULL", 1)
    monkeypatch.setattr(telling, "READY_FROM", 2)


def _load(session: Session, town: Town) -> None:
    loading.apply(session, loading.read(town.write()), now=datetime.now(UTC))


def _ready(session: Session) -> list[str]:
    statement = "SELECT head FROM ready_feature WHERE collection = 'monuments' ORDER BY row"
    return [json.loads(head + "}}")["id"] for head in session.scalars(text(statement))]


def test_a_load_makes_cells_and_texts(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))

    assert _ready(session) == ["gate", "tower"]
    assert session.scalar(text("SELECT many FROM tile_cell WHERE layer = 'monuments' AND z = 0")) == 2


def test_what_changed_is_told_anew_and_what_is_gone_no_more(session: Session, tmp_path: Path) -> None:
    town = Town(tmp_path / "tiny")
    _load(session, town)
    town.gate["properties"]["names"] = {"fr": "La porte basse"}
    _load(session, town)
    page = items.page(session, "monuments", WANTED)
    town.monuments.pop()
    town.routes.clear()
    _load(session, town)

    assert "La porte basse" in page.features
    assert "La porte haute" not in page.features
    assert session.scalar(text("SELECT count(*) FROM tile_cell WHERE layer = 'monuments'")) == 0
    assert "tower" not in items.page(session, "monuments", WANTED).features
    assert _ready(session) == ["gate"]


def test_a_text_that_is_out_of_date_is_not_used(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))
    session.execute(text("UPDATE feature SET licence = 'another', changed_at = now() WHERE key = 'gate'"))
    found = json.loads(f"[{items.page(session, 'monuments', WANTED).features}]")

    assert {one["id"]: one["properties"]["licence"] for one in found} == {
        "gate": "another",
        "tower": "made up",
    }


def _whole(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT unnest(collections) FROM ready_whole")))


AROUND = replace(WANTED, box=crs.box("-9,30,-8,31", PLAIN))


def test_a_box_is_answered_by_the_texts_as_by_the_data(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))
    whole = _whole(session)
    told = items.page(session, "monuments", AROUND)
    session.execute(text("UPDATE ready_whole SET collections = '{}'"))
    joined = items.page(session, "monuments", AROUND)
    session.execute(text("DELETE FROM ready_feature"))
    made = items.page(session, "monuments", AROUND)

    assert "monuments" in whole
    assert told.returned == made.returned == 2
    assert told.matched == joined.matched == made.matched
    assert told.features == joined.features
    assert json.loads(f"[{told.features}]") == json.loads(f"[{made.features}]")


def test_a_box_is_answered_by_the_texts_alone_while_they_are_whole(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))
    session.execute(
        text("UPDATE ready_feature SET rest = replace(rest, 'made up', 'READ') WHERE key = 'gate'")
    )

    assert "READ" in items.page(session, "monuments", AROUND).features


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE feature SET licence = 'another', changed_at = now() + interval '1 s' WHERE key = 'gate'",
        "UPDATE feature_text SET text = 'another' WHERE field = 'name'",
        "UPDATE monument SET condition = 'damaged'",
        "DELETE FROM feature_text",
        "UPDATE place SET wifi_candidate = NOT wifi_candidate",
        "UPDATE risk_zone SET value = 1",
    ],
)
def test_whoever_writes_to_a_source_ends_the_wholeness(session: Session, tmp_path: Path, change: str) -> None:
    _load(session, Town(tmp_path / "tiny"))
    before = _whole(session)
    session.execute(text(change))

    assert "monuments" in before
    assert _whole(session) == []


def test_what_came_or_went_beside_a_load_shows_in_a_box(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))
    session.execute(text("UPDATE feature SET withdrawn_at = now() WHERE key = 'gate'"))

    assert '"gate"' not in items.page(session, "monuments", AROUND).features
    telling.rebuild(session)
    assert '"gate"' not in items.page(session, "monuments", AROUND).features


def test_texts_are_not_whole_where_a_place_lies_outside_its_shape(session: Session, tmp_path: Path) -> None:
    _load(session, Town(tmp_path / "tiny"))
    session.execute(
        text("UPDATE feature SET entrance = ST_Translate(ST_Centroid(geom), 0.5, 0) WHERE key = 'gate'")
    )
    telling.rebuild(session)

    assert "monuments" not in _whole(session)
