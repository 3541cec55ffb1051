"""What was taken over from OpenStreetMap is open data like the rest: with its source, licence and time."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
import pytest
from sqlalchemy.orm import Session

from core.errors import Invalid
from geo.loading import folder as loading
from geo.opendata import crs, downloads, extents, items, tiles
from geo.opendata.collections import OWN
from geo.opendata.downloads import Asked
from geo.opendata.imported import IMPORTED
from geo.opendata.items import Wanted
from geo.shapes import SRID
from geo.streets import importing
from tests.geo.made_streets import HELSINKI, real_town
from tests.geo.tiny import Town

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEGREES = next(iter(crs.offered(SRID).values()))


@pytest.fixture
def helsinki(session: Session, tmp_path: Path) -> Session:
    """A town with a real extract of its streets."""
    town = Town(tmp_path / "tiny")
    real_town(town)
    loading.apply(session, loading.read(town.write()), now=NOW)
    importing.run(session, HELSINKI, now=NOW, progress=lambda stage, done: None)
    return session


def _wanted(*order: str, **search: object) -> Wanted:
    return Wanted(crs=DEGREES, order=order or ("fr", "en"), **search)  # type: ignore[arg-type]


def test_each_carries_source_licence_and_time_in_pages_that_meet(helsinki: Session) -> None:
    for name in IMPORTED:
        first = items.page(helsinki, name, _wanted(limit=40))
        second = items.page(helsinki, name, _wanted(limit=40, offset=40))
        found = json.loads(f"[{first.features},{second.features}]")

        assert first.matched and first.matched > 80
        assert len({each["id"] for each in found}) == 80
        for each in found:
            told = each["properties"]
            assert told["licence"] == "ODbL 1.0" and told["coordinate_source"].startswith("©")
            assert told["sources"][0].startswith("https://www.openstreetmap.org/")
            assert told["changed_at"] == "2026-01-01T00:00:00Z"
            assert each["geometry"]["coordinates"]


def test_one_is_found_by_its_id_and_named_in_the_language_asked_for(helsinki: Session) -> None:
    known = json.loads(f"[{items.page(helsinki, 'osm', _wanted('en', limit=5000)).features}]")
    english = [each for each in known if each["properties"]["name_lang"] == "en"]
    local = [each for each in known if each["properties"]["name"] and not each["properties"]["name_lang"]]

    assert len(english) > 20 and len(local) > 20
    changed = 0
    for each in english[:20]:
        there = json.loads(items.one(helsinki, "osm", each["id"], _wanted("ar")))["properties"]
        assert there["name_lang"] in (None, "ar")
        changed += there["name"] != each["properties"]["name"]
    assert changed


def test_they_are_searched_by_box_and_property(helsinki: Session) -> None:
    box = crs.Edges(24.940, 60.168, 24.945, 60.171, DEGREES)
    all_there = items.page(helsinki, "streets", _wanted(limit=1000))
    boxed = items.page(helsinki, "streets", _wanted(limit=1000, box=box))
    steps = items.page(helsinki, "streets", _wanted(limit=1000, filters={"kind": "steps"}))
    water = items.page(helsinki, "osm", _wanted(limit=1000, filters={"group": "water"}))

    assert all_there.matched and boxed.matched and boxed.matched < all_there.matched
    kinds = {each["properties"]["kind"] for each in json.loads(f"[{steps.features}]")}
    assert kinds == {"steps"}
    assert {each["properties"]["group"] for each in json.loads(f"[{water.features}]")} == {"water"}


def test_tiles_and_files_hold_them(helsinki: Session, tmp_path: Path) -> None:
    body = tiles.made(helsinki, "streets", tiles.at(14, 9327, 4742), ("fi",))
    asked = Asked("buildings", ("fi",), "https://athar.example/fi")
    downloads.table(helsinki, asked, tmp_path / "buildings.csv")
    downloads.geopackage(helsinki, asked, tmp_path / "buildings.gpkg", NOW)

    assert 1000 < len(body) <= tiles.LARGEST
    with open(tmp_path / "buildings.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400 and {row["licence"] for row in rows} == {"ODbL 1.0"}
    assert pyogrio.read_info(tmp_path / "buildings.gpkg")["features"] == len(rows)


def test_they_are_told_of_only_after_an_import(session: Session, tmp_path: Path) -> None:
    loading.apply(session, loading.read(Town(tmp_path / "tiny").write()), now=NOW)

    assert list(extents.every(session, "before")) == list(OWN)


def test_after_an_import_they_are_told_of(helsinki: Session) -> None:
    told = extents.every(helsinki, "after")

    assert list(told) == [*OWN, *IMPORTED]
    assert told["streets"].features > 4000 and told["streets"].licences == ("ODbL 1.0",)


def test_a_filter_that_they_do_not_have_is_refused(helsinki: Session) -> None:
    with pytest.raises((Invalid, KeyError)):
        items.page(helsinki, "streets", _wanted(filters={"condition": "x"}))
